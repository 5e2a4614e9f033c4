// Collectives on the network: every message an event, folded into classes, and in closed form.
// Peers on the same work: ASTRA-sim's analytical back end 55 to 114 CPU s and 5.3 GiB for the ring
// of 4,096; SimGrid 3.32 16.4 s for all-to-all at once on 256 hosts, 4.8 s pairwise on 1,024.

#include <numeric>
#include <utility>

#include <benchmark/benchmark.h>

#include "weft/base/random.h"
#include "weft/traffic/fold.h"
#include "weft/traffic/matrix.h"
#include "weft/traffic/run.h"

namespace weft::traffic {
namespace {

using interconnect::Fabric;
using interconnect::Link;
using interconnect::Tier;
using interconnect::TierKind;

// 400 Gb/s.
Tier tier_of(TierKind kind, int children, double gigabytes_per_second = 50) {
  Tier tier;
  tier.name = "tier";
  tier.kind = kind;
  tier.children = children;
  tier.link.bandwidth = base::Bandwidth(gigabytes_per_second * 1e9);
  tier.link.latency = base::Time(1e-6);
  return tier;
}

// Full bisection.
Fabric fat_tree(int hosts, int radix) {
  Tier tier = tier_of(TierKind::kFatTree, hosts);
  tier.radix = radix;
  return Fabric({tier});
}

std::vector<std::int32_t> everyone(const Fabric& fabric) {
  std::vector<std::int32_t> devices(static_cast<std::size_t>(fabric.size()));
  std::iota(devices.begin(), devices.end(), 0);
  return devices;
}

constexpr double kBytes = 64.0 * 1024 * 1024;

void ring_all_reduce(benchmark::State& state, TierKind kind) {
  const Fabric fabric({tier_of(kind, static_cast<int>(state.range(0)))});
  const Network network(fabric, true);
  const auto group = everyone(fabric);
  std::int64_t events = 0;
  for (auto _ : state) {
    const RunResult result =
        run(network, Collective::kAllReduce, Algorithm::kRing, group, kBytes, {});
    events += result.events;
  }
  state.SetItemsProcessed(events);
}
BENCHMARK_CAPTURE(ring_all_reduce, on_a_switch, TierKind::kSwitch)
    ->Arg(1024)
    ->Arg(4096)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ring_all_reduce, on_a_ring_both_ways, TierKind::kRing)
    ->Arg(1024)
    ->Unit(benchmark::kMillisecond);

void all_to_all(benchmark::State& state, Algorithm algorithm, graph::Policy policy) {
  const Fabric fabric =
      fat_tree(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  const Network network(fabric, policy == graph::Policy::kSpray);
  const Prepared prepared =
      prepare(fabric, Collective::kAllToAll, algorithm, everyone(fabric), kBytes);
  RunOptions options;
  options.routing.policy = policy;
  std::int64_t events = 0;
  for (auto _ : state) events += run(network, {&prepared.job, 1}, options).events;
  state.SetItemsProcessed(events);
}
// Hosts, ports of a switch.
BENCHMARK_CAPTURE(all_to_all, at_once, Algorithm::kDirect, graph::Policy::kMinimal)
    ->Args({256, 32})
    ->Args({1024, 16})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(all_to_all, at_once_sprayed, Algorithm::kDirect, graph::Policy::kSpray)
    ->Args({256, 32})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(all_to_all, pairwise, Algorithm::kPairwise, graph::Policy::kMinimal)
    ->Args({1024, 16})
    ->Unit(benchmark::kMillisecond);

void folded(benchmark::State& state) {
  const auto k = static_cast<int>(state.range(0));
  const Network network(fat_tree(k * k * k / 4, k));
  for (auto _ : state) {
    benchmark::DoNotOptimize(folded_all_to_all(network.graph(), network.capacity(true), 1e6));
  }
  state.counters["hosts"] = static_cast<double>(network.fabric().size());
}
BENCHMARK(folded)->Arg(16)->Arg(64)->Unit(benchmark::kMillisecond);

// 1,048,576 devices: eight to a host, hosts under a fat tree of three tiers.
void a_million_devices(benchmark::State& state, Collective collective) {
  Tier tree = tier_of(TierKind::kFatTree, 131072);
  tree.radix = 256;
  tree.rails = 8;
  const Fabric fabric({tier_of(TierKind::kSwitch, 8, 450), tree});
  for (auto _ : state) {
    const auto group = fabric.group(fabric.size(), 1, static_cast<int>(fabric.size()));
    benchmark::DoNotOptimize(fabric.cost(collective, group, base::Bytes(1e9)));
  }
}
BENCHMARK_CAPTURE(a_million_devices, all_reduce, Collective::kAllReduce);
BENCHMARK_CAPTURE(a_million_devices, all_to_all, Collective::kAllToAll);

void random_permutation(benchmark::State& state) {
  const auto k = static_cast<int>(state.range(0));
  const Network network(fat_tree(k * k * k / 4, k));
  Matrix matrix;
  matrix.nodes = static_cast<std::int32_t>(network.fabric().size());
  base::RandomStream random(1, base::stream_of("permutation"));
  std::vector<std::int32_t> to = everyone(network.fabric());
  for (std::size_t i = to.size() - 1; i > 0; --i) std::swap(to[i], to[random.below(i)]);
  for (std::int32_t i = 0; i < matrix.nodes; ++i) matrix.connections.push_back({i, to[i], 2e6});
  RunOptions options;
  options.routing.policy = graph::Policy::kEcmp;
  for (auto _ : state) benchmark::DoNotOptimize(run(network, matrix, options).run.time);
  state.counters["hosts"] = matrix.nodes;
}
BENCHMARK(random_permutation)->Arg(16)->Arg(64)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft::traffic
