// Collectives as lists of messages: who sends how much to whom in which step.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "weft/interconnect/collective.h"

namespace weft::traffic {

using interconnect::Algorithm;
using interconnect::Collective;

struct Message {
  std::int32_t to = 0;  // rank
  double bytes = 0;
  std::int32_t channel = 0;  // tells messages of a pair apart: they are hashed on their own
  // What closed forms send as one message is cut into so many, which pay for one together; 0: as
  // many as the sender's messages of this step over the same ports, when each has its own channel.
  std::int32_t parts = 0;
};

// What each rank does, step by step. A rank enters step s + 1 when the last byte of all that it
// sends in step s has left and all that it receives in step s has arrived; ranks are not otherwise
// in step. Messages are made when asked for: a schedule of millions of messages takes no memory. A
// message of a rank to itself goes to the switch and back (in-switch reduction), to that of the
// level that its channel says.
//
// Members of a group that do several things side by side are several ranks, one for each lane: rank
// r of a group of p is member r mod p on lane r / p.
class Schedule {
 public:
  virtual ~Schedule() = default;
  [[nodiscard]] virtual std::int32_t lanes() const { return 1; }
  [[nodiscard]] virtual std::int64_t steps() const = 0;
  // Appends what `rank` sends in `step`.
  virtual void sends(std::int64_t step, std::int32_t rank,
                     std::vector<Message>& messages) const = 0;
  // How many messages `rank` receives in `step`.
  [[nodiscard]] virtual std::int32_t receives(std::int64_t step, std::int32_t rank) const = 0;
  // The first step from `step` on in which `rank` may have something to do.
  [[nodiscard]] virtual std::int64_t next_busy(std::int64_t step, std::int32_t /*rank*/) const {
    return step;
  }

  // The device of each rank, from that of each member.
  [[nodiscard]] std::vector<std::int32_t> devices_of(std::span<const std::int32_t> group) const;
};

// How ranks are grouped for algorithms that look at the machine: ranks i with equal i / per_unit
// share a unit (host, board), from the inside out: {8, 64} = hosts of 8 ranks in racks of 64.
using Units = std::span<const std::int32_t>;

// The schedule of an algorithm for p ranks and S bytes (as in Fabric::cost), or null when the
// algorithm does not carry out the collective for these ranks.
//   ring: as many rings at once as ranks in the outermost unit (channels), each leaving the units
//   through another rank and entering the next by the same place (rail by rail), times as many as
//   it takes to use all disjoint cycles of units that are meshes, each a lane; broadcast: chains in
//   chunks;
//   tree: double binary trees in pipelined chunks, a pair for each rank of the outermost unit that
//   stands for its units outwards (up to 64, fewer of long pipelines of many ranks), each tree and
//   each way a lane; direct: one or two shots;
//   hierarchical: over the units; torus bucket: `units` are the products of the dimensions;
//   halving-doubling: any p (others fold in first); Bruck: all-gather and all-to-all; pairwise:
//   all-to-all in p - 1 steps (direct: in one); in-switch: each rank to its switch and back.
//   Barrier: the all-reduce of nothing. Point-to-point: rank 0 to rank 1.
struct ScheduleOptions {
  Units units;
  int chunks = 0;         // tree, broadcast; 0: best for bytes alone
  int channels = 0;       // rings at once; 0: one for each rank of the outermost unit, see above
  bool one_shot = false;  // direct
  // Dimensions or units from the inside out, one bit each.
  std::uint32_t closed = 0;      // rings along them run both ways
  std::uint32_t mesh = 0;        // all of them are joined to each other
  std::uint32_t direct = 0;      // hierarchical: every member to every other instead of a ring
  std::uint32_t in_switch = 0;   // hierarchical: the switches reduce instead, all-reduce only
  std::uint32_t dimensions = 0;  // ring: a rank has a link of its own to each neighbour along them
  // Ring: instead of `units`, the first rank of each unit, of each level from the inside out: {{0,
  // 8}} = a host of 8 ranks and one of the others. As many rings as ranks in the smallest of the
  // outermost.
  std::vector<std::vector<std::int32_t>> starts;
};
std::unique_ptr<Schedule> make_schedule(Collective collective, Algorithm algorithm,
                                        std::int32_t ranks, double bytes,
                                        const ScheduleOptions& options = {});

// All-to-all in which rank i sends bytes[i·p + j] to rank j (its own part is not sent).
std::unique_ptr<Schedule> all_to_all_v(std::int32_t ranks, std::vector<double> bytes, bool at_once);

// p × p bytes, S from each rank, with destinations weighted by a power law: the k-th busiest rank
// gets a share ∝ (k + 1)^-skew, which rank that is drawn by `seed`; 0: even.
std::vector<double> skewed(std::int32_t ranks, double bytes, double skew, std::uint64_t seed);

}  // namespace weft::traffic
