// One job on parts of different chips.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "fixtures.h"
#include "shipped.h"
#include "weft/plan/check.h"
#include "weft/plan/parts.h"
#include "weft/step/evaluator.h"

namespace weft::step {
namespace {

using plan::Schedule;
using test::cluster_of;
using test::job_of;
using test::software_of;

const std::string kHalf = "{use: dgx_h100, hosts: 4}";
const std::string kA100 = "{use: dgx_a100_80g, hosts: 4}";

cluster::Cluster mixed_of(const std::string& first, const std::string& second) {
  return cluster_of("{mixed: [" + first + ", " + second + "], between: {link: ib_ndr}}");
}

// Between the parts as between hosts.
void join_ideally(cluster::Cluster& mixed) {
  const auto& fabric = mixed.fabric;
  const int top = static_cast<int>(fabric.tiers().size()) - 1;
  mixed.joint.link = fabric.tiers().back().link;
  mixed.joint.latency = fabric.message_latency(top) - mixed.joint.link.latency;
}

plan::Plan plan_on_parts(int tensor, std::vector<int> parts, int chunks, int data) {
  auto plan = plan_of(tensor, static_cast<int>(parts.size()), chunks, data);
  plan.parts = std::move(parts);
  return plan;
}

int layers_on(const plan::Plan& plan, int part) {
  int sum = 0;
  for (int vs = 0; vs < plan.chunks(); ++vs) {
    const int stage = plan::holder_of(plan.shape(1), vs, 0).stage;
    if (plan.part_of(stage) == part) sum += plan.layers[static_cast<std::size_t>(vs)];
  }
  return sum;
}

void expect_alike(const Ledger& a, const Ledger& b) {
  EXPECT_NEAR(a.step / b.step, 1, 1e-9);
  for (std::size_t p = 0; p < kPartCount; ++p) {
    EXPECT_NEAR(a.parts[p].si(), b.parts[p].si(), 1e-9 * b.step.si());
    EXPECT_NEAR(a.hidden[p].si(), b.hidden[p].si(), 1e-9 * b.step.si());
  }
  for (std::size_t e = 0; e < kEnergyPartCount; ++e) {
    EXPECT_NEAR(a.energy[e].si(), b.energy[e].si(), 1e-9 * b.device_energy().si());
  }
  EXPECT_NEAR(a.highest_phase / b.highest_phase, 1, 1e-9);
}

class EqualParts : public testing::TestWithParam<std::pair<Schedule, int>> {};

TEST_P(EqualParts, BehindAnIdealLinkAreOneCluster) {
  const auto plain = cluster_of("{use: dgx_h100, hosts: 8}");
  auto mixed = mixed_of(kHalf, kHalf);
  join_ideally(mixed);
  const auto job = job_of("llama3_70b", 8192, 64);
  for (const bool overlaps : {false, true}) {
    auto software = software_of("megatron_core");
    software.overlap_pipeline = overlaps;
    auto plan = plan_of(8, 4, GetParam().second, 2);
    plan.schedule = GetParam().first;
    plan.layers.assign(static_cast<std::size_t>(plan.chunks()), 80 / plan.chunks());
    auto on_parts = plan;
    on_parts.parts = {0, 0, 1, 1};
    Evaluator of_plain(plain, job, software);
    Evaluator of_mixed(mixed, job, software);
    expect_alike(of_mixed.simulate(on_parts), of_plain.simulate(plan));
    EXPECT_NEAR(of_mixed.lower_bound(on_parts) / of_plain.lower_bound(plan), 1, 1e-9);
    EXPECT_NEAR(of_mixed.quick_bound(on_parts) / of_plain.quick_bound(plan), 1, 1e-9);
    EXPECT_NEAR(of_mixed.bounds(on_parts).energy / of_plain.bounds(plan).energy, 1, 1e-9);
  }
}
INSTANTIATE_TEST_SUITE_P(Schedules, EqualParts,
                         testing::Values(std::pair{Schedule::kOneForwardOneBackward, 1},
                                         std::pair{Schedule::kOneForwardOneBackward, 2},
                                         std::pair{Schedule::kGPipe, 1},
                                         std::pair{Schedule::kZeroBubbleH1, 1},
                                         std::pair{Schedule::kZeroBubbleV, 2},
                                         std::pair{Schedule::kDualPipeV, 2}));

// A micro-batch more takes as much longer as the slowest stage needs for it, which is what it needs
// on a cluster of its own kind.
TEST(MixedChips, TheSlowestStageSetsThePace) {
  auto software = software_of("megatron_core");
  software.overlap_pipeline = true;
  const auto mixed = mixed_of(kA100, kHalf);
  const auto plain = cluster_of("{use: dgx_a100_80g, hosts: 8}");
  auto on_parts = plan_on_parts(8, {0, 0, 1, 1}, 1, 2);
  on_parts.layers = {19, 22, 20, 19};
  auto alone = on_parts;
  alone.parts.clear();
  const auto pace = [&](const cluster::Cluster& cluster, const plan::Plan& plan) {
    const auto at = [&](std::int64_t batch) {
      const auto job = job_of("llama2_70b", 4096, batch);
      return Evaluator(cluster, job, software).time(plan);
    };
    return (at(256) - at(128)) / 64.0;
  };
  EXPECT_NEAR(pace(mixed, on_parts) / pace(plain, alone), 1, 1e-9);
}

TEST(MixedChips, LedgersOfPartsAndOfTheWholeSumToTheStep) {
  const auto mixed = mixed_of(kHalf, kA100);
  const auto job = job_of("llama3_70b", 8192, 64);
  const auto software = software_of("megatron_core");
  Evaluator evaluator(mixed, job, software);
  auto plan = plan_on_parts(8, {0, 0, 1, 1}, 1, 2);
  plan.recompute = plan::Recompute::kFull;
  ASSERT_TRUE(evaluator.split_layers(plan));
  const auto parts = evaluator.simulate_parts(plan);
  const auto whole = evaluator.simulate(plan);
  ASSERT_EQ(parts.size(), 2U);
  for (const auto& part : parts) EXPECT_NEAR(part.sum_of_parts() / whole.step, 1, 1e-9);
  EXPECT_NEAR(whole.sum_of_parts() / whole.step, 1, 1e-9);
  EXPECT_NEAR((parts[0].device_energy() + parts[1].device_energy()) / whole.device_energy(), 2,
              1e-9);
  // Micro-batches both ways over one border of three, by the ranks of two stages of four.
  const double message = 2.0 * 8192 * 8192 / 8;
  EXPECT_NEAR(whole.crossed.si() / (32 * 2 * message / 4), 1, 1e-9);
}

// A stack that needs twice the time for every kernel.
workload::Software with_a_slow_second(double times) {
  auto software = software_of("megatron_core");
  software.launch = base::Time(0);
  auto slow = software;
  slow.residual = times * (1 + software.residual) - 1;
  software.further = {slow};
  return software;
}

cluster::Cluster with_much_memory(cluster::Cluster mixed) {
  mixed.chip.device.memory_usable = base::Bytes(1e15);
  for (auto& part : mixed.further) part.chip.device.memory_usable = base::Bytes(1e15);
  return mixed;
}

TEST(SplitLayers, APartOfHalfTheSpeedGetsHalfTheLayers) {
  const auto mixed = with_much_memory(mixed_of(kHalf, kHalf));
  const auto job = job_of("llama2_70b", 4096, 64);
  for (const auto& [times, fewest, most] :
       {std::array{1.0, 38.0, 40.0}, std::array{2.0, 25.0, 27.0}, std::array{4.0, 14.0, 16.0}}) {
    const auto software = with_a_slow_second(times);
    auto plan = plan_on_parts(1, {0, 1}, 1, 32);
    ASSERT_TRUE(Evaluator(mixed, job, software).split_layers(plan));
    EXPECT_GE(layers_on(plan, 1), fewest) << times;
    EXPECT_LE(layers_on(plan, 1), most) << times;
    EXPECT_EQ(layers_on(plan, 0) + layers_on(plan, 1), 80);
  }
}

// No move of a layer from one stage to another makes the pipeline's slowest stage faster.
TEST(SplitLayers, IsTheBestOfItsNeighbours) {
  const auto mixed = with_much_memory(mixed_of(kHalf, kA100));
  const auto job = job_of("llama2_70b", 4096, 4096);
  const auto software = software_of("megatron_core");
  Evaluator evaluator(mixed, job, software);
  auto plan = plan_on_parts(8, {0, 0, 1, 1}, 1, 2);
  ASSERT_TRUE(evaluator.split_layers(plan));
  const auto best = evaluator.time(plan);
  for (std::size_t from = 0; from < 4; ++from) {
    for (std::size_t to = 0; to < 4; ++to) {
      auto moved = plan;
      --moved.layers[from];
      ++moved.layers[to];
      EXPECT_GE(evaluator.time(moved) / best, 1 - 2e-3) << from << " to " << to;
    }
  }
  auto even = plan;
  even.layers = {20, 20, 20, 20};
  EXPECT_GT(evaluator.time(even) / best, 1.2);
}

TEST(SplitLayers, StaysInTheMemoryOfEachPart) {
  auto mixed = with_much_memory(mixed_of(kHalf, kHalf));
  const auto job = job_of("llama3_70b", 8192, 64);
  const auto software = software_of("megatron_core");
  Evaluator roomy(mixed, job, software);
  auto plan = plan_on_parts(8, {0, 0, 1, 1}, 1, 2);
  ASSERT_TRUE(roomy.split_layers(plan));
  const auto memory = plan::memory_of_stages(job, software, plan);
  const int before = layers_on(plan, 1);
  mixed.further[0].chip.device.memory_usable = memory[2].total() * 0.7;
  Evaluator tight(mixed, job, software);
  ASSERT_TRUE(tight.split_layers(plan));
  EXPECT_LT(layers_on(plan, 1), before);
  EXPECT_FALSE(plan::first_problem(mixed, job, software, plan));
  // One layer more on a stage of that part would not fit.
  auto more = plan;
  ++more.layers[2];
  --more.layers[0];
  EXPECT_EQ(plan::first_problem(mixed, job, software, more), plan::Problem::kMemory);
  EXPECT_EQ(plan::fullest_stage(mixed, job, software, more).part, 1);

  mixed.further[0].chip.device.memory_usable = base::Bytes(1e9);
  EXPECT_FALSE(Evaluator(mixed, job, software).split_layers(plan));
}

TEST(MixedChips, AFasterLinkBetweenThePartsIsNeverSlower) {
  const auto job = job_of("llama3_70b", 8192, 64);
  for (const bool overlaps : {false, true}) {
    auto software = software_of("megatron_core");
    software.overlap_pipeline = overlaps;
    auto mixed = with_much_memory(mixed_of(kHalf, kA100));
    auto plan = plan_on_parts(8, {0, 0, 1, 1}, 1, 2);
    plan.layers = {25, 25, 15, 15};
    const auto nominal = mixed.joint.link.bandwidth;
    double before = 0;
    for (const double share : {10.0, 1.0, 0.1, 0.01, 0.001}) {
      mixed.joint.link.bandwidth = nominal * share;
      const double step = Evaluator(mixed, job, software).time(plan).si();
      EXPECT_GE(step, before);
      before = step;
    }
    mixed.joint.link.bandwidth = nominal;
    EXPECT_GT(before, 1.4 * Evaluator(mixed, job, software).time(plan).si());
    // A trunk that all ranks of a stage share.
    mixed.joint.links = 1;
    const auto shared = Evaluator(mixed, job, software).time(plan);
    mixed.joint.links = 16;
    EXPECT_GT(shared, Evaluator(mixed, job, software).time(plan));
  }
}

TEST(MixedChips, BoundsStayBelowTheReplay) {
  const auto mixed = with_much_memory(mixed_of(kHalf, kA100));
  for (const char* model : {"llama3_70b", "mixtral_8x7b", "gpt3_175b"}) {
    const auto job = job_of(model, 4096, 64);
    const auto software = software_of("megatron_core");
    Evaluator evaluator(mixed, job, software);
    for (const auto schedule :
         {Schedule::kOneForwardOneBackward, Schedule::kGPipe, Schedule::kZeroBubbleH1,
          Schedule::kZeroBubbleV, Schedule::kDualPipeV}) {
      const int chunks = std::max(plan::traits_of(schedule).virtual_stages, 1);
      for (const auto& parts : {std::vector{0, 0, 1, 1}, std::vector{0, 1, 0, 1}}) {
        auto plan = plan_on_parts(4, parts, chunks, 4);
        plan.schedule = schedule;
        ASSERT_TRUE(evaluator.split_layers(plan));
        const auto ledger = evaluator.simulate(plan);
        EXPECT_LE(evaluator.quick_bound(plan), evaluator.lower_bound(plan) * (1 + 1e-12));
        EXPECT_LE(evaluator.lower_bound(plan), ledger.step * (1 + 1e-12));
        EXPECT_LE(evaluator.bounds(plan).energy, ledger.device_energy() * (1 + 1e-12));
        EXPECT_NEAR(ledger.sum_of_parts() / ledger.step, 1, 1e-9);
      }
    }
  }
}

// First and last stage on different parts sum their tables over the link between these.
TEST(MixedChips, TiedTablesAreSummedAcrossParts) {
  auto mixed = with_much_memory(mixed_of(kHalf, kA100));
  auto job = job_of("gpt3_175b", 2048, 64);
  const auto software = software_of("megatron_core");
  auto plan = plan_on_parts(8, {0, 0, 1, 1}, 1, 2);
  plan.layers = {24, 24, 24, 24};
  const auto data = [&] {
    return Evaluator(mixed, job, software).simulate(plan).part(Part::kData);
  };
  const auto tied = data();
  mixed.joint.link.bandwidth = mixed.joint.link.bandwidth * 0.5;
  const auto slower = data();
  job.model.tied_embeddings = false;
  const auto untied = data();
  EXPECT_GT(slower, tied);
  EXPECT_GT(tied, untied);
}

TEST(MixedChips, StagesAndPartsMustMatch) {
  const auto mixed = mixed_of(kHalf, "{use: dgx_a100_80g, hosts: 2}");
  const auto job = job_of("llama3_70b", 8192, 64);
  const auto software = software_of("megatron_core");
  const auto problem = [&](const plan::Plan& plan) {
    const auto found = plan::first_problem(mixed, job, plan);
    return found ? plan::explain(*found, mixed, job, software, plan) : std::string();
  };
  EXPECT_EQ(problem(plan_on_parts(8, {0, 0, 1}, 1, 2)), "");
  EXPECT_NE(problem(plan_of(8, 2, 1, 2)).find("each needs a stage"), std::string::npos);
  EXPECT_NE(problem(plan_on_parts(8, {0, 0}, 1, 2)).find("no stage is on part 1"),
            std::string::npos);
  EXPECT_NE(problem(plan_on_parts(8, {0, 1, 2}, 1, 1)).find("stage 2 is on part 2"),
            std::string::npos);
  EXPECT_NE(
      problem(plan_on_parts(8, {0, 1, 1}, 1, 2)).find("2 stages of 16 devices need 32 of part 1"),
      std::string::npos);
  const auto plain = cluster_of("{use: dgx_h100, hosts: 8}");
  EXPECT_EQ(plan::first_problem(plain, job, plan_on_parts(8, {0, 1}, 1, 2)), plan::Problem::kParts);
}

}  // namespace
}  // namespace weft::step
