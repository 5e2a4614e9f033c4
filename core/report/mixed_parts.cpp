#include "mixed_parts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "plan_value.h"
#include "weft/base/unit_text.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::to_text;

// Layers of the stages of a part: of all their chunks.
std::vector<int> layers_of(const plan::Plan& plan, int part) {
  std::vector<int> layers;
  const auto shape = plan.shape(1);
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    if (plan.part_of(stage) != part) continue;
    int sum = 0;
    for (int c = 0; c < shape.virtual_stages; ++c) {
      sum += plan.layers[static_cast<std::size_t>(shape.virtual_stage(stage, c))];
    }
    layers.push_back(sum);
  }
  return layers;
}

// "3 x 20, 19".
std::string runs_text(const std::vector<int>& numbers) {
  std::vector<std::string> runs;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t next = i;
    while (next < numbers.size() && numbers[next] == numbers[i]) ++next;
    runs.push_back(next - i > 1 ? fmt::format("{} x {}", next - i, numbers[i])
                                : fmt::format("{}", numbers[i]));
    i = next;
  }
  return fmt::format("{}", fmt::join(runs, ", "));
}

}  // namespace

std::string software_names(const workload::Software& software) {
  std::vector<std::string> names = {software.name};
  for (const auto& other : software.further) {
    if (std::find(names.begin(), names.end(), other.name) == names.end()) {
      names.push_back(other.name);
    }
  }
  return fmt::format("{}", fmt::join(names, " + "));
}

PartCells part_cells(const study::Case& study_case, const study::Outcome& outcome, int part) {
  if (!study_case.cluster.is_mixed() || part >= study_case.cluster.parts()) {
    return {"-", "-", "-", "-", "-", "-"};
  }
  const auto& cluster = study_case.cluster.part(part);
  const auto& of = outcome.parts[static_cast<std::size_t>(part)];
  PartCells cells;
  cells.chip = cluster.chip.name;
  cells.devices = fmt::format("{} used, {} idle", of.devices_used, of.devices_idle);
  cells.layers = outcome.plan.layers.empty() ? fmt::format("{}", of.layers)
                                             : runs_text(layers_of(outcome.plan, part));
  cells.memory =
      fmt::format("{} of {}", to_text(of.memory.total()), to_text(cluster.device().memory_usable));
  cells.waits = percent_text(of.ledger.part(step::Part::kBubble) / of.ledger.step, 2);
  cells.power = to_text(of.ledger.mean_device_power());
  return cells;
}

nlohmann::ordered_json parts_of_cluster_json(const study::Case& study_case,
                                             const study::Outcome& outcome) {
  nlohmann::ordered_json parts = nlohmann::ordered_json::array();
  for (int p = 0; p < study_case.cluster.parts(); ++p) {
    const auto& cluster = study_case.cluster.part(p);
    const auto& of = outcome.parts[static_cast<std::size_t>(p)];
    nlohmann::ordered_json sends;
    const auto& tiers = cluster.fabric.tiers();
    for (std::size_t t = 0; t < tiers.size(); ++t) {
      sends[tiers[t].name] = of.ledger.sent[t].si();
    }
    parts.push_back({{"cluster", cluster.name},
                     {"chip", cluster.chip.name},
                     {"software", study_case.software.of_part(p).name},
                     {"devices_used", of.devices_used},
                     {"devices_idle", of.devices_idle},
                     {"stages", of.stages},
                     {"layers", of.layers},
                     {"peak_FLOP_per_s_per_device", of.peak.si()},
                     {"memory_stage", of.memory.stage},
                     {"memory_bytes", of.memory.total().si()},
                     {"usable_bytes", cluster.device().memory_usable.si()},
                     {"parts_s", parts_json(of.ledger)},
                     {"device_sends_bytes", sends},
                     {"device_sends_across_bytes", of.ledger.crossed.si()},
                     {"mean_device_power_W", of.ledger.mean_device_power().si()}});
  }
  return parts;
}

}  // namespace weft::report
