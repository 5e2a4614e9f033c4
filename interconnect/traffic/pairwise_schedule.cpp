// All-to-all: in step s each rank sends to the one s + 1 places on, counted in each level of the
// units by itself, so that all ranks cross the same tier in a step; uneven ones also to all at
// once.

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "schedules.h"

namespace weft::traffic {

namespace {

class Pairwise final : public Schedule {
 public:
  Pairwise(std::int32_t ranks, std::vector<std::int32_t> levels, double message)
      : ranks_(ranks), levels_(std::move(levels)), message_(message) {}
  [[nodiscard]] std::int64_t steps() const override { return ranks_ - 1; }
  void sends(std::int64_t step, std::int32_t rank, std::vector<Message>& messages) const override {
    std::int64_t ahead = step + 1;
    std::int64_t from = rank;
    std::int64_t to = 0;
    std::int64_t inside = 1;
    for (const std::int32_t size : levels_) {
      to += (from % size + ahead % size) % size * inside;
      from /= size;
      ahead /= size;
      inside *= size;
    }
    messages.push_back({static_cast<std::int32_t>(to), message_, 0});
  }
  [[nodiscard]] std::int32_t receives(std::int64_t /*step*/, std::int32_t /*rank*/) const override {
    return 1;
  }

 private:
  std::int64_t ranks_;
  std::vector<std::int32_t> levels_;
  double message_;
};

// Empty messages are not sent.
class Uneven final : public Schedule {
 public:
  Uneven(std::int32_t ranks, std::vector<double> bytes, bool at_once)
      : ranks_(ranks), at_once_(at_once), bytes_(std::move(bytes)) {}
  [[nodiscard]] std::int64_t steps() const override { return at_once_ ? 1 : ranks_ - 1; }
  void sends(std::int64_t step, std::int32_t rank, std::vector<Message>& messages) const override {
    for_each_partner(step, [&](std::int64_t ahead) {
      const std::int64_t to = (rank + ahead) % ranks_;
      const double bytes = of(rank, to);
      if (bytes > 0) messages.push_back({static_cast<std::int32_t>(to), bytes, 0});
    });
  }
  [[nodiscard]] std::int32_t receives(std::int64_t step, std::int32_t rank) const override {
    std::int32_t count = 0;
    for_each_partner(step, [&](std::int64_t ahead) {
      if (of((rank + ranks_ - ahead) % ranks_, rank) > 0) ++count;
    });
    return count;
  }

 private:
  [[nodiscard]] double of(std::int64_t from, std::int64_t to) const {
    return bytes_[static_cast<std::size_t>(from * ranks_ + to)];
  }
  template <class Visit>
  void for_each_partner(std::int64_t step, const Visit& visit) const {
    if (!at_once_) return visit(step + 1);
    for (std::int64_t ahead = 1; ahead < ranks_; ++ahead) visit(ahead);
  }

  std::int64_t ranks_;
  bool at_once_;
  std::vector<double> bytes_;
};

}  // namespace

ScheduleOf pairwise_schedule(const Order& order, const ScheduleOptions& options) {
  if (order.collective != Collective::kAllToAll) return nullptr;
  auto levels = levels_of(order.ranks, options.units);
  if (levels.empty()) levels = {order.ranks};
  return std::make_unique<Pairwise>(order.ranks, std::move(levels), order.bytes / order.ranks);
}

std::unique_ptr<Schedule> all_to_all_v(std::int32_t ranks, std::vector<double> bytes,
                                       bool at_once) {
  if (ranks < 1 || bytes.size() != static_cast<std::size_t>(ranks) * ranks) {
    throw std::invalid_argument(fmt::format("all-to-all of {} ranks has {} sizes instead of {}",
                                            ranks, bytes.size(), std::int64_t{ranks} * ranks));
  }
  return std::make_unique<Uneven>(ranks, std::move(bytes), at_once);
}

}  // namespace weft::traffic
