#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <stdexcept>

#include "read_effects.h"
#include "read_layers.h"
#include "read_options.h"
#include "read_parts.h"
#include "read_recompute.h"
#include "weft/plan/space.h"

namespace weft::plan {

namespace {

using base::Fields;

std::vector<std::string> schedule_names() {
  std::vector<std::string> names;
  for (int s = 0; s < kScheduleCount; ++s) {
    const auto schedule = static_cast<Schedule>(s);
    if (schedule != Schedule::kGiven) names.emplace_back(name_of(schedule));
  }
  names.emplace_back("auto");
  return names;
}

// No cluster is split further; products of all degrees stay far inside 64 bits.
constexpr int kMostReplicas = 1 << 22;
constexpr int kMostDegree = 1 << 12;

std::optional<int> degree(Fields& fields, const char* key, int minimum, int most) {
  const auto value = fields.value(key);
  if (!value || says_auto(fields, key)) return std::nullopt;
  const int given = fields.small_integer(key, minimum);
  if (given <= most) return given;
  fields.reading().error(*value, fmt::format("at most {} is expected here", most));
  return std::nullopt;
}

// {order: ["F0 F1 B0 …", …], placement: loop or fold}: one line of operations for each stage.
GivenOrder given_order(Fields fields) {
  GivenOrder order;
  order.fold = fields.choice("placement", {"loop", "fold"}, 0) == 1;
  if (!fields.has("order")) {
    fields.reading().error(fields.node(),
                           "'order' is missing: a list of operations for each stage");
  }
  for (const auto& line : fields.list("order")) {
    try {
      order.stages.push_back(parse_operations(base::text_of(line, fields.reading())));
    } catch (const std::invalid_argument& error) {
      fields.reading().error(line, error.what());
    }
  }
  fields.finish();
  return order;
}

// A name, or an order of one's own. Schedules that fold the model fix the number of chunks.
void read_schedule(Fields& fields, Request& request) {
  if (!fields.has("schedule")) return;
  if (auto value = fields.value("schedule"); value->is_scalar()) {
    const auto names = schedule_names();
    const auto picked = fields.choice("schedule", names);
    request.open.schedule = picked + 1 == names.size();
    if (!request.open.schedule) request.schedule = static_cast<Schedule>(picked);
  } else {
    request.schedule = Schedule::kGiven;
    request.order = given_order(fields.map("schedule"));
    if (!request.pipeline) request.pipeline = static_cast<int>(request.order.stages.size());
  }
  if (!request.schedule || request.virtual_stages) return;
  int needed = traits_of(*request.schedule).virtual_stages;
  if (request.schedule == Schedule::kGiven) needed = request.order.fold ? 2 : 1;
  if (needed > 0) request.virtual_stages = needed;
}

// A plan that differs from a legal one in nothing but the given degree.
void check_alone(Fields& fields, const char* key, const Plan& plan, const workload::Job& job,
                 const cluster::Cluster& cluster, bool layers_given = false) {
  const auto problem = first_problem(cluster, job, plan);
  if (!problem) return;
  if (*problem == Problem::kPrecision) return;  // not the plan's fault: reported with the case
  if (*problem == Problem::kParts) return;      // stages are placed when all is known
  // Stages may be without a layer where layers are given: see check_stages().
  if (*problem == Problem::kPipelineDepth && layers_given) return;
  fields.reading().error(*fields.value(key),
                         explain(*problem, cluster, job, workload::Software{}, plan));
}

// Degrees that are wrong whatever the others are.
void check_degrees(Fields& fields, const Request& request, const workload::Job& job,
                   const cluster::Cluster& cluster) {
  if (request.tensor) {
    Plan alone;
    alone.tensor = *request.tensor;
    alone.sequence_parallel = job.model.moe.has_value() && alone.tensor > 1;
    check_alone(fields, "tensor", alone, job, cluster);
  }
  if (request.pipeline) {
    Plan alone;
    alone.pipeline = *request.pipeline;
    check_alone(fields, "pipeline", alone, job, cluster, !request.layers.empty());
  }
  if (request.expert) {
    // With as many data ranks; that the batch may not split over them is not its fault.
    Plan alone;
    alone.expert = alone.data = *request.expert;
    auto any_batch = job;
    any_batch.global_batch = alone.data;
    check_alone(fields, "expert", alone, any_batch, cluster);
  }
  if (request.data) {
    Plan alone;
    alone.data = *request.data;
    check_alone(fields, "data", alone, job, cluster);
  }
}

// What a schedule asks for whatever the batch is.
void check_schedule(Fields& fields, const Request& request) {
  if (!request.schedule) return;
  const auto& traits = traits_of(*request.schedule);
  const auto complain = [&](const char* key, const std::string& message) {
    const auto value = fields.value(key);
    fields.reading().error(value ? *value : fields.node(),
                           fmt::format("schedule {}: {}", traits.name, message));
  };
  const bool given = request.schedule == Schedule::kGiven;
  const int chunks = given && request.order.fold ? 2 : traits.virtual_stages;
  if (chunks > 0 && request.virtual_stages != chunks) {
    complain("virtual_stages", fmt::format("{} virtual stages are needed", chunks));
  }
  if (!request.pipeline) return;
  const int stages = *request.pipeline;
  if (given && static_cast<int>(request.order.stages.size()) != stages) {
    complain("schedule", fmt::format("{} stages are given, the pipeline has {}",
                                     request.order.stages.size(), stages));
  }
  if (given || !traits.splits_backward) return;
  if (stages < 2) complain("pipeline", "a pipeline of at least 2 stages is needed");
  if (traits.placement == Placement::kBothWays && stages % 2 != 0) {
    complain("pipeline", fmt::format("an even pipeline is needed, not {} stages", stages));
  }
}

// Layers and virtual stages against the pipeline.
void check_stages(Fields& fields, const Request& request, const workload::Job& job,
                  const cluster::Cluster& cluster) {
  Plan plan;
  plan.pipeline = request.pipeline.value_or(1);
  plan.virtual_stages = request.virtual_stages.value_or(1);
  plan.layers = request.layers;
  const auto complain = [&](const char* key, Problem problem) {
    fields.reading().error(*fields.value(key),
                           explain(problem, cluster, job, workload::Software{}, plan));
  };
  const auto sum = std::accumulate(plan.layers.begin(), plan.layers.end(), std::int64_t{0});
  const bool counted = request.pipeline && request.virtual_stages;
  if (!plan.layers.empty() &&
      (sum != job.model.layers ||
       (counted && static_cast<int>(plan.layers.size()) != plan.chunks()))) {
    complain("layers", Problem::kLayerSplit);
  }
  if (counted && plan.layers.empty() && plan.chunks() > job.model.layers) {
    complain("virtual_stages", Problem::kPipelineDepth);
  } else if (plan.virtual_stages > 1 && request.pipeline == 1) {
    complain("virtual_stages", Problem::kInterleaving);
  }
}

}  // namespace

Request read_request(const base::Node& node, base::Reading& reading, const workload::Job& job,
                     const cluster::Cluster& cluster) {
  Request request;
  if (node.is_scalar()) {
    if (node.text() != "auto") {
      reading.error(
          node, fmt::format("'{}' is not a plan; 'auto' or a map is expected here", node.text()));
    }
    return request;
  }
  Fields fields(node, reading, "plan");
  request.position = node.position();
  request.tensor = degree(fields, "tensor", 1, kMostDegree);
  request.context = degree(fields, "context", 1, kMostDegree);
  request.data = degree(fields, "data", 1, kMostReplicas);
  request.pipeline = degree(fields, "pipeline", 1, kMostDegree);
  request.virtual_stages = degree(fields, "virtual_stages", 1, kMostDegree);
  request.expert = degree(fields, "expert", 1, kMostDegree);
  request.expert_tensor = degree(fields, "expert_tensor", 1, kMostDegree);
  request.micro_batch = degree(fields, "micro_batch", 1, kMostReplicas);
  request.zero = degree(fields, "zero", 0, 3);
  request.zero_ranks = degree(fields, "zero_ranks", 1, kMostReplicas);
  request.open.expert_tensor = fields.has("expert_tensor") && !request.expert_tensor;
  if (fields.has("sequence_parallel") && !says_auto(fields, "sequence_parallel")) {
    request.sequence_parallel = fields.flag("sequence_parallel", true);
  }
  read_recompute(fields, request);
  read_schedule(fields, request);
  read_layers(fields, request, job.model);
  read_options(fields, request);
  read_parts(fields, request, cluster);
  fields.finish();
  if (!reading.diagnostics().empty()) return request;

  check_degrees(fields, request, job, cluster);
  check_schedule(fields, request);
  if (!reading.diagnostics().empty()) return request;
  check_stages(fields, request, job, cluster);
  if (!reading.diagnostics().empty()) return request;
  check_effects(fields, request, job, cluster);
  return request;
}

}  // namespace weft::plan
