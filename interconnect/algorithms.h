// The algorithms behind Fabric::cost, as plain functions over a flat description of the group's way
// through the tiers. Everything here is SI doubles and allocation-free. Internal to the room.
//
// A newcomer adds one file with a `time` and a `sent` function and one line in collective.cpp.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "weft/interconnect/fabric.h"

namespace weft::interconnect {

// A time that is never chosen: the algorithm does not apply.
inline constexpr double kNever = std::numeric_limits<double>::infinity();

// One tier that the group crosses. Left uninitialised on purpose: path_of fills what is used.
struct Crossing {
  const TierModel* tier;
  int index;              // of the tier
  int children;           // touched in one unit, largest
  double links;           // that a member can use at least: kFullMesh: children - 1; kRing: 2 when
                          // the members close a circle, 1 of a line, which one round takes up
  double ring_links;      // of those, what rings side by side fill: one each
  double byte_time;       // s per byte of a vector that rings pass out of the smallest child
  double below;           // members in the smallest touched child
  double below_most;      // members in the largest touched child
  double inside;          // members in the smallest touched unit
  double clusters_below;  // touched children over all units
  double clusters;        // touched units
  bool shares_ports;      // with the crossed tier before it
  bool closes;            // kRing: the members stand in a circle
  double detoured;        // share of its bytes that takes two links, over a third child
};

// The crossed tiers, from the inside out.
struct Path {
  std::array<Crossing, kMaxTiers> crossings;
  int count = 0;
  double ranks = 1;
  bool even = true;
  bool has_rings = false;  // a tier is a dimension of a torus or a mesh of rings
  double call_overhead = 0;

  [[nodiscard]] std::span<const Crossing> tiers() const {
    return {crossings.data(), static_cast<std::size_t>(count)};
  }
  [[nodiscard]] const Crossing& top() const { return crossings[count - 1]; }
};

// Finds what the devices of a tier share, from all of `model` but this.
void take_trunk(const Tier& tier, std::int64_t devices_inside, TierModel& model);
// Devices reach the trunk through a port of so many s/byte.
void enter_by(double port_byte_time, TierModel& model);

Path path_of(std::span<const TierModel> models, std::span<const Tier> tiers,
             const GroupShape& group);

// A group's path; owns the models that hold for it alone.
class Scene {
 public:
  Scene(std::span<const TierModel> models, std::span<const Tier> tiers, const GroupShape& group)
      : path_(path_of(as_found(models, group), tiers, group)) {}
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;
  [[nodiscard]] const Path& path() const { return path_; }

 private:
  std::span<const TierModel> as_found(std::span<const TierModel> models, const GroupShape& group);

  std::optional<std::array<TierModel, kMaxTiers>> alone_;
  Path path_;
};

using Sent = std::array<base::Bytes, kMaxTiers>;

// Edges of one ring through all ranks that run over this tier; of all tiers, as many as ranks.
inline double ring_edges(const Crossing& crossing) {
  const double leaving = crossing.clusters > 1 ? crossing.clusters : 0;
  return crossing.clusters_below - leaving;
}

// Pieces, 1 to `most`, that follow one another in a pipeline: as many as make filling [s, for the
// whole vector] / pieces plus pieces · each [s, that one costs besides its bytes] least.
int best_chunks(double filling, double each, int most);

// ⌈log2 n⌉ for n >= 1.
inline int ceil_log2(int n) {
  return static_cast<int>(std::bit_width(static_cast<std::uint32_t>(n - 1)));
}

// Times without the call overhead [s] and bytes that a member sends over each tier on average, for
// S bytes. A time is kNever when the algorithm does not carry out the collective on this group.
double ring_time(Collective collective, const Path& path, double bytes);
double tree_time(Collective collective, const Path& path, double bytes);
double direct_time(Collective collective, const Path& path, double bytes);
double hierarchical_time(Collective collective, const Path& path, double bytes);
double in_switch_time(Collective collective, const Path& path, double bytes);
double pairwise_time(Collective collective, const Path& path, double bytes);
double torus_bucket_time(Collective collective, const Path& path, double bytes);
double halving_doubling_time(Collective collective, const Path& path, double bytes);
double bruck_time(Collective collective, const Path& path, double bytes);
// All messages of an all-to-all posted at once.
double posted_time(const Path& path, double bytes);
// A broadcast passed on from rank to rank.
double chain_time(const Path& path, double bytes);
// Pieces that the vector is cut into; 1 for algorithms without a pipeline.
int tree_chunks(Collective collective, const Path& path, double bytes);
int ring_chunks(Collective collective, const Path& path, double bytes);

// Tiers, a bit each, at which hierarchical_time() lets the switches reduce.
std::uint32_t hierarchical_in_switch(Collective collective, const Path& path, double bytes);

void ring_sent(Collective collective, const Path& path, double bytes, Sent& sent);
void tree_sent(Collective collective, const Path& path, double bytes, Sent& sent);
void direct_sent(Collective collective, const Path& path, double bytes, Sent& sent);
void hierarchical_sent(Collective collective, const Path& path, double bytes, Sent& sent);
void in_switch_sent(Collective collective, const Path& path, double bytes, Sent& sent);
void pairwise_sent(Collective collective, const Path& path, double bytes, Sent& sent);
void torus_bucket_sent(Collective collective, const Path& path, double bytes, Sent& sent);
void halving_doubling_sent(Collective collective, const Path& path, double bytes, Sent& sent);
void bruck_sent(Collective collective, const Path& path, double bytes, Sent& sent);
void chain_sent(const Path& path, double bytes, Sent& sent);

// What a member's links towards its peers are worth when its messages also go over the children
// that are not its peers; `crossing.links` are its direct ones. detours.cpp derives it.
void take_detours(int children, bool alone, Crossing& crossing);

// What no algorithm beats [s], without call overhead and latency.
double lower_bound_time(Collective collective, const Path& path, std::span<const Tier> tiers,
                        double bytes);

}  // namespace weft::interconnect
