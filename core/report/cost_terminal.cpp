#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cost_text.h"
#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/report/cost.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::to_text;

// Cases that fit beside each other.
constexpr std::size_t kCostsAcross = 3;
constexpr std::size_t kCostEffects = 4;

// "5730", "0.0123": never a power of ten.
std::string three_digits(double value) {
  if (value < 1000) return fmt::format("{:.3g}", value);
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 2);
  return fmt::format("{:.0f}", std::round(value / unit) * unit);
}

class CostWriter {
 public:
  CostWriter(const cost::Answer& answer, std::size_t first, std::size_t count, Colour colour)
      : answer_(answer), first_(first), count_(count), table_(colour) {}

  std::string run() {
    headline();
    owning();
    renting();
    compare();
    if (answer_.question.study) tokens();
    energy();
    for (std::size_t l = 0; l < answer_.question.terms.labs.size(); ++l) lab(l);
    effects();
    return table_.text();
  }

 private:
  using Cell = std::function<std::string(const cost::CaseAnswer&, const cost::Ranges&)>;

  void row(const std::string& label, const Cell& cell) {
    std::vector<std::string> cells;
    for (std::size_t c = first_; c < first_ + count_; ++c) {
      const auto& one = answer_.cases[c];
      cells.push_back(one.reason ? "-" : cell(one, answer_.ranges[c]));
    }
    table_.row(label, cells);
  }

  void figure(const std::string& label, cost::Figure wanted) {
    row(label, [wanted](const cost::CaseAnswer& one, const cost::Ranges& ranges) {
      return cost_money_range(one, ranges, wanted);
    });
  }

  [[nodiscard]] bool any(const std::function<bool(const cost::CaseAnswer&)>& holds) const {
    const auto begin = answer_.cases.begin() + static_cast<std::ptrdiff_t>(first_);
    return std::any_of(begin, begin + static_cast<std::ptrdiff_t>(count_), holds);
  }

  void headline() {
    std::vector<std::string> names;
    for (std::size_t c = first_; c < first_ + count_; ++c) names.push_back(answer_.cases[c].label);
    table_.heading("", names);
    for (std::size_t c = first_; c < first_ + count_; ++c) {
      const auto& one = answer_.cases[c];
      if (one.reason) table_.note(one.label + ": " + *one.reason);
    }
    row("site", [](const cost::CaseAnswer& one, const cost::Ranges&) { return one.site; });
    row("packages", [](const cost::CaseAnswer& one, const cost::Ranges&) {
      return fmt::format("{:g}", one.packages);
    });
    row("IT power, rated",
        [](const cost::CaseAnswer& one, const cost::Ranges&) { return to_text(one.rated); });
    row("at the meter, used",
        [](const cost::CaseAnswer& one, const cost::Ranges&) { return to_text(one.mean); });
  }

  // An hour of use, by part: what is paid anyway over the hours of use.
  void part(const std::string& label, double site::HourlyCost::*member) {
    if (!any([&](const cost::CaseAnswer& one) { return one.hourly.*member > 0; })) return;
    const double use = answer_.question.terms.use.steady;
    const bool is_energy = member == &site::HourlyCost::energy;
    row("  " + label, [=](const cost::CaseAnswer& one, const cost::Ranges&) {
      if (!one.owned) return std::string("-");
      const double amount = one.hourly.*member / one.packages / (is_energy ? 1.0 : use);
      const double whole = figure_of(one, cost::Figure::kOwnHour);
      return fmt::format("{:<12} {:>5.1f} %", cost_money(amount, one.currency),
                         whole > 0 ? 100 * amount / whole : 0.0);
    });
  }

  void capital_part(const std::string& label, double site::Capital::*member) {
    if (!any([&](const cost::CaseAnswer& one) {
          return one.capital && (*one.capital).*member > 0;
        })) {
      return;
    }
    row("  " + label, [=](const cost::CaseAnswer& one, const cost::Ranges&) {
      if (!one.capital) return std::string("-");
      return cost_money((*one.capital).*member / one.packages, one.currency);
    });
  }

  void owning() {
    table_.heading("Owning, a package");
    figure("paid once", cost::Figure::kCapital);
    capital_part("hosts", &site::Capital::hosts);
    capital_part("network", &site::Capital::network);
    capital_part("storage", &site::Capital::storage);
    capital_part("installation", &site::Capital::installation);
    capital_part("on the shelf", &site::Capital::spares);
    capital_part("hall", &site::Capital::building);
    figure("an hour of use", cost::Figure::kOwnHour);
    part("depreciation", &site::HourlyCost::depreciation);
    part("interest", &site::HourlyCost::interest);
    part("space", &site::HourlyCost::space);
    part("maintenance", &site::HourlyCost::maintenance);
    part("staff", &site::HourlyCost::staff);
    part("repairs", &site::HourlyCost::repairs);
    part("energy", &site::HourlyCost::energy);
    figure("a useful hour", cost::Figure::kOwnUseful);
    repairs();
    first_tariff();
  }

  void repairs() {
    const auto& parts = answer_.question.terms.parts;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      row(parts[p].component + " a year", [p](const cost::CaseAnswer& one, const cost::Ranges&) {
        if (p >= one.repairs.size()) return std::string("-");
        const auto& line = one.repairs[p];
        return fmt::format("{:.3g}, {} on the shelf", line.a_year, line.on_shelf);
      });
    }
  }

  void first_tariff() {
    if (!any([](const cost::CaseAnswer& one) { return one.own_at_first_tariff.has_value(); }))
      return;
    row("at the first tariff", [](const cost::CaseAnswer& one, const cost::Ranges&) {
      if (!one.own_at_first_tariff) return std::string("the same");
      const double change = *one.own_at_first_tariff / figure_of(one, cost::Figure::kOwnHour) - 1;
      return fmt::format("{} ({:+.1f} %)", cost_money(*one.own_at_first_tariff, one.currency),
                         100 * change);
    });
  }

  [[nodiscard]] bool any_rent() const {
    return any([](const cost::CaseAnswer& one) { return one.rent_at_start.has_value(); });
  }

  void renting() {
    if (!any_rent()) return;
    table_.heading("Renting, a package");
    std::vector<std::string> names;
    for (std::size_t c = first_; c < first_ + count_; ++c) {
      const auto& rent = answer_.question.cases[c].rent;
      names.push_back(!rent           ? "no price known"
                      : rent->table   ? rent->table->id
                      : rent->written ? "as the study says"
                                      : "as its file says");
    }
    table_.row("price", names);
    dates();
    row("at the start", [](const cost::CaseAnswer& one, const cost::Ranges&) {
      return one.rent_at_start ? cost_money(*one.rent_at_start, one.currency) : "-";
    });
    if (any([](const cost::CaseAnswer& one) { return one.committed > 0; })) {
      row("committed: off", [](const cost::CaseAnswer& one, const cost::Ranges&) {
        return one.committed > 0 ? percent_text(one.committed) : "-";
      });
    }
    figure("an hour of use", cost::Figure::kRentHour);
    figure("a useful hour", cost::Figure::kRentUseful);
  }

  // What a table knows, and whether its trend was needed.
  void dates() {
    const auto& terms = answer_.question.terms;
    const auto& cases = answer_.question.cases;
    std::vector<std::string> cells;
    bool any_table = false;
    for (std::size_t c = first_; c < first_ + count_; ++c) {
      const auto& rent = cases[c].rent;
      cells.emplace_back("-");
      if (!rent || !rent->table || !terms.start) continue;
      any_table = true;
      const auto& points = rent->table->points;
      const bool is_beyond = *terms.start < points.front().year ||
                             *terms.start + terms.months / 12.0 > points.back().year;
      cells.back() = fmt::format("{} to {}{}", points.front().written.date,
                                 points.back().written.date, is_beyond ? ", trend" : "");
    }
    if (any_table) table_.row("  known", cells);
  }

  void compare() {
    if (!any_rent()) return;
    table_.heading("Rent or own");
    row("owning wins above", [](const cost::CaseAnswer& one, const cost::Ranges& ranges) {
      return break_even_text(one, ranges);
    });
    row("payback", [](const cost::CaseAnswer& one, const cost::Ranges& ranges) {
      return payback_text(one, ranges);
    });
    row("  as prices go", [](const cost::CaseAnswer& one, const cost::Ranges&) {
      if (!one.owned || !one.rent_at_start) return std::string("-");
      return one.month ? fmt::format("month {}", *one.month)
                       : fmt::format("not in {} months", one.longest);
    });
    figure("own, the term", cost::Figure::kOwnTerm);
    figure("rent, the term", cost::Figure::kRentTerm);
    row("cheaper",
        [](const cost::CaseAnswer& one, const cost::Ranges&) { return cheaper_text(one); });
  }

  void tokens() {
    table_.heading("The job");
    row("days to finish", [](const cost::CaseAnswer& one, const cost::Ranges&) {
      return fmt::format("{:.3g} d", one.footprint.time / base::kDay);
    });
    row("goodput",
        [](const cost::CaseAnswer& one, const cost::Ranges&) { return percent_text(one.goodput); });
    row("own, the run", [](const cost::CaseAnswer& one, const cost::Ranges&) {
      return one.run && one.owned ? cost_money(one.run->own, one.currency) : "-";
    });
    row("rent, the run", [](const cost::CaseAnswer& one, const cost::Ranges&) {
      return one.run && one.run->rent ? cost_money(*one.run->rent, one.currency) : "-";
    });
    figure("own, 1 M tokens", cost::Figure::kOwnMillion);
    figure("rent, 1 M tokens", cost::Figure::kRentMillion);
  }

  void energy() {
    table_.heading(answer_.question.study ? "Energy of the run" : "Energy of the term");
    row("at the meter", [](const cost::CaseAnswer& one, const cost::Ranges&) {
      return to_text(one.footprint.at_meter);
    });
    row("hours × limit", [](const cost::CaseAnswer& one, const cost::Ranges&) {
      return to_text(one.footprint.by_limit);
    });
    row("share of owning", [](const cost::CaseAnswer& one, const cost::Ranges&) {
      const double share = figure_of(one, cost::Figure::kEnergyShare);
      return std::isfinite(share) ? percent_text(share) : "-";
    });
    row("CO2e", [](const cost::CaseAnswer& one, const cost::Ranges&) {
      return three_digits(one.footprint.carbon_kg / 1000) + " t";
    });
    if (any([](const cost::CaseAnswer& one) { return one.footprint.carbon_cleanest < 1; })) {
      row("  in cleanest hours", [](const cost::CaseAnswer& one, const cost::Ranges&) {
        return three_digits(one.footprint.carbon_kg * one.footprint.carbon_cleanest / 1000) + " t";
      });
    }
    row("water on site", [](const cost::CaseAnswer& one, const cost::Ranges&) {
      return three_digits(one.footprint.water_litres / 1000) + " m3";
    });
  }

  using Line = cost::LabLine;
  using Ends = cost::LabFigures;  // of a line, as ratios
  using LabCell =
      std::function<std::string(const cost::CaseAnswer&, const Line&, const Ends&, const Ends&)>;

  void lab_row(std::size_t number, const std::string& label, const LabCell& cell) {
    row(label, [number, cell](const cost::CaseAnswer& one, const cost::Ranges& ranges) {
      if (number >= one.labs.size()) return std::string("-");
      return cell(one, one.labs[number], ranges.labs_low[number], ranges.labs_high[number]);
    });
  }

  void lab(std::size_t number) {
    const auto& lab = answer_.question.terms.labs[number];
    table_.heading(fmt::format("{}: paid {} for compute, {:.3g} times its revenue", lab.name,
                               to_text(lab.compute), fees_over_revenue(number)));
    lab_row(number, "rent then, an hour",
            [](const cost::CaseAnswer& one, const Line& line, const Ends&, const Ends&) {
              return cost_money(line.rent, one.currency);
            });
    lab_row(number, "packages they rent",
            [](const cost::CaseAnswer&, const Line& line, const Ends& low, const Ends& high) {
              return cost_range(line.packages, low[0], high[0],
                                [](double n) { return to_text(n); });
            });
    lab_row(number, "as many, bought",
            [](const cost::CaseAnswer& one, const Line& line, const Ends&, const Ends&) {
              return cost_money(line.capital, one.currency);
            });
    lab_owning(number);
  }

  void lab_owning(std::size_t number) {
    lab_row(number, "owning them, then",
            [](const cost::CaseAnswer& one, const Line& line, const Ends& low, const Ends& high) {
              if (!std::isfinite(line.own)) return std::string("-");
              return cost_range(line.own, low[1], high[1],
                                [&](double amount) { return cost_money(amount, one.currency); });
            });
    lab_row(number, "  over the fees",
            [](const cost::CaseAnswer&, const Line& line, const Ends&, const Ends&) {
              if (!std::isfinite(line.own)) return std::string("-");
              return fmt::format("{:+.0f} %", 100 * (line.own / line.fees - 1));
            });
    lab_row(number, "owning wins above",
            [](const cost::CaseAnswer&, const Line& line, const Ends& low, const Ends& high) {
              if (!std::isfinite(line.break_even)) return std::string("never");
              return (line.break_even > 1 ? "never: " : "") +
                     cost_range(line.break_even, low[2], high[2],
                                [](double u) { return percent_text(u); });
            });
  }

  [[nodiscard]] double fees_over_revenue(std::size_t number) const {
    for (const auto& one : answer_.cases) {
      if (number < one.labs.size()) return one.labs[number].fees / one.labs[number].revenue;
    }
    return std::nan("");
  }

  void effects() {
    table_.heading("What moves it most (one input at a time)");
    for (std::size_t c = first_; c < first_ + count_; ++c) {
      const auto& effects = answer_.ranges[c].effects;
      if (effects.empty()) continue;
      std::vector<std::string> texts;
      for (std::size_t i = 0; i < std::min(kCostEffects, effects.size()); ++i) {
        texts.push_back(effect(effects[i]));
      }
      table_.note(fmt::format("{}, {}: {}", answer_.cases[c].label, answer_.cases[c].site,
                              fmt::join(texts, "; ")));
    }
  }

  // Of the figures that an input moves, the one it moves most; the first of equals.
  static std::string effect(const cost::Effect& effect) {
    constexpr std::array<std::pair<cost::Figure, const char*>, 3> kMoved = {
        {{cost::Figure::kOwnHour, "own"},
         {cost::Figure::kRentHour, "rent"},
         {cost::Figure::kOwnMillion, "own, tokens"}}};
    const auto spread = [&](cost::Figure figure) {
      const auto f = static_cast<std::size_t>(figure);
      return std::abs(effect.high[f] - effect.low[f]);
    };
    auto most = kMoved.front();
    for (const auto& moved : kMoved) {
      if (spread(moved.first) > spread(most.first) + 1e-9) most = moved;
    }
    const auto f = static_cast<std::size_t>(most.first);
    return fmt::format("{} {} {:+.0f}…{:+.0f} %", effect.input, most.second,
                       100 * (std::min({effect.low[f], effect.high[f], 1.0}) - 1),
                       100 * (std::max({effect.low[f], effect.high[f], 1.0}) - 1));
  }

  const cost::Answer& answer_;
  std::size_t first_;
  std::size_t count_;
  Table table_;
};

}  // namespace

std::string to_terminal(const cost::Answer& answer, Colour colour) {
  auto text = cost_title(answer);
  for (std::size_t first = 0; first < answer.cases.size(); first += kCostsAcross) {
    const auto count = std::min(kCostsAcross, answer.cases.size() - first);
    text += CostWriter(answer, first, count, colour).run() + "\n";
  }
  return text + cost_prices(answer, colour) + cost_notes(answer);
}

}  // namespace weft::report
