// The head of the table: what runs on what, how long it takes, and how sure that is.
#include <fmt/format.h>

#include <algorithm>

#include "accuracy_near.h"
#include "mixed_parts.h"
#include "population_cells.h"
#include "run_table.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::to_text;
using study::Figure;
using study::Outcome;

}  // namespace

void RunTable::headline() {
  names();
  counts();
  parts();
  population();
  results();
}

void RunTable::names() {
  std::vector<std::string> labels;
  for (const auto& column : columns_) labels.push_back(column.study_case->cluster.label);
  table_.heading("", labels);
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
}

void RunTable::counts() {
  row("plan", [](const RunColumn&, const Outcome& o) { return plan::layout_text(o.plan); });
  row("ZeRO/MBS/recompute", [](const RunColumn&, const Outcome& o) {
    return fmt::format("ZeRO-{} / {} / {}", o.plan.zero, o.plan.micro_batch,
                       plan::name_of(o.plan.recompute));
  });
  row("devices", [](const RunColumn&, const Outcome& o) {
    return fmt::format("{} used, {} idle", o.devices_used, o.devices_idle);
  });
  row("packages", [](const RunColumn&, const Outcome& o) {
    return fmt::format("{:g} used, {:g} idle", o.packages_used, o.packages_idle);
  });
  row("dies", [](const RunColumn&, const Outcome& o) {
    return fmt::format("{:g} used, {:g} idle", o.dies_used, o.dies_idle);
  });
}

// What lies on which part, for mixed clusters.
void RunTable::parts() {
  int most = 1;
  for (const auto& column : columns_) most = std::max(most, column.study_case->cluster.parts());
  for (int p = 0; p < most && most > 1; ++p) {
    const auto line = [&](const std::string& label, std::string PartCells::*cell) {
      row(label, [p, cell](const RunColumn& c, const Outcome& o) {
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
void RunTable::population() {
  std::size_t most = 0;
  for (const auto& column : columns_) {
    const auto& population = column.study_case->population;
    if (population) most = std::max(most, population->classes.size());
  }
  for (std::size_t i = 0; i < most; ++i) {
    row(fmt::format("bin {}", i + 1),
        [i](const RunColumn&, const Outcome& o) { return bin_cell(o, i); });
  }
  for (std::size_t i = 0; i < kPopulationLabels.size() && most > 0; ++i) {
    row(kPopulationLabels[i],
        [i](const RunColumn&, const Outcome& o) { return population_cells(o)[i]; });
  }
}

void RunTable::results() {
  row("step time", [](const RunColumn& c, const Outcome& o) {
    return interval(c, Figure::kStepTime, o.ledger.step);
  });
  row("evidence", [](const RunColumn&, const Outcome& o) {
    return o.evidence.is_fitted ? std::string("fitted to published runs")
                                : "extrapolated: " + o.evidence.reason;
  });
  nearest();
  row("tokens/s", [](const RunColumn&, const Outcome& o) {
    return fmt::format("{} ({} a package)", to_text(o.tokens_per_second),
                       to_text(o.tokens_per_second / o.packages_used));
  });
  row("MFU", [](const RunColumn&, const Outcome& o) {
    return fmt::format("{} of {}", percent_text(o.mfu),
                       o.parts.size() > 1 ? "the parts' peaks" : to_text(o.parts.front().peak));
  });
  row("days to finish", [](const RunColumn& c, const Outcome& o) {
    if (!o.goodput.makes_progress) return std::string("never: fails too often");
    return with_interval(c, Figure::kWallTime, fmt::format("{:.3g} d", o.goodput.wall / base::kDay),
                         [&](double ratio) {
                           return fmt::format("{:.3g} d", ratio * (o.goodput.wall / base::kDay));
                         });
  });
}

// How far off the model was on published runs near to the case.
void RunTable::nearest() {
  if (columns_.front().nearest == nullptr) return;
  for (std::size_t i = 0; i < kNearLabels.size(); ++i) {
    row(kNearLabels[i], [i](const RunColumn& c, const Outcome& o) {
      return near_cells(*c.nearest, o.ledger.step)[i];
    });
  }
}

}  // namespace weft::report
