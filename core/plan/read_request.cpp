#include <fmt/format.h>

#include <numeric>

#include "weft/plan/space.h"

namespace weft::plan {

namespace {

using base::Fields;

const std::vector<std::string> kRecomputeNames = {"none", "selective", "attention", "full", "auto"};
const std::vector<std::string> kScheduleNames = {"1f1b", "gpipe", "auto"};

// No cluster is split further; products of all degrees stay far inside 64 bits.
constexpr int kMostReplicas = 1 << 22;
constexpr int kMostDegree = 1 << 12;

std::optional<int> degree(Fields& fields, const char* key, int minimum, int most) {
  const auto value = fields.value(key);
  if (!value || (value->is_scalar() && value->text() == "auto")) return std::nullopt;
  const int given = fields.small_integer(key, minimum);
  if (given <= most) return given;
  fields.reading().error(*value, fmt::format("at most {} is expected here", most));
  return std::nullopt;
}

std::vector<int> layer_list(Fields& fields) {
  std::vector<int> layers;
  if (!fields.has("layers")) return layers;
  for (const auto& node : fields.list("layers")) {
    int count = 0;
    const std::string text(node.text());
    try {
      count = std::stoi(text);
    } catch (const std::exception&) {
      count = 0;
    }
    if (count < 1 || std::to_string(count) != text) {
      fields.reading().error(node, fmt::format("'{}' is not a number of layers", text));
    }
    layers.push_back(count);
  }
  return layers;
}

// A plan that differs from a legal one in nothing but the given degree.
void check_alone(Fields& fields, const char* key, const Plan& plan, const workload::Job& job,
                 const cluster::Cluster& cluster) {
  const auto problem = first_problem(cluster, job, plan);
  if (!problem) return;
  if (*problem == Problem::kPrecision) return;  // not the plan's fault: reported with the case
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
    check_alone(fields, "pipeline", alone, job, cluster);
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
  const auto sum = std::accumulate(plan.layers.begin(), plan.layers.end(), 0);
  const bool counted = request.pipeline && request.virtual_stages;
  if (!plan.layers.empty() &&
      (sum != job.model.layers ||
       (counted && static_cast<int>(plan.layers.size()) != plan.chunks()))) {
    complain("layers", Problem::kLayerSplit);
  }
  if (counted && plan.chunks() > job.model.layers) {
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
  request.micro_batch = degree(fields, "micro_batch", 1, kMostReplicas);
  request.zero = degree(fields, "zero", 0, 3);
  if (fields.has("sequence_parallel")) {
    request.sequence_parallel = fields.flag("sequence_parallel", true);
  }
  const auto recompute = fields.choice("recompute", kRecomputeNames, kRecomputeCount);
  if (recompute < kRecomputeCount) request.recompute = static_cast<Recompute>(recompute);
  const auto schedule = fields.choice("schedule", kScheduleNames, kScheduleCount);
  if (schedule < kScheduleCount) request.schedule = static_cast<Schedule>(schedule);
  request.layers = layer_list(fields);
  fields.finish();
  if (!reading.diagnostics().empty()) return request;

  check_degrees(fields, request, job, cluster);
  check_stages(fields, request, job, cluster);
  return request;
}

}  // namespace weft::plan
