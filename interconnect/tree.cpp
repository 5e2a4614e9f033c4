// Double binary tree: the vector is reduced up two complementary trees and broadcast down again,
// half in each, cut into k chunks that follow one another (Sanders, Speck and Träff 2009; NCCL's
// Tree). A broadcast is the way down alone.
//
// Groups that fill their tiers run a pair of trees for each member of the outermost touched child:
// in pair c the c-th member of a host stands for it among the hosts, the others hang below it, and
// so on inwards. Uneven groups run one pair over all ranks in their order.

#include <algorithm>
#include <array>
#include <cmath>

#include "algorithms.h"
#include "weft/interconnect/patterns.h"

namespace weft::interconnect {

namespace {

// Larger meshes are taken to be no better than one pair of trees alone.
constexpr int kMostCounted = 64;
// Of ten levels, more would gain less than two parts in a hundred.
constexpr int kMostChunks = 512;

// Inside a mesh the pairs are those of one member, turned on to stand for each: a link between
// members d apart carries as many halves as the trees have edges of that distance, either way.
double busiest_inside_mesh(int children) {
  if (children > kMostCounted) return 0.5;
  std::array<int, kMostCounted> edges{};
  for (const bool is_second : {false, true}) {
    for (int member = 1; member < children; ++member) {
      const int distance = member - tree_parent(member, children, is_second, true);
      ++edges.at((distance + children) % children);
      ++edges.at((children - distance) % children);
    }
  }
  return *std::max_element(edges.begin(), edges.end()) / (4.0 * children);
}

// Part of the vector that goes over the busiest link of those members of a child that use this
// tier, each way, by all of their pairs of trees together.
//   Port into a switch: whoever has two children in one tree sends up in both: once the vector up,
//   once down. With two or three children nobody has two in one tree and is inside the other.
//   Further in, everybody is everywhere in turn; a broadcast is sent out by its first rank alone.
//   Link of a mesh: of each tree at most one way, that is half of the vector, and no link leads
//   down in both. It is a bound: two of the children - 1 links of a member are counted.
double busiest_share(const Path& path, const Crossing& crossing, bool is_all_reduce) {
  const int children = crossing.children;
  const bool turns = path.even && is_all_reduce && &crossing != &path.top();
  if (crossing.tier->is_mesh) {
    // What goes over third children as well is taken off all links alike.
    const double direct = path.even ? (children - 1) / crossing.links : 1;
    if (turns) return direct * busiest_inside_mesh(children);
    const bool is_pair = children == 2 && !(is_all_reduce && path.even);
    return is_pair ? direct : direct / 2;
  }
  if (turns) return (children - 1.0) / children;
  if (is_all_reduce && path.even && children < 4) return children / 4.0;
  return 1;
}

// With D levels on w ways (up, down), a level costing a + A·(S/k) in all, and the slowest level
// being busy for b + B·(S/k) with each chunk on each way:
//   T(k) = D levels' latency + A·S/k + w(k-1)·(B·S/k + b)
// which is convex in k; the best k >= 1 is taken.
struct Pipeline {
  double ways = 1;
  double fixed = 0;      // s, Σ levels · (latency + message)
  double pipelined = 0;  // s, all bytes through the slowest level
  double fill = 0;       // s, as one chunk through all levels, less `pipelined`
  double message = 0;    // b

  [[nodiscard]] int chunks() const { return best_chunks(fill, ways * message, kMostChunks); }
};

// Levels of one way. The first host hands a broadcast to those that stand for it before it leaves.
double levels_of(const Path& path, const Crossing& crossing, bool is_all_reduce) {
  const bool is_twice = !is_all_reduce && path.even && &crossing != &path.top();
  return (is_twice ? 2 : 1) * ceil_log2(crossing.children);
}

Pipeline pipeline_of(const Path& path, bool is_all_reduce, double bytes) {
  Pipeline pipeline;
  pipeline.ways = is_all_reduce ? 2 : 1;
  double per_byte = 0;  // A
  double port = 0;      // s per byte, of the tiers that share one
  double slowest = 0;   // B
  for (const Crossing& crossing : path.tiers()) {
    const TierModel& tier = *crossing.tier;
    const double below = path.even ? crossing.below : 1;
    const double byte_time = tier.byte_time * busiest_share(path, crossing, is_all_reduce) / below;
    const double levels = pipeline.ways * levels_of(path, crossing, is_all_reduce);
    pipeline.fixed += levels * (tier.latency + tier.message_time);
    per_byte += levels * byte_time;
    port = crossing.shares_ports ? port + byte_time : byte_time;
    slowest = std::max(slowest, port);
    pipeline.message = std::max(pipeline.message, tier.message_time);
  }
  pipeline.pipelined = pipeline.ways * slowest * bytes;
  pipeline.fill = std::max(per_byte * bytes - pipeline.pipelined, 0.0);
  return pipeline;
}

}  // namespace

double tree_time(Collective collective, const Path& path, double bytes) {
  const bool is_all_reduce = collective == Collective::kAllReduce;
  // Along a ring of devices the edges of a tree would share links.
  if ((!is_all_reduce && collective != Collective::kBroadcast) || path.has_rings) return kNever;
  const Pipeline pipeline = pipeline_of(path, is_all_reduce, bytes);
  const int chunks = pipeline.chunks();
  return pipeline.fixed + pipeline.pipelined + pipeline.fill / chunks +
         pipeline.ways * (chunks - 1) * pipeline.message;
}

int tree_chunks(Collective collective, const Path& path, double bytes) {
  return pipeline_of(path, collective == Collective::kAllReduce, bytes).chunks();
}

// A tree over n members has n-1 edges, each used once in either direction.
void tree_sent(Collective collective, const Path& path, double bytes, Sent& sent) {
  const double ways = collective == Collective::kAllReduce ? 2 : 1;
  for (const Crossing& crossing : path.tiers()) {
    const double edges = crossing.clusters_below - crossing.clusters;
    sent[crossing.index] = base::Bytes(ways * bytes * edges / path.ranks);
  }
}

}  // namespace weft::interconnect
