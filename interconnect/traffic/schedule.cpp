#include "weft/traffic/schedule.h"

#include <algorithm>

#include "schedules.h"

namespace weft::traffic {

namespace {

class PointToPoint final : public Schedule {
 public:
  explicit PointToPoint(double bytes) : bytes_(bytes) {}
  [[nodiscard]] std::int64_t steps() const override { return 1; }
  void sends(std::int64_t /*step*/, std::int32_t rank,
             std::vector<Message>& messages) const override {
    if (rank == 0) messages.push_back({1, bytes_, 0});
  }
  [[nodiscard]] std::int32_t receives(std::int64_t /*step*/, std::int32_t rank) const override {
    return rank == 1 ? 1 : 0;
  }

 private:
  double bytes_;
};

ScheduleOf schedule_of(Algorithm algorithm, const Order& order, const ScheduleOptions& options) {
  switch (algorithm) {
    case Algorithm::kNone:
      return nullptr;
    case Algorithm::kRing:
      return order.collective == Collective::kBroadcast ? chain_schedule(order, options)
                                                        : ring_schedule(order, options);
    case Algorithm::kTree:
      return tree_schedule(order, options);
    case Algorithm::kDirect:
      return direct_schedule(order, options);
    case Algorithm::kHierarchical:
      return hierarchical_schedule(order, options);
    case Algorithm::kInSwitch:
      return in_switch_schedule(order);
    case Algorithm::kPairwise:
      return pairwise_schedule(order, options);
    case Algorithm::kTorusBucket:
      return torus_bucket_schedule(order, options);
    case Algorithm::kHalvingDoubling:
      return halving_doubling_schedule(order);
    case Algorithm::kBruck:
      return bruck_schedule(order);
  }
  return nullptr;
}

}  // namespace

std::vector<std::int32_t> Schedule::devices_of(std::span<const std::int32_t> group) const {
  std::vector<std::int32_t> devices;
  for (std::int32_t lane = 0; lane < lanes(); ++lane) {
    devices.insert(devices.end(), group.begin(), group.end());
  }
  return devices;
}

std::vector<std::int32_t> levels_of(std::int32_t ranks, Units units) {
  std::vector<std::int32_t> levels;
  std::int32_t inside = 1;
  for (const std::int32_t unit : units) {
    if (unit <= inside || unit >= ranks) continue;
    if (unit % inside != 0 || ranks % unit != 0) return {};
    levels.push_back(unit / inside);
    inside = unit;
  }
  levels.push_back(ranks / inside);
  return levels;
}

std::unique_ptr<Schedule> make_schedule(Collective collective, Algorithm algorithm,
                                        std::int32_t ranks, double bytes,
                                        const ScheduleOptions& options) {
  if (ranks < 2 || !(bytes >= 0)) return nullptr;
  if (collective == Collective::kPointToPoint) {
    const bool applies = ranks == 2 && algorithm == Algorithm::kPairwise;
    return applies ? std::make_unique<PointToPoint>(bytes) : nullptr;
  }
  Order order{collective, ranks, bytes};
  if (collective == Collective::kBarrier) order = {Collective::kAllReduce, ranks, 0};
  return schedule_of(algorithm, order, options);
}

}  // namespace weft::traffic
