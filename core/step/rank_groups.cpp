#include "weft/step/rank_groups.h"

#include <algorithm>
#include <vector>

#include "index.h"
#include "weft/plan/memory.h"

namespace weft::step {

namespace {

using interconnect::GroupShape;
using plan::Axis;

// Ranks that stand `stride` devices apart.
struct Line {
  std::int64_t stride = 1;
  std::int64_t count = 1;
};

std::int64_t degree_of(const plan::Plan& plan, Axis axis) {
  switch (axis) {
    case Axis::kTensor:
      return plan.tensor;
    case Axis::kContext:
      return plan.context;
    case Axis::kData:
      return plan.data;
    case Axis::kPipeline:
      break;
  }
  return plan.pipeline;
}

// Axes as lines from the inside out; what continues the line before it is joined to that.
class Lines {
 public:
  void add(Line line) {
    if (line.count == 1) return;
    const bool continues =
        !lines_.empty() && line.stride == lines_.back().stride * lines_.back().count;
    if (continues) {
      lines_.back().count *= line.count;
    } else {
      lines_.push_back(line);
    }
  }
  [[nodiscard]] std::int64_t ranks() const {
    std::int64_t product = 1;
    for (const auto& line : lines_) product *= line.count;
    return product;
  }
  // How far from rank 0 the device of a rank is.
  [[nodiscard]] std::int64_t device(std::int64_t rank) const {
    std::int64_t sum = 0;
    for (const auto& line : lines_) {
      sum += rank % line.count * line.stride;
      rank /= line.count;
    }
    return sum;
  }
  [[nodiscard]] bool is_one_line() const { return lines_.size() <= 1; }
  [[nodiscard]] std::int64_t stride() const { return lines_.empty() ? 1 : lines_.front().stride; }

 private:
  std::vector<Line> lines_;
};

class Finder {
 public:
  Finder(const interconnect::Fabric& fabric, const plan::Plan& plan)
      : fabric_(fabric), plan_(plan) {}

  // Ranks {first + i·skip : i < size} of the `axes`, blocks of skip·size ranks tiling them all.
  [[nodiscard]] GroupShape group(std::initializer_list<Axis> axes, std::int64_t skip,
                                 std::int64_t size) const {
    const auto ranks = lines_of([&](Axis axis) { return has(axes, axis); });
    if (ranks.is_one_line()) {
      return fabric_.group(plan_.devices(), ranks.stride() * skip, static_cast<int>(size));
    }
    const auto others = lines_of([&](Axis axis) { return !has(axes, axis); });
    return worst(ranks, others, skip, size);
  }

  // Ranks of the first stage and their like `apart` stages on.
  [[nodiscard]] GroupShape stages(std::int64_t apart) const {
    if (plan_.pipeline == 1) return group({Axis::kTensor}, 1, plan_.tensor);
    const auto stride = stride_of(Axis::kPipeline);
    if (stride * plan_.pipeline == plan_.devices()) {
      return fabric_.neighbours(plan_.devices(), stride * apart);
    }
    const auto all = fabric_.group(plan_.devices(), stride, plan_.pipeline);
    if (apart == 1) return interconnect::slowest_hop(all);
    Lines pair;
    pair.add({stride * apart, 2});
    return worst(pair, lines_of([](Axis axis) { return axis != Axis::kPipeline; }), 1, 2);
  }

 private:
  static bool has(std::initializer_list<Axis> axes, Axis axis) {
    return std::find(axes.begin(), axes.end(), axis) != axes.end();
  }
  [[nodiscard]] std::int64_t stride_of(Axis wanted) const {
    std::int64_t stride = 1;
    for (const auto axis : plan_.rank_order) {
      if (axis == wanted) break;
      stride *= degree_of(plan_, axis);
    }
    return stride;
  }
  template <class Picks>
  [[nodiscard]] Lines lines_of(Picks picks) const {
    Lines lines;
    for (const auto axis : plan_.rank_order) {
      if (picks(axis)) lines.add({stride_of(axis), degree_of(plan_, axis)});
    }
    return lines;
  }

  // Looks at every group: blocks of ranks, for all places of the other axes.
  [[nodiscard]] GroupShape worst(const Lines& ranks, const Lines& others, std::int64_t skip,
                                 std::int64_t size) const {
    const std::int64_t block = skip * size;
    std::vector<std::int64_t> devices(at(size));
    GroupShape worst;
    bool is_first = true;
    for (std::int64_t first = 0; first < ranks.ranks(); ++first) {
      if (first % block >= skip) continue;
      for (std::int64_t other = 0; other < others.ranks(); ++other) {
        const auto place = others.device(other);
        for (std::int64_t i = 0; i < size; ++i) {
          devices[at(i)] = place + ranks.device(first + i * skip);
        }
        std::sort(devices.begin(), devices.end());
        const auto shape = fabric_.shape_of(devices);
        if (is_first || interconnect::is_costlier(shape, worst)) worst = shape;
        is_first = false;
      }
    }
    return worst;
  }

  const interconnect::Fabric& fabric_;
  const plan::Plan& plan_;
};

}  // namespace

RankGroups rank_groups(const interconnect::Fabric& fabric, const plan::Plan& plan) {
  const Finder find(fabric, plan);
  const std::int64_t data = std::int64_t{plan.context} * plan.data;
  const std::int64_t shard = plan.shard_ranks();
  RankGroups groups;
  groups.tensor = find.group({Axis::kTensor}, 1, plan.tensor);
  groups.context = find.group({Axis::kContext}, 1, plan.context);
  groups.data = find.group({Axis::kContext, Axis::kData}, 1, data);
  groups.shard = find.group({Axis::kContext, Axis::kData}, 1, shard);
  groups.replicas =
      find.group({Axis::kContext, Axis::kData}, shard, std::max<std::int64_t>(data / shard, 1));
  const int replicas = plan::expert_replicas(plan);
  const int expert_shard = plan::expert_shard_ranks(plan);
  const auto experts = [&](std::initializer_list<Axis> axes) {
    groups.expert = find.group(axes, 1, plan.expert);
    groups.expert_data = find.group(axes, plan.expert, replicas);
    groups.expert_shard = find.group(axes, plan.expert, expert_shard);
    groups.expert_copies = find.group(axes, std::int64_t{plan.expert} * expert_shard,
                                      std::int64_t{replicas / expert_shard});
  };
  if (plan.expert_tensor > 1) {  // ranks that share an expert are the ranks of a tensor group
    experts({Axis::kContext, Axis::kData});
  } else {
    experts({Axis::kTensor, Axis::kContext, Axis::kData});
  }
  groups.next_stage = find.stages(1);
  groups.far_ends = find.stages(plan.pipeline - 1);
  return groups;
}

}  // namespace weft::step
