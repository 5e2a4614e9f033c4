// Recursive halving and doubling. Of p ranks, the p - 2^k that are too many fold into a neighbour
// first: of the first pairs, the odd into the even.

#include <bit>

#include "schedules.h"

namespace weft::traffic {

namespace {

enum class Part { kFoldIn, kExchange, kFoldOut };

class HalvingDoubling final : public Schedule {
 public:
  explicit HalvingDoubling(const Order& order)
      : ranks_(order.ranks),
        power_(std::bit_floor(static_cast<std::uint32_t>(order.ranks))),
        levels_(std::bit_width(power_) - 1),
        extra_(ranks_ - static_cast<std::int32_t>(power_)),
        bytes_(order.bytes),
        collective_(order.collective) {}
  [[nodiscard]] std::int64_t steps() const override {
    return ways() * levels_ + (extra_ > 0 ? 2 : 0);
  }
  void sends(std::int64_t step, std::int32_t rank, std::vector<Message>& messages) const override {
    const Part part = part_of(step);
    if (part == Part::kFoldIn && is_extra(rank)) messages.push_back({rank - 1, fold_in(), 0});
    if (part == Part::kFoldOut && is_extra(rank + 1)) messages.push_back({rank + 1, fold_out(), 0});
    if (part != Part::kExchange || is_extra(rank)) return;
    const std::int32_t distance = distance_in(step);
    const std::int32_t there = place_of(rank) ^ distance;
    messages.push_back({rank_of(there), message(step, place_of(rank), there), 0});
  }
  [[nodiscard]] std::int32_t receives(std::int64_t step, std::int32_t rank) const override {
    const Part part = part_of(step);
    if (part == Part::kFoldIn) return is_extra(rank + 1) ? 1 : 0;
    if (part == Part::kFoldOut) return is_extra(rank) ? 1 : 0;
    return is_extra(rank) ? 0 : 1;
  }

 private:
  [[nodiscard]] int ways() const { return collective_ == Collective::kAllReduce ? 2 : 1; }
  [[nodiscard]] Part part_of(std::int64_t step) const {
    if (extra_ == 0) return Part::kExchange;
    if (step == 0) return Part::kFoldIn;
    return step + 1 == steps() ? Part::kFoldOut : Part::kExchange;
  }
  [[nodiscard]] bool is_extra(std::int32_t rank) const {
    return rank < 2 * extra_ && rank % 2 == 1;
  }
  // Places of the ranks that are left.
  [[nodiscard]] std::int32_t place_of(std::int32_t rank) const {
    return rank < 2 * extra_ ? rank / 2 : rank - extra_;
  }
  [[nodiscard]] std::int32_t rank_of(std::int32_t place) const {
    return place < extra_ ? 2 * place : place + extra_;
  }
  // Scattering first: near partners, then far ones; gathering back.
  [[nodiscard]] bool is_gathering(std::int64_t exchange) const {
    return collective_ == Collective::kAllGather || exchange >= levels_;
  }
  [[nodiscard]] std::int32_t distance_in(std::int64_t step) const {
    const std::int64_t exchange = step - (extra_ > 0 ? 1 : 0);
    const std::int64_t level = is_gathering(exchange) ? ways() * levels_ - 1 - exchange : exchange;
    return 1 << level;
  }
  [[nodiscard]] double message(std::int64_t step, std::int32_t here, std::int32_t there) const {
    const std::int32_t distance = distance_in(step);
    const std::int32_t span = 2 * distance;
    if (collective_ == Collective::kAllReduce) return bytes_ / span;
    // Parts of the places that agree with one of the two in all bits below the span.
    const std::int32_t bits = (collective_ == Collective::kAllGather ? here : there) % span;
    const std::int32_t twofold = extra_ > bits ? (extra_ - bits + span - 1) / span : 0;
    const std::int32_t parts = static_cast<std::int32_t>(power_) / span + twofold;
    return parts * bytes_ / ranks_;
  }
  [[nodiscard]] double fold_in() const {
    if (collective_ == Collective::kAllReduce) return bytes_;
    const double part = bytes_ / ranks_;
    return collective_ == Collective::kAllGather ? part : bytes_ - part;
  }
  [[nodiscard]] double fold_out() const {
    if (collective_ == Collective::kAllReduce) return bytes_;
    const double part = bytes_ / ranks_;
    return collective_ == Collective::kAllGather ? bytes_ - part : part;
  }

  std::int32_t ranks_;
  std::uint32_t power_;
  int levels_;
  std::int32_t extra_;
  double bytes_;
  Collective collective_;
};

}  // namespace

ScheduleOf halving_doubling_schedule(const Order& order) {
  const bool applies = order.collective == Collective::kAllReduce ||
                       order.collective == Collective::kAllGather ||
                       order.collective == Collective::kReduceScatter;
  return applies ? std::make_unique<HalvingDoubling>(order) : nullptr;
}

}  // namespace weft::traffic
