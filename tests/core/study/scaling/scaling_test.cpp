// How throughput goes with size.
#include <gtest/gtest.h>

#include <string>

#include "weft/scaling/answer.h"

namespace weft::scaling {
namespace {

constexpr const char* kJob =
    "job: {model: llama3_8b, sequence: 8192, global_batch: 64 sequences, tokens: 1 T}\n";
constexpr const char* kPlan =
    "plan: {tensor: 4, pipeline: 2, context: 1, micro_batch: 1, recompute: none, zero: 1, "
    "virtual_stages: 1}\n";

base::Catalog catalog() { return base::Catalog({WEFT_CONFIGS}); }

Question question(const std::string& text) {
  const auto document = base::Document::parse("kind: scaling\n" + text, "scaling.yaml");
  base::Reading reading;
  auto read = read_question(document, catalog(), reading);
  reading.throw_if_any();
  return read;
}
Answer asked(const std::string& text) { return answer(question(text), base::ThreadTeam(2)); }
std::string on_h100(const std::string& rest) {
  return std::string(kJob) + kPlan + "cluster: dgx_h100\n" + rest;
}

std::string error_of(const std::string& text) {
  try {
    static_cast<void>(question(text));
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Scaling, OnePointIsWhatTheRunSaysAndLinear) {
  const auto one = asked(on_h100("devices: [64]\n"));
  ASSERT_EQ(one.points.size(), 1U);
  EXPECT_EQ(one.points[0].linearity, 1.0);
  const auto& point = one.question.points[0];
  const auto result = study::run_case(point.study, point.study.cases[0], base::ThreadTeam(1));
  EXPECT_EQ(one.points[0].outcome().ledger.step.si(), result.outcome->ledger.step.si());
  EXPECT_EQ(point.devices, 64);
  EXPECT_NEAR(one.points[0].per_device * 64, result.outcome->tokens_per_second, 1e-6);
}

TEST(Scaling, WeakScalingKeepsTheBatchOfADevice) {
  const auto weak = asked(on_h100("devices: [16, 32, 64]\ngrow: weak\n"));
  for (const auto& point : weak.question.points) {
    EXPECT_EQ(point.study.job.global_batch / point.devices, 4);
  }
  const auto strong = asked(on_h100("devices: [16, 32, 64]\n"));
  for (std::size_t i = 1; i < 3; ++i) {
    ASSERT_TRUE(weak.points[i].linearity && strong.points[i].linearity);
    // The same devices have fewer micro-batches to hide the pipeline's ends behind.
    EXPECT_LE(*strong.points[i].linearity, *weak.points[i].linearity);
    EXPECT_LE(*weak.points[i].linearity, 1 + 1e-9);
  }
}

// Replicas that wait for nobody: data-parallel exchange over links that cost nothing.
TEST(Scaling, WithFreeLinksWeakScalingOfAFixedPlanIsLinear) {
  const auto text =
      std::string(kJob) + kPlan + "cluster: dgx_h100\ndevices: [16, 64]\ngrow: weak\n";
  const auto document = base::Document::parse("kind: scaling\n" + text, "scaling.yaml");
  const auto free = base::Document::parse("b: 1 EB/s\nl: 0 s\n", "free.yaml");
  const auto root = free.root();
  std::vector<base::Override> overrides;
  for (const char* link : {"ib_ndr", "nvlink4"}) {
    overrides.push_back({"link", link, "bandwidth", *root.find("b")});
    overrides.push_back({"link", link, "latency", *root.find("l")});
  }
  base::Reading reading;
  const auto found =
      answer(read_question(document, catalog().with(overrides), reading), base::ThreadTeam(1));
  reading.throw_if_any();
  ASSERT_TRUE(found.points[1].linearity);
  // ZeRO updates fewer parameters on each of more devices.
  EXPECT_NEAR(*found.points[1].linearity, 1, 0.01);
  EXPECT_GE(*found.points[1].linearity, 1 - 1e-3);
}

TEST(Scaling, FixedPlansGrowInReplicasAlone) {
  const auto fixed = asked(std::string(kJob) +
                           "plan: fixed\nsearch: {least_used: 1}\ncluster: dgx_h100\n"
                           "hosts: [1, 2]\n");
  ASSERT_TRUE(fixed.points[1].is_known()) << fixed.points[1].reason;
  auto stretched = fixed.points[0].outcome().plan;
  stretched.data *= 2;
  EXPECT_EQ(fixed.points[1].outcome().plan, stretched);
  const auto best = asked(std::string(kJob) + "cluster: dgx_h100\nhosts: [1, 2]\n");
  EXPECT_LE(*fixed.points[1].linearity, *best.points[1].linearity + 1e-12);
}

TEST(Scaling, MoreBandwidthIsNeverSlower) {
  const auto found = asked(on_h100(
      "against: {path: links.ib_ndr.bandwidth, values: [5 GB/s, 12.5 GB/s, 50 GB/s, 400 GB/s]}\n"));
  ASSERT_EQ(found.points.size(), 4U);
  EXPECT_EQ(found.question.points[1].label, "12.5 GB/s");
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_GE(*found.points[i].linearity, *found.points[i - 1].linearity - 1e-12);
    EXPECT_LE(found.points[i].exposed_communication,
              found.points[i - 1].exposed_communication + 1e-12);
  }
}

TEST(Scaling, FailuresCountWhenAsked) {
  const auto step = asked(on_h100("devices: [16, 64]\ngrow: weak\n"));
  const auto goodput = asked(on_h100("devices: [16, 64]\ngrow: weak\nlinearity: goodput\n"));
  const auto ettr = [&](int i) { return goodput.points[i].outcome().goodput.ettr; };
  EXPECT_NEAR(*goodput.points[1].linearity, *step.points[1].linearity * ettr(1) / ettr(0), 1e-12);
  EXPECT_LT(*goodput.points[1].linearity, *step.points[1].linearity);
}

TEST(Scaling, PlansAreKeptAndPointsWithoutAPlanSayWhy) {
  const auto first = asked(on_h100("devices: [16, 64]\n"));
  const auto kept = plans_of(first);
  const auto again = answer(first.question, base::ThreadTeam(1), kept);
  EXPECT_EQ(*again.points[1].linearity, *first.points[1].linearity);
  // Eight replicas of eight devices do not fit on the first size.
  const auto small = asked(std::string(kJob) +
                           "plan: {tensor: 4, pipeline: 2, context: 1, data: 8, micro_batch: 1}\n"
                           "cluster: dgx_h100\ndevices: [16, 64]\n");
  EXPECT_FALSE(small.points[0].is_known());
  EXPECT_NE(small.points[0].reason, "");
  ASSERT_TRUE(small.points[1].is_known()) << small.points[1].reason;
  EXPECT_FALSE(small.points[1].linearity);
}

TEST(Scaling, SaysWhatIsWrong) {
  EXPECT_NE(error_of(on_h100("")).find("missing sizes"), std::string::npos);
  EXPECT_NE(error_of(on_h100("devices: [12]\n")).find("8 devices"), std::string::npos);
  EXPECT_NE(error_of(on_h100("devices: [64, 16]\n")).find("grow"), std::string::npos);
  EXPECT_NE(error_of(on_h100("devices: [16]\nhosts: [2]\n")).find("already"), std::string::npos);
  EXPECT_NE(error_of(on_h100("devices: [24, 64]\ngrow: weak\n")).find("whole number"),
            std::string::npos);
  EXPECT_NE(error_of(on_h100("devises: [24]\n")).find("devises"), std::string::npos);
  EXPECT_NE(error_of(on_h100("against: {path: links.ub_1_0.bandwidth, values: [1 GB/s]}\n"))
                .find("changes nothing"),
            std::string::npos);
  EXPECT_NE(error_of(std::string(kJob) + "devices: [8]\n").find("cluster"), std::string::npos);
}

}  // namespace
}  // namespace weft::scaling
