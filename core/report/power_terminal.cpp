#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <vector>

#include "power_chart.h"
#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/report/power.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::Power;
using base::to_text;
using power_study::PowerAnswer;

constexpr std::size_t kPowerCasesAcross = 3;
// Shares of the energy below this in every case are summed up.
constexpr double kEnergyShown = 5e-4;

std::string watts_text(double power) { return to_text(Power(power)); }

double energy_share_of(const PowerAnswer& answer, const std::string& cause) {
  for (const auto& one : answer.shares) {
    if (one.cause == cause) return one.energy / answer.energy;
  }
  return 0;
}

// In one unit a case, so that a column can be read down.
std::string in_unit_of(const PowerAnswer& answer, base::Energy energy) {
  struct Unit {
    double joules;
    const char* name;
  };
  constexpr std::array<Unit, 4> kEnergyUnits = {
      {{3.6e9, "MWh"}, {3.6e6, "kWh"}, {1e3, "kJ"}, {1, "J"}}};
  const auto* unit =
      std::find_if(kEnergyUnits.begin(), kEnergyUnits.end() - 1,
                   [&](const Unit& one) { return answer.energy.si() >= one.joules; });
  const double number = energy.si() / unit->joules;
  if (number < 1e-3) return to_text(energy);
  const int decimals = number >= 100 ? 0 : number >= 10 ? 1 : number >= 1 ? 2 : 3;
  return fmt::format("{:.{}f} {}", number, decimals, unit->name);
}

std::string energy_share_text(const PowerAnswer& answer, double share) {
  if (share == 0) return "-";
  return fmt::format("{:>10} {:>6.2f} %", in_unit_of(answer, answer.energy * share), 100 * share);
}

std::string carbon_text(double kilograms) {
  struct Unit {
    double kilograms;
    const char* name;
  };
  constexpr std::array<Unit, 6> kUnits = {
      {{1e3, "t"}, {1, "kg"}, {1e-3, "g"}, {1e-6, "mg"}, {1e-9, "ug"}, {1e-12, "ng"}}};
  if (!(kilograms > 0)) return "-";
  const auto* unit = std::find_if(kUnits.begin(), kUnits.end() - 1,
                                  [&](const Unit& one) { return kilograms >= one.kilograms; });
  return fmt::format("{:.3g} {}", kilograms / unit->kilograms, unit->name);
}

class PowerTable {
 public:
  PowerTable(std::vector<const PowerAnswer*> answers, Colour colour)
      : answers_(std::move(answers)), table_(colour) {}

  std::string text() {
    headline();
    curve();
    parts();
    energy();
    return table_.text();
  }

 private:
  using Cell = std::function<std::string(const PowerAnswer&)>;

  void row(const std::string& label, const Cell& cell) {
    std::vector<std::string> cells;
    for (const auto* answer : answers_) {
      cells.push_back(answer->result.outcome ? cell(*answer) : "-");
    }
    table_.row(label, cells);
  }

  void headline() {
    std::vector<std::string> names, chips, sites;
    for (const auto* answer : answers_) {
      names.push_back(answer->study_case->cluster.label);
      chips.push_back(answer->study_case->cluster.chip_names());
      sites.push_back(answer->study_case->site.name);
    }
    table_.heading("", names);
    table_.row("chip", chips);
    table_.row("site", sites);
    for (const auto* answer : answers_) {
      if (answer->result.outcome) continue;
      table_.note(answer->study_case->cluster.label + ": " + answer->result.reason);
    }
    row("plan", [](const auto& a) { return plan::layout_text(a.result.outcome->plan); });
    row("looked at", [](const auto& a) {
      return fmt::format("{}, every {}", to_text(a.window), to_text(a.interval));
    });
    row("step", [](const auto& a) { return to_text(a.step) + " (F2)"; });
    const bool any_events =
        std::any_of(answers_.begin(), answers_.end(), [](const auto* a) { return !!a->events; });
    if (!any_events) return;
    row("stops, checkpoints", [](const auto& a) {
      return a.events ? fmt::format("{:.0f}, {:.0f}", a.events->stops, a.events->checkpoints)
                      : std::string("-");
    });
    row("time in steps", [](const auto& a) {
      return a.events ? percent_text(a.events->working) : std::string("-");
    });
    row("of which count",
        [](const auto& a) { return a.events ? percent_text(a.events->kept) : std::string("-"); });
    row("mean ETTR",
        [](const auto& a) { return a.events ? percent_text(a.events->ettr) : std::string("-"); });
  }

  void curve() {
    table_.heading("Power at the meter of the site");
    row("mean", [](const auto& a) { return watts_text(a.statistics.mean); });
    row("p95", [](const auto& a) { return watts_text(a.statistics.p95); });
    row("peak", [](const auto& a) { return watts_text(a.statistics.peak); });
    row("trough", [](const auto& a) { return watts_text(a.statistics.trough); });
    row("swing", [](const auto& a) {
      return fmt::format("{} ({})", watts_text(a.statistics.swing()),
                         percent_text(a.statistics.swing() / a.statistics.peak));
    });
    row("steepest ramp", [](const auto& a) { return watts_text(a.statistics.ramp) + "/s"; });
    row("strongest line", [](const auto& a) {
      if (a.line.frequency <= 0) return std::string("none");
      return fmt::format("{:.3g} Hz, {} of it", a.line.frequency, percent_text(a.line.share, 2));
    });
    row("1 / step", [](const auto& a) { return fmt::format("{:.3g} Hz", 1 / a.step.si()); });
  }

  void parts() {
    table_.heading("Mean by part");
    const auto part = [&](const char* name, base::Power site::MeterPower::*which) {
      row(name, [which](const PowerAnswer& a) {
        return fmt::format("{:>10} {:>6.2f} %", to_text(a.mean.*which),
                           100 * (a.mean.*which / a.mean.total()));
      });
    };
    part("chips", &site::MeterPower::devices);
    part("rest of hosts", &site::MeterPower::hosts);
    part("network", &site::MeterPower::fabric);
    part("other IT", &site::MeterPower::other_it);
    part("cooling", &site::MeterPower::facility);
    const auto meter = answers_.front()->host.meter;
    table_.heading(fmt::format("One host at its plug, stepping, means over {}", to_text(meter)));
    row("mean", [](const auto& a) { return to_text(a.host.mean); });
    row("p5 to p95", [](const auto& a) {
      return fmt::format("{} to {}", to_text(a.host.p5), to_text(a.host.p95));
    });
    row("highest", [](const auto& a) { return to_text(a.host.highest); });
    row("evaluating", [](const auto& a) { return to_text(a.host.evaluating); });
  }

  void energy() {
    table_.heading("Energy at the meter");
    row("in all", [](const auto& a) { return to_text(a.energy); });
    row("per token", [](const auto& a) {
      return a.tokens > 0 ? to_text(a.per_token()) : std::string("no token counts");
    });
    row("per token, hosts", [](const auto& a) {
      return a.tokens > 0 ? to_text(a.energy_of_hosts / a.tokens) : std::string("-");
    });
    row("carbon, CO2e", [](const auto& a) { return carbon_text(a.carbon_kg); });
    row("per token, CO2e", [](const auto& a) {
      return a.tokens > 0 ? carbon_text(a.carbon_per_token()) : std::string("-");
    });
    causes(false, "Where it goes: work");
    causes(true, "Where it goes: lost");
  }

  void causes(bool lost, const char* heading) {
    table_.heading(heading);
    std::vector<std::string> names;
    for (const auto* answer : answers_) {
      for (const auto& one : answer->shares) {
        if (one.is_lost != lost) continue;
        if (std::find(names.begin(), names.end(), one.cause) == names.end()) {
          names.push_back(one.cause);
        }
      }
    }
    std::vector<double> rest(answers_.size(), 0.0);
    std::vector<double> all(answers_.size(), 0.0);
    for (const auto& name : names) {
      const bool shown = std::any_of(answers_.begin(), answers_.end(), [&](const auto* a) {
        return energy_share_of(*a, name) >= kEnergyShown;
      });
      for (std::size_t i = 0; i < answers_.size(); ++i) {
        const double share = energy_share_of(*answers_[i], name);
        all[i] += share;
        if (!shown) rest[i] += share;
      }
      if (shown)
        row(name, [&](const auto& a) { return energy_share_text(a, energy_share_of(a, name)); });
    }
    row_of("smaller ones", rest);
    row_of("sum", all);
  }

  void row_of(const std::string& label, const std::vector<double>& shares) {
    if (std::all_of(shares.begin(), shares.end(), [](double one) { return one == 0; })) return;
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < answers_.size(); ++i) {
      cells.push_back(answers_[i]->result.outcome ? energy_share_text(*answers_[i], shares[i])
                                                  : "-");
    }
    table_.row(label, cells);
  }

  std::vector<const PowerAnswer*> answers_;
  Table table_;
};

std::string smooth_row(const std::string& what, const power::Statistics& s, base::Energy energy) {
  return fmt::format("    {} {:>9} {:>9} {:>9} {:>11} {:>9}\n", fitted(what, 36),
                     watts_text(s.peak), watts_text(s.trough), watts_text(s.swing()),
                     watts_text(s.ramp) + "/s", to_text(energy));
}

std::string smoothing_text(const PowerAnswer& answer) {
  if (answer.smoothing.empty()) return "";
  auto text = fmt::format("    {} {:>9} {:>9} {:>9} {:>11} {:>9}\n",
                          fitted("smoothed, one on top of the other", 36), "peak", "trough",
                          "swing", "ramp", "energy");
  text += smooth_row("as it is", answer.statistics, answer.energy);
  for (const auto& one : answer.smoothing) {
    text += smooth_row(one.what, one.statistics, one.energy);
    auto cost =
        fmt::format("adds {} ({:+.2f} %)", to_text(one.added), 100 * (one.added / answer.energy));
    if (one.lost.si() > 0) {
      cost += fmt::format(
          "; withholds {} that is drawn later, when work waited {} ({:.2f} % of "
          "the time)",
          to_text(one.withheld), to_text(one.lost), 100 * (one.lost / answer.window));
    }
    text += wrapped(cost, 6);
  }
  return text;
}

std::string power_of_case(const PowerAnswer& answer, Colour colour) {
  if (!answer.result.outcome) return "";
  auto text =
      bold(answer.study_case->cluster.label + ": power at the meter over " + to_text(answer.window),
           colour);
  text += drawn(answer.trace.site);
  text += smoothing_text(answer);
  for (const auto& note : answer.notes) text += wrapped(note, 2);
  return text;
}

}  // namespace

std::string to_terminal(const PowerReport& report, Colour colour) {
  const auto& job = report.study.job;
  std::string text = fmt::format("{}, sequence {}, batch {} sequences, {}\n\n", job.model.name,
                                 job.sequence, job.global_batch, chips::name_of(job.precision));
  for (std::size_t from = 0; from < report.answers.size(); from += kPowerCasesAcross) {
    std::vector<const PowerAnswer*> block;
    for (auto i = from; i < std::min(from + kPowerCasesAcross, report.answers.size()); ++i) {
      block.push_back(&report.answers[i]);
    }
    text += PowerTable(std::move(block), colour).text();
  }
  for (const auto& answer : report.answers) text += power_of_case(answer, colour);
  return text;
}

}  // namespace weft::report
