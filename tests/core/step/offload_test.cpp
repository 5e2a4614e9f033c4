// Optimizer and activations on the host, devices that are not alike, tokens that reach few hosts.
#include <gtest/gtest.h>

#include <cmath>

#include "fixtures.h"
#include "shipped.h"
#include "weft/step/evaluator.h"
#include "weft/step/offload.h"
#include "weft/step/token_copies.h"

namespace weft::step {
namespace {

using test::cluster_of;
using test::job_of;
using test::software_of;

class Offloaded : public testing::Test {
 protected:
  plan::Plan plan() const { return plan_of(1, 1, 1, 8); }
  Ledger run(const plan::Plan& plan) {
    Evaluator evaluator(cluster_, job_, software_);
    const auto ledger = evaluator.simulate(plan);
    EXPECT_NEAR(ledger.sum_of_parts() / ledger.step, 1, 1e-9);
    EXPECT_LE(evaluator.lower_bound(plan).si(), ledger.step.si() * (1 + 1e-12));
    return ledger;
  }
  cluster::Cluster cluster_ = cluster_of("{use: dgx_a100_80g, hosts: 1}");
  workload::Job job_ = job_of("llama2_7b", 4096, 64);
  workload::Software software_ = software_of("megatron_core");
};

// arXiv 2101.06840, Table 4: vectorised Adam on the CPUs of a DGX-2 (12 channels of DDR4-2666), s.
TEST(HostAdam, TakesTheTimesOfZeroOffload) {
  cluster::Host host;
  host.devices = 1;
  host.memory_bandwidth = base::Bandwidth(256e9);
  host.update_share = cluster_of("{use: dgx_a100_80g, hosts: 1}").host.update_share;
  host.device_link = base::Bandwidth(1e15);
  const double published[][2] = {{1e9, 0.22}, {2e9, 0.51}, {4e9, 1.03}, {8e9, 2.41}, {10e9, 2.57}};
  for (const auto& [parameters, seconds] : published) {
    DataParallelWork work;
    work.updated = parameters;
    offload_optimizer(host, 1, 2, base::Power(100), work);
    EXPECT_NEAR(work.optimizer.si() / seconds, 1, 0.2) << parameters;
    EXPECT_DOUBLE_EQ(work.optimizer_energy.si(), 100 * work.optimizer.si());  // of waiting
  }
}

TEST_F(Offloaded, OptimizerOnTheHostTakesTheLonger) {
  auto offloaded = plan();
  const auto on_device = run(offloaded);
  double before = on_device.part(Part::kOptimizer).si();
  for (const double share : {0.25, 0.5, 1.0}) {
    offloaded.optimizer_offload = share;
    const auto ledger = run(offloaded);
    EXPECT_GT(ledger.part(Part::kOptimizer).si(), before) << share;
    before = ledger.part(Part::kOptimizer).si();
  }
  // 6.7 G parameters on 8 devices, 30 bytes each through 0.45 of 410 GB/s for all.
  EXPECT_NEAR(before, 6.738e9 * 30 / (0.45 * 410e9), 0.02 * before);
}

// Ten layers: what is reduced is copied a layer later, over another link, behind one window.
TEST(GradientsToTheHost, ShareTheWindowOfTheirReduction) {
  workload::Software software;
  DataParallelWork work;
  const auto exposed = [&](double reduced, double copied, double window) {
    work.gradients = base::Time(reduced);
    work.to_host = base::Time(copied);
    const auto cost = overlapped(work, software, base::Time(0), base::Time(window), 10).gradients;
    EXPECT_NEAR((cost.exposed + cost.hidden).si(), reduced + copied, 1e-12);
    return cost.exposed.si();
  };
  EXPECT_NEAR(exposed(3, 2, 10), 0.3 + 0.2, 1e-12);
  EXPECT_NEAR(exposed(3, 2, 1), 3 - 0.9 + 0.2, 1e-12);
  EXPECT_NEAR(exposed(2, 3, 1), 3 - 0.9 + 0.2, 1e-12);
  EXPECT_NEAR(exposed(0, 3, 1), 3 - 0.9, 1e-12);
  EXPECT_NEAR(exposed(3, 0, 1), 3 - 0.9, 1e-12);
  software.overlap_gradients = false;
  EXPECT_NEAR(exposed(3, 2, 1), 3 + 2 - 0.9, 1e-12);
}

TEST_F(Offloaded, ActivationsHideBehindTheirPassOrWait) {
  auto offloaded = plan();
  const auto none = run(offloaded);
  EXPECT_EQ(none.part(Part::kOffload).si(), 0);
  offloaded.activation_offload = 0.1;
  const auto few = run(offloaded);
  const auto hidden = few.hidden[static_cast<std::size_t>(Part::kOffload)].si();
  EXPECT_GT(hidden, 0);
  EXPECT_NEAR(few.part(Part::kOffload).si() / hidden, software_.communication_tax, 1e-9);
  offloaded.activation_offload = 1;
  const auto all = run(offloaded);
  EXPECT_GT(all.part(Part::kOffload).si(), 2 * few.part(Part::kOffload).si());
  // Out and back over the link: not less than the bytes take.
  const auto saved =
      saved_activations(job_, software_, workload::LayerKind::kDense, plan().shard());
  const double least = 2 * 32 * 8 * saved.none.si() / cluster_.host.device_link.si();
  const double taken =
      all.part(Part::kOffload).si() + all.hidden[static_cast<std::size_t>(Part::kOffload)].si();
  EXPECT_GE(taken, least * (1 - 1e-9));
}

// A pass that is short against its copies waits for them.
TEST(OffloadActivations, ExposesWhatIsLongerThanThePass) {
  cluster::Host host;
  host.device_link = base::Bandwidth(10e9);
  const auto longer = offload_activations(host, base::Bytes(20e9), base::Time(0.5), 0.1);
  EXPECT_DOUBLE_EQ(longer.exposed.si(), 1.5 + 0.05);
  EXPECT_DOUBLE_EQ(longer.hidden.si(), 0.5);
}

TEST_F(Offloaded, GradientBytesScaleTheirReduction) {
  software_.overlap_gradients = false;
  software_.overlap_parameters = false;
  cluster_ = cluster_of("{use: dgx_a100_80g, hosts: 8}");
  auto narrow = plan_of(1, 1, 1, 64);
  const auto wide = run(narrow);
  narrow.gradient_bytes = 2;
  const auto ledger = run(narrow);
  // FP32 gradients and 16-bit weights: 4 + 2 bytes become 2 + 2.
  EXPECT_NEAR(ledger.part(Part::kData) / wide.part(Part::kData), 4.0 / 6, 0.01);
  narrow.gradient_bytes = 4;
  EXPECT_EQ(run(narrow).step, wide.step);
}

// A token of DeepSeek-V3 on 8 hosts with a group each: at most 4, on average 3.6 of them.
TEST(HostsReached, AreThoseOfTheTopGroups) {
  EXPECT_DOUBLE_EQ(hosts_reached(8, 8, 1, 1), 8 * (1 - std::pow(7.0 / 8, 8)));
  EXPECT_DOUBLE_EQ(hosts_reached(8, 8, 8, 8), hosts_reached(8, 8, 1, 1));
  EXPECT_DOUBLE_EQ(hosts_reached(8, 8, 8, 4), 4 * (1 - std::pow(3.0 / 4, 8)));
  EXPECT_DOUBLE_EQ(hosts_reached(16, 8, 8, 4), 8 * (1 - std::pow(7.0 / 8, 8)));
  // Four hosts with two groups each: of 70 ways to pick 4 of 8 groups, 15 leave a host out.
  const double missed = 15.0 / 70 + 40.0 / 70 * std::pow(0.75, 8) + 15.0 / 70 * std::pow(0.5, 8);
  EXPECT_NEAR(hosts_reached(4, 8, 8, 4), 4 * (1 - missed), 1e-12);
  EXPECT_LE(hosts_reached(8, 100, 8, 3), 3);
}

}  // namespace
}  // namespace weft::step
