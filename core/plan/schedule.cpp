#include "weft/plan/schedule.h"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

#include "order_writer.h"

namespace weft::plan {

namespace {

using Write = void (*)(const Stage&, OrderWriter&);
using Length = RoundLength (*)(int stages, int virtual_stages);

// A round needs as many micro-batches as are under way at once.
RoundLength of_interleaving(int stages, int virtual_stages) {
  if (virtual_stages == 1) return {stages, 1};
  return {3 * stages, stages};
}
RoundLength of_all(int, int) { return {std::numeric_limits<int>::max(), 1}; }
RoundLength of_once(int stages, int) { return {stages, 1}; }
RoundLength of_twice(int stages, int) { return {2 * stages, 1}; }
RoundLength of_both_ways(int stages, int) { return {stages + 1, 1}; }
RoundLength of_the_fold(int stages, int) { return {2 * stages + 1, 1}; }

struct Entry {
  ScheduleTraits traits;
  Write write;
  Length length;
};

const Entry& entry_of(Schedule schedule) {
  static constexpr std::array<Entry, kScheduleCount> kAll = {{
      {{"1f1b", "1F1B", Placement::kLoop, 0, false, false},
       write_one_forward_one_backward,
       of_interleaving},
      {{"gpipe", "GPipe", Placement::kLoop, 1, false, false}, write_gpipe, of_all},
      {{"zb_h1", "ZB-H1", Placement::kLoop, 1, true, false}, write_zero_bubble_h1, of_once},
      {{"zb_h2", "ZB-H2", Placement::kLoop, 1, true, true}, write_zero_bubble_h2, of_twice},
      {{"zb_v", "ZB-V", Placement::kFold, 2, true, true}, write_zero_bubble_v, of_twice},
      {{"dualpipe", "DualPipe", Placement::kBothWays, 1, true, false, true},
       write_dualpipe,
       of_both_ways},
      {{"dualpipe_v", "DualPipeV", Placement::kFold, 2, true, false, true},
       write_dualpipe_v,
       of_the_fold},
      {{"given", "given order", Placement::kLoop, 0, true, false}, nullptr, of_all},
  }};
  return kAll[static_cast<std::size_t>(schedule)];
}

}  // namespace

const ScheduleTraits& traits_of(Schedule schedule) { return entry_of(schedule).traits; }

const char* name_of(Schedule schedule) { return traits_of(schedule).name; }

const char* title_of(Schedule schedule) { return traits_of(schedule).title; }

Placement PipelineShape::placement() const {
  if (schedule == Schedule::kGiven && given != nullptr && given->fold) return Placement::kFold;
  return traits_of(schedule).placement;
}

int PipelineShape::virtual_stage(int stage, int chunk) const {
  switch (placement()) {
    case Placement::kFold:
      return chunk == 0 ? stage : 2 * stages - 1 - stage;
    case Placement::kBothWays:
      return chunk == 0 ? stage : stages - 1 - stage;
    case Placement::kLoop:
      break;
  }
  return chunk * stages + stage;
}

Holder holder_of(const PipelineShape& shape, int virtual_stage, int way) {
  switch (shape.placement()) {
    case Placement::kFold:
      return virtual_stage < shape.stages ? Holder{virtual_stage, 0}
                                          : Holder{2 * shape.stages - 1 - virtual_stage, 1};
    case Placement::kBothWays:
      return way == 0 ? Holder{virtual_stage, 0} : Holder{shape.stages - 1 - virtual_stage, 1};
    case Placement::kLoop:
      break;
  }
  return {virtual_stage % shape.stages, virtual_stage / shape.stages};
}

Shortened shortened(const PipelineShape& shape) {
  const auto length = entry_of(shape.schedule).length(shape.stages, shape.virtual_stages);
  const auto all = shape.micro_batches_per_way();
  if (all < length.least) return {all, 0, length.step};
  const auto rest = (all - length.least) % length.step;
  const auto written = length.least + rest;
  return {written, (all - written) / length.step + 1, length.step};
}

StageOrder stage_order(const PipelineShape& shape, int stage) {
  if (shape.schedule == Schedule::kGiven) {
    if (shape.given == nullptr) throw std::invalid_argument("an order of operations is missing");
    return {shape.given->stages[static_cast<std::size_t>(stage)], 0, 0};
  }
  const auto& entry = entry_of(shape.schedule);
  const auto length = entry.length(shape.stages, shape.virtual_stages);
  const auto written = shortened(shape);
  // Fewer micro-batches than a round needs: a longer schedule of which the rest is left out.
  const bool cut = written.rounds == 0 && length.least < std::numeric_limits<int>::max();
  const int whole = cut ? length.least : static_cast<int>(written.micro_batches);
  OrderWriter writer(shape.chunks(), written.micro_batches);
  entry.write({stage, shape.stages, shape.virtual_stages, whole}, writer);
  auto order = writer.finish();
  if (written.rounds == 0) order.round_begin = order.round_end = 0;
  return order;
}

Order order_of(const PipelineShape& shape) {
  Order order;
  const auto written = shortened(shape);
  order.rounds = written.rounds;
  order.step = written.step;
  for (int i = 0; i < shape.stages; ++i) order.stages.push_back(stage_order(shape, i));
  return order;
}

}  // namespace weft::plan
