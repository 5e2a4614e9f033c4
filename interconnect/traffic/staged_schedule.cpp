// Phases of lines: what direct, hierarchical and torus-bucket collectives are made of.

#include <algorithm>
#include <iterator>

#include "schedules.h"

namespace weft::traffic {

namespace {

class Staged final : public Schedule {
 public:
  explicit Staged(std::vector<Phase> phases) : phases_(std::move(phases)) {
    for (std::size_t phase = 0; phase < phases_.size(); ++phase) {
      int most = 0;
      for (const LineStage& stage : phases_[phase]) most = std::max(most, stage.steps);
      for (int step = 0; step < most; ++step) at_.push_back({phase, step});
    }
  }
  [[nodiscard]] std::int64_t steps() const override {
    return static_cast<std::int64_t>(at_.size());
  }
  void sends(std::int64_t step, std::int32_t rank, std::vector<Message>& messages) const override {
    for (const LineStage& stage : phases_[at_[step].phase]) {
      if (at_[step].step < stage.steps) send(stage, rank, messages);
    }
  }
  [[nodiscard]] std::int32_t receives(std::int64_t step, std::int32_t /*rank*/) const override {
    std::int32_t count = 0;
    for (const LineStage& stage : phases_[at_[step].phase]) {
      if (at_[step].step >= stage.steps) continue;
      count += stage.is_direct ? stage.size - 1 : (stage.both_ways ? 2 : 1);
    }
    return count;
  }

 private:
  struct At {
    std::size_t phase;
    int step;
  };

  static void send(const LineStage& stage, std::int32_t rank, std::vector<Message>& messages) {
    const std::int32_t place = rank / stage.stride % stage.size;
    const auto member = [&](std::int32_t ahead) {
      const std::int32_t there = (place + ahead) % stage.size;
      return rank + (there - place) * stage.stride;
    };
    if (stage.in_switch) {
      messages.push_back({rank, stage.bytes, stage.channel});
      return;
    }
    if (stage.is_direct) {
      for (std::int32_t ahead = 1; ahead < stage.size; ++ahead) {
        messages.push_back({member(ahead), stage.bytes, stage.channel});
      }
      return;
    }
    const double bytes = stage.both_ways ? stage.bytes / 2 : stage.bytes;
    messages.push_back({member(1), bytes, stage.channel});
    if (stage.both_ways) messages.push_back({member(stage.size - 1), bytes, stage.channel + 1});
  }

  std::vector<Phase> phases_;
  std::vector<At> at_;
};

int rounds_of(Collective collective) {
  if (collective == Collective::kAllReduce) return 2;
  const bool is_half =
      collective == Collective::kAllGather || collective == Collective::kReduceScatter;
  return is_half ? 1 : 0;
}

// Scattering as given, gathering in the other order, or both. Switches that reduce have done both
// by then.
ScheduleOf scatter_and_gather(Collective collective, const std::vector<Phase>& scatter) {
  std::vector<Phase> phases;
  if (collective != Collective::kAllGather) phases = scatter;
  if (collective != Collective::kReduceScatter) {
    std::copy_if(scatter.rbegin(), scatter.rend(), std::back_inserter(phases),
                 [](const Phase& phase) { return !phase.front().in_switch; });
  }
  return staged_schedule(std::move(phases));
}

// As much as the closed form sends (interconnect/in_switch.cpp).
LineStage in_switch_stage(std::int32_t size, double bytes, std::int32_t level) {
  LineStage stage;
  stage.size = size;
  stage.bytes = (1 + 1.0 / size) * bytes;
  stage.in_switch = true;
  stage.channel = level;
  return stage;
}

}  // namespace

ScheduleOf staged_schedule(std::vector<Phase> phases) {
  return std::make_unique<Staged>(std::move(phases));
}

ScheduleOf hierarchical_schedule(const Order& order, const ScheduleOptions& options) {
  const std::vector<std::int32_t> levels = levels_of(order.ranks, options.units);
  if (rounds_of(order.collective) == 0 || levels.size() < 2) return nullptr;
  std::vector<Phase> scatter;
  double left = order.bytes;
  std::int32_t stride = 1;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    LineStage stage{stride, levels[level], left / levels[level]};
    stage.is_direct = has_bit(options.direct, level);
    stage.both_ways = has_bit(options.closed, level) && !stage.is_direct && stage.size > 2;
    stage.steps = stage.is_direct ? 1 : stage.size - 1;
    if (order.collective == Collective::kAllReduce && has_bit(options.in_switch, level)) {
      stage = in_switch_stage(stage.size, left, static_cast<std::int32_t>(level));
    }
    scatter.push_back({stage});
    left /= stage.size;
    stride *= stage.size;
  }
  return scatter_and_gather(order.collective, scatter);
}

// Part d of the vector starts along dimension d and goes on along the next.
ScheduleOf torus_bucket_schedule(const Order& order, const ScheduleOptions& options) {
  const std::vector<std::int32_t> sizes = levels_of(order.ranks, options.units);
  if (rounds_of(order.collective) == 0 || sizes.empty()) return nullptr;
  std::vector<std::int32_t> strides{1};
  for (const std::int32_t size : sizes) strides.push_back(strides.back() * size);
  const std::size_t parts = sizes.size();
  std::vector<double> left(parts, order.bytes / static_cast<double>(parts));
  std::vector<Phase> scatter(parts);
  for (std::size_t phase = 0; phase < parts; ++phase) {
    for (std::size_t part = 0; part < parts; ++part) {
      const std::size_t dimension = (part + phase) % parts;
      LineStage stage{strides[dimension], sizes[dimension], left[part] / sizes[dimension]};
      stage.steps = stage.size - 1;
      stage.both_ways = has_bit(options.closed, dimension) && stage.size > 2;
      stage.channel = static_cast<std::int32_t>(2 * part);
      left[part] /= stage.size;
      scatter[phase].push_back(stage);
    }
  }
  return scatter_and_gather(order.collective, scatter);
}

}  // namespace weft::traffic
