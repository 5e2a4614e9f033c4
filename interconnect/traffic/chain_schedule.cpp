// Broadcast along chains, a lane each: a rank passes on the chunk that it got the step before.

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
      const auto places = rings_.places(channel);
      places_.insert(places_.end(), places.begin(), places.end());
    }
  }
  [[nodiscard]] std::int32_t lanes() const override { return rings_.count(); }
  [[nodiscard]] std::int64_t steps() const override { return ranks_ - 2 + chunks_; }
  void sends(std::int64_t step, std::int32_t rank, std::vector<Message>& messages) const override {
    const std::int64_t place = places_[rank];
    if (place == ranks_ - 1 || !has_chunk(step - place)) return;
    messages.push_back(rings_.message(rank, message_));
  }
  [[nodiscard]] std::int32_t receives(std::int64_t step, std::int32_t rank) const override {
    return places_[rank] > 0 && has_chunk(step - places_[rank] + 1) ? 1 : 0;
  }
  [[nodiscard]] std::int64_t next_busy(std::int64_t step, std::int32_t rank) const override {
    const std::int64_t place = places_[rank];
    const std::int64_t last = place + chunks_ - (place == ranks_ - 1 ? 2 : 1);
    return step <= last ? std::max({step, place - 1, std::int64_t{0}}) : steps();
  }

 private:
  [[nodiscard]] bool has_chunk(std::int64_t chunk) const { return chunk >= 0 && chunk < chunks_; }

  Rings rings_;
  std::int64_t ranks_;
  std::int64_t chunks_;
  double message_;
  std::vector<std::int32_t> places_;  // along its chain, by rank
};

}  // namespace

ScheduleOf chain_schedule(const Order& order, const ScheduleOptions& options) {
  const std::int64_t chunks = options.chunks > 0 ? options.chunks : 4 * std::int64_t{order.ranks};
  return std::make_unique<Chain>(Rings(order.ranks, options), order, chunks);
}

}  // namespace weft::traffic
