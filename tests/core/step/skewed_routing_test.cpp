// What uneven routing does to a step: all wait for the fullest rank, and no work is added.
#include <gtest/gtest.h>

#include "shipped.h"
#include "weft/plan/memory.h"
#include "weft/step/evaluator.h"

namespace weft::step {
namespace {

using test::cluster_of;
using test::job_of;
using test::software_of;

class SkewedRouting : public testing::Test {
 protected:
  SkewedRouting() {
    plan_.data = plan_.expert = 8;
    skewed_.routing.shares = {4, 1, 1, 1, 1, 0, 0, 0};
    for (auto& share : skewed_.routing.shares) share /= 8;
  }
  Ledger run(const workload::Job& job) {
    return Evaluator(cluster_, job, software_).simulate(plan_);
  }

  cluster::Cluster cluster_ = cluster_of("{use: dgx_h100, hosts: 1}");
  workload::Job even_ = job_of("mixtral_8x7b", 4096, 64);
  workload::Job skewed_ = even_;
  workload::Software software_ = software_of("megatron_core");
  plan::Plan plan_;
};

TEST_F(SkewedRouting, AddsWaitingAndNoWork) {
  const auto even = run(even_);
  const auto skewed = run(skewed_);
  const auto kernels = static_cast<std::size_t>(EnergyPart::kKernels);
  EXPECT_GT(skewed.step.si(), 1.2 * even.step.si());
  EXPECT_GT(skewed.part(Part::kStragglers).si(), 0.1 * even.step.si());
  EXPECT_DOUBLE_EQ(skewed.part(Part::kForward).si(), even.part(Part::kForward).si());
  EXPECT_DOUBLE_EQ(skewed.energy[kernels].si(), even.energy[kernels].si());
  EXPECT_NEAR(skewed.sum_of_parts().si(), skewed.step.si(), 1e-9 * skewed.step.si());
}

// Four times the rows: what experts keep grows with them, what attention keeps does not.
TEST_F(SkewedRouting, FillsTheFullestRank) {
  const auto even = plan::peak_memory(even_, software_, plan_).activations;
  const auto skewed = plan::peak_memory(skewed_, software_, plan_).activations;
  EXPECT_GT(skewed.si(), 1.5 * even.si());
  EXPECT_LT(skewed.si(), 4 * even.si());
}

}  // namespace
}  // namespace weft::step
