#include "weft/study/power_request.h"

#include <string>

#include "weft/site/daily_curve.h"

namespace weft::study {

namespace {

using base::Fields;

bool ends_with_step(const base::Node& node) {
  if (!node.is_scalar()) return false;
  const std::string text(node.text());
  return text.ends_with("step") || text.ends_with("steps");
}

// "1 step", "24 steps".
std::int64_t steps_of(const base::Node& node, Fields& fields) {
  const bool one = std::string(node.text()).ends_with("step");
  const double steps =
      base::count_of(node, fields.reading(), fields.name(), one ? "step" : "steps");
  if (steps >= 1) return static_cast<std::int64_t>(steps);
  fields.reading().error(node, "at least one step is expected here");
  return 1;
}

void read_window(Fields& fields, PowerRequest& request) {
  const auto node = fields.value("window");
  if (!node) return;
  if (ends_with_step(*node)) {
    request.steps = steps_of(*node, fields);
  } else {
    request.window = fields.positive<base::Time>("window");
  }
}

void read_start_hour(Fields& fields, PowerRequest& request) {
  if (!fields.has("start_hour")) return;
  const double hour = fields.number("start_hour");
  request.start_hour = hour;
  if (hour >= 0 && hour < site::kHoursADay) return;
  fields.reading().error(*fields.value("start_hour"),
                         "an hour of a day, 0 to below 24, is expected");
  request.start_hour = 0;
}

void read_meter(Fields& fields, PowerRequest& request) {
  if (!fields.has("meter")) return;
  // Shorter ones are lost in the rounding of energies of a step.
  constexpr base::Time kShortest{1e-6};
  const auto meter = fields.positive<base::Time>("meter");
  if (meter >= kShortest) {
    request.meter = meter;
  } else {
    fields.reading().error(*fields.value("meter"), "a meter takes means over 1 us or more");
  }
}

void read_ramp(Fields& fields, PowerRequest& request) {
  const auto node = fields.value("ramp_limit");
  if (!node) return;
  RampLimit ramp;
  if (node->is_map() && node->find("limit")) {
    auto map = fields.map("ramp_limit");
    ramp.most = map.positive<PowerRate>("limit");
    ramp.up = map.choice("up", {"burn", "withhold"}, 1) == 0 ? power::RampUp::kBurn
                                                             : power::RampUp::kWithhold;
    map.finish();
  } else {
    ramp.most = fields.positive<PowerRate>("ramp_limit");
  }
  request.ramp = ramp;
}

void read_storage(Fields& fields, PowerRequest& request) {
  auto map = fields.maybe_map("storage");
  if (!map) return;
  power::Storage storage;
  storage.power = map->positive<base::Power>("power").si();
  storage.energy = map->positive<base::Energy>("energy").si();
  storage.efficiency = map->share("efficiency");
  map->finish();
  request.storage = storage;
}

void read_evaluation(Fields& fields, PowerRequest& request) {
  auto map = fields.maybe_map("evaluation");
  if (!map) return;
  Evaluation evaluation;
  if (const auto every = map->value("every")) {
    evaluation.every = steps_of(*every, *map);
  } else {
    map->count("every", "steps");  // says that it is missing
  }
  evaluation.takes = map->positive<base::Time>("for");
  map->finish();
  request.evaluation = evaluation;
}

}  // namespace

PowerRequest read_power(base::Fields& study) {
  PowerRequest request;
  request.position = study.node().position();
  auto fields = study.maybe_map("power");
  if (!fields) return request;
  request.position = fields->node().position();
  read_window(*fields, request);
  read_start_hour(*fields, request);
  if (fields->has("interval")) request.interval = fields->positive<base::Time>("interval");
  read_meter(*fields, request);
  request.replica = fields->integer("replica", 0, 0);
  request.floor = fields->number("floor", 0.0);
  if (!(request.floor >= 0 && request.floor <= 1)) {
    study.reading().error(*fields->value("floor"), "a share of the limit, 0 to 100 %, is expected");
    request.floor = 0;
  }
  read_ramp(*fields, request);
  read_storage(*fields, request);
  read_evaluation(*fields, request);
  fields->finish();
  return request;
}

}  // namespace weft::study
