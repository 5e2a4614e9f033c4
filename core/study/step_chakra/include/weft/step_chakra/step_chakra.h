// One training step as execution traces of MLCommons Chakra, a file for each rank.
//
// Nodes follow the step's timeline (step::Timeline): for each pass of each layer a COMP_NODE with
// its FLOP, memory traffic and time, then what is waited for. An exchange that is partly hidden is
// two COMM_COLL_NODEs, which share its bytes: one beside the kernels, one behind them that the next
// kernel waits for; each has its own latency, so that a replay takes a few per cent longer. Ring
// attention's blocks are an all-gather. What other stages need goes as COMM_SEND_NODE and
// COMM_RECV_NODE with a tag of its own. Waits for the host, for stragglers and for transfers to the
// host are nodes on the CPU. Time that a stage is idle is nowhere: it follows from the
// dependencies.
//
// Data dependencies are what results need, control dependencies the order of the schedule. Rank r
// is device r, in the plan's order of axes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "weft/chakra/trace.h"
#include "weft/plan/plan.h"
#include "weft/step/timeline.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::cluster {
struct Cluster;
}

namespace weft::step_chakra {

// Nodes of all ranks; files take some 120 bytes for each.
inline constexpr std::int64_t kMostNodes = 10'000'000;

// What a trace is of. All must outlive it.
struct TracedStep {
  const step::Timeline& timeline;
  const plan::Plan& plan;
  const workload::Job& job;
  const workload::Software& software;
  const cluster::Cluster& cluster;
};

struct StepFiles {
  std::int64_t ranks = 0;
  std::int64_t nodes = 0;  // of all ranks
  chakra::Groups groups;   // by the names that nodes have
};

// Gives the file of each rank in turn: open(rank) says where its pieces go, and calls the function
// that it is given with that place. Throws base::InputError for a mixed cluster and for more than
// `most` nodes.
using Put = std::function<void(std::string_view piece)>;
using WriteRank = std::function<void(const Put& put)>;
StepFiles write_step(const TracedStep& step,
                     const std::function<void(std::int64_t rank, const WriteRank& write)>& open,
                     std::int64_t most = kMostNodes);

}  // namespace weft::step_chakra
