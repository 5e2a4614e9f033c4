#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cost_text.h"
#include "size_text.h"
#include "table.h"
#include "weft/base/unit_text.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::to_text;
using size::Design;
using size::OfferAnswer;

// Designs that fit beside each other.
constexpr std::size_t kSizesAcross = 3;

// One design of an offer, and what it is.
struct SizeColumn {
  const OfferAnswer* offer = nullptr;
  const Design* design = nullptr;
  std::string what;  // "smallest, coolest"
};

void add_column(const OfferAnswer& offer, std::size_t number, const std::string& what,
                std::vector<SizeColumn>& columns) {
  const auto* design = &offer.examined[number];
  const auto same = std::find_if(columns.begin(), columns.end(),
                                 [&](const auto& column) { return column.design == design; });
  if (same == columns.end()) {
    columns.push_back({&offer, design, what});
  } else {
    same->what += ", " + what;
  }
}

std::vector<SizeColumn> columns_of(const size::Answer& answer) {
  std::vector<SizeColumn> columns;
  for (const auto& offer : answer.offers) {
    const bool is_all = offer.found.size() == 3 &&
                        std::all_of(offer.found.begin(), offer.found.end(), [&](const auto& one) {
                          return one.design == offer.found.front().design;
                        });
    if (is_all) add_column(offer, offer.found.front().design, "best in all three", columns);
    for (const auto& found : offer.found) {
      if (is_all) continue;
      add_column(offer, found.design, size::name_of(found.aim), columns);
    }
    if (!offer.found.empty()) continue;
    if (offer.in_time) add_column(offer, *offer.in_time, "in time alone", columns);
    if (offer.within) add_column(offer, *offer.within, "in all but time", columns);
  }
  return columns;
}

class SizeWriter {
 public:
  SizeWriter(const std::vector<SizeColumn>& columns, std::size_t first, std::size_t count,
             Colour colour)
      : begin_(columns.begin() + static_cast<std::ptrdiff_t>(first)),
        end_(begin_ + static_cast<std::ptrdiff_t>(count)),
        table_(colour) {}

  std::string run() {
    build();
    speed();
    needs();
    power();
    money();
    targets();
    return table_.text();
  }

 private:
  using Cell = std::function<std::string(const SizeColumn&)>;

  std::vector<std::string> cells(const Cell& cell) const {
    std::vector<std::string> texts;
    for (auto column = begin_; column != end_; ++column) texts.push_back(cell(*column));
    return texts;
  }
  void row(const std::string& label, const Cell& cell) { table_.row(label, cells(cell)); }
  // Of designs with a plan.
  void planned(const std::string& label, const std::function<std::string(const Design&)>& cell) {
    row(label, [&](const SizeColumn& c) {
      return c.design->outcome ? cell(*c.design) : std::string("-");
    });
  }

  void build() {
    table_.heading("", cells([](const SizeColumn& c) { return c.offer->name; }));
    row("this is", [](const SizeColumn& c) { return c.what; });
    row("size", [](const SizeColumn& c) { return size_count(*c.design); });
    row("hosts", [](const SizeColumn& c) {
      const auto spares = c.design->spares.added;
      return spares > 0 ? fmt::format("{} and {} spare", c.design->hosts, spares)
                        : fmt::format("{}", c.design->hosts);
    });
    row("packages, all",
        [](const SizeColumn& c) { return fmt::format("{}", c.design->all_packages()); });
    planned("devices", [](const Design& d) {
      return fmt::format("{} used, {} idle", d.outcome->devices_used, d.outcome->devices_idle);
    });
    if (std::any_of(begin_, end_, [](const SizeColumn& c) { return c.design->racks > 0; })) {
      row("racks", [](const SizeColumn& c) {
        return c.design->racks > 0 ? fmt::format("{:g}", c.design->racks) : "-";
      });
    }
    row("network", [](const SizeColumn& c) { return size_network(*c.design); });
    row("switches", [](const SizeColumn& c) {
      std::int64_t switches = 0;
      double modules = 0;
      for (const auto& line : c.design->fabric) {
        switches += line.switches;
        modules += line.optical_modules;
      }
      return fmt::format("{}, {:.0f} modules", switches, modules);
    });
  }

  void speed() {
    table_.heading("How it trains");
    planned("plan", [](const Design& d) { return plan::layout_text(d.outcome->plan); });
    planned("ZeRO/MBS/recompute", [](const Design& d) {
      const auto& plan = d.outcome->plan;
      return fmt::format("ZeRO-{} / {} / {}", plan.zero, plan.micro_batch,
                         plan::recompute_text(plan));
    });
    planned("step time", [](const Design& d) { return to_text(d.outcome->ledger.step); });
    planned("tokens/s", [](const Design& d) { return to_text(d.outcome->tokens_per_second); });
    planned("MFU", [](const Design& d) { return percent_text(d.outcome->mfu); });
    planned("ETTR", [](const Design& d) { return percent_text(d.outcome->goodput.ettr); });
    planned("days to finish", [](const Design& d) {
      const auto wall = d.wall();
      return wall ? fmt::format("{:.3g} d", *wall / base::kDay) : "never";
    });
    planned("evidence", [](const Design& d) {
      const auto& evidence = d.outcome->evidence;
      return evidence.is_fitted ? std::string("fitted to published runs")
                                : "mechanisms: new " + evidence.reason;
    });
  }

  void needs() {
    table_.heading("What it needs beside");
    planned("spare hosts", [](const Design& d) {
      const auto& spares = d.spares;
      if (spares.out <= 0) return fmt::format("{}", spares.wanted);
      return fmt::format("{} ({:.3g} out, mean)", spares.wanted, spares.out);
    });
    planned("  idle in it", [](const Design& d) { return fmt::format("{}", d.spares.in_place); });
    planned("a checkpoint", [](const Design& d) { return to_text(d.storage.bytes); });
    planned("storage writes", [](const Design& d) {
      return (d.storage.reaches ? "" : "no use above ") + to_text(d.storage.write);
    });
    planned("  in its file", [](const Design& d) { return to_text(d.storage.written); });
    planned("checkpoint pauses", [](const Design& d) { return percent_text(d.storage.pause); });
  }

  void power() {
    table_.heading("Power at the meter, spares in it");
    planned("mean in training",
            [](const Design& d) { return to_text(d.outcome->bill.mean.total()); });
    planned("peak", [](const Design& d) { return to_text(d.outcome->bill.peak.total()); });
    planned("energy of the run", [](const Design& d) { return to_text(d.outcome->bill.energy); });
    planned("CO2e", [](const Design& d) {
      return fmt::format("{} t", to_text(d.outcome->bill.carbon_kg / 1000));
    });
  }

  void money() {
    table_.heading("Money");
    row("paid once", [](const SizeColumn& c) {
      const auto& money = c.design->money;
      return money.capital ? cost_money(money.capital->total(), money.currency) : "no price known";
    });
    row("own, the run", [](const SizeColumn& c) {
      const auto& money = c.design->money;
      return money.run && money.owned ? cost_money(money.run->own, money.currency) : "-";
    });
    row("rent, the run", [](const SizeColumn& c) {
      const auto& money = c.design->money;
      return money.run && money.run->rent ? cost_money(*money.run->rent, money.currency) : "-";
    });
  }

  void targets() {
    if (begin_ == end_ || begin_->design->checks.empty()) return;
    table_.heading("Targets");
    for (std::size_t t = 0; t < begin_->design->checks.size(); ++t) {
      const auto& check = begin_->design->checks[t];
      row(fmt::format("{} < {}", size::name_of(check.target), size_amount(check, check.allowed)),
          [t](const SizeColumn& c) { return size_use(c.design->checks[t]); });
    }
    row("binds", [](const SizeColumn& c) {
      return std::string(size::name_of(c.design->binding()->target));
    });
  }

  std::vector<SizeColumn>::const_iterator begin_, end_;
  Table table_;
};

std::string size_title(const size::Answer& answer) {
  const auto& job = answer.job;
  const auto& question = answer.question;
  std::string tokens = question.seeks(size::Aim::kTokens) ? "as many tokens as there is time for"
                       : question.per_parameter
                           ? fmt::format("{:g} tokens a parameter", *question.per_parameter)
                           : to_text(job.tokens) + " tokens";
  const auto model = question.seeks(size::Aim::kModel)
                         ? fmt::format("the largest of {} models", question.models.size())
                         : job.model.name;
  auto text = fmt::format("{}, {}, sequence {}, batch {} sequences, {}", model, tokens,
                          job.sequence, job.global_batch, chips::name_of(job.precision));
  if (!question.name.empty()) text = question.name + ": " + text;
  return wrapped(text, 0) + "\n";
}

// The largest model, or the most tokens, of each offer.
std::string given_lines(const size::Answer& answer, Colour colour) {
  std::string text;
  const auto days = answer.question.targets.time
                        ? fmt::format("{:.3g} d", *answer.question.targets.time / base::kDay)
                        : std::string();
  for (const auto& offer : answer.offers) {
    if (offer.tokens > 0) {
      text += wrapped(fmt::format("{}: {} tokens in {}", offer.examined.back().label,
                                  to_text(offer.tokens, 4), days),
                      0);
    }
    if (offer.models.empty()) continue;
    Table table(colour);
    table.heading(offer.name, {"parameters", "tokens", "days"});
    for (const auto& row : offer.models) {
      const auto& design = offer.examined[row.design];
      const auto wall = design.wall();
      table.row(fitted(row.name, 19), {to_text(row.parameters), to_text(row.tokens),
                                       wall ? fmt::format("{:.3g} d{}", *wall / base::kDay,
                                                          design.meets_all() ? "" : ", misses")
                                            : "no plan"});
    }
    text += table.text() + "\n";
  }
  return text;
}

// Rules of the answer that a reader must know.
std::string size_notes(const size::Answer& answer) {
  const auto& question = answer.question;
  std::string text;
  const auto& rule = question.spares;
  if (!rule.share) {
    bool others = false;
    for (const auto& offer : answer.offers) {
      for (const auto& design : offer.examined) others = others || !design.spares.repairs.empty();
    }
    text += wrapped(
        fmt::format("Spares: hosts out at a time are a Poisson number of the mean given (failures "
                    "a day times days of repair{}); as many as are enough {} of the time.",
                    others ? fmt::format(", by the campaign '{}', as the job's own has no repair "
                                         "times",
                                         rule.repairs)
                           : "",
                    percent_text(rule.level)),
        2);
  }
  text += wrapped(
      fmt::format("Storage writes: what checkpoints need to stop the run for no more than {} of "
                  "it; a cluster whose file has less is given as much.",
                  percent_text(question.checkpoint_pause)),
      2);
  const auto& sizes = question.offers.front().sizes;
  const bool is_sought = !question.seeks(size::Aim::kTokens) && !question.seeks(size::Aim::kModel);
  if (!is_sought) return text;
  if (sizes.spacing <= 0 && std::isinf(sizes.margin)) {
    return text + wrapped("Sizes: every one that the peak of the chips leaves.", 2);
  }
  return text + wrapped(fmt::format("Sizes: those up to {} apart that divide well, but none that "
                                    "would need {} more useful work of a device than the best of "
                                    "them (sizes: every looks at all).",
                                    percent_text(sizes.spacing), percent_text(sizes.margin)),
                        2);
}

std::string size_facts(const size::Answer& answer, Colour colour) {
  cost::Answer priced;
  for (const auto& offer : answer.offers) {
    for (const auto& fact : offer.facts) {
      auto& facts = priced.question.facts;
      if (std::find(facts.begin(), facts.end(), fact) == facts.end()) facts.push_back(fact);
    }
  }
  return cost_prices(priced, colour);
}

}  // namespace

std::string to_terminal(const size::Answer& answer, Colour colour, const std::string& ranges) {
  auto text = size_title(answer) + given_lines(answer, colour);
  for (const auto& offer : answer.offers) {
    const bool is_sought = offer.tokens <= 0 && offer.models.empty();
    if (!offer.found.empty() || !is_sought) continue;
    text += bold(offer.name + ": not within these targets", colour);
    text += wrapped(size_obstacles(answer, offer), 2) + "\n";
  }
  const auto columns = columns_of(answer);
  for (std::size_t first = 0; first < columns.size(); first += kSizesAcross) {
    const auto count = std::min(kSizesAcross, columns.size() - first);
    text += SizeWriter(columns, first, count, colour).run() + "\n";
  }
  text += ranges + bold("Sizes, spares and storage", colour);
  for (const auto& offer : answer.offers) {
    const auto looked = size_looked_at(answer, offer);
    if (!looked.empty() && offer.models.empty() && offer.tokens <= 0) {
      text += wrapped(offer.name + ": " + looked, 2);
    }
  }
  text += size_notes(answer);
  return text + size_facts(answer, colour);
}

}  // namespace weft::report
