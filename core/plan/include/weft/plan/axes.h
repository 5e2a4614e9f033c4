// What a search varies besides the degrees.
#pragma once

#include <optional>
#include <vector>

#include "weft/base/fields.h"
#include "weft/plan/plan.h"
#include "weft/workload/software.h"

namespace weft::plan {

// Pipeline ranks nearer than data ranks: stages hand over inside a host, gradients cross hosts.
inline constexpr RankOrder kPipelineInside = {Axis::kTensor, Axis::kContext, Axis::kPipeline,
                                              Axis::kData};

// The values that a search tries of each. The defaults are those of `plan: auto`.
struct Axes {
  // Of pipelines; none: there are no pipelines unless one is given.
  std::vector<Schedule> schedules = {Schedule::kOneForwardOneBackward};
  bool interleaves = true;  // 1F1B with virtual stages, too
  std::vector<RankOrder> rank_orders = {kTensorFirst};
  std::vector<ContextExchange> exchanges = {ContextExchange::kRing};  // with context parallelism
  std::vector<double> optimizer_offload = {0};                        // shares
  std::vector<double> activation_offload = {0};
  bool plain_tensor = false;       // tensor parallelism without sequence parallelism, too
  bool expert_tensor = false;      // experts that tensor ranks share, too
  bool every_micro_batch = false;  // all that divide the batch, not powers of two up to 8
  bool every_zero = false;         // ZeRO-0 … 3 with and without a pipeline
  // A plan uses at least this share of the devices, unless none can.
  double least_used = 0.5;

  // What `weft plan` varies: see space.cpp. With a stack: the schedules that it ships.
  static Axes wide();
  static Axes wide(const workload::Software& software);
  // What `weft run` varies: 1F1B, interleaved where the stack ships that; the first schedule that
  // it ships where 1F1B is none of them.
  static Axes usual(const workload::Software& software);
};

// Whether a stack ships the schedule of a plan: also where there is no pipeline, and where nobody
// says what it ships. Orders of one's own are shipped by none.
bool ships(const workload::Software& software, const Plan& plan);

// What a study's `search` map says; everything else is left as it is.
struct AxesRequest {
  std::optional<std::vector<Schedule>> schedules;
  std::optional<std::vector<RankOrder>> rank_orders;
  std::optional<std::vector<ContextExchange>> exchanges;
  std::optional<std::vector<double>> optimizer_offload, activation_offload;
  std::optional<bool> interleaves, plain_tensor, expert_tensor, every_micro_batch, every_zero;
  std::optional<double> least_used;

  [[nodiscard]] Axes applied_to(Axes axes) const;
};

// Keys: schedules (in place of those that the stack ships; `interleaved` is 1f1b with virtual
// stages, where the stack has none), rank_orders (data_first, pipeline_first), context_exchange,
// offload (optimizer, activations: tried with and without), plain_tensor, expert_tensor,
// every_micro_batch, every_zero, least_used. Does not finish the fields.
AxesRequest read_axes(base::Fields& fields);

}  // namespace weft::plan
