// Replay of a graph of activities: ranks in a chain of kernels, reduced in pairs after each.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <vector>

#include "weft/step/graph_replay.h"

namespace weft {
namespace {

step::ActivityGraph layered(std::uint32_t ranks, std::uint32_t layers) {
  step::ActivityGraph graph;
  graph.stream_count = 2 * ranks;
  std::vector<std::uint32_t> reduced, kernels(ranks);
  for (std::uint32_t layer = 0; layer < layers; ++layer) {
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      std::vector<std::uint32_t> inputs;
      if (layer > 0) inputs = {kernels[rank], reduced[rank / 2]};
      kernels[rank] = static_cast<std::uint32_t>(graph.activities.size());
      graph.add(1.0 + rank % 3, inputs, std::array{2 * rank});
    }
    reduced.clear();
    for (std::uint32_t pair = 0; pair < ranks; pair += 2) {
      reduced.push_back(static_cast<std::uint32_t>(graph.activities.size()));
      graph.add(0.5, std::array{kernels[pair], kernels[pair + 1]},
                std::array{2 * pair + 1, 2 * pair + 3});
    }
  }
  return graph;
}

// Items are activities.
void trace_replay(benchmark::State& state) {
  const auto graph = layered(static_cast<std::uint32_t>(state.range(0)), 200);
  for (auto _ : state) benchmark::DoNotOptimize(step::replay_graph(graph).finish);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(graph.activities.size()));
}
BENCHMARK(trace_replay)->Arg(8)->Arg(64)->Arg(1024)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft
