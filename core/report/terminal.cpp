#include "weft/report/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

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
// Effects listed per case under "what is assumed".
constexpr std::size_t kEffects = 3;

// The cases of one block, with what belongs to them.
struct Column {
  const study::Case* study_case;
  const CaseResult* result;
  const study::Sensitivity* sensitivity;
};

class Writer {
 public:
  Writer(const study::Study& study, std::vector<Column> columns, Colour colour)
      : study_(study), columns_(std::move(columns)), table_(colour) {}

  std::string run() {
    headline();
    for (const auto section : study_.sections) {
      table_.blank();
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
    table_.blank();
    limits();
    assumed();
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

  static double packages(const Column& column, std::int64_t devices) {
    return static_cast<double>(devices) / column.study_case->cluster.chip.devices();
  }

  void headline() {
    std::vector<std::string> names;
    for (const auto& column : columns_) names.push_back(column.study_case->cluster.label);
    table_.heading("", names);
    std::vector<std::string> chips;
    for (const auto& column : columns_) chips.push_back(column.study_case->cluster.chip.name);
    table_.row("chip", chips);
    for (const auto& column : columns_) {
      if (column.result->outcome) continue;
      table_.note(column.study_case->cluster.label + ": " + column.result->reason);
    }
    row("plan", [](const Column&, const Outcome& o) { return plan::layout_text(o.plan); });
    row("ZeRO, micro-batch", [](const Column&, const Outcome& o) {
      return fmt::format("ZeRO-{}, {}", o.plan.zero, o.plan.micro_batch);
    });
    row("recomputation", [](const Column&, const Outcome& o) {
      return std::string(plan::name_of(o.plan.recompute));
    });
    row("devices", [](const Column&, const Outcome& o) {
      return fmt::format("{} used, {} idle", o.devices_used, o.devices_idle);
    });
    row("packages (dies)", [](const Column& c, const Outcome& o) {
      const auto& chip = c.study_case->cluster.chip;
      const auto both = [&](std::int64_t devices) {
        const double n = packages(c, devices);
        return fmt::format("{:g} ({:g})", n, n * chip.dies);
      };
      return fmt::format("{} used, {} idle", both(o.devices_used), both(o.devices_idle));
    });
    row("step time", [](const Column& c, const Outcome& o) {
      return interval(c, Figure::kStepTime, o.ledger.step);
    });
    row("tokens/s", [](const Column& c, const Outcome& o) {
      return fmt::format("{} ({} a package)", to_text(o.tokens_per_second),
                         to_text(o.tokens_per_second / packages(c, o.devices_used)));
    });
    row("MFU", [this](const Column& c, const Outcome& o) {
      const auto peak =
          c.study_case->cluster.device().peaks.matrix[chips::index_of(study_.job.precision)];
      return fmt::format("{} of {}", percent_text(o.mfu), to_text(peak));
    });
    row("days to finish", [](const Column& c, const Outcome& o) {
      if (!o.goodput.makes_progress) return std::string("never: fails too often");
      return with_interval(
          c, Figure::kWallTime, fmt::format("{:.3g} d", o.goodput.wall / base::kDay),
          [&](double ratio) { return fmt::format("{:.3g} d", ratio * (o.goodput.wall / base::kDay)); });
    });
  }

  static std::string bar(double share) {
    static const std::array<const char*, 8> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const int eighths = static_cast<int>(share * 10 * 8 + 0.5);
    std::string text;
    for (int i = 0; i < eighths / 8; ++i) text += "█";
    return text + kEighths[static_cast<std::size_t>(eighths % 8)];
  }

  void step() {
    table_.heading("The step, mean over devices in use (F2)");
    for (std::size_t p = 0; p < step::kPartCount; ++p) {
      const auto part = static_cast<Part>(p);
      const bool shown = std::any_of(columns_.begin(), columns_.end(), [&](const Column& c) {
        return c.result->outcome && c.result->outcome->ledger.part(part) /
                                            c.result->outcome->ledger.step >= 5e-4;
      });
      if (!shown) continue;
      row(step::name_of(part), [&](const Column&, const Outcome& o) {
        const double share = o.ledger.part(part) / o.ledger.step;
        return fmt::format("{:>7} {:>5.1f} % {}", to_text(o.ledger.part(part)), 100 * share,
                           bar(share));
      });
    }
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
                         to_text(c.study_case->cluster.device().memory_usable));
    });
  }

  void power() {
    table_.heading("Power at the meter");
    row("mean in training", [](const Column& c, const Outcome& o) {
      return interval(c, Figure::kMeanPower, o.bill.mean.total());
    });
    row("peak", [](const Column&, const Outcome& o) { return to_text(o.bill.peak.total()); });
    row("chips/hosts/fabric", [](const Column&, const Outcome& o) {
      const auto share = [&](base::Power p) { return 100 * (p / o.bill.mean.total()); };
      return fmt::format("{:.0f} / {:.0f} / {:.0f} %", share(o.bill.mean.devices),
                         share(o.bill.mean.hosts), share(o.bill.mean.fabric));
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
    row("ETTR", [](const Column&, const Outcome& o) { return percent_text(o.goodput.ettr); });
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
    row("CO2e", [](const Column&, const Outcome& o) {
      return fmt::format("{:.3g} t", o.bill.carbon_kg / 1000);
    });
  }

  // The largest part of a step that is not work on the model.
  void limits() {
    table_.heading("What limits it");
    for (const auto& column : columns_) {
      if (!column.result->outcome) continue;
      const auto& ledger = column.result->outcome->ledger;
      Part largest = Part::kRecompute;
      for (std::size_t p = 0; p < step::kPartCount; ++p) {
        const auto part = static_cast<Part>(p);
        const bool is_work = part == Part::kForward || part == Part::kBackward || part == Part::kHead;
        if (!is_work && ledger.part(part) > ledger.part(largest)) largest = part;
      }
      const double work = (ledger.part(Part::kForward) + ledger.part(Part::kBackward) +
                           ledger.part(Part::kHead)) /
                          ledger.step;
      table_.note(fmt::format("{}: kernels {}; beside them most for {} ({}); {} plans, {} legal, {} "
                              "replayed",
                              column.study_case->cluster.label, percent_text(work, 2),
                              step::name_of(largest), percent_text(ledger.part(largest) / ledger.step, 2),
                              column.result->search.count.considered,
                              column.result->search.count.legal, column.result->search.replayed));
    }
  }

  void assumed() {
    table_.heading("What is uncertain (one input at a time; intervals above add these in quadrature)");
    for (const auto& column : columns_) {
      if (!column.result->outcome) continue;
      std::string text = column.study_case->cluster.label + ":";
      const auto& effects = column.sensitivity->effects;
      for (std::size_t i = 0; i < std::min(kEffects, effects.size()); ++i) {
        text += fmt::format("{} {} (step {}, power {}, cost {})", i == 0 ? "" : ";",
                            effects[i].input, change(effects[i], Figure::kStepTime),
                            change(effects[i], Figure::kMeanPower),
                            change(effects[i], Figure::kOwnCost));
      }
      table_.note(text);
    }
    table_.note(fmt::format("MFU counts {}, over the dense matrix peak of {} and the devices in use. "
                            "Every device of a cluster is powered and paid for.",
                            workload::name_of(workload::FlopConvention::kCausalAttention),
                            chips::name_of(study_.job.precision)));
  }

  static std::string change(const study::Effect& effect, Figure figure) {
    const auto f = static_cast<std::size_t>(figure);
    const double low = 100 * (std::min(effect.low[f], effect.high[f]) - 1);
    const double high = 100 * (std::max(effect.low[f], effect.high[f]) - 1);
    if (high - low < 0.05) return "0";
    return fmt::format("{:+.0f}…{:+.0f} %", low, high);
  }

  const study::Study& study_;
  std::vector<Column> columns_;
  Table table_;
};

}  // namespace

std::string to_terminal(const study::Study& study, const std::vector<CaseResult>& results,
                        const std::vector<study::Sensitivity>& sensitivities, Colour colour) {
  const auto& job = study.job;
  std::string text = fmt::format("{}, {} tokens, sequence {}, batch {} sequences, {}\n\n",
                                 job.model.name, to_text(job.tokens), job.sequence,
                                 job.global_batch, chips::name_of(job.precision));
  for (std::size_t begin = 0; begin < results.size(); begin += kAcross) {
    std::vector<Column> columns;
    for (std::size_t i = begin; i < std::min(begin + kAcross, results.size()); ++i) {
      columns.push_back({&study.cases[i], &results[i], &sensitivities[i]});
    }
    if (begin > 0) text += "\n";
    text += Writer(study, std::move(columns), colour).run();
  }
  return text;
}

}  // namespace weft::report
