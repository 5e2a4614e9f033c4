// Traffic matrices: files, triggers, and completion times against a packet-level simulator.

#include "weft/traffic/matrix.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include <gtest/gtest.h>

#include "../configs.h"
#include "fabrics.h"
#include "weft/base/diagnostics.h"
#include "weft/base/random.h"

namespace weft::traffic {
namespace {

using namespace testing;

std::filesystem::path written(const std::string& name, const std::string& text) {
  const auto file = std::filesystem::path(::testing::TempDir()) / name;
  std::ofstream(file) << text;
  return file;
}

constexpr const char* kChained =
    "Nodes 4\nConnections 3\nTriggers 1\n"
    "0->1 id 1 start 5000000 size 500000 send_done_trigger 1\n"
    "1->2 id 2 trigger 1 size 500000\n"
    "0->3 id 3 trigger 1 size 1000000\n"
    "trigger id 1 oneshot\n";

TEST(Matrix, ReadsConnectionsAndTriggers) {
  const Matrix matrix = read_matrix(written("chained.cm", kChained));
  EXPECT_EQ(matrix.nodes, 4);
  ASSERT_EQ(matrix.connections.size(), 3U);
  EXPECT_EQ(matrix.connections[0].fires, 1);
  EXPECT_NEAR(matrix.connections[0].start, 5e-6, 1e-15);
  EXPECT_EQ(matrix.connections[2].trigger, 1);
  EXPECT_EQ(matrix.connections[2].bytes, 1e6);
}

TEST(Matrix, TriggersStartConnections) {
  const Fabric fabric({make_tier(TierKind::kSwitch, 4, make_link(50, 2))});
  const Network network(fabric);
  const MatrixResult result = run(network, read_matrix(written("chained.cm", kChained)), {});
  EXPECT_NEAR(result.duration[0], 2e-6 + 10e-6, 1e-12);
  EXPECT_NEAR(result.duration[1], 2e-6 + 10e-6, 1e-12);
  EXPECT_NEAR(result.duration[2], 2e-6 + 20e-6, 1e-12);
  EXPECT_NEAR(result.run.time, 5e-6 + 12e-6 + 22e-6, 1e-12);
  EXPECT_EQ(result.run.events, 3);
}

TEST(Matrix, ReadsCsv) {
  const Matrix matrix =
      read_matrix(written("flows.csv", "to,from,bytes,start\n1,0,500 kB,5 us\n0,2,1000000,\n"));
  EXPECT_EQ(matrix.nodes, 3);
  ASSERT_EQ(matrix.connections.size(), 2U);
  EXPECT_EQ(matrix.connections[0].from, 0);
  EXPECT_EQ(matrix.connections[0].bytes, 5e5);
  EXPECT_NEAR(matrix.connections[0].start, 5e-6, 1e-15);
  EXPECT_EQ(matrix.connections[1].bytes, 1e6);
}

std::string fault_of(const std::string& name, const std::string& text) {
  try {
    (void)read_matrix(written(name, text));
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

void expect_fault(const std::string& name, const std::string& text, const std::string& place,
                  const std::string& message) {
  const std::string fault = fault_of(name, text);
  EXPECT_NE(fault.find(name + ":" + place), std::string::npos) << fault;
  EXPECT_NE(fault.find(message), std::string::npos) << fault;
}

TEST(Matrix, FaultsAreLocated) {
  expect_fault("a.cm", "Nodes 2\n0->5 id 1 start 0 size 5\n", "2:1", "numbered 0 to 1");
  expect_fault("b.cm", "Nodes 2\n0->1 id 1 start 0 sizes 5\n", "2:19", "'sizes' is not known");
  expect_fault("c.cm", "Nodes 2\nConnections 2\n0->1 start 0 size 5\n", "2:1", "1 given");
  expect_fault("d.cm", "Nodes 2\n0->1 trigger 7 size 5\n", "2:6", "no trigger 7");
  expect_fault("e.cm", "0->1 start 0 size 5\n", "1:1", "'Nodes' stands before");
  expect_fault("f.cm", "Nodes 2\n0->1 start x size 5\n", "2:12", "not a whole number");
  expect_fault("g.cm", "Nodes 2\n0->1 start 0\n", "2:1", "has a size");
  expect_fault("a.csv", "from,to\n0,1\n", "1:1", "no column 'bytes'");
  expect_fault("b.csv", "from,to,bytes\n0,x,5\n", "2:3", "a number from 0");
  expect_fault("c.csv", "from,to,bytes\n0,1,5 us\n", "2:5", "this is not bytes");
  expect_fault("d.csv", "from,to,bytes,strat\n0,1,5,0\n", "1:15", "did you mean 'start'?");
  expect_fault("e.csv", "from,to,bytes,start\n0,1,5,1e9\n", "2:7", "a start is before 1e+09 s");
}

TEST(Matrix, ADeviceBeyondTheFabricIsAFault) {
  const Network network{Fabric({make_tier(TierKind::kSwitch, 2, make_link(50, 2))})};
  EXPECT_THROW((void)run(network, read_matrix(written("chained.cm", kChained)), {}),
               std::invalid_argument);
}

// --- against packets ---

// Every host sends to another, each to one.
Matrix permutation(std::int32_t hosts, double bytes, std::uint64_t seed) {
  base::RandomStream random(seed, base::stream_of("permutation"));
  std::vector<std::int32_t> to(static_cast<std::size_t>(hosts));
  for (std::int32_t i = 0; i < hosts; ++i) to[i] = i;
  // Sattolo: one cycle, so that nobody sends to itself.
  for (std::size_t i = to.size() - 1; i > 0; --i) std::swap(to[i], to[random.below(i)]);
  Matrix matrix;
  matrix.nodes = hosts;
  for (std::int32_t i = 0; i < hosts; ++i) matrix.connections.push_back({i, to[i], bytes});
  return matrix;
}

Matrix incast(std::int32_t senders, double bytes) {
  Matrix matrix;
  matrix.nodes = 128;
  for (std::int32_t i = 1; i <= senders; ++i) matrix.connections.push_back({i, 0, bytes});
  return matrix;
}

Matrix all_to_all(std::int32_t hosts, double bytes) {
  Matrix matrix;
  matrix.nodes = hosts;
  for (std::int32_t i = 0; i < hosts; ++i) {
    for (std::int32_t j = 0; j < hosts; ++j) {
      if (i != j) matrix.connections.push_back({i, j, bytes});
    }
  }
  return matrix;
}

struct Percentiles {
  double p50 = 0;  // us
  double p99 = 0;
  double most = 0;
};

Percentiles percentiles_of(std::vector<double> durations) {
  std::sort(durations.begin(), durations.end());
  const auto at = [&](double share) {
    const auto index = static_cast<std::size_t>(share * static_cast<double>(durations.size()));
    return 1e6 * durations[std::min(index, durations.size() - 1)];
  };
  return {at(0.5), at(0.99), at(1)};
}

Percentiles simulated(const char* link, const Matrix& matrix, graph::Policy policy,
                      std::uint64_t seed = 0) {
  const int k = matrix.nodes == 128 ? 8 : 16;
  const bool is_sprayed = policy == graph::Policy::kSpray;
  const Network network(k_ary_tree(k, 3, interconnect::testing::shipped_link(link)), is_sprayed);
  RunOptions options;
  options.routing.policy = policy;
  options.routing.seed = seed;
  return percentiles_of(run(network, matrix, options).duration);
}

void expect_within(double share, const char* what, double mine, double packets) {
  EXPECT_NEAR(mine / packets, 1, share) << what << ": " << mine << " us against " << packets;
}

// Percentiles of completion times of github.com/Broadcom/csg-htsim, packet-level runs, k-ary fat
// trees of 128 and 1024 hosts, 400 Gb/s, 1 us per link.
TEST(Packets, SprayedWithinTenPercent) {
  struct Case {
    const char* what;
    Matrix matrix;
    double p50;
    double most;
  };
  const std::vector<Case> cases = {
      {"permutation 128, 2 MB, EQDS", permutation(128, 2e6, 1), 58.4, 62.5},
      {"permutation 128, 2 MB, NDP", permutation(128, 2e6, 1), 57.1, 57.8},
      {"permutation 128, 16 MB, EQDS", permutation(128, 16e6, 1), 365.4, 379.8},
      {"permutation 1024, 2 MB, EQDS", permutation(1024, 2e6, 1), 60.3, 69.0},
      {"permutation 1024, 2 MB, NDP", permutation(1024, 2e6, 1), 58.4, 59.0},
      {"permutation 1024, 16 MB, EQDS", permutation(1024, 16e6, 1), 368.4, 380.0},
      {"incast 8, 2 MB, EQDS", incast(8, 2e6), 333.8, 334.4},
      {"incast 32, 2 MB, EQDS", incast(32, 2e6), 1314.3, 1323.4},
      {"incast 127, 2 MB, EQDS", incast(127, 2e6), 5225.9, 5286.7},
      {"all-to-all 128, 500 kB, EQDS", all_to_all(128, 500e3), 1331.6, 1343.4},
  };
  for (const Case& c : cases) {
    const Percentiles mine = simulated("ethernet_400g_sprayed", c.matrix, graph::Policy::kSpray);
    expect_within(0.10, c.what, mine.p50, c.p50);
    expect_within(0.10, c.what, mine.most, c.most);
  }
}

// The mean over ten permutations and hashes.
TEST(Packets, HashedWithinTwentyPercent) {
  struct Case {
    const char* what;
    std::int32_t hosts;
    double bytes;
    Percentiles packets;
  };
  const std::vector<Case> cases = {
      {"permutation 128, 2 MB, RoCE", 128, 2e6, {116.5, 201.2, 201.6}},
      {"permutation 128, 16 MB, RoCE", 128, 16e6, {953.6, 1492.2, 1497.6}},
      {"permutation 1024, 2 MB, RoCE", 1024, 2e6, {135.3, 265.2, 298.1}},
  };
  constexpr int kSeeds = 10;
  for (const Case& c : cases) {
    Percentiles mean;
    for (int seed = 1; seed <= kSeeds; ++seed) {
      const Percentiles mine =
          simulated("ethernet_400g_single_path", permutation(c.hosts, c.bytes, seed),
                    graph::Policy::kEcmp, seed);
      mean.p50 += mine.p50 / kSeeds;
      mean.p99 += mine.p99 / kSeeds;
      mean.most += mine.most / kSeeds;
    }
    expect_within(0.20, c.what, mean.p50, c.packets.p50);
    expect_within(0.20, c.what, mean.p99, c.packets.p99);
    expect_within(0.20, c.what, mean.most, c.packets.most);
  }
}

}  // namespace
}  // namespace weft::traffic
