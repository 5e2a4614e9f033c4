#include "stage_map.h"

#include <algorithm>

#include "index.h"
#include "weft/plan/schedule.h"

namespace weft::step {

namespace {

ChunkClass chunk_class(const plan::Plan& plan, const workload::Model& model, int virtual_stage) {
  ChunkClass result;
  result.chunk = plan::chunk_of(plan, model, virtual_stage);
  // Where a folded model turns, the stage hands over to itself.
  const auto shape = plan.shape(1);
  const int turn = shape.placement() == plan::Placement::kFold ? plan.pipeline : 0;
  const auto part_of = [&](int other) {
    return plan.part_of(plan::holder_of(shape, other, 0).stage);
  };
  result.part = part_of(virtual_stage);
  const int next = virtual_stage + 1;
  if (next < plan.chunks() && next != turn) result.forward_to = part_of(next);
  if (virtual_stage > 0 && virtual_stage != turn) result.backward_to = part_of(virtual_stage - 1);
  for (const auto& part : parts_of(result.chunk)) {
    if (part.count > 0) result.parts.push_back(part);
  }
  return result;
}

bool alike(const ChunkClass& a, const ChunkClass& b) {
  return a.chunk == b.chunk && a.part == b.part && a.forward_to == b.forward_to &&
         a.backward_to == b.backward_to;
}
bool alike(const StageClass& a, const StageClass& b) {
  return a.in_order == b.in_order && a.has_table == b.has_table;
}

// The place of `value` among the classes, where it is put if it is new.
template <class Class>
int interned(std::vector<Class>& classes, Class value) {
  const auto found = std::find_if(classes.begin(), classes.end(),
                                  [&](const auto& known) { return alike(known, value); });
  const auto place = static_cast<int>(found - classes.begin());
  if (found == classes.end()) classes.push_back(std::move(value));
  return place;
}

StageClass stage_class(const plan::Plan& plan, const StageMap& map, int stage) {
  const auto shape = plan.shape(1);
  StageClass result;
  result.part = plan.part_of(stage);
  result.has_table = stage == 0 || stage == plan.pipeline - 1;
  for (int c = 0; c < shape.chunks(); ++c) {
    const int chunk = map.chunk_of[at(shape.virtual_stage(stage, c))];
    result.in_order.push_back(chunk);
    auto known = std::find_if(result.held.begin(), result.held.end(),
                              [&](const auto& holding) { return holding.chunk == chunk; });
    if (known == result.held.end()) known = result.held.insert(known, {chunk, 0});
    ++known->times;
  }
  result.first = result.in_order.front();
  return result;
}

}  // namespace

StageMap stage_map(const plan::Plan& plan, const workload::Model& model) {
  StageMap map;
  for (int vs = 0; vs < plan.chunks(); ++vs) {
    map.chunk_of.push_back(interned(map.chunks, chunk_class(plan, model, vs)));
  }
  for (int i = 0; i < plan.pipeline; ++i) {
    const int stage = interned(map.stages, stage_class(plan, map, i));
    map.stage_of.push_back(stage);
    if (map.runs.empty() || map.runs.back().stage != stage) map.runs.push_back({stage, 0});
    ++map.runs.back().count;
  }
  return map;
}

}  // namespace weft::step
