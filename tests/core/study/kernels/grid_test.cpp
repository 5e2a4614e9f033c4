// Grids of measured GEMMs and attention.
#include <gtest/gtest.h>

#include "tables.h"
#include "weft/base/diagnostics.h"

namespace weft::kernels {
namespace {

TEST(Grid, Gemm) {
  const auto points =
      points_of(kGemmGrid +
                "A100_SXM_80G,SGLang,0.5.10,sglang,bfloat16,192,16384,16384,593.59,173.7,fit\n"
                "H100_SXM5,TRTLLM,1.3,trt,fp8_block,64,2048,1024,8.5,10,test\n");
  ASSERT_EQ(points.size(), 2U);
  const auto& first = points[0];
  EXPECT_EQ(first.id, "line 2");
  EXPECT_EQ(first.line, 2);
  EXPECT_EQ(first.chip, "A100_SXM_80G");
  EXPECT_EQ(first.precision, "bf16");
  EXPECT_EQ(first.group, kGemmGroup);
  EXPECT_EQ(first.split, "fit");
  EXPECT_EQ(first.source, "ai-dynamo/aiconfigurator @095f58a");
  EXPECT_EQ(first.confidence, "primary");
  EXPECT_EQ(first.figure, Figure::kTime);
  EXPECT_DOUBLE_EQ(first.published, 593.59e-6);
  EXPECT_DOUBLE_EQ(first.latency.si(), 593.59e-6);
  EXPECT_TRUE(first.reason.empty());
  const auto& gemm = std::get<MeasuredGemm>(first.kernel);
  EXPECT_EQ(gemm.shape.m, 192);
  EXPECT_EQ(gemm.shape.n, 16384);
  EXPECT_EQ(gemm.shape.k, 16384);
  EXPECT_FALSE(gemm.with_cast);
  EXPECT_DOUBLE_EQ(first.work.si(), 2.0 * 192 * 16384 * 16384);
  const auto& narrow = std::get<MeasuredGemm>(points[1].kernel);
  EXPECT_EQ(narrow.shape.precision, chips::Precision::kFp8Block);
  EXPECT_TRUE(narrow.with_cast);
  // Sources count elements without their scales.
  EXPECT_DOUBLE_EQ(points[1].traffic.si(), 1024.0 * (64 + 2048) + 2.0 * 64 * 2048);
}

TEST(Grid, PowerIsASecondPointOfTheSameKernel) {
  const auto points =
      points_of(kGemmPower + "H200_SXM,VLLM,0.22.0,bfloat16,4096,4096,4096,250,692,700,fit\n");
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].figure, Figure::kTime);
  EXPECT_EQ(points[1].id, "line 2 power");
  EXPECT_EQ(points[1].figure, Figure::kPower);
  EXPECT_EQ(points[1].unit, "W");
  EXPECT_DOUBLE_EQ(points[1].published, 692);
  EXPECT_DOUBLE_EQ(points[1].latency.si(), 250e-6);
}

TEST(Grid, Attention) {
  const auto points =
      points_of(kAttentionGrid +
                "A100_SXM_80G,SGLang,1,context,4,2048,2048,96,8,128,bfloat16,bfloat16,900,test\n"
                "A100_SXM_80G,SGLang,1,generation,4,1,8192,96,8,128,bfloat16,bfloat16,90,fit\n"
                "H100_SXM5,TRT,1,context,4,2048,2048,96,8,128,bfloat16,fp8,900,test\n"
                "H100_SXM5,TRT,1,context,4,2048,2048,96,8,128,fp8,fp8,900,test\n");
  ASSERT_EQ(points.size(), 4U);
  EXPECT_EQ(points[0].group, kForwardGroup);
  const auto& context = std::get<MeasuredAttention>(points[0].kernel);
  EXPECT_TRUE(context.size.causal);
  EXPECT_EQ(context.size.queries, 2048);
  EXPECT_EQ(context.size.kv_heads, 8);
  EXPECT_EQ(context.size.value_head_dim, 128);
  EXPECT_EQ(points[1].group, kDecodeGroup);
  const auto& generation = std::get<MeasuredAttention>(points[1].kernel);
  EXPECT_FALSE(generation.size.causal);
  EXPECT_DOUBLE_EQ(points[1].traffic.si(), 2.0 * 4 * 8192 * 8 * 256);
  EXPECT_NE(points[2].reason.find("different formats"), std::string::npos);
  EXPECT_TRUE(points[3].reason.empty());
  EXPECT_EQ(std::get<MeasuredAttention>(points[3].kernel).precision, chips::Precision::kFp8);
}

TEST(Grid, AUsersOwnPartNeedsNoMoreThanTheShape) {
  const auto points = points_of("dtype,m,n,k,latency_us\nbf16,1024,1024,1024,20\n");
  ASSERT_EQ(points.size(), 1U);
  EXPECT_TRUE(points[0].reason.empty());
  EXPECT_TRUE(points[0].chip.empty());
  EXPECT_TRUE(points[0].split.empty());
  EXPECT_EQ(points[0].source, "table.csv");
  EXPECT_EQ(points[0].confidence, "");
}

TEST(Grid, AUsersOwnPartMaySayMore) {
  const auto points = points_of(
      "dtype,m,n,k,latency_us,source,confidence,split,with_cast\n"
      "fp8,1024,1024,1024,20,our bench,secondary,FIT,\n"
      "fp8,1024,1024,1024,20,,,Test,yes\n");
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].source, "our bench");
  EXPECT_EQ(points[0].confidence, "secondary");
  EXPECT_EQ(points[0].split, "fit");
  EXPECT_FALSE(std::get<MeasuredGemm>(points[0].kernel).with_cast);
  EXPECT_EQ(points[1].source, "table.csv");
  EXPECT_EQ(points[1].split, "test");
  EXPECT_TRUE(std::get<MeasuredGemm>(points[1].kernel).with_cast);
}

TEST(Grid, FormatsThatNobodyHasAreSkipped) {
  const auto points = points_of("dtype,m,n,k,latency_us\nint4_awq,1024,1024,1024,20\n");
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].reason, "the format 'int4_awq'");
}

struct Broken {
  const char* text;
  const char* error;
};

class BrokenTable : public testing::TestWithParam<Broken> {};

TEST_P(BrokenTable, IsLocated) {
  try {
    points_of(GetParam().text);
    FAIL() << "no error";
  } catch (const base::InputError& error) {
    EXPECT_NE(std::string(error.what()).find(GetParam().error), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenTable,
    testing::Values(
        Broken{"", "the file is empty"}, Broken{"a,b\n1,2\n", "table.csv:1:1: error: no table"},
        Broken{"dtype,m,m,n,k,latency_us\n", "table.csv:1:9: error: 'm' twice"},
        Broken{"dtype,m,n,k,latency_us\nbf16,8,8,8\n", "table.csv:2:1: error: 4 columns here"},
        Broken{"dtype,m,n,k,latency_us\nbf16,8,eight,8,1\n", "table.csv:2:8: error: 'eight'"},
        Broken{"dtype,m,n,k,latency_us\nbf16,8,8.5,8,1\n", "a whole number above zero"},
        Broken{"dtype,m,n,k,latency_us\nbf16,8,-8,8,1\n", "table.csv:2:8"},
        Broken{"dtype,m,n,k,latency_us\nbf16,8,8,8,0\n", "table.csv:2:12: error: '0'"},
        Broken{"dtype,m,n,k,latency_us\nbf16,8,8,8,nan\n", "a number above zero"},
        Broken{"dtype,m,n,k,latency_us,power_w\nbf16,8,8,8,1,lots\n", "table.csv:2:14"},
        Broken{"dtype,m,n,k,latency_us,split\nbf16,8,8,8,1,train\n",
               "table.csv:2:14: error: the split 'train'; fit or test is expected"},
        Broken{"dtype,m,n,k,latency_us,with_cast\nbf16,8,8,8,1,no way\n", "table.csv:2:14"},
        Broken{"dtype,m,n,k,latency_us\n\"bf16,8,8,8,1\n", "table.csv:2:1"},
        Broken{"phase,batch,q_len,kv_len,q_heads,kv_heads,head_dim,attn_dtype,kv_dtype,latency_us\n"
               "warm,1,8,8,8,8,64,bf16,bf16,1\n",
               "table.csv:2:1: error: the phase 'warm'"},
        Broken{"id,op,precision,metric,value,unit,m,n,k_or_seq\n"
               "1,gemm,bf16,achieved,fast,TFLOPS,8,8,8\n",
               "table.csv:2:22: error: 'fast'"},
        Broken{"id,op,precision,metric,value,unit,m,n,k_or_seq\n"
               "1,gemm,bf16,achieved,7,TFLOPS,8,0,8\n",
               "table.csv:2:33: error: '0'"}));

TEST(Grid, AllMistakesAreReportedAtOnce) {
  try {
    points_of("dtype,m,n,k,latency_us\nbf16,x,8,8,1\nbf16,8,y,8,1\n");
    FAIL() << "no error";
  } catch (const base::InputError& error) {
    EXPECT_EQ(error.diagnostics().size(), 2U);
  }
}

}  // namespace
}  // namespace weft::kernels
