// Points against devices, and the errors of groups of them.
#include "weft/kernels/predict.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "tables.h"
#include "weft/base/diagnostics.h"

namespace weft::kernels {
namespace {

base::Catalog shipped() { return base::Catalog({WEFT_CONFIGS}); }

TEST(Predict, AGemmIsThatOfTheChipsRoom) {
  const auto device = plain_device();
  MeasuredGemm kernel;
  kernel.shape.m = kernel.shape.n = kernel.shape.k = 4096;
  const auto prediction = predict(device, kernel);
  const auto cost = chips::gemm(device, {}, kernel.shape);
  EXPECT_DOUBLE_EQ(prediction.time.si(), cost.time.si());
  EXPECT_DOUBLE_EQ(prediction.power.si(), (cost.energy / cost.time).si());
}

TEST(Predict, ACastIsAddedWhereItWasMeasured) {
  const auto device = plain_device();
  MeasuredGemm kernel;
  kernel.shape.m = kernel.shape.n = kernel.shape.k = 4096;
  kernel.shape.precision = chips::Precision::kFp8;
  const auto plain = predict(device, kernel);
  kernel.with_cast = true;
  const auto both = predict(device, kernel);
  const auto cast = chips::quantise(device, {}, {4096.0 * 4096, chips::Precision::kFp8});
  EXPECT_NEAR(both.time.si(), plain.time.si() + cast.time.si(), 1e-15);
}

TEST(Predict, TheFastestOfSeveralCounts) {
  const auto device = plain_device();
  MeasuredBestGemm best;
  for (const double side : {256.0, 4096.0}) {
    chips::Gemm shape;
    shape.m = shape.n = shape.k = side;
    best.shapes.push_back(shape);
  }
  const auto large = predict(device, MeasuredGemm{best.shapes[1], false});
  const double scale = std::pow(256.0 / 4096, 3);
  EXPECT_NEAR(predict(device, best).time.si(), scale * large.time.si(), 1e-12);
}

TEST(Predict, AttentionForwardAndBackward) {
  auto device = plain_device();
  MeasuredAttention kernel;
  kernel.size.queries = kernel.size.keys = 4096;
  kernel.size.heads = kernel.size.kv_heads = 16;
  kernel.size.head_dim = kernel.size.value_head_dim = 128;
  const auto forward = predict(device, kernel).time;
  kernel.pass = MeasuredAttention::Pass::kBackward;
  const auto backward = predict(device, kernel).time;
  kernel.pass = MeasuredAttention::Pass::kBoth;
  EXPECT_GT(backward, forward);
  EXPECT_NEAR(predict(device, kernel).time.si(), (forward + backward).si(), 1e-12);
  device.kernels.attention.portable = 1.5;
  kernel.pass = MeasuredAttention::Pass::kForward;
  kernel.portable = true;
  EXPECT_NEAR(predict(device, kernel).time.si(), 1.5 * forward.si(), 1e-12);
}

TEST(Predict, ATunedKernelStartsAsAGemm) {
  auto device = plain_device();
  device.kernels.gemm.fixed = base::Time(5e-6);
  device.kernels.attention.fixed = base::Time(40e-6);
  MeasuredAttention kernel;
  kernel.size.queries = kernel.size.keys = 1024;
  kernel.size.heads = kernel.size.kv_heads = 1;
  kernel.size.head_dim = kernel.size.value_head_dim = 128;
  const auto library = predict(device, kernel).time;
  kernel.tuned = true;
  EXPECT_NEAR(predict(device, kernel).time.si(), library.si() - 35e-6, 1e-12);
}

TEST(Predict, AKernelByItselfHoldsItsClock) {
  auto device = plain_device();
  MeasuredGemm kernel;
  kernel.shape.m = kernel.shape.n = kernel.shape.k = 4096;
  const auto alone = predict(device, kernel).time;
  device.kernels.gemm.sustained = 0.7;
  EXPECT_DOUBLE_EQ(predict(device, kernel).time.si(), alone.si());
}

TEST(Predict, EveryFigureOfOneKernel) {
  const auto device = plain_device();
  auto point = figure("1,x,gemm,2048,2048,2048,bf16,latency,300,us,s,,p,");
  const auto [time, power] = predict(device, point.kernel);
  EXPECT_DOUBLE_EQ(figure_of(device, point), time.si());
  point.figure = Figure::kWorkRate;
  EXPECT_DOUBLE_EQ(figure_of(device, point), point.work.si() / time.si());
  point.figure = Figure::kBandwidth;
  EXPECT_DOUBLE_EQ(figure_of(device, point), point.traffic.si() / time.si());
  point.figure = Figure::kPower;
  EXPECT_DOUBLE_EQ(figure_of(device, point), power.si());
  point.figure = Figure::kShareOfPeak;
  EXPECT_DOUBLE_EQ(figure_of(device, point), point.work.si() / time.si() / 100e12);
}

TEST(ChipNames, OfTables) {
  const auto catalog = shipped();
  const std::vector<std::pair<const char*, const char*>> known = {
      {"h100_sxm5", "h100_sxm5"},
      {"Nvidia H100 SXM5", "h100_sxm5"},
      {"H100-SXM5 (2nd sample)", "h100_sxm5"},
      {"A100_SXM_80G", "a100_80g"},
      {"A100-SXM4-40GB", "a100_40g"},
      {"A800-SXM4-80GB", "a800_80g"},
      {"H20", "h20_96g"},
      {"H200_SXM", "h200_sxm"},
      {"B300_SXM", "b300_sxm"},
      {"GB300", "gb300"},
      {"Ascend 910B (Atlas 800T A2)", "ascend_910b2"},
      {"Ascend 910B/A3 die (24 core)", "ascend_910b2"},
      {"Ascend 910C (one die)", "ascend_910c"},
      {"Ascend A3 (910C)", "ascend_910c"},
      {"Ascend 910B4-1", "ascend_910b4"},
      {"Ascend 950PR(32 core)", "ascend_950pr_32c"},
      {"Ascend 950 (A5)", "ascend_950pr_32c"},
      {"Ascend 910A (910ProA)", "ascend_910a"},
      {"Hygon K100_AI", "k100_ai"},
      {"Iluvatar BI-V150", "bi_v150"},
      {"MetaX C550", "metax_c550"}};
  for (const auto& [name, id] : known) EXPECT_EQ(chip_named(catalog, name), id) << name;
  for (const char* name : {"V100S-PCIe", "MI325X", "MI355X", "GH200-SXM", "H200-NVL (cublasLt)",
                           "H100-PCIe", "H800-PCIe", "Ascend (simpler runtime)", "", "???"}) {
    EXPECT_EQ(chip_named(catalog, name), std::nullopt) << name;
  }
}

TEST(ChipNames, EveryShippedChipByIdAndName) {
  const auto catalog = shipped();
  for (const auto& id : catalog.names("chip")) EXPECT_EQ(chip_named(catalog, id), id);
}

// A few rows of the published tables.
const std::string kMixed =
    kFigures +
    "2,H100-SXM5,gemm,2048,2048,13312,bf16,max_achieved,794.5,TFLOPS,stas00/ml-engineering,,p,fit\n"
    "232,Ascend 910B2,gemm_square,2048,2048,2048,fp16,achieved,251,TFLOPS,zzc0721,,s,test\n"
    "377,A100-SXM4-40GB,memcpy_d2d,,,1 Gi elements,-,achieved_bw,1328.25,GB/s,FlagPerf,,p,test\n"
    "406,A100-SXM4-40GB,torch.linear,8192,8192,8192,bf16,power_mean,392.9,W,FlagPerf,,p,fit\n"
    "7,MI355X,gemm,,,,bf16,max_achieved,1565,TFLOPS,stas00/ml-engineering,,p,test\n"
    "344,Ascend 910A,gemm_square,8192,8192,8192,mxfp4,achieved,82.9,TFLOPS,FlagPerf,,p,fit\n"
    "21,H200-SXM,memcpy_h2d,,,,-,achieved,55.4,GB/s,stas00/ml-engineering,,p,test\n";

TEST(PredictPoints, EveryRowIsComputedOrSaysWhy) {
  const auto table = parse_points(kMixed, "table.csv");
  const auto answer = predict_points(table, shipped(), std::nullopt);
  ASSERT_EQ(answer.rows.size(), 7U);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto& row = answer.rows[i];
    ASSERT_FALSE(row.is_skipped()) << row.reason;
    EXPECT_LT(std::abs(*row.relative_error), 0.3) << row.point->id;
  }
  const auto& rate = answer.rows[0];
  EXPECT_NEAR(*rate.relative_error, 794.5 / *rate.predicted - 1, 1e-12);
  const auto& power = answer.rows[3];
  EXPECT_NEAR(*power.relative_error, *power.predicted / 392.9 - 1, 1e-12);
  EXPECT_NE(answer.rows[4].reason.find("'MI355X'"), std::string::npos);
  EXPECT_NE(answer.rows[5].reason.find("ascend_910a have no mxfp4"), std::string::npos);
  EXPECT_NE(answer.rows[6].reason.find("host and device"), std::string::npos);
}

TEST(PredictPoints, SummariesAddUp) {
  const auto table = parse_points(kMixed, "table.csv");
  const auto answer = predict_points(table, shipped(), std::nullopt);
  int all = 0;
  int finest = 0;
  int skipped = 0;
  for (const auto& summary : answer.summaries) {
    if (summary.split == "all") all += summary.n;
    if (summary.chip == "all") continue;
    finest += summary.n;
    skipped += summary.skipped;
  }
  EXPECT_EQ(all, 7);
  EXPECT_EQ(finest, 7);
  EXPECT_EQ(skipped, 3);
}

TEST(PredictPoints, FitAndTestStandApart) {
  const auto table = parse_points(kMixed, "table.csv");
  const auto answer = predict_points(table, shipped(), std::nullopt);
  for (const auto& summary : answer.summaries) {
    if (summary.chip != "h100_sxm5") continue;
    EXPECT_EQ(summary.split, "fit");
    EXPECT_EQ(summary.size, kLargeSize);
    EXPECT_EQ(summary.n, 1);
  }
}

TEST(PredictPoints, OneChipForAll) {
  const auto table = parse_points("dtype,m,n,k,latency_us\nbf16,1024,1024,1024,20\n", "t.csv");
  EXPECT_TRUE(predict_points(table, shipped(), std::nullopt).rows.front().is_skipped());
  const auto answer = predict_points(table, shipped(), "h100_sxm5");
  EXPECT_FALSE(answer.rows.front().is_skipped());
  EXPECT_EQ(answer.rows.front().chip, "h100_sxm5");
  EXPECT_THROW(predict_points(table, shipped(), "h1000"), base::InputError);
}

TEST(PredictPoints, RatesAboveTheMemorysAreOfCaches) {
  const auto table = parse_points(
      kFigures + "1,Ascend 950PR,elementwise add,,,,fp16,achieved_bw,2.26,TB/s,s,,p,\n", "t.csv");
  const auto answer = predict_points(table, shipped(), std::nullopt);
  EXPECT_NE(answer.rows.front().reason.find("caches"), std::string::npos);
}

TEST(SizeClass, OfGemmsAndPowers) {
  const std::string power = "power_mean,600,W,s,";
  EXPECT_EQ(size_class(figure("1,x,gemm,1024,2048,4096,bf16,latency,9,us,s,,p,")), kLargeSize);
  EXPECT_EQ(size_class(figure("1,x,gemm,1023,2048,4096,bf16,latency,9,us,s,,p,")), kThinSize);
  EXPECT_EQ(size_class(figure("1,x,gemm,8192,8192,8192,bf16," + power + "700 TFLOPS,p,")),
            kLongSize);
  EXPECT_EQ(size_class(figure("1,x,gemm,64,8192,8192,bf16," + power + "700 TFLOPS,p,")),
            kShortSize);
  EXPECT_EQ(size_class(figure("1,x,gemm,64,8192,8192,bf16," + power + ",p,")), "");
  EXPECT_EQ(size_class(figure("1,x,torch.abs,,,1 Gi elements,bf16,latency,9,us,s,,p,")), "");
}

}  // namespace
}  // namespace weft::kernels
