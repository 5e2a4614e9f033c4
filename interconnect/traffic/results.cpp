#include "results.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace weft::traffic {

namespace {

constexpr std::size_t kHottest = 10;

}  // namespace

void count_links(const Network& network, std::span<const double> bytes, RunResult& result) {
  const graph::Graph& graph = network.graph();
  result.tier_bytes.assign(network.fabric().tiers().size(), 0.0);
  result.sent.assign(network.fabric().tiers().size(), 0.0);
  for (graph::LinkId link = 0; link < graph.links(); ++link) {
    if (bytes[link] == 0) continue;
    const graph::Cable& cable = graph.cable_of(link);
    result.tier_bytes[cable.tier] += bytes[link];
    const bool is_sent = graph.kind(graph.from(link)) == graph::NodeKind::kDevice;
    if (is_sent) result.sent[cable.tier] += bytes[link];
    const double use = result.time > 0 ? bytes[link] / cable.capacity / result.time : 0;
    result.hottest.push_back({link, bytes[link], use});
  }
  const auto hotter = [](const HotLink& a, const HotLink& b) {
    return a.use != b.use ? a.use > b.use : a.link < b.link;
  };
  const std::size_t kept = std::min(kHottest, result.hottest.size());
  std::partial_sort(result.hottest.begin(), result.hottest.begin() + static_cast<long>(kept),
                    result.hottest.end(), hotter);
  result.hottest.resize(kept);
  result.hottest.shrink_to_fit();
}

std::vector<flow::LinkChange> effective_changes(const Network& network, const RunOptions& options,
                                                bool all_to_all) {
  std::vector<flow::LinkChange> changes = options.changes;
  for (flow::LinkChange& change : changes) {
    if (change.link < 0 || change.link >= network.graph().links()) {
      throw std::invalid_argument(fmt::format("a change of the unknown link {}", change.link));
    }
    const double nominal = network.graph().cable_of(change.link).capacity;
    change.capacity *= network.capacity(all_to_all)[change.link] / nominal;
  }
  std::stable_sort(changes.begin(), changes.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  return changes;
}

}  // namespace weft::traffic
