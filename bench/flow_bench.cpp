// The flow engine on whole collectives, every message a transfer, and SimGrid on the same work.
//
// Completions per second are items per second. Benchmarks named simgrid_* run SimGrid (model CM02,
// all its corrections off) in a process of its own on the same links and routes, and tell how many
// times longer it takes than the engine did and by how much completion times differ.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <fstream>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "fat_tree.h"
#include "simgrid_run.h"
#include "weft/flow/engine.h"

namespace weft {
namespace {

constexpr double kLink = 50e9;                 // byte/s: 400 Gb/s
constexpr double kPerHost = 64 * 1024 * 1024;  // bytes

// Most memory resident since the last call [MiB]; 0 where the system does not tell.
double peak_memory_since() {
  double peak = 0;
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmHWM:") status >> peak;
  }
  std::ofstream("/proc/self/clear_refs") << 5;
  return peak / 1024;
}

// Ring all-reduce: 2(p-1) steps; a device sends step s+1 when step s has arrived and left.
class RingAllReduce final : public flow::Source {
 public:
  RingAllReduce(std::int32_t devices, double bytes)
      : devices_(devices), bytes_(bytes), sent_(devices, 0), received_(devices, 0) {}

  void advance(double now, std::span<const flow::Completion> finished,
               std::vector<flow::Transfer>& starts) override {
    if (finished.empty()) {
      for (std::int32_t device = 0; device < devices_; ++device) send(now, device, starts);
    }
    for (const flow::Completion& each : finished) {
      const auto device = static_cast<std::int32_t>(each.tag);
      const std::int32_t next = device + 1 == devices_ ? 0 : device + 1;
      ++sent_[device];
      ++received_[next];
      if (received_[device] >= sent_[device]) send(now, device, starts);
      if (sent_[next] == received_[next]) send(now, next, starts);
    }
  }

 private:
  void send(double now, std::int32_t device, std::vector<flow::Transfer>& starts) const {
    if (sent_[device] == 2 * (devices_ - 1)) return;
    flow::Transfer& transfer = starts.emplace_back();
    transfer.bytes = bytes_;
    transfer.route = device;
    transfer.start = now;
    transfer.tag = static_cast<std::uint64_t>(device);
  }

  std::int32_t devices_;
  double bytes_;
  std::vector<std::int32_t> sent_;
  std::vector<std::int32_t> received_;
};

// `through_switch`: two links a message instead of one.
void flow_ring_all_reduce(benchmark::State& state) {
  const auto devices = static_cast<std::int32_t>(state.range(0));
  const bool through_switch = state.range(1) != 0;
  flow::Summary summary;
  peak_memory_since();
  for (auto _ : state) {
    flow::Routes routes;
    for (std::int32_t device = 0; device < devices; ++device) {
      const std::array<flow::LinkId, 2> links{device, devices + (device + 1) % devices};
      routes.add(std::span(links).first(through_switch ? 2 : 1));
    }
    const std::vector<double> capacity(static_cast<std::size_t>(2 * devices), kLink);
    RingAllReduce source(devices, kPerHost / devices);
    summary = flow::simulate(capacity, routes, source);
  }
  state.counters["events"] = static_cast<double>(summary.transfers);
  state.counters["peak_MiB"] = peak_memory_since();
  state.SetItemsProcessed(state.iterations() * summary.transfers);
}
BENCHMARK(flow_ring_all_reduce)
    ->Args({4096, 1})
    ->Args({4096, 0})
    ->ArgNames({"devices", "switch"})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

// Everybody to everybody, by step as in a pairwise exchange.
enum Kind : std::int64_t {
  kAtOnce = 0,    // spines by destination: all flows are as fast
  kBarriers = 1,  // a step when the step before is over
  kHashed = 2,    // at once, spines by a hash: flows end at many times
};

bench::Messages all_to_all(const benchmark::State& state) {
  bench::TwoTiers tree(static_cast<std::int32_t>(state.range(0)));
  const auto kind = static_cast<Kind>(state.range(1));
  const std::int32_t hosts = tree.hosts();
  bench::Messages out;
  out.hosts = hosts;
  out.capacity.assign(static_cast<std::size_t>(tree.links()), kLink);
  out.bytes = kPerHost / hosts;
  out.barriers = kind == kBarriers;
  const std::int64_t messages = std::int64_t{hosts} * (hosts - 1);
  out.routes.reserve(messages, 4 * messages);
  std::mt19937 hash(1);
  for (std::int32_t step = 1; step < hosts; ++step) {
    for (std::int32_t from = 0; from < hosts; ++from) {
      const std::int32_t to = (from + step) % hosts;
      out.routes.add(tree.route(from, to, kind == kHashed ? hash() : to));
    }
  }
  return out;
}

class Steps final : public flow::Source {
 public:
  Steps(const bench::Messages& messages, std::vector<double>& finish)
      : messages_(messages), finish_(finish) {}

  void advance(double now, std::span<const flow::Completion> finished,
               std::vector<flow::Transfer>& starts) override {
    for (const flow::Completion& each : finished) finish_[each.tag] = now;
    open_ -= static_cast<std::int32_t>(finished.size());
    if (open_ > 0 || next_ == messages_.routes.size()) return;
    open_ = messages_.barriers ? messages_.hosts : messages_.routes.size();
    for (std::int32_t i = 0; i < open_; ++i) {
      flow::Transfer& transfer = starts.emplace_back();
      transfer.bytes = messages_.bytes;
      transfer.route = next_;
      transfer.start = now;
      transfer.tag = static_cast<std::uint64_t>(next_++);
    }
  }

 private:
  const bench::Messages& messages_;
  std::vector<double>& finish_;
  std::int32_t open_ = 0;
  flow::RouteId next_ = 0;
};

std::vector<double> run_messages(bench::Messages& messages, flow::Summary& summary) {
  std::vector<double> finish(static_cast<std::size_t>(messages.routes.size()));
  Steps source(messages, finish);
  summary = flow::simulate(messages.capacity, messages.routes, source);
  return finish;
}

void flow_all_to_all(benchmark::State& state) {
  auto messages = all_to_all(state);
  flow::Summary summary;
  for (auto _ : state) benchmark::DoNotOptimize(run_messages(messages, summary));
  state.counters["hosts"] = messages.hosts;
  state.counters["moments"] = static_cast<double>(summary.moments);
  state.SetItemsProcessed(state.iterations() * summary.transfers);
}
BENCHMARK(flow_all_to_all)
    ->Args({8, kHashed})
    ->Args({16, kHashed})
    ->Args({16, kAtOnce})
    ->Args({32, kAtOnce})
    ->Args({32, kBarriers})
    ->ArgNames({"radix", "kind"})
    ->Unit(benchmark::kMillisecond);

#ifdef WEFT_HAS_SIMGRID
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void simgrid_all_to_all(benchmark::State& state) {
  auto messages = all_to_all(state);
  flow::Summary summary;
  constexpr int kRuns = 3;
  double ours = kLink;
  std::vector<double> finish;
  for (int run = 0; run < kRuns; ++run) {
    const double start = cpu_seconds();
    finish = run_messages(messages, summary);
    ours = std::min(ours, cpu_seconds() - start);
  }
  for (auto _ : state) {
    const auto simgrid = bench::run_simgrid(messages);
    double worst = 0;
    for (std::size_t i = 0; i < finish.size(); ++i) {
      const double difference = std::abs(simgrid.finish[i] / finish[i] - 1);
      if (!(difference <= worst)) worst = difference;
    }
    state.SetIterationTime(simgrid.seconds);
    state.counters["worst_difference"] = worst;
    state.counters["engine_ms"] = 1e3 * ours;
    state.counters["times_slower"] = simgrid.seconds / ours;
  }
}
BENCHMARK(simgrid_all_to_all)
    ->Args({8, kHashed})
    ->Args({16, kAtOnce})
    ->Args({32, kBarriers})
    ->ArgNames({"radix", "kind"})
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
#endif

// Each host sends to another; paths by random ECMP, so that they collide. Sizes equal or not.
void flow_permutation(benchmark::State& state) {
  bench::ThreeTiers tree(static_cast<std::int32_t>(state.range(0)));
  std::vector<std::int32_t> to(static_cast<std::size_t>(tree.hosts()));
  std::iota(to.begin(), to.end(), 0);
  std::mt19937 draw(1);
  std::shuffle(to.begin(), to.end(), draw);
  flow::Routes routes;
  std::vector<flow::Transfer> transfers;
  for (std::int32_t from = 0; from < tree.hosts(); ++from) {
    flow::Transfer& transfer = transfers.emplace_back();
    transfer.bytes = 16e6;
    if (state.range(1) != 0)
      transfer.bytes *= 0.5 + 1e-9 * static_cast<double>(draw() % 1'000'000'000);
    transfer.route = routes.add(tree.route(from, to[from], static_cast<std::uint32_t>(draw())));
  }
  const std::vector<double> capacity(static_cast<std::size_t>(tree.links()), kLink);
  flow::Options options;
  options.threads = 2;
  flow::Finished finished;
  for (auto _ : state) finished = flow::simulate(capacity, routes, transfers, options);
  state.counters["hosts"] = tree.hosts();
  state.counters["moments"] = static_cast<double>(finished.summary.moments);
  state.counters["solved"] = static_cast<double>(finished.summary.solved);
  state.SetItemsProcessed(state.iterations() * tree.hosts());
}
BENCHMARK(flow_permutation)
    ->Args({64, 0})
    ->Args({64, 1})
    ->ArgNames({"radix", "sizes"})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft
