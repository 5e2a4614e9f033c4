#include "weft/report/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "accuracy_near.h"
#include "effect_text.h"
#include "mixed_parts.h"
#include "population_cells.h"
#include "table.h"
#include "weft/base/unit_text.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::to_text;
using step::Part;
using study::CaseResult;
using study::Figure;
using study::Outcome;

// Cases that fit beside each other in 100 columns.
constexpr std::size_t kAcross = 3;
// Uncertain inputs listed per case.
constexpr std::size_t kEffects = 3;
// Parts of a step below this share in every case are summed up.
constexpr double kShown = 5e-3;

// The cases of one block, with what belongs to them.
struct Column {
  const study::Case* study_case;
  const CaseResult* result;
  const study::Sensitivity* sensitivity;
  const validation::NearestPublished* nearest;  // or null
};

class Writer {
 public:
  Writer(const study::Study& study, std::vector<Column> columns, Colour colour)
      : study_(study), columns_(std::move(columns)), table_(colour) {}

  std::string run() {
    headline();
    const bool any = std::any_of(columns_.begin(), columns_.end(),
                                 [](const Column& c) { return c.result->outcome.has_value(); });
    if (!any) return table_.text();
    for (const auto section : study_.sections) {
      switch (section) {
        case study::Section::kStep:
          step();
          break;
        case study::Section::kMemory:
          memory();
          break;
        case study::Section::kPower:
          power();
          break;
        case study::Section::kFailures:
          failures();
          break;
        case study::Section::kCost:
          cost();
          break;
      }
    }
    limits();
    uncertain();
    return table_.text();
  }

 private:
  using Cell = std::function<std::string(const Column&, const Outcome&)>;

  void row(const std::string& label, const Cell& cell) {
    std::vector<std::string> cells;
    for (const auto& column : columns_) {
      cells.push_back(column.result->outcome ? cell(column, *column.result->outcome) : "-");
    }
    table_.row(label, cells);
  }

  // "13.2 s (12.4-14.9)": the plain value and the interval that uncertain inputs give it.
  static std::string with_interval(const Column& column, Figure figure, const std::string& plain,
                                   const std::function<std::string(double)>& scaled) {
    const auto f = static_cast<std::size_t>(figure);
    const double low = column.sensitivity->low[f];
    const double high = column.sensitivity->high[f];
    if (high - low < 1e-3) return plain;
    auto from = scaled(low);
    const auto to = scaled(high);
    // The unit once, when both ends share it.
    const auto unit_from = from.find_last_of(' ');
    const auto unit_to = to.find_last_of(' ');
    if (unit_from != std::string::npos && unit_to != std::string::npos &&
        from.substr(unit_from) == to.substr(unit_to)) {
      from = from.substr(0, unit_from);
    }
    return fmt::format("{} ({}–{})", plain, from, to);
  }

  template <class Q>
  static std::string interval(const Column& column, Figure figure, Q value) {
    return with_interval(column, figure, to_text(value),
                         [&](double ratio) { return to_text(value * ratio); });
  }

  void headline() {
    std::vector<std::string> names;
    for (const auto& column : columns_) names.push_back(column.study_case->cluster.label);
    table_.heading("", names);
    std::vector<std::string> chips;
    for (const auto& column : columns_) chips.push_back(column.study_case->cluster.chip_names());
    table_.row("chip", chips);
    std::vector<std::string> stacks;
    std::vector<std::string> sites;
    for (const auto& column : columns_) {
      stacks.push_back(software_names(column.study_case->software));
      sites.push_back(column.study_case->site.name);
    }
    table_.row("software", stacks);
    table_.row("site", sites);
    for (const auto& column : columns_) {
      const auto& c = *column.study_case;
      const auto& outcome = column.result->outcome;
      if (!outcome) {
        table_.note(c.cluster.label + ": " + column.result->reason);
      } else if (!plan::ships(c.software, outcome->plan)) {
        table_.note(fmt::format("{}: {} does not ship {}", c.cluster.label, c.software.name,
                                plan::schedule_text(outcome->plan)));
      }
    }
    row("plan", [](const Column&, const Outcome& o) { return plan::layout_text(o.plan); });
    row("ZeRO/MBS/recompute", [](const Column&, const Outcome& o) {
      return fmt::format("ZeRO-{} / {} / {}", o.plan.zero, o.plan.micro_batch,
                         plan::name_of(o.plan.recompute));
    });
    row("devices", [](const Column&, const Outcome& o) {
      return fmt::format("{} used, {} idle", o.devices_used, o.devices_idle);
    });
    row("packages", [](const Column&, const Outcome& o) {
      return fmt::format("{:g} used, {:g} idle", o.packages_used, o.packages_idle);
    });
    row("dies", [](const Column&, const Outcome& o) {
      return fmt::format("{:g} used, {:g} idle", o.dies_used, o.dies_idle);
    });
    parts();
    population();
    row("step time", [](const Column& c, const Outcome& o) {
      return interval(c, Figure::kStepTime, o.ledger.step);
    });
    row("evidence", [](const Column&, const Outcome& o) {
      return o.evidence.is_fitted ? std::string("fitted to published runs")
                                  : "extrapolated: " + o.evidence.reason;
    });
    nearest();
    row("tokens/s", [](const Column&, const Outcome& o) {
      return fmt::format("{} ({} a package)", to_text(o.tokens_per_second),
                         to_text(o.tokens_per_second / o.packages_used));
    });
    row("MFU", [](const Column&, const Outcome& o) {
      return fmt::format("{} of {}", percent_text(o.mfu),
                         o.parts.size() > 1 ? "the parts' peaks" : to_text(o.parts.front().peak));
    });
    row("days to finish", [](const Column& c, const Outcome& o) {
      if (!o.goodput.makes_progress) return std::string("never: fails too often");
      return with_interval(c, Figure::kWallTime,
                           fmt::format("{:.3g} d", o.goodput.wall / base::kDay), [&](double ratio) {
                             return fmt::format("{:.3g} d", ratio * (o.goodput.wall / base::kDay));
                           });
    });
  }

  // What lies on which part, for mixed clusters.
  void parts() {
    int most = 1;
    for (const auto& column : columns_) most = std::max(most, column.study_case->cluster.parts());
    for (int p = 0; p < most && most > 1; ++p) {
      const auto line = [&](const std::string& label, std::string PartCells::*cell) {
        row(label, [p, cell](const Column& c, const Outcome& o) {
          return part_cells(*c.study_case, o, p).*cell;
        });
      };
      line(fmt::format("part {}", p), &PartCells::chip);
      line("  its devices", &PartCells::devices);
      line("  layers of stages", &PartCells::layers);
      line("  fullest stage", &PartCells::memory);
      line("  waits for stages", &PartCells::waits);
      line("  a device draws", &PartCells::power);
    }
  }

  // Where devices differ.
  void population() {
    std::size_t most = 0;
    for (const auto& column : columns_) {
      const auto& population = column.study_case->population;
      if (population) most = std::max(most, population->classes.size());
    }
    for (std::size_t i = 0; i < most; ++i) {
      row(fmt::format("bin {}", i + 1),
          [i](const Column&, const Outcome& o) { return bin_cell(o, i); });
    }
    for (std::size_t i = 0; i < kPopulationLabels.size() && most > 0; ++i) {
      row(kPopulationLabels[i],
          [i](const Column&, const Outcome& o) { return population_cells(o)[i]; });
    }
  }

  // How far off the model was on published runs near to the case.
  void nearest() {
    if (columns_.front().nearest == nullptr) return;
    for (std::size_t i = 0; i < kNearLabels.size(); ++i) {
      row(kNearLabels[i], [i](const Column& c, const Outcome& o) {
        return near_cells(*c.nearest, o.ledger.step)[i];
      });
    }
  }

  static std::string bar(double share) {
    static const std::array<const char*, 8> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const auto eighths = static_cast<std::size_t>(std::lround(share * 10 * 8));
    std::string text;
    for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
    return text + kEighths.at(eighths % 8);
  }

  [[nodiscard]] bool is_shown(Part part) const {
    return std::any_of(columns_.begin(), columns_.end(), [&](const Column& c) {
      return c.result->outcome &&
             c.result->outcome->ledger.part(part) / c.result->outcome->ledger.step >= kShown;
    });
  }

  static std::string time_and_share(const Outcome& o, base::Time time) {
    const double share = time / o.ledger.step;
    return fmt::format("{:>7} {:>5.1f} % {}", to_text(time), 100 * share, bar(share));
  }

  void step() {
    table_.heading("The step, mean over devices in use (F2: replay of the schedule)");
    std::vector<Part> small;
    for (std::size_t p = 0; p < step::kPartCount; ++p) {
      const auto part = static_cast<Part>(p);
      if (!is_shown(part)) {
        small.push_back(part);
        continue;
      }
      row(step::name_of(part),
          [&](const Column&, const Outcome& o) { return time_and_share(o, o.ledger.part(part)); });
    }
    row("all other parts", [&](const Column&, const Outcome& o) {
      base::Time sum;
      for (const auto part : small) sum += o.ledger.part(part);
      return time_and_share(o, sum);
    });
  }

  void memory() {
    table_.heading("Memory of one device, fullest stage");
    const auto part = [&](const char* label, base::Bytes plan::Memory::*member) {
      row(label, [member](const Column&, const Outcome& o) { return to_text(o.memory.*member); });
    };
    part("weights", &plan::Memory::weights);
    part("gradients", &plan::Memory::gradients);
    part("optimizer", &plan::Memory::optimizer);
    part("activations", &plan::Memory::activations);
    part("buffers", &plan::Memory::buffers);
    part("reserve", &plan::Memory::reserve);
    row("total", [](const Column& c, const Outcome& o) {
      return fmt::format("{} of {}", to_text(o.memory.total()),
                         to_text(c.study_case->cluster.part(o.memory.part).device().memory_usable));
    });
  }

  void power() {
    table_.heading("Power at the meter");
    row("mean in training", [](const Column& c, const Outcome& o) {
      return interval(c, Figure::kMeanPower, o.bill.mean.total());
    });
    row("peak", [](const Column&, const Outcome& o) { return to_text(o.bill.peak.total()); });
    row("chip/host/net/rest", [](const Column&, const Outcome& o) {
      const auto& mean = o.bill.mean;
      const auto share = [&](base::Power p) { return 100 * (p / mean.total()); };
      return fmt::format("{:.0f} / {:.0f} / {:.0f} / {:.0f} %", share(mean.devices),
                         share(mean.hosts), share(mean.fabric),
                         share(mean.other_it + mean.facility));
    });
    row("per token", [](const Column& c, const Outcome& o) {
      return interval(c, Figure::kEnergyPerToken, o.bill.per_token);
    });
  }

  void failures() {
    table_.heading("Failures");
    row("a week", [](const Column& c, const Outcome& o) {
      const double per_week = o.goodput.interruptions_per_week();
      return with_interval(c, Figure::kInterruptionsPerWeek, to_text(per_week),
                           [&](double ratio) { return to_text(per_week * ratio); });
    });
    row("checkpoint every", [](const Column&, const Outcome& o) {
      return fmt::format("{}, pause {}", to_text(o.goodput.checkpoint_interval),
                         to_text(o.goodput.checkpoint_pause));
    });
    row("ETTR", [](const Column&, const Outcome& o) {
      return percent_text(o.goodput.ettr) + (o.goodput.played > 0
                                                 ? fmt::format(", {} runs played", o.goodput.played)
                                                 : std::string(", closed form"));
    });
  }

  void cost() {
    table_.heading("Cost of the run");
    row("own", [](const Column& c, const Outcome& o) {
      if (!o.bill.cost) return std::string("no price known");
      const auto own = o.bill.cost->own;
      return with_interval(c, Figure::kOwnCost, to_text(own), [&](double ratio) {
        return to_text(base::Money{own.amount * ratio, own.currency});
      });
    });
    row("rent", [](const Column&, const Outcome& o) {
      return o.bill.rent ? to_text(*o.bill.rent) : std::string("no price known");
    });
    row("own, a package-hour", [](const Column&, const Outcome& o) {
      return o.bill.own_per_package_hour ? to_text(*o.bill.own_per_package_hour) : std::string("-");
    });
    row("interest", [](const Column& c, const Outcome&) {
      return percent_text(c.study_case->site.finance.rate, 2) + " a year";
    });
    row("CO2e", [](const Column&, const Outcome& o) {
      return fmt::format("{:.3g} t", o.bill.carbon_kg / 1000);
    });
  }

  // The largest part of a step that is not work on the model.
  static Part largest_loss(const step::Ledger& ledger) {
    Part largest = Part::kRecompute;
    for (std::size_t p = 0; p < step::kPartCount; ++p) {
      const auto part = static_cast<Part>(p);
      const bool is_work = part == Part::kForward || part == Part::kBackward || part == Part::kHead;
      if (!is_work && ledger.part(part) > ledger.part(largest)) largest = part;
    }
    return largest;
  }

  void limits() {
    table_.heading("What limits it");
    row("most beside kernels", [](const Column&, const Outcome& o) {
      const auto part = largest_loss(o.ledger);
      return fmt::format("{} {}", step::name_of(part),
                         percent_text(o.ledger.part(part) / o.ledger.step, 2));
    });
    row("plans", [](const Column& c, const Outcome&) {
      const auto& search = c.result->search;
      return fmt::format("{} legal of {}", search.count.legal, search.count.considered);
    });
  }

  // Each input with the figure that it moves most.
  void uncertain() {
    table_.heading(
        "What is uncertain (one input at a time; ranges in brackets add these in quadrature)");
    for (std::size_t i = 0; i < kEffects; ++i) {
      row(fmt::format("{}.", i + 1), [i](const Column& c, const Outcome&) {
        const auto& effects = c.sensitivity->effects;
        return i < effects.size() ? effect_text(effects[i]) : std::string("-");
      });
    }
    if (columns_.front().nearest != nullptr) {
      table_.note(
          "Step, 90 % sure: from errors of the model on published runs of the same kind, which "
          "hold "
          "what inputs do and more; the range of a prediction. Were off by: those of them that are "
          "nearest.");
    }
    table_.note(
        fmt::format("MFU: {}, over the dense matrix peak of {} and the devices in use. Power and "
                    "cost: the whole "
                    "cluster, idle devices too.",
                    workload::name_of(workload::FlopConvention::kCausalAttention),
                    chips::name_of(study_.job.precision)));
  }

  const study::Study& study_;
  std::vector<Column> columns_;
  Table table_;
};

}  // namespace

std::string to_terminal(const study::Study& study, const std::vector<CaseResult>& results,
                        const std::vector<study::Sensitivity>& sensitivities, Colour colour,
                        const std::vector<validation::NearestPublished>& nearest) {
  const auto& job = study.job;
  std::string text = fmt::format("{}, {} tokens, sequence {}, batch {} sequences, {}\n\n",
                                 job.model.name, to_text(job.tokens), job.sequence,
                                 job.global_batch, chips::name_of(job.precision));
  for (std::size_t begin = 0; begin < results.size(); begin += kAcross) {
    std::vector<Column> columns;
    for (std::size_t i = begin; i < std::min(begin + kAcross, results.size()); ++i) {
      columns.push_back({&study.cases[i], &results[i], &sensitivities[i],
                         nearest.empty() ? nullptr : &nearest[i]});
    }
    if (begin > 0) text += "\n";
    text += Writer(study, std::move(columns), colour).run();
  }
  return text;
}

}  // namespace weft::report
