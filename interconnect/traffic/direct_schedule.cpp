// Every rank to every other at once, and each rank to its switch and back.

#include "schedules.h"

namespace weft::traffic {

namespace {

// The first rank hands each other one its part; then all hand on theirs.
class ScatterBroadcast final : public Schedule {
 public:
  explicit ScatterBroadcast(const Order& order)
      : ranks_(order.ranks), part_(order.bytes / order.ranks) {}
  [[nodiscard]] std::int64_t steps() const override { return 2; }
  void sends(std::int64_t step, std::int32_t rank, std::vector<Message>& messages) const override {
    if (step == 0 && rank != 0) return;
    for (std::int32_t to = 1; to < ranks_; ++to) {
      if (to != rank) messages.push_back({to, part_, 0});
    }
  }
  [[nodiscard]] std::int32_t receives(std::int64_t step, std::int32_t rank) const override {
    if (rank == 0) return 0;
    return step == 0 ? 1 : ranks_ - 1;
  }

 private:
  std::int32_t ranks_;
  double part_;
};

class OneShotBroadcast final : public Schedule {
 public:
  explicit OneShotBroadcast(const Order& order) : ranks_(order.ranks), bytes_(order.bytes) {}
  [[nodiscard]] std::int64_t steps() const override { return 1; }
  void sends(std::int64_t /*step*/, std::int32_t rank,
             std::vector<Message>& messages) const override {
    if (rank != 0) return;
    for (std::int32_t to = 1; to < ranks_; ++to) messages.push_back({to, bytes_, 0});
  }
  [[nodiscard]] std::int32_t receives(std::int64_t /*step*/, std::int32_t rank) const override {
    return rank == 0 ? 0 : 1;
  }

 private:
  std::int32_t ranks_;
  double bytes_;
};

class ThroughSwitch final : public Schedule {
 public:
  explicit ThroughSwitch(double bytes) : bytes_(bytes) {}
  [[nodiscard]] std::int64_t steps() const override { return 1; }
  void sends(std::int64_t /*step*/, std::int32_t rank,
             std::vector<Message>& messages) const override {
    messages.push_back({rank, bytes_, 0});
  }
  [[nodiscard]] std::int32_t receives(std::int64_t /*step*/, std::int32_t /*rank*/) const override {
    return 1;
  }

 private:
  double bytes_;
};

ScheduleOf exchanges(std::int32_t ranks, double bytes, std::size_t times) {
  LineStage stage{1, ranks, bytes};
  stage.is_direct = true;
  return staged_schedule(std::vector<Phase>(times, Phase{stage}));
}

}  // namespace

ScheduleOf direct_schedule(const Order& order, const ScheduleOptions& options) {
  const double part = order.bytes / order.ranks;
  switch (order.collective) {
    case Collective::kAllReduce:
      return options.one_shot ? exchanges(order.ranks, order.bytes, 1)
                              : exchanges(order.ranks, part, 2);
    case Collective::kAllGather:
    case Collective::kReduceScatter:
    case Collective::kAllToAll:
      return exchanges(order.ranks, part, 1);
    case Collective::kBroadcast:
      if (options.one_shot) return std::make_unique<OneShotBroadcast>(order);
      return std::make_unique<ScatterBroadcast>(order);
    default:
      return nullptr;
  }
}

// Up once to be summed, and each n-th of the sum fetched and handed to all (in_switch.cpp of the
// room below).
ScheduleOf in_switch_schedule(const Order& order) {
  if (order.collective != Collective::kAllReduce) return nullptr;
  return std::make_unique<ThroughSwitch>((1 + 1.0 / order.ranks) * order.bytes);
}

}  // namespace weft::traffic
