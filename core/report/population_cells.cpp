#include "population_cells.h"

#include <fmt/format.h>

#include "weft/base/unit_text.h"

namespace weft::report {

namespace {

using base::percent_text;

std::string slow_hosts_text(const population::SlowHosts& slow) {
  if (slow.share == 0) return "none";
  return fmt::format("{} at {} of speed", percent_text(slow.share, 2), percent_text(slow.speed, 2));
}

// "+12 % ± 0.3 %"
std::string longer_text(const population::Estimate& estimate) {
  auto text = "+" + percent_text(estimate.mean - 1, 2);
  if (estimate.half_width > 0) text += " ± " + percent_text(estimate.half_width, 1);
  return text;
}

nlohmann::ordered_json estimate_json(const population::Estimate& estimate) {
  return {{"mean", estimate.mean}, {"half_width_95", estimate.half_width}};
}

}  // namespace

std::string bin_cell(const study::Outcome& outcome, std::size_t number) {
  if (!outcome.populated) return "-";
  const auto& classes = outcome.populated->population.classes;
  if (number >= classes.size()) return "-";
  return fmt::format("{}, {}", classes[number].bin, percent_text(classes[number].share));
}

std::array<std::string, 5> population_cells(const study::Outcome& outcome) {
  if (!outcome.populated) return {"-", "-", "-", "-", "-"};
  const auto& of = *outcome.populated;
  return {slow_hosts_text(of.population.slow), of.population.placement,
          longer_text(of.slow_down.step),
          fmt::format("{}, of {}", longer_text(of.slow_down.group), of.structure.group),
          percent_text(of.early_life.weak.share_left, 2)};
}

nlohmann::ordered_json population_json(const populated::Outcome& populated) {
  using Json = nlohmann::ordered_json;
  Json classes = Json::array();
  for (std::size_t i = 0; i < populated.population.classes.size(); ++i) {
    const auto& kind = populated.population.classes[i];
    classes.push_back({{"bin", kind.bin},
                       {"share", kind.share},
                       {"kernel_time", kind.time},
                       {"power", kind.power},
                       {"weak_devices", populated.early_life.weak_left[i]}});
  }
  const auto& slow = populated.slow_down;
  Json json = {{"classes", classes},
               {"placement", populated.population.placement},
               {"group_devices", populated.structure.group},
               {"group_time", estimate_json(slow.group)},
               {"stage_pace", estimate_json(slow.pace)},
               {"step_time", estimate_json(slow.step)},
               {"samples", slow.samples},
               {"pipelines_simulated", slow.simulated},
               {"expected_group_time_at_random", populated.expected_group},
               {"expected_stage_pace_at_random", populated.expected_pace},
               {"hosts_sent_back", populated.early_life.rejected},
               {"lemons_left", populated.early_life.lemons.share}};
  if (populated.expected_step) json["expected_step_time_at_random"] = *populated.expected_step;
  return json;
}

}  // namespace weft::report
