// The microbenchmarks of ASTRA-sim in closed form, and what must hold of any traces.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "shipped.h"
#include "traces.h"
#include "weft/base/diagnostics.h"
#include "weft/base/random.h"
#include "weft/chips/kernel.h"
#include "weft/trace/run.h"

namespace weft::trace {
namespace {

using test::collective;
using test::kernel;
using test::receive;
using test::recorded;
using test::send;
namespace wire = test::wire;

using Nodes = std::vector<wire::Node>;
constexpr std::int64_t kMega = 1 << 20;

const cluster::Cluster& one_host() {
  static const auto cluster = test::cluster_of("{use: dgx_h100, hosts: 1}");
  return cluster;
}
const cluster::Cluster& two_hosts() {
  static const auto cluster = test::cluster_of("{use: dgx_h100, hosts: 2}");
  return cluster;
}

RankTraces read(const std::vector<Nodes>& ranks, const std::string& groups = "") {
  const test::TraceFolder folder;
  folder.write_ranks("rank", ranks);
  std::optional<std::filesystem::path> file;
  if (!groups.empty()) file = folder.write("groups.json", groups);
  return read_ranks({folder.path() / "rank"}, std::nullopt, file);
}

TraceAnswer answer(const cluster::Cluster& cluster, const std::vector<Nodes>& ranks,
                   const TraceQuestion& question = {}, const std::string& groups = "") {
  return replay(cluster, read(ranks, groups), question);
}

double finish(const cluster::Cluster& cluster, const std::vector<Nodes>& ranks,
              const std::string& groups = "") {
  return answer(cluster, ranks, {}, groups).finish.si();
}

// What Fabric::cost says of devices 0 ... size-1 alone.
double cost(const cluster::Cluster& cluster, interconnect::Collective collective, int size,
            double bytes) {
  std::vector<std::int64_t> devices(static_cast<std::size_t>(size));
  std::iota(devices.begin(), devices.end(), 0);
  auto shape = cluster.fabric.shape_of(devices);
  shape.alone = true;
  return cluster.fabric.cost(collective, shape, base::Bytes(bytes)).time.si();
}

void expect_refusal(const std::vector<Nodes>& ranks, const std::string& part,
                    const std::string& groups = "") {
  try {
    (void)answer(one_host(), ranks, {}, groups);
    FAIL() << "no error, expected: " << part;
  } catch (const base::InputError& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

std::vector<Nodes> alike(int ranks, const Nodes& nodes) {
  return std::vector<Nodes>(static_cast<std::size_t>(ranks), nodes);
}

// astra-sim @8468c27, examples/workload/microbenchmarks: one collective of 1 MB on 4, 8, 16 ranks.
TEST(Microbenchmarks, LoneCollectives) {
  using interconnect::Collective;
  struct Case {
    int type;
    Collective collective;
    bool by_part;  // comm_size is what each rank puts in
  };
  for (const int ranks : {4, 8, 16}) {
    for (const auto& each :
         {Case{0, Collective::kAllReduce, false}, Case{2, Collective::kAllGather, true},
          Case{6, Collective::kAllToAll, false}, Case{7, Collective::kReduceScatter, false}}) {
      const auto& cluster = ranks == 16 ? two_hosts() : one_host();
      const double bytes = static_cast<double>(kMega) * (each.by_part ? ranks : 1);
      EXPECT_EQ(finish(cluster, alike(ranks, {collective(0, each.type, kMega)})),
                cost(cluster, each.collective, ranks, bytes));
    }
  }
}

// Node ids run on from rank to rank there.
TEST(Microbenchmarks, FoldWhateverTheIds) {
  std::vector<Nodes> ranks;
  for (std::uint64_t rank = 0; rank < 8; ++rank) ranks.push_back({collective(rank, 0, kMega)});
  const auto result = answer(one_host(), ranks);
  EXPECT_EQ(result.ranks, 8);
  ASSERT_EQ(result.classes.size(), 1U);
  EXPECT_EQ(result.classes[0].ranks.size(), 8U);
  EXPECT_EQ(result.activities, 1U);
  EXPECT_EQ(result.path.at(0).what, "all-reduce");
}

// mlcommons/chakra, src/generator: two kernels of 5 µs, independent and dependent, take 10 µs.
TEST(Generator, TwoKernels) {
  EXPECT_DOUBLE_EQ(finish(one_host(), {{recorded(0, 5), recorded(1, 5)}}), 10e-6);
  EXPECT_DOUBLE_EQ(finish(one_host(), {{recorded(0, 5), recorded(1, 5, {0})}}), 10e-6);
}

TEST(Replay, ChainAddsUpAndIndependentOverlaps) {
  const double reduce = cost(one_host(), interconnect::Collective::kAllReduce, 8, kMega);
  const double work = finish(one_host(), {{kernel(0, 1'000'000'000'000, 1'000'000)}});
  EXPECT_NEAR(finish(one_host(), alike(8, {kernel(0, 1'000'000'000'000, 1'000'000),
                                           collective(1, 0, kMega, {0})})),
              work + reduce, 1e-15);
  const auto both = answer(
      one_host(), alike(8, {kernel(0, 1'000'000'000'000, 1'000'000), collective(1, 0, kMega)}));
  EXPECT_EQ(both.finish.si(), std::max(work, reduce));
  const auto& parts = both.classes.at(0).parts;
  EXPECT_NEAR(parts.compute, work, 1e-15);
  EXPECT_NEAR(parts.communication, std::max(0.0, reduce - work), 1e-15);
  EXPECT_NEAR(both.classes[0].communicating, reduce, 1e-15);
}

TEST(Replay, KernelsByBothRoofs) {
  const auto& device = one_host().device();
  const double flops = 1e13;
  const double compute = finish(one_host(), {{kernel(0, 10'000'000'000'000, 1)}});
  const double peak = device.peaks.matrix[chips::index_of(chips::Precision::kBf16)].si();
  EXPECT_GT(compute, flops / peak);
  EXPECT_LT(compute, 2 * flops / peak);
  chips::MemoryBound stream;
  stream.traffic = base::Bytes(1e9);
  EXPECT_EQ(finish(one_host(), {{kernel(0, 0, 1'000'000'000)}}),
            memory_bound(device, {}, stream).time.si());
  // More of either never takes less.
  EXPECT_GT(finish(one_host(), {{kernel(0, 10'000'000'000'000, 10'000'000'000)}}), compute);
}

TEST(Replay, RecordedTimesWhenAsked) {
  auto node = kernel(0, 1'000'000, 1'000'000);
  node.set_duration_micros(1234);
  TraceQuestion question;
  question.recorded_times = true;
  EXPECT_DOUBLE_EQ(answer(one_host(), {{node}}, question).finish.si(), 1234e-6);
  EXPECT_LT(answer(one_host(), {{node}}).finish.si(), 1e-3);
}

TEST(Replay, MessagesMatchByTag) {
  const double hop = cost(one_host(), interconnect::Collective::kPointToPoint, 2, kMega);
  EXPECT_EQ(finish(one_host(), {{send(0, 1, kMega, 7)}, {receive(9, 0, kMega, 7)}}), hop);
  // What comes first in the receiver's file is sent last.
  const auto result =
      answer(one_host(), {{send(0, 1, kMega, 1), send(1, 1, kMega, 2, {0})},
                          {receive(0, 0, kMega, 2), recorded(1, 5, {0}), receive(2, 0, kMega, 1)}});
  EXPECT_NEAR(result.finish.si(), 2 * hop + 5e-6, 1e-15);
  expect_refusal({{send(0, 1, 8, 1)}, {receive(0, 0, 8, 2)}}, "nothing");
  expect_refusal({{send(0, 1, 8, 1)}, {kernel(0, 1, 1)}}, "rank.0.et: node 0");
  expect_refusal({{send(0, 5, 8, 1)}}, "rank 5 is named, and there are 1 ranks");
}

// All ranks send to the next at once: links carry both ways, and ranks fold into one.
TEST(Replay, RingOfMessages) {
  std::vector<Nodes> ranks;
  for (std::int64_t rank = 0; rank < 8; ++rank) {
    ranks.push_back({send(0, (rank + 1) % 8, kMega, 0), receive(1, (rank + 7) % 8, kMega, 0),
                     recorded(2, 3, {0, 1})});
  }
  const auto result = answer(one_host(), ranks);
  auto pair = one_host().fabric.shape_of(std::vector<std::int64_t>{0, 1});
  const double hop =
      one_host()
          .fabric.cost(interconnect::Collective::kPointToPoint, pair, base::Bytes(kMega))
          .time.si();
  EXPECT_NEAR(result.finish.si(), hop + 3e-6, 1e-15);
  EXPECT_EQ(result.classes.size(), 1U);
}

TEST(Replay, GroupsOfAFile) {
  const std::string groups = R"({"1": [0, 1, 2, 3], "2": [4, 5, 6, 7]})";
  std::vector<Nodes> ranks;
  for (int rank = 0; rank < 8; ++rank) {
    ranks.push_back({collective(0, 0, kMega, {}, rank < 4 ? "1" : "2"), collective(1, 0, 8, {0})});
  }
  const auto result = answer(one_host(), ranks, {}, groups);
  EXPECT_EQ(result.classes.size(), 1U);
  EXPECT_EQ(result.activities, 2U);
  EXPECT_NEAR(result.finish.si(),
              cost(one_host(), interconnect::Collective::kAllReduce, 4, kMega) +
                  cost(one_host(), interconnect::Collective::kAllReduce, 8, 8),
              1e-12);
  expect_refusal(ranks, "group '1' is not known");
  expect_refusal(ranks, "rank 4 is not in group '2'", R"({"1": [0, 1, 2, 3], "2": [5, 6, 7]})");
  expect_refusal(ranks, "has rank 9", R"({"1": [0, 1, 2, 3, 9], "2": [4, 5, 6, 7]})");
}

TEST(Replay, StreamsOfGroups) {
  const std::string groups = R"({"1": [0, 1], "2": [0, 1, 2, 3]})";
  const Nodes inner = {collective(0, 0, kMega, {}, "1"), collective(1, 0, kMega, {}, "2")};
  const Nodes outer = {collective(0, 0, kMega, {}, "2")};
  TraceQuestion question;
  const double in_turn =
      answer(one_host(), {inner, inner, outer, outer}, question, groups).finish.si();
  question.streams = 2;
  const double at_once =
      answer(one_host(), {inner, inner, outer, outer}, question, groups).finish.si();
  const double small = cost(one_host(), interconnect::Collective::kAllReduce, 2, kMega);
  const double large = cost(one_host(), interconnect::Collective::kAllReduce, 4, kMega);
  EXPECT_NEAR(in_turn, small + large, 1e-12);
  EXPECT_NEAR(at_once, std::max(small, large), 1e-12);
}

TEST(Replay, TracesThatDoNotFit) {
  expect_refusal({{collective(3, 0, 8)}, {kernel(0, 1, 1)}},
                 "node 3 (COMM_COLL_NODE): this "
                 "all-reduce of group '' waits for "
                 "rank 1");
  expect_refusal({{collective(3, 0, 8)}, {collective(4, 2, 8)}}, "this is of type all-gather");
  // Each waits for the other's message before it sends its own.
  expect_refusal(
      {{receive(0, 1, 8, 0), send(1, 1, 8, 0, {0})}, {receive(0, 0, 8, 0), send(1, 0, 8, 0, {0})}},
      "wait for one another and never end");
  expect_refusal(alike(9, {kernel(0, 1, 1)}), "9 ranks");
}

// --- random traces ---

constexpr int kRanks = 8;
const std::string kGroups = R"({"10": [0, 1], "11": [2, 3], "12": [4, 5], "13": [6, 7],
                                "20": [0, 2, 4, 6], "21": [1, 3, 5, 7]})";

// Stages of pairs that compute, reduce in pairs or across them, and pass messages on; `twist` makes
// ranks differ.
std::vector<Nodes> random_ranks(std::uint64_t seed, int twist) {
  std::vector<Nodes> ranks(kRanks);
  for (int rank = 0; rank < kRanks; ++rank) {
    base::RandomStream random(seed, base::stream_of("trace"));
    base::RandomStream own(seed, base::stream_of("rank"), static_cast<std::uint64_t>(rank));
    const auto count = 2 + random.below(14);
    std::uint64_t id = 0;
    const auto inputs = [&](wire::Node node) {
      for (std::uint64_t i = 0; i < id; ++i) {
        if (random.below(4) == 0) node.add_data_deps(i);
      }
      ++id;
      ranks[static_cast<std::size_t>(rank)].push_back(node);
    };
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto bytes = static_cast<std::int64_t>(1 + random.below(1 << 22));
      const auto tag = static_cast<std::int64_t>(i);
      switch (random.below(5)) {
        case 0:
          inputs(collective(id, 0, bytes, {}, std::to_string(10 + rank / 2)));
          break;
        case 1:
          inputs(collective(id, 7, bytes, {}, std::to_string(20 + rank % 2)));
          break;
        case 2: {
          const auto send_to = send(id, (rank + 2) % kRanks, bytes, tag);
          inputs(send_to);
          inputs(receive(id, (rank + kRanks - 2) % kRanks, bytes, tag));
          break;
        }
        default: {
          const auto extra = twist > 0 ? own.below(static_cast<std::uint64_t>(twist)) : 0;
          inputs(recorded(id, 1 + random.below(40) + extra));
        }
      }
    }
  }
  return ranks;
}

TraceAnswer random_answer(const std::vector<Nodes>& ranks, bool folded) {
  TraceQuestion question;
  question.folded = folded;
  return answer(one_host(), ranks, question, kGroups);
}

TEST(RandomTraces, FoldedIsUnfolded) {
  int folded_ones = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto ranks = random_ranks(seed, seed % 3 == 0 ? 2 : 0);
    const auto folded = random_answer(ranks, true);
    const auto unfolded = random_answer(ranks, false);
    folded_ones += folded.classes.size() < kRanks ? 1 : 0;
    EXPECT_EQ(folded.finish.si(), unfolded.finish.si());
    EXPECT_EQ(folded.operations, unfolded.operations);
    for (const auto& one : folded.classes) {
      for (const auto rank : one.ranks) {
        const auto& other = unfolded.classes.at(static_cast<std::size_t>(rank));
        EXPECT_EQ(one.end, other.end);
        EXPECT_EQ(one.parts.compute, other.parts.compute);
        EXPECT_EQ(one.parts.communication, other.parts.communication);
      }
    }
  }
  EXPECT_GE(folded_ones, 40);
}

TEST(RandomTraces, KeepTheBounds) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto result = random_answer(random_ranks(seed, 5), true);
    const double finish = result.finish.si();
    EXPECT_GE(finish, result.longest_chain.si() * (1 - 1e-12));
    double path = 0, last = 0;
    for (const auto& part : result.path) path += part.time;
    EXPECT_NEAR(path, finish, 1e-9 * finish);
    for (const auto& one : result.classes) {
      const auto& p = one.parts;
      EXPECT_NEAR(p.compute + p.communication + p.memory + p.host + p.idle, finish, 1e-9 * finish);
      EXPECT_LE(one.communicating, finish * (1 + 1e-12));
      EXPECT_LE(p.communication, one.communicating * (1 + 1e-12));
      last = std::max(last, one.end);
    }
    EXPECT_EQ(last, finish);
  }
}

// Other ids in the same files.
TEST(RandomTraces, IdsDoNotMatter) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    const auto ranks = random_ranks(seed, 3);
    auto renamed = ranks;
    const auto other = [](std::uint64_t id) { return (id * 7919 + 13) % 1'000'003; };
    for (auto& nodes : renamed) {
      for (auto& node : nodes) {
        node.set_id(other(node.id()));
        for (auto& input : *node.mutable_data_deps()) input = other(input);
      }
    }
    EXPECT_EQ(random_answer(ranks, true).finish.si(), random_answer(renamed, true).finish.si());
  }
}

// Pairs (0, 1), (2, 3), … may trade places: all the same to a switch.
TEST(RandomTraces, RanksOfASymmetricGroupDoNotMatter) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    const auto result = random_answer(random_ranks(seed, 0), true);
    EXPECT_EQ(result.classes.size(), 1U);
  }
}

}  // namespace
}  // namespace weft::trace
