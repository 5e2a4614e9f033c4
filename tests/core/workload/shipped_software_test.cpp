// Every software stack in configs/software reads, and its numbers as written by hand lie where
// numbers of their kind do.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fixtures.h"

namespace weft::workload {
namespace {

const base::Catalog& catalog() {
  static const base::Catalog shipped({WEFT_CONFIGS}, base::Fits::kIgnore);
  return shipped;
}

base::Document document_of(const std::string& name) {
  return catalog().load("software", name, std::nullopt);
}

Software software_of(const std::string& name) {
  base::Reading reading;
  auto software = read_software(document_of(name), reading);
  reading.throw_if_any();
  return software;
}

// The names that published runs are filed under.
const std::vector<std::string> kStacks = {"ascendspeed_2023",
                                          "automodel",
                                          "colossalai",
                                          "deepseek",
                                          "deepspeed",
                                          "flagperf",
                                          "fsdp",
                                          "internevo",
                                          "jax",
                                          "llm_foundry",
                                          "megascale",
                                          "megatron_aleph_alpha",
                                          "megatron_bridge",
                                          "megatron_bridge_26_06",
                                          "megatron_core",
                                          "megatron_deepspeed",
                                          "megatron_deepspeed_bigscience",
                                          "megatron_lm_2021",
                                          "megatron_lm_2022",
                                          "mindformers",
                                          "mindspeed_llm",
                                          "mlperf",
                                          "mlperf_nvidia",
                                          "nanotron",
                                          "nemo",
                                          "pangu",
                                          "torchtitan",
                                          "torchtitan_npu",
                                          "xtuner"};

// What may be fitted per stack, and so must have a range.
const std::vector<std::string> kFitted = {"host.launch",
                                          "host.expert_synchronisation",
                                          "host.per_step",
                                          "kernels.elementwise_traffic",
                                          "kernels.permutation_traffic",
                                          "kernels.loss_per_logit",
                                          "kernels.attention_time",
                                          "kernels.unfused_score",
                                          "kernels.residual",
                                          "kernels.residual_sharded",
                                          "overlap.tensor",
                                          "overlap.tensor_fused",
                                          "overlap.expert",
                                          "overlap.data_window"};

TEST(ShippedStacks, AreTheOnesThatRunsName) {
  const auto names = catalog().names("software");
  for (const auto& name : kStacks) {
    EXPECT_TRUE(std::find(names.begin(), names.end(), name) != names.end()) << name;
    EXPECT_EQ(software_of(name).id, name);
  }
}

TEST(ShippedStacks, AreNamedApart) {
  std::set<std::string> names;
  for (const auto& name : kStacks) EXPECT_TRUE(names.insert(software_of(name).name).second) << name;
}

TEST(ShippedStacks, GiveARangeToWhatIsFitted) {
  for (const auto& name : kStacks) {
    base::Reading reading;
    read_software(document_of(name), reading);
    std::set<std::string> uncertain;
    for (const auto& input : reading.uncertain_inputs()) {
      // Without the owner in front, the document that the number stands in.
      uncertain.insert(input.path.substr(input.path.find('.') + 1));
      EXPECT_LT(input.distribution.low, input.distribution.high) << name << ' ' << input.path;
    }
    for (const auto& key : kFitted) {
      EXPECT_EQ(uncertain.count(key), 1U) << name << ' ' << key;
    }
  }
}

TEST(ShippedStacks, SayWhereNumbersComeFrom) {
  for (const auto& name : kStacks) {
    for (const auto& fact : base::facts(document_of(name))) {
      if (fact.path == "name" || fact.path == "kernels.attention") continue;
      if (fact.path.rfind("fitted.", 0) == 0) continue;
      EXPECT_FALSE(fact.source.empty()) << name << ' ' << fact.path;
      EXPECT_FALSE(fact.confidence.empty()) << name << ' ' << fact.path;
    }
  }
}

TEST(ShippedStacks, SayWhichSchedulesTheyShip) {
  const auto schedules = [](const char* name) { return software_of(name).schedules.value(); };
  for (const auto& name : kStacks) EXPECT_TRUE(software_of(name).schedules) << name;
  const std::vector<std::string> megatron = {"1f1b", "interleaved"};
  for (const char* name : {"megatron_core", "nemo", "megatron_bridge_26_06", "megascale"}) {
    EXPECT_EQ(schedules(name), megatron) << name;
  }
  EXPECT_EQ(schedules("xtuner"), std::vector<std::string>());
  EXPECT_EQ(schedules("mindspeed_llm").back(), "dualpipe_v");
  EXPECT_EQ(schedules("mindformers").back(), "zb_v");
}

void expect_within(double value, double low, double high, const std::string& what) {
  EXPECT_GE(value, low) << what;
  EXPECT_LE(value, high) << what;
}

TEST(ShippedStacks, LieWhereNumbersOfTheirKindDo) {
  for (const auto& name : kStacks) {
    const Software software = software_of(name);
    expect_within(software.launch.si(), 1e-6, 40e-6, name + " launch");
    expect_within(software.expert_synchronisation.si(), 0, 5e-3, name + " expert");
    expect_within(software.per_step.si(), 1e-3, 0.1, name + " per step");
    expect_within(software.elementwise_traffic, 1, 3, name + " elementwise");
    expect_within(software.permutation_traffic, 1, 5, name + " permutation");
    expect_within(software.loss_bytes_per_logit.si(), 8, 70, name + " loss");
    expect_within(software.attention_time, 0.5, 2.5, name + " attention");
    expect_within(software.unfused_score_bytes.si(), 6, 80, name + " score");
    expect_within(software.residual, 0, 0.4, name + " residual");
    expect_within(software.residual_sharded, 0.05, 0.6, name + " sharded");
    expect_within(software.gradient_bytes, 2, 4, name + " gradient");
    for (const double share : {software.tensor_hidden, software.tensor_hidden_fused,
                               software.expert_hidden, software.data_window}) {
      expect_within(share, 0, 1, name + " overlap");
    }
    EXPECT_GE(software.tensor_hidden_fused, software.tensor_hidden) << name;
  }
}

// A stack is fitted to chips there are, and to both or neither of chips and ZeRO stages.
TEST(ShippedStacks, AreFittedToShippedChips) {
  const auto chips = catalog().names("chip");
  for (const auto& name : kStacks) {
    const Software software = software_of(name);
    EXPECT_EQ(software.fitted_chips.empty(), software.fitted_zero.empty()) << name;
    for (const auto& chip : software.fitted_chips) {
      EXPECT_TRUE(std::find(chips.begin(), chips.end(), chip) != chips.end())
          << name << ' ' << chip;
    }
    for (const int zero : software.fitted_zero) expect_within(zero, 0, 3, name);
  }
}

TEST(ShippedStacks, OfOldUseUnfusedAttention) {
  for (const char* name : {"megatron_lm_2021", "megatron_lm_2022", "megatron_deepspeed",
                           "megatron_deepspeed_bigscience", "ascendspeed_2023"}) {
    EXPECT_EQ(software_of(name).attention, AttentionKernel::kUnfused) << name;
  }
  EXPECT_EQ(software_of("nemo").attention, AttentionKernel::kFlash);
}

TEST(ShippedStacks, WaitLessForExpertsFromMegatronBridge2606On) {
  const double before = software_of("megatron_bridge").expert_synchronisation.si();
  const double after = software_of("megatron_bridge_26_06").expert_synchronisation.si();
  EXPECT_NEAR(after / before, 0.27, 0.01);
}

}  // namespace
}  // namespace weft::workload
