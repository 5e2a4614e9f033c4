#include <algorithm>
#include <utility>

#include "weft/plan/axes.h"

namespace weft::plan {

namespace {

// A list of names out of some.
template <class Value>
std::optional<std::vector<Value>> choices(base::Fields& fields, const char* key,
                                          const std::vector<std::pair<std::string, Value>>& known) {
  if (!fields.has(key)) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& [name, value] : known) names.push_back(name);
  std::vector<Value> found;
  for (const auto& node : fields.list(key)) {
    const auto& value = known[base::choice_of(node, fields.reading(), names)].second;
    for (const auto& before : found) {
      if (before == value) fields.reading().error(node, "this stands here twice");
    }
    found.push_back(value);
  }
  if (found.empty()) fields.reading().error(*fields.value(key), "at least one is expected here");
  return found;
}

// Nothing: interleaved.
using Named = std::optional<Schedule>;

std::vector<std::pair<std::string, Named>> schedules() {
  std::vector<std::pair<std::string, Named>> all = {{workload::kInterleaved, std::nullopt}};
  for (int s = 0; s < kScheduleCount; ++s) {
    const auto schedule = static_cast<Schedule>(s);
    if (schedule != Schedule::kGiven) all.emplace_back(name_of(schedule), schedule);
  }
  return all;
}

void read_schedules(base::Fields& fields, AxesRequest& request) {
  const auto named = choices<Named>(fields, "schedules", schedules());
  if (!named) return;
  request.schedules.emplace();
  const bool plain =
      std::find(named->begin(), named->end(), Schedule::kOneForwardOneBackward) != named->end();
  for (const auto& schedule : *named) {
    if (!schedule) request.interleaves = true;
    if (!schedule && plain) continue;
    request.schedules->push_back(schedule.value_or(Schedule::kOneForwardOneBackward));
  }
}

enum class Offloaded { kOptimizer, kActivations };

std::optional<bool> flag(base::Fields& fields, const char* key) {
  if (!fields.has(key)) return std::nullopt;
  return fields.flag(key, false);
}

}  // namespace

AxesRequest read_axes(base::Fields& fields) {
  AxesRequest request;
  read_schedules(fields, request);
  request.exchanges = choices<ContextExchange>(fields, "context_exchange",
                                               {{"ring", ContextExchange::kRing},
                                                {"all_gather", ContextExchange::kAllGather},
                                                {"ulysses", ContextExchange::kUlysses}});
  request.rank_orders = choices<RankOrder>(
      fields, "rank_orders", {{"data_first", kTensorFirst}, {"pipeline_first", kPipelineInside}});
  const auto offloaded = choices<Offloaded>(
      fields, "offload",
      {{"optimizer", Offloaded::kOptimizer}, {"activations", Offloaded::kActivations}});
  if (offloaded) {
    request.optimizer_offload = request.activation_offload = std::vector<double>{0};
    for (const auto what : *offloaded) {
      auto& shares =
          what == Offloaded::kOptimizer ? request.optimizer_offload : request.activation_offload;
      shares->push_back(1);
    }
  }
  request.plain_tensor = flag(fields, "plain_tensor");
  request.expert_tensor = flag(fields, "expert_tensor");
  request.every_micro_batch = flag(fields, "every_micro_batch");
  request.every_zero = flag(fields, "every_zero");
  if (fields.has("least_used")) {
    const double share = fields.number("least_used");
    if (share < 0 || share > 1) {
      fields.reading().error(*fields.value("least_used"), "a share from 0 to 1 is expected here");
    }
    request.least_used = share;
  }
  return request;
}

Axes AxesRequest::applied_to(Axes axes) const {
  const auto take = [](auto& to, const auto& from) {
    if (from) to = *from;
  };
  take(axes.schedules, schedules);
  take(axes.interleaves, interleaves);
  take(axes.rank_orders, rank_orders);
  take(axes.exchanges, exchanges);
  take(axes.optimizer_offload, optimizer_offload);
  take(axes.activation_offload, activation_offload);
  take(axes.plain_tensor, plain_tensor);
  take(axes.expert_tensor, expert_tensor);
  take(axes.every_micro_batch, every_micro_batch);
  take(axes.every_zero, every_zero);
  take(axes.least_used, least_used);
  return axes;
}

}  // namespace weft::plan
