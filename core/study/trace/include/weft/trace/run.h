// `weft trace`: execution traces replayed on a cluster.
//
// Each rank is a device, rank r device r. A device computes on one stream, moves memory on another,
// runs collectives on one stream or more, and sends and receives on one each; the CPU beside it has
// a stream of its own. A collective starts when all its members have come to it and lasts what
// Fabric::cost says; a message goes when its sender is ready (it does not wait for the receiver).
// Activities on different streams do not slow each other down.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "weft/chips/precision.h"
#include "weft/cluster/cluster.h"
#include "weft/trace/ranks.h"

namespace weft::trace {

struct TraceQuestion {
  bool recorded_times = false;  // of kernels and memory, instead of the chip's
  chips::Precision precision = chips::Precision::kBf16;  // of num_ops
  int streams = 1;  // for collectives, a rank; its groups take them in turn
  bool folded = true;
};

// What a device does at a time; the parts add up to the finish.
struct RankParts {
  double compute = 0;        // s, kernels run
  double communication = 0;  // s, none runs, and it communicates
  double memory = 0;         // s, of neither, and memory is moved
  double host = 0;           // s, of none of these, and its CPU works
  double idle = 0;
};

// Ranks that do the same at the same time.
struct RankClass {
  std::vector<std::int64_t> ranks;
  RankParts parts;
  double communicating = 0;  // s, hidden behind compute or not
  double end = 0;            // s, of its last operation
  std::size_t operations = 0;
};

struct PathPart {
  std::string what;  // "compute", "all-reduce", …
  double time = 0;   // s
  std::int64_t operations = 0;
};

// Collectives of one kind and size on groups of one shape, or messages.
struct ExchangeRow {
  std::string what;
  std::string algorithm;
  int ranks = 2;
  base::Bytes bytes;  // as Fabric::cost takes them
  base::Time time;    // of one
  std::int64_t count = 0;
};

struct TraceAnswer {
  std::string cluster;
  std::int64_t devices = 0, ranks = 0;
  std::int64_t operations = 0;  // of all ranks
  std::size_t activities = 0;   // that were replayed
  base::Time finish;
  base::Time longest_chain;            // of dependencies alone: no schedule takes less
  std::vector<PathPart> path;          // the critical path by cause, the longest first
  std::vector<PathPart> path_names;    // the same by name of the operation
  std::vector<RankClass> classes;      // by their first rank
  std::vector<ExchangeRow> exchanges;  // the one that takes most time in all first
  std::vector<std::string> notes;      // what had to be taken for granted
};

// Throws base::InputError when traces do not fit together or the cluster.
TraceAnswer replay(const cluster::Cluster& cluster, const RankTraces& traces,
                   const TraceQuestion& question);

}  // namespace weft::trace
