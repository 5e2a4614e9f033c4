// What a run says about its links. Internal to the room.
#pragma once

#include <span>

#include "weft/traffic/run.h"

namespace weft::traffic {

// Bytes by tier and the hottest links, for a run that took result.time.
void count_links(const Network& network, std::span<const double> bytes, RunResult& result);

// The changes as the flow engine wants them: in order, at the capacity that the links reach.
std::vector<flow::LinkChange> effective_changes(const Network& network, const RunOptions& options,
                                                bool all_to_all);

}  // namespace weft::traffic
