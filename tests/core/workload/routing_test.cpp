// How tokens spread over experts, and what the fullest rank gets.
#include "weft/workload/routing.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fixtures.h"

namespace weft::workload {
namespace {

using namespace testing;

Job routed(const Routing& routing) {
  auto job = shipped_job("deepseek_v3");  // 256 experts, 8 a token
  job.routing = routing;
  return job;
}

Routing law(double exponent, double capacity = 0) { return {exponent, {}, capacity}; }

TEST(Routing, EvenLoadsAreOne) {
  for (const auto& routing : {Routing{}, law(0)}) {
    const auto load = expert_load(routed(routing), 1, 32);
    EXPECT_EQ(load.fullest_rank, 1);
    EXPECT_EQ(load.kept, 1);
  }
}

// Each rank with one expert: the fullest has the first share, 256 / H_256 for exponent 1.
TEST(Routing, WithAnExpertARankTheMostWantedSetsThePace) {
  double harmonic = 0;
  for (int r = 1; r <= 256; ++r) harmonic += 1.0 / r;
  const auto load = expert_load(routed(law(1)), 1, 256);
  EXPECT_NEAR(load.fullest_rank, 256 / harmonic, 1e-9);
  EXPECT_NEAR(expert_load(routed(law(1)), 1, 1).fullest_rank, 1, 1e-12);
}

TEST(Routing, FewerRanksAndFlatterLawsAreMoreEven) {
  double before = 1e9;
  for (const int ranks : {256, 64, 16, 4, 1}) {
    const auto load = expert_load(routed(law(0.5)), 1, ranks);
    EXPECT_LT(load.fullest_rank, before);
    EXPECT_GE(load.fullest_rank, 1 - 1e-12);
    before = load.fullest_rank;
  }
  EXPECT_LT(expert_load(routed(law(0.3)), 1, 32).fullest_rank,
            expert_load(routed(law(0.6)), 1, 32).fullest_rank);
}

// Neighbours stand together: experts 0 … 127 get 3 quarters.
TEST(Routing, ATraceKeepsItsOrder) {
  Routing routing;
  for (int e = 0; e < 256; ++e) routing.shares.push_back(e < 128 ? 3 : 1);
  const auto load = expert_load(routed(routing), 1, 2);
  EXPECT_NEAR(load.fullest_rank, 1.5, 1e-12);
}

// Places for 1.2 times the mean: the first half loses 0.3 of 1.5.
TEST(Routing, ACapacityDropsWhatIsBeyond) {
  Routing routing;
  for (int e = 0; e < 256; ++e) routing.shares.push_back(e < 128 ? 3 : 1);
  routing.capacity = 1.2;
  const auto load = expert_load(routed(routing), 1, 2);
  EXPECT_NEAR(load.fullest_rank, 1.2, 1e-12);
  EXPECT_NEAR(load.kept, (1.2 + 0.5) / 2, 1e-12);
}

// Dropped rows are no work: 8 of 256 experts of 3 · 7168 · 2048 in 58 layers and the further one.
TEST(Routing, DroppedTokensDoNotCountAsWork) {
  auto job = routed({});
  const auto flops = [&](double places) {
    return model_flops_per_token(job, places, FlopConvention::kCausalAttention).si();
  };
  const double all = model_flops_per_token(job.model, 4096, FlopConvention::kCausalAttention).si();
  const double experts = 6.0 * 8 * 3 * 7168 * 2048 * 59;
  EXPECT_DOUBLE_EQ(flops(1), all);
  EXPECT_DOUBLE_EQ(flops(1.25), all);
  EXPECT_DOUBLE_EQ(flops(0.5), all - 0.5 * experts);
  job.routing = law(1, 1.5);
  const double kept = expert_load(job, 1, 32).kept;
  EXPECT_LT(kept, 1);
  EXPECT_DOUBLE_EQ(flops(1), all - (1 - kept) * experts);
}

// Padded places are worked on whoever is wanted.
TEST(Routing, PaddedPlacesAreEven) {
  EXPECT_EQ(expert_load(routed(law(1)), 1.25, 32).fullest_rank, 1);
}

double grouped_rows(const LayerWork& layer) {
  double rows = 0;
  for (const auto& kernel : layer.forward.kernels) {
    if (const auto* gemm = std::get_if<chips::GroupedGemm>(&kernel.shape)) {
      rows = gemm->groups * gemm->m;
    }
  }
  return rows;
}

TEST(Routing, TheFullestRankSetsGemmAndExchange) {
  Shard shard;
  shard.expert = 32;
  const auto even = work(routed({}), LayerKind::kMoe, shard);
  const auto skewed = work(routed(law(0.5)), LayerKind::kMoe, shard);
  const auto load = expert_load(routed(law(0.5)), 1, 32);
  EXPECT_NEAR(grouped_rows(skewed) / grouped_rows(even), load.fullest_rank, 1e-12);
  for (std::size_t e = 0; e < even.forward.exchanges.size(); ++e) {
    EXPECT_DOUBLE_EQ(skewed.forward.exchanges[e].bytes.si(), even.forward.exchanges[e].bytes.si());
    EXPECT_NEAR(skewed.forward.exchanges[e].fullest, load.fullest_rank, 1e-12);
    EXPECT_EQ(even.forward.exchanges[e].fullest, 1);
  }
}

std::string job_complaint_of(const std::string& routing, const std::string& model) {
  base::Reading reading;
  const auto text =
      "model: " + model +
      "\nsequence: 4096\nglobal_batch: 64 sequences\ntokens: 1 T\nrouting: " + routing + "\n";
  const auto document = base::Document::parse(text, "bad.yaml");
  read_job(base::Fields(document.root(), reading, "job"), base::Catalog({WEFT_CONFIGS}));
  try {
    reading.throw_if_any();
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(ReadRouting, IsBalancedALawOrATrace) {
  for (const char* good : {"balanced", "{power_law: 0.5}", "{power_law: 0.5, capacity: 1.5}",
                           "{trace: [1, 2, 3, 4, 5, 6, 7, 8]}"}) {
    EXPECT_EQ(job_complaint_of(good, "mixtral_8x7b"), "") << good;
  }
  const auto says = [](const std::string& what, const std::string& part) {
    EXPECT_NE(what.find(part), std::string::npos) << what;
  };
  says(job_complaint_of("{trace: [1, 2]}", "mixtral_8x7b"), "each of 8 experts");
  says(job_complaint_of("{trace: [1, 2]}", "mixtral_8x7b"), "bad.yaml:5:");
  says(job_complaint_of("{power_law: 9}", "mixtral_8x7b"), "an exponent from 0 to 4");
  says(job_complaint_of("{capacity: 2}", "mixtral_8x7b"), "either 'power_law' or 'trace'");
  says(job_complaint_of("{power_law: 1, capacity: 0.5}", "mixtral_8x7b"), "at least 1");
  says(job_complaint_of("{power_law: 1}", "llama3_8b"), "no experts");
  says(job_complaint_of("even", "mixtral_8x7b"), "balanced");
}

}  // namespace
}  // namespace weft::workload
