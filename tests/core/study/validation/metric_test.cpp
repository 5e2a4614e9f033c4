#include "weft/validation/metric.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "fixtures.h"

namespace weft::validation {
namespace {

constexpr double kStep = 2.5;  // s

class MetricTest : public testing::Test {
 protected:
  void SetUp() override {
    model().name = "closed";
    model().layers = 4;
    model().hidden = 64;
    model().heads = 4;
    model().kv_heads = 4;
    model().head_dim = 16;
    model().ffn = 256;
    model().gated = false;
    model().vocabulary = 1000;
    job_.sequence = 32;
    job_.global_batch = 16;
    plan_.data = 4;
    plan_.pipeline = 2;
  }

  workload::Model& model() { return job_.model; }

  // A step of kStep, told in a unit.
  double told(const std::string& metric, const std::string& unit,
              const std::string& convention = "", const std::string& notes = "") {
    PublishedRun run;
    run.metric = metric;
    run.unit = unit;
    run.flops_convention = convention;
    run.notes = notes;
    run.value = 40;
    const auto read = read_metric(run);
    if (!read.metric) return std::nan("");
    return predicted_value(*read.metric, {cluster_, job_, plan_, software_, parameters_},
                           base::Time(kStep));
  }

  // Counted by hand: 4 h² of attention, 8 h² of MLP, 2 h of norms, the head; 4 h s of scores.
  static constexpr double kHidden = 64;
  static constexpr double kTokens = 32.0 * 16;
  static constexpr double kDevices = 8;
  static constexpr double kHead = 6.0 * 1000 * kHidden;
  static constexpr double kMatrices = 6.0 * 4 * (12 * kHidden + 2) * kHidden;
  static double scores(double keys) { return 3.0 * 4 * 4 * kHidden * keys; }

  cluster::Cluster cluster_ = weft::test::cluster_of("{use: dgx_h100, hosts: 1}");
  workload::Job job_;
  plan::Plan plan_;
  workload::Software software_;
  double parameters_ = 0;
};

TEST_F(MetricTest, Times) {
  EXPECT_DOUBLE_EQ(told("iteration_time", "s"), 2.5);
  EXPECT_DOUBLE_EQ(told("iteration_time", "ms"), 2500);
  EXPECT_DOUBLE_EQ(told("step time", "s/it"), 2.5);
  EXPECT_DOUBLE_EQ(told("step time", "min (mean of 3)"), 2.5 / 60);
}

TEST_F(MetricTest, Rates) {
  EXPECT_DOUBLE_EQ(told("throughput", "tokens/s/device"), kTokens / 2.5 / 8);
  EXPECT_DOUBLE_EQ(told("throughput", "tok/s/GPU"), kTokens / 2.5 / 8);
  EXPECT_DOUBLE_EQ(told("throughput tokens/p/s", "tokens/s per NPU"), kTokens / 2.5 / 8);
  EXPECT_DOUBLE_EQ(told("throughput total", "tokens/s (512 NPUs)"), kTokens / 2.5);
  EXPECT_DOUBLE_EQ(told("throughput", "tokens/day"), kTokens / 2.5 * 86400);
  EXPECT_DOUBLE_EQ(told("throughput", "samples/s (8 NPUs)"), 16 / 2.5);
  EXPECT_DOUBLE_EQ(told("throughput", "sentences/s"), 16 / 2.5);
}

TEST_F(MetricTest, ACardOfTwoDiesDoesTwiceAsMuch) {
  cluster_ = weft::test::cluster_of("{use: cloudmatrix384}");
  EXPECT_DOUBLE_EQ(told("throughput", "tokens/s per NPU card (A3 card = 2 dies)"),
                   2 * kTokens / 2.5 / 8);
}

TEST_F(MetricTest, FlopsByConvention) {
  const double full = kHead + kMatrices + scores(32);
  const double per_device = kTokens / kStep / kDevices / 1e12;
  EXPECT_NEAR(told("TFLOP/s", "TFLOP/s/device") / per_device, full, 1e-6 * full);
  EXPECT_NEAR(told("TFLOP/s", "TFLOPS/GPU", "model FLOPs, CAUSAL attention") / per_device,
              kHead + kMatrices + scores(16.5), 1e-6 * full);
  plan_.recompute = plan::Recompute::kFull;
  EXPECT_NEAR(told("TFLOP/s", "TFLOPS/GPU", "HFU incl. recompute, full attention") / per_device,
              kHead + 4.0 / 3 * (kMatrices + scores(32)), 1e-6 * full);
  EXPECT_NEAR(told("TFLOP/s", "TFLOPS/GPU", "full attention, no recompute; HFU x4/3") / per_device,
              full, 1e-6 * full);
  plan_.recompute = plan::Recompute::kAttention;
  EXPECT_NEAR(told("HFU", "TFLOP/s/device") / per_device, full + scores(32) / 3, 1e-6 * full);
  parameters_ = 1e6;
  EXPECT_NEAR(told("TFLOP/s", "TFLOPS/GPU", "old estimate 8*N*tokens") / per_device, 8e6, 1);
  EXPECT_NEAR(told("TFLOP/s", "PFLOP/s") * 1e3 / per_device / 8, full, 1e-6 * full);
}

TEST_F(MetricTest, UtilisationOfTheStatedPeak) {
  const double flops = (kHead + kMatrices + scores(32)) * kTokens / kStep / kDevices;
  const double peak = cluster_.device().peaks.matrix[index_of(chips::Precision::kBf16)].si();
  EXPECT_NEAR(told("MFU", "%"), 100 * flops / peak, 1e-9);
  EXPECT_NEAR(told("MFU", "MFU %", "model FLOPs, MFU vs 989"), 100 * flops / 989e12, 1e-9);
  EXPECT_NEAR(told("MFU", "%", "peak believed 353.9 TFLOPS"), 100 * flops / 353.9e12, 1e-9);
  EXPECT_NEAR(told("MFU", "%", "with 353.8944 TFLOPS peak per die"), 100 * flops / 353.8944e12,
              1e-9);
}

TEST_F(MetricTest, TimeToTrain) {
  EXPECT_DOUBLE_EQ(told("time to train", "min", "", "on 1.024K tokens"), 2 * kStep / 60);
  EXPECT_DOUBLE_EQ(told("time to train", "s", "", "3.2K samples in 10 s"), 200 * kStep);
  EXPECT_TRUE(std::isnan(told("time to train", "min")));
}

TEST_F(MetricTest, Memory) {
  software_.reserved_fixed = base::Bytes(1e9);
  software_.reserved_fraction = 0.5;
  const auto memory = plan::peak_memory(job_, software_, plan_);
  const double tensors = (memory.total() - memory.reserve).si();
  EXPECT_NEAR(told("peak_allocated_memory_per_gpu", "GiB"), tensors / 1024 / 1024 / 1024, 1e-9);
  EXPECT_NEAR(told("peak reserved memory", "MiB"), 1.5 * tensors / 1024 / 1024, 1e-6);
  EXPECT_NEAR(told("memory", "GB", "", "nvidia-smi"), memory.total().si() / 1e9, 1e-9);
}

TEST_F(MetricTest, WhatNoStepTells) {
  EXPECT_TRUE(std::isnan(told("cost per 1T tokens", "million RMB")));
  EXPECT_TRUE(std::isnan(told("memory", "parsecs")));
  PublishedRun run;
  run.metric = "throughput";
  run.unit = "tokens/s";
  EXPECT_EQ(read_metric(run).reason, "no figure was published");
  run.value = 0;
  EXPECT_EQ(read_metric(run).reason, "the published figure is not positive");
}

}  // namespace
}  // namespace weft::validation
