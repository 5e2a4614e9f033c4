#include "held_passes.h"

#include <algorithm>

namespace weft::plan {

namespace {

// Of a stage, with the kind of each of its chunks.
struct Contents {
  StageKind kind;
  std::vector<std::size_t> kind_of;  // [chunk]
};

Contents contents_of(const Plan& plan, const workload::Model& model, int stage) {
  const auto shape = plan.shape(1);
  Contents contents;
  contents.kind.part = plan.part_of(stage);
  auto& chunks = contents.kind.chunks;
  for (int c = 0; c < shape.chunks(); ++c) {
    const auto chunk = chunk_of(plan, model, shape.virtual_stage(stage, c));
    auto known = std::find_if(chunks.begin(), chunks.end(),
                              [&](const HeldChunk& held) { return held.chunk == chunk; });
    if (known == chunks.end()) known = chunks.insert(known, {chunk, 0});
    ++known->times;
    contents.kind_of.push_back(static_cast<std::size_t>(known - chunks.begin()));
  }
  return contents;
}

bool same_content(const StageKind& a, const StageKind& b) {
  return a.part == b.part && std::equal(a.chunks.begin(), a.chunks.end(), b.chunks.begin(),
                                        b.chunks.end(), [](const HeldChunk& x, const HeldChunk& y) {
                                          return x.chunk == y.chunk && x.times == y.times;
                                        });
}

bool holds_all_of(const HeldPasses& a, const HeldPasses& b) {
  const auto at_least = [](const std::vector<double>& x, const std::vector<double>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), [](double m, double n) { return m >= n; });
  };
  return at_least(a.kept, b.kept) && at_least(a.put_off, b.put_off);
}

void add(std::vector<HeldPasses>& most, const HeldPasses& moment) {
  for (const auto& known : most) {
    if (holds_all_of(known, moment)) return;
  }
  most.erase(std::remove_if(most.begin(), most.end(),
                            [&](const auto& known) { return holds_all_of(moment, known); }),
             most.end());
  most.push_back(moment);
}

}  // namespace

std::vector<StageKind> stage_kinds(const Plan& plan, const workload::Model& model,
                                   std::int64_t micro_batches) {
  const auto shape = plan.shape(micro_batches);
  std::vector<StageKind> kinds;
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    auto contents = contents_of(plan, model, stage);
    auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const StageKind& known) {
      return same_content(known, contents.kind);
    });
    if (kind == kinds.end()) kind = kinds.insert(kind, std::move(contents.kind));
    HeldPasses moment;
    // Rounds are alike: the shortened schedule has them all.
    walk_in_flight(stage_order(shape, stage), shape.chunks(), [&](const InFlight& now) {
      moment.kept.assign(kind->chunks.size(), 0.0);
      moment.put_off.assign(kind->chunks.size(), 0.0);
      for (std::size_t c = 0; c < contents.kind_of.size(); ++c) {
        moment.kept[contents.kind_of[c]] += now.kept[c];
        moment.put_off[contents.kind_of[c]] += now.put_off[c];
      }
      add(kind->most, moment);
    });
  }
  return kinds;
}

}  // namespace weft::plan
