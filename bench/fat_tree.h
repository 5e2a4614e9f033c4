// Fat trees for the benchmarks: links counted up, routes by arithmetic.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "weft/flow/routes.h"

namespace weft::bench {

// Two tiers, full bisection: `radix` leaves of `radix` hosts under `radix` spines. The spine is
// picked by a draw; the destination as the draw is D-mod-k.
class TwoTiers {
 public:
  explicit TwoTiers(std::int32_t radix) : radix_(radix) {}
  [[nodiscard]] std::int32_t hosts() const { return radix_ * radix_; }
  [[nodiscard]] std::int32_t links() const { return 4 * hosts(); }
  // Hosts up, leaves up, leaves down, hosts down; two of these below one leaf.
  std::span<const flow::LinkId> route(std::int32_t from, std::int32_t to, std::uint64_t draw) {
    const std::int32_t leaf = from / radix_;
    const std::int32_t other = to / radix_;
    const auto spine = static_cast<std::int32_t>(draw % static_cast<std::uint64_t>(radix_));
    if (leaf == other) {
      path_ = {from, 3 * hosts() + to};
      return std::span(path_).first(2);
    }
    path_ = {from, hosts() + leaf * radix_ + spine, 2 * hosts() + other * radix_ + spine,
             3 * hosts() + to};
    return path_;
  }

 private:
  std::int32_t radix_;
  std::array<flow::LinkId, 4> path_{};
};

// Three tiers of switches with `radix` ports; at each tier up, the link is picked by a draw.
class ThreeTiers {
 public:
  explicit ThreeTiers(std::int32_t radix) : half_(radix / 2) {}
  [[nodiscard]] std::int32_t hosts() const { return 2 * half_ * half_ * half_; }
  [[nodiscard]] std::int32_t links() const { return 6 * hosts(); }
  std::span<const flow::LinkId> route(std::int32_t from, std::int32_t to, std::uint32_t draw) {
    const std::int32_t leaf = from / half_;
    const std::int32_t other = to / half_;
    const std::int32_t n = hosts();
    const auto middle = static_cast<std::int32_t>(draw % static_cast<std::uint32_t>(half_));
    const auto core = static_cast<std::int32_t>(draw / 65536 % static_cast<std::uint32_t>(half_));
    if (leaf == other) {
      path_ = {from, 5 * n + to};
      return std::span(path_).first(2);
    }
    const std::int32_t pod = leaf / half_;
    const std::int32_t other_pod = other / half_;
    if (pod == other_pod) {
      path_ = {from, n + leaf * half_ + middle, 4 * n + other * half_ + middle, 5 * n + to};
      return std::span(path_).first(4);
    }
    const std::int32_t up = (pod * half_ + middle) * half_ + core;
    const std::int32_t down = (other_pod * half_ + middle) * half_ + core;
    path_ = {from,         n + leaf * half_ + middle,      2 * n + up,
             3 * n + down, 4 * n + other * half_ + middle, 5 * n + to};
    return path_;
  }

 private:
  std::int32_t half_;
  std::array<flow::LinkId, 6> path_{};
};

}  // namespace weft::bench
