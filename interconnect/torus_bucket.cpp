// Torus bucket: the vector is cut into one part for each dimension of a torus; part d is
// reduce-scattered by rings along dimension d, then along d + 1 and so on round, and gathered back
// the same way, so that all links work at once, in both directions where dimensions close (Jain and
// Sabharwal 2010; Jouppi et al., arXiv:2304.01433).

#include <algorithm>

#include "algorithms.h"

namespace weft::interconnect {

namespace {

bool is_torus(const Path& path) {
  const auto tiers = path.tiers();
  return path.even && std::all_of(tiers.begin(), tiers.end(),
                                  [](const Crossing& crossing) { return crossing.tier->is_ring; });
}

// The dimension that a part works along in a phase, and what is left of the part by then.
struct Stage {
  const Crossing* crossing;
  double bytes;
};

Stage stage_of(const Path& path, int part, int phase, double bytes) {
  double left = bytes / path.count;
  for (int i = 0; i < phase; ++i) left /= path.crossings[(part + i) % path.count].children;
  return {&path.crossings[(part + phase) % path.count], left};
}

// One step of a ring along a dimension. A line closes its ring with one hop longer than the others
// on average (ring.cpp).
double step_time(const Stage& stage) {
  const Crossing& crossing = *stage.crossing;
  const double children = crossing.children;
  const double hops = crossing.closes ? 1 : (2 * children - 3) / (children - 1);
  return hops * crossing.tier->latency + crossing.tier->message_time +
         stage.bytes / children / crossing.links * crossing.tier->byte_time;
}

// All parts take their steps together; those along shorter dimensions are done first.
double phase_time(const Path& path, int phase, double bytes) {
  std::array<Stage, kMaxTiers> stages{};
  int steps = 0;
  for (int part = 0; part < path.count; ++part) {
    stages[part] = stage_of(path, part, phase, bytes);
    steps = std::max(steps, stages[part].crossing->children - 1);
  }
  double time = 0;
  for (int step = 0; step < steps; ++step) {
    double slowest = 0;
    for (int part = 0; part < path.count; ++part) {
      if (step >= stages[part].crossing->children - 1) continue;
      slowest = std::max(slowest, step_time(stages[part]));
    }
    time += slowest;
  }
  return time;
}

double rounds_of(Collective collective) {
  if (collective == Collective::kAllReduce) return 2;
  const bool is_half =
      collective == Collective::kAllGather || collective == Collective::kReduceScatter;
  return is_half ? 1 : 0;
}

}  // namespace

double torus_bucket_time(Collective collective, const Path& path, double bytes) {
  const double rounds = rounds_of(collective);
  if (rounds == 0 || !is_torus(path)) return kNever;
  double time = 0;
  for (int phase = 0; phase < path.count; ++phase) time += phase_time(path, phase, bytes);
  return rounds * time;
}

void torus_bucket_sent(Collective collective, const Path& path, double bytes, Sent& sent) {
  const double rounds = rounds_of(collective);
  for (int part = 0; part < path.count; ++part) {
    for (int phase = 0; phase < path.count; ++phase) {
      const Stage stage = stage_of(path, part, phase, bytes);
      const double children = stage.crossing->children;
      sent[stage.crossing->index] += base::Bytes(rounds * stage.bytes * (children - 1) / children);
    }
  }
}

}  // namespace weft::interconnect
