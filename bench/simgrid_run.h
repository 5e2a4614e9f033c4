// The same messages run by SimGrid.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/flow/routes.h"

namespace weft::bench {

// Message i takes route i, from host i % hosts to host (i % hosts + i / hosts + 1) % hosts.
struct Messages {
  std::int32_t hosts = 0;
  std::vector<double> capacity;  // byte/s
  flow::Routes routes;
  double bytes = 0;       // of each
  bool barriers = false;  // after every `hosts` messages; else all start at once
};

struct SimgridRun {
  std::vector<double> finish;  // s of model time
  double seconds = 0;          // of processor time, without building the platform
};

// In a child process: SimGrid has one engine in the life of a process.
SimgridRun run_simgrid(const Messages& messages);

}  // namespace weft::bench
