// Broadcast along chains: each rank passes on the chunk that it got the step before.

#include <algorithm>
#include <cmath>

#include "schedules.h"

namespace weft::traffic {

namespace {

class Chain final : public Schedule {
 public:
  Chain(Rings rings, const Order& order, std::int64_t chunks)
      : rings_(std::move(rings)),
        ranks_(order.ranks),
        chunks_(chunks),
        message_(order.bytes / static_cast<double>(chunks) / rings_.count()) {
    for (std::int32_t channel = 0; channel < rings_.count(); ++channel) {
      places_.push_back(rings_.places(channel));
    }
  }
  [[nodiscard]] std::int64_t steps() const override { return ranks_ - 2 + chunks_; }
  void sends(std::int64_t step, std::int32_t rank, std::vector<Message>& messages) const override {
    for (std::int32_t channel = 0; channel < rings_.count(); ++channel) {
      const std::int32_t place = places_[channel][rank];
      if (place == ranks_ - 1 || !has_chunk(step - place)) continue;
      messages.push_back({rings_.next(channel, rank), message_, channel});
    }
  }
  [[nodiscard]] std::int32_t receives(std::int64_t step, std::int32_t rank) const override {
    std::int32_t count = 0;
    for (const auto& places : places_) {
      if (places[rank] > 0 && has_chunk(step - places[rank] + 1)) ++count;
    }
    return count;
  }
  [[nodiscard]] std::int64_t next_busy(std::int64_t step, std::int32_t rank) const override {
    std::int64_t least = steps();
    for (const auto& places : places_) {
      const std::int64_t first = std::max<std::int64_t>(places[rank] - 1, 0);
      const std::int64_t last = places[rank] + chunks_ - 1;
      if (step <= last) least = std::min(least, std::max(step, first));
    }
    return least;
  }

 private:
  [[nodiscard]] bool has_chunk(std::int64_t chunk) const { return chunk >= 0 && chunk < chunks_; }

  Rings rings_;
  std::int64_t ranks_;
  std::int64_t chunks_;
  double message_;
  std::vector<std::vector<std::int32_t>> places_;
};

}  // namespace

ScheduleOf chain_schedule(const Order& order, const ScheduleOptions& options) {
  const std::int64_t chunks = options.chunks > 0 ? options.chunks : 4 * std::int64_t{order.ranks};
  return std::make_unique<Chain>(rings_of(order.ranks, options), order, chunks);
}

}  // namespace weft::traffic
