// UB-Mesh (arXiv:2503.20377) against networks of switches with the same bandwidth per chip: its
// SuperPod of 8192 NPUs, plans searched anew for each network.
//
// The paper gives means over sequences of 8K to 10M and neither batch nor chip. Here: sequences of
// 8192, 4096 of them in a step (32 M tokens), Ascend 950 chips, Huawei's own stack, all assumed.
// Smaller batches leave less between the exchanges of gradients and cost the mesh up to 4 points
// more (GPT-4 of 2 T with 1024 sequences: 92 %); so do sequences of 32K for GPT-4 (91 %).
#include <gtest/gtest.h>

#include <string>

#include "shipped.h"
#include "weft/base/parallel.h"
#include "weft/step/evaluator.h"
#include "weft/study/search.h"

namespace weft {
namespace {

const std::string kFolder = WEFT_SOURCE_DIR "/tests/golden/ub_mesh/";
const std::string kMesh = kFolder + "shortest.yaml";  // on shortest ways
const std::string kDetours = "ub_mesh_superpod_8k";
constexpr double kPoints = 0.03;

struct Work {
  std::string model;
  std::int64_t sequence;
  std::int64_t batch;
};

const Work kLlama{"llama2_70b", 8192, 4096};
const Work kGpt3{"gpt3_175b", 8192, 4096};
const Work kGpt4{kFolder + "gpt4_2t.yaml", 8192, 4096};

std::string file(const std::string& name) { return kFolder + name + ".yaml"; }

// Tokens per second of the best plan.
double throughput(const std::string& cluster_name, const Work& work) {
  const auto cluster = test::cluster_of("{use: " + cluster_name + "}");
  const auto job = test::job_of(work.model, work.sequence, work.batch);
  const auto software = test::software_of("pangu");
  const base::ThreadTeam team(2);
  const auto found = study::best_plan(cluster, job, software, plan::Request(), team);
  if (!found.best) return 0;
  const double step = step::Evaluator(cluster, job, software).simulate(*found.best).step.si();
  return static_cast<double>(work.sequence * work.batch) / step;
}

double share(const Work& work, const std::string& rival) {
  const double mesh = throughput(kMesh, work);
  const double of_mesh = mesh / throughput(rival, work);
  testing::Test::RecordProperty("share", std::to_string(of_mesh));
  return of_mesh;
}

TEST(UbMeshRack, Llama70bComesNearAClosRack) {
  EXPECT_NEAR(share(kLlama, file("clos_rack")), 0.932, kPoints);
}

TEST(UbMeshRack, Gpt3ComesNearAClosRack) {
  EXPECT_NEAR(share(kGpt3, file("clos_rack")), 0.945, kPoints);
}

TEST(UbMeshRack, Gpt4ComesNearAClosRack) {
  EXPECT_NEAR(share(kGpt4, file("clos_rack")), 0.959, kPoints);
}

// Mean over the models of a network against racks that meet over switches, whose own meshes use the
// same ways.
double mean_share(const std::string& mesh, const std::string& rival) {
  double sum = 0;
  for (const Work& work : {kLlama, kGpt3, kGpt4}) {
    sum += throughput(mesh, work) / throughput(rival, work);
  }
  testing::Test::RecordProperty("mean_" + mesh.substr(mesh.rfind('/') + 1, 8),
                                std::to_string(sum / 3));
  return sum / 3;
}

// The paper's means: 99.27 % on shortest ways, within 0.5 % with detours and with lanes borrowed
// from those that lead to switches.
TEST(UbMeshPod, ComesNearRacksOnSwitches) {
  EXPECT_NEAR(mean_share(kMesh, file("clos_between_racks")), 0.9927, 0.005);
}

TEST(UbMeshPod, DetoursAndBorrowedLanesComeNearer) {
  const std::string rival = file("clos_between_racks_detours");
  const double detours = mean_share(kDetours, rival);
  const double borrowed = mean_share(file("borrow"), rival);
  EXPECT_GT(detours, 0.9927 - 0.005);
  EXPECT_GE(borrowed, detours);
  EXPECT_NEAR(detours, 1, 0.01);
  EXPECT_NEAR(borrowed, 1, 0.01);
}

TEST(UbMeshPod, SixteenLanesOutOfTheRackAreLittleBetterThanEight) {
  const std::string rival = file("lanes_8");
  const double mean = (share(kLlama, rival) + share(kGpt3, rival) + share(kGpt4, rival)) / 3;
  EXPECT_GT(mean, 1.0);
  EXPECT_NEAR(mean, 1.0044, 0.01);
}

// 1.85 % over sequences of 64K to 10M.
TEST(UbMeshPod, ThirtyTwoLanesHelpLongSequences) {
  const Work longer{"gpt3_175b", 65536, 512};
  const double gain = throughput(file("lanes_32"), longer) / throughput(kMesh, longer);
  EXPECT_GT(gain, 1.0);
  EXPECT_NEAR(gain, 1.0185, kPoints);
}

// A rack has 4 × x256 lanes to others: x128 to each of six, and four bundles of x64 up to switches.
TEST(UbMeshCounts, LanesAreThePublishedOnes) {
  constexpr int kRacks = 128;
  constexpr int kPods = 8;
  const auto tiers = test::cluster_of("{use: ub_mesh_superpod_8k}").fabric.inventory();
  ASSERT_GE(tiers.size(), 5U);
  const std::int64_t in_rack = 4 * 8 * (8 * 7 / 2);  // four lanes a cable, eight rows
  EXPECT_EQ(tiers[0].links, kRacks * in_rack);
  EXPECT_EQ(tiers[1].links, kRacks * in_rack);
  const std::int64_t bundles = 4 * (4 * 3 / 2);
  EXPECT_EQ(tiers[2].links, kPods * bundles * 128);
  EXPECT_EQ(tiers[3].links, kPods * bundles * 128);
  EXPECT_EQ(tiers[4].links, kRacks * (4 * 256 - 6 * 128));
}

TEST(UbMeshCounts, RackHasABackup) {
  const auto rack = test::cluster_of("{use: ub_mesh_rack}");
  EXPECT_EQ(rack.devices(), 64);
  EXPECT_EQ(rack.fabric.tiers()[1].spares, 1);
}

}  // namespace
}  // namespace weft
