// Bruck: partners at distances 1, 2, 4, ...

#include <algorithm>

#include "schedules.h"

namespace weft::traffic {

namespace {

class Bruck final : public Schedule {
 public:
  Bruck(std::int64_t ranks, bool is_all_to_all, double part)
      : ranks_(ranks), is_all_to_all_(is_all_to_all), part_(part) {
    while ((std::int64_t{1} << steps_) < ranks_) ++steps_;
  }
  [[nodiscard]] std::int64_t steps() const override { return steps_; }
  void sends(std::int64_t step, std::int32_t rank, std::vector<Message>& messages) const override {
    const std::int64_t distance = std::int64_t{1} << step;
    const std::int64_t to = (rank + ranks_ - distance) % ranks_;
    const std::int64_t parts =
        is_all_to_all_ ? with_bit(distance) : std::min(distance, ranks_ - distance);
    messages.push_back({static_cast<std::int32_t>(to), static_cast<double>(parts) * part_, 0});
  }
  [[nodiscard]] std::int32_t receives(std::int64_t /*step*/, std::int32_t /*rank*/) const override {
    return 1;
  }

 private:
  // Numbers below the ranks that have this bit: the ways that take this step.
  [[nodiscard]] std::int64_t with_bit(std::int64_t bit) const {
    return ranks_ / (2 * bit) * bit + std::max<std::int64_t>(ranks_ % (2 * bit) - bit, 0);
  }

  std::int64_t ranks_;
  bool is_all_to_all_;
  double part_;
  int steps_ = 0;
};

}  // namespace

ScheduleOf bruck_schedule(const Order& order) {
  const bool is_all_to_all = order.collective == Collective::kAllToAll;
  if (!is_all_to_all && order.collective != Collective::kAllGather) return nullptr;
  return std::make_unique<Bruck>(order.ranks, is_all_to_all, order.bytes / order.ranks);
}

}  // namespace weft::traffic
