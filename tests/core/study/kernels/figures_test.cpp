// Published figures: what each operation is taken for.
#include <gtest/gtest.h>

#include <cmath>

#include "tables.h"

namespace weft::kernels {
namespace {

TEST(Figures, Gemm) {
  const auto point = figure(
      "232,Ascend "
      "910B2,gemm_square,2048,2048,2048,fp16,achieved,251,TFLOPS,s,torch_npu,primary,fit");
  EXPECT_EQ(point.id, "232");
  EXPECT_EQ(point.group, kGemmGroup);
  EXPECT_EQ(point.figure, Figure::kWorkRate);
  EXPECT_DOUBLE_EQ(point.published, 251e12);
  EXPECT_DOUBLE_EQ(point.unit_size, 1e12);
  EXPECT_DOUBLE_EQ(point.latency.si(), 2 * std::pow(2048.0, 3) / 251e12);
  EXPECT_EQ(std::get<MeasuredGemm>(point.kernel).shape.precision, chips::Precision::kFp16);
}

TEST(Figures, GemmWithTheCastOfItsActivations) {
  const std::string row = ",H100-SXM5,gemm,8192,8192,8192,";
  const auto cast =
      figure("1" + row + "fp8,achieved,1242,TFLOPS,s,includes activation quantisation,p,");
  EXPECT_TRUE(std::get<MeasuredGemm>(cast.kernel).with_cast);
  const auto plain = figure("1" + row + "fp8,achieved,1242,TFLOPS,s,fine-grained,p,");
  EXPECT_FALSE(std::get<MeasuredGemm>(plain.kernel).with_cast);
  const auto wide =
      figure("1" + row + "bf16,achieved,700,TFLOPS,s,includes activation quantisation,p,");
  EXPECT_FALSE(std::get<MeasuredGemm>(wide.kernel).with_cast);
}

TEST(Figures, BandwidthOfAGemmCountsItsLeastTraffic) {
  const auto point = figure(
      "25,H800-SXM5,gemm_dense,64,2112,7168,\"fp8_block(1x128,128x128)\",achieved_bw,1688,GB/"
      "s,s,,p,");
  EXPECT_EQ(point.precision, "fp8_block");
  EXPECT_EQ(point.figure, Figure::kBandwidth);
  // The same row was published as 206 TFLOP/s.
  EXPECT_NEAR(point.traffic.si() / (point.work.si() / 206e12), 1688e9, 3e9);
}

TEST(Figures, GroupedGemmHasItsRowsPerGroup) {
  const auto point = figure(
      "66,H800-SXM5,gemm_grouped_contiguous(g=4),8192,4096,7168,fp8_block,achieved,1346,"
      "TFLOPS,s,m is tokens per group,p,test");
  EXPECT_EQ(point.group, kGroupedGemmGroup);
  const auto& kernel = std::get<MeasuredGroupedGemm>(point.kernel);
  EXPECT_EQ(kernel.shape.groups, 4);
  EXPECT_EQ(kernel.shape.m, 8192);
  EXPECT_DOUBLE_EQ(point.work.si(), 2.0 * 4 * 8192 * 4096 * 7168);
}

TEST(Figures, FusedGemm) {
  const auto gelu = figure("1,Ascend 910B1,gemm+gelu,8192,8192,8192,fp16,latency,4237,us,s,,p,");
  EXPECT_EQ(gelu.group, kFusedGemmGroup);
  EXPECT_GT(std::get<MeasuredGemm>(gelu.kernel).shape.epilogue, 0);
  const auto narrow = figure(
      "1,Ascend 910B1,grouped_gemm+dequant+gelu+quant,8192,8192,1024,int8,latency,299,us,s,,p,");
  EXPECT_EQ(std::get<MeasuredGemm>(narrow.kernel).shape.output_bytes, 1);
}

TEST(Figures, BestOfSeveralShapes) {
  const auto range =
      figure("1,H20,gemm_square,best of 1024..10240,,,fp16,max_achieved,142,TFLOPS,s,,p,");
  const auto& squares = std::get<MeasuredBestGemm>(range.kernel).shapes;
  ASSERT_EQ(squares.size(), 5U);
  EXPECT_EQ(squares.front().m, 1024);
  EXPECT_EQ(squares.back().k, 10240);
  EXPECT_DOUBLE_EQ(range.work.si(), 2 * std::pow(1024.0, 3));
  const auto over_m = figure(
      "1,Ascend 950PR,gemm,large M,512,512,mxfp4,achieved,280,TFLOPS,s,peak over M for K=N,p,");
  EXPECT_EQ(std::get<MeasuredBestGemm>(over_m.kernel).shapes.back().m, 8192);
  const auto headline =
      figure("1,MI300X,gemm,,,,bf16,max_achieved,668,TFLOPS,s,best shape of a search,p,");
  EXPECT_EQ(headline.group, kBestGemmGroup);
  EXPECT_TRUE(headline.reason.empty());
}

TEST(Figures, ShapesAsOneText) {
  const auto point = figure("1,H20,gemm,4096x2048x1024,,,bf16,achieved,142,TFLOPS,s,,p,");
  EXPECT_EQ(std::get<MeasuredGemm>(point.kernel).shape.k, 1024);
  const auto part = figure("1,H20,mlp_swiglu_gemm,,,d_ff=10922,bf16,achieved,142,TFLOPS,s,,p,");
  EXPECT_EQ(part.reason, "only a part of the shape is given");
}

TEST(Figures, RowsOfOneOperationShareTheirShape) {
  const auto points =
      points_of(kFigures +
                "1,A100,torch.linear,8192,8192,8192,bf16,latency,3920.9,us,s,,p,fit\n"
                "2,A100,torch.linear,,,,bf16,power_mean,380,W,s,,p,fit\n"
                "3,A100,torch.addmm,,,,bf16,latency,604.16,us,s,,p,fit\n"
                "4,A100,torch.addmm,,,,bf16,achieved,227.57,TFLOPS,s,,p,fit\n"
                "5,A100,torch.addmm,,,,bf16,power_mean,397,W,s,,p,fit\n"
                "6,A100,torch.bmm,,,,bf16,latency,1069.06,us,s,,p,fit\n"
                "7,A100,torch.bmm,,,,bf16,achieved,257.12,TFLOPS,s,,p,fit\n"
                "8,A100,torch.baddbmm,,,,bf16,power_mean,300,W,s,,p,fit\n");
  ASSERT_EQ(points.size(), 8U);
  EXPECT_EQ(std::get<MeasuredGemm>(points[1].kernel).shape.m, 8192);
  EXPECT_DOUBLE_EQ(points[1].latency.si(), 3920.9e-6);
  for (const std::size_t row : {2U, 3U, 4U}) {
    EXPECT_TRUE(points[row].reason.empty());
    EXPECT_EQ(std::get<MeasuredGemm>(points[row].kernel).shape.n, 4096);
  }
  EXPECT_EQ(std::get<MeasuredGemm>(points[5].kernel).shape.count, 2);
  EXPECT_EQ(points[7].reason, "no shape is given");
}

TEST(Figures, FlashAttention) {
  const auto point = figure(
      "105,H100-SXM5,flash_attn3_fwd,,,4096,fp16,achieved,420,TFLOPS,s,\"head dim 64; causal; "
      "total "
      "tokens 16k, hidden 2048\",p,test");
  EXPECT_EQ(point.group, kForwardGroup);
  const auto& kernel = std::get<MeasuredAttention>(point.kernel);
  EXPECT_EQ(kernel.size.batch, 4);
  EXPECT_EQ(kernel.size.heads, 32);
  EXPECT_EQ(kernel.size.head_dim, 64);
  EXPECT_TRUE(kernel.size.causal);
  EXPECT_FALSE(kernel.portable);
  EXPECT_DOUBLE_EQ(point.work.si(), 4.0 * 4 * 32 * 4096 * 4096 * 64 / 2);
}

TEST(Figures, FlashAttentionWithoutTheChipsOwnInstructions) {
  const std::string rest =
      ",flash_attn2_fwd_bwd,,,512,fp16,achieved,132,TFLOPS,s,"
      "\"head dim 128; full; total tokens 16k, hidden 2048\",p,";
  const auto old = figure("1,A100-SXM4-80GB" + rest);
  EXPECT_EQ(old.group, kBackwardGroup);
  const auto& kernel = std::get<MeasuredAttention>(old.kernel);
  EXPECT_EQ(kernel.pass, MeasuredAttention::Pass::kBoth);
  EXPECT_FALSE(kernel.portable);
  EXPECT_FALSE(kernel.size.causal);
  EXPECT_DOUBLE_EQ(old.work.si(), 3.5 * 4 * 32 * 16 * 512.0 * 512 * 128);
  for (const char* chip : {"H100-SXM5", "H20", "GH200", "B200-SXM", "GB300"}) {
    EXPECT_TRUE(
        std::get<MeasuredAttention>(figure("1," + std::string(chip) + rest).kernel).portable)
        << chip;
  }
}

TEST(Figures, AttentionOfOneHead) {
  const auto point = figure(
      "298,Ascend 910B2,flash_attn_fwd (tuned kernel),,,1024,fp16,latency,20.96,us,s,"
      "\"one head, d=128, non-causal count\",p,");
  const auto& kernel = std::get<MeasuredAttention>(point.kernel);
  EXPECT_TRUE(kernel.tuned);
  EXPECT_FALSE(kernel.size.causal);
  // Published as 25.6 TFLOP/s too.
  EXPECT_NEAR(point.work.si() / point.published, 25.6e12, 0.1e12);
}

TEST(Figures, AttentionOfServing) {
  const auto decode = figure(
      "1034,GB300,attn_decode b1 h64/kv8,1,,32768,bf16,achieved_bw,3818,GB/s,s,35.15 us; hd128,p,");
  EXPECT_EQ(decode.group, kDecodeGroup);
  EXPECT_NEAR(decode.traffic.si() / 35.15e-6, 3818e9, 2e9);
  const auto prefill = figure(
      "926,A100,attn_prefill h96/kv96,1,,8192,bf16,achieved,187.5,TFLOPS,s,8795.58 us; hd128,p,");
  EXPECT_EQ(prefill.group, kForwardGroup);
  EXPECT_NEAR(prefill.work.si() / 8795.58e-6, 187.5e12, 0.1e12);
}

TEST(Figures, EnginesTimeMoreThanTheirAttention) {
  using Before = MeasuredAttention::Before;
  const std::string row = "1,H100-SXM5,attn_prefill h64/kv8,1,,4096,bf16,achieved,419.6,TFLOPS,";
  const auto before = [&](const std::string& source) {
    return std::get<MeasuredAttention>(figure(row + source + ",hd128,p,").kernel).before;
  };
  EXPECT_EQ(before("ai-dynamo/aiconfigurator TRTLLM 1.3"), Before::kRotaryAndCache);
  EXPECT_EQ(before("ai-dynamo/aiconfigurator SGLang 0.5"), Before::kCache);
  EXPECT_EQ(before("someone else"), Before::kNothing);
}

TEST(Figures, LatentAttention) {
  const auto decode = figure("322,Ascend 910C,mla_decode,,,,bf16,achieved,246,TFLOPS,s,,p,");
  const auto& size = std::get<MeasuredAttention>(decode.kernel).size;
  EXPECT_TRUE(size.shares_keys_and_values);
  EXPECT_EQ(size.head_dim, 576);
  EXPECT_DOUBLE_EQ(decode.work.si(), 2176 * size.batch * size.heads * size.queries * size.keys);
  const auto backward = figure("94,B200,mha_prefill_bwd,,,,bf16,max_achieved,1000,TFLOPS,s,,p,");
  EXPECT_EQ(std::get<MeasuredAttention>(backward.kernel).pass, MeasuredAttention::Pass::kBackward);
  EXPECT_EQ(backward.group, kBackwardGroup);
}

TEST(Figures, Streams) {
  const double gi = std::pow(2.0, 30);
  const auto by_notes = figure(
      "1,A100,torch.max,,,1 Gi elements,bf16,achieved_bw,1318,GB/s,s,derived: 2 bytes/element,p,");
  EXPECT_EQ(by_notes.group, kMemoryGroup);
  EXPECT_DOUBLE_EQ(by_notes.traffic.si(), 2 * gi);
  const auto by_name =
      figure("1,A100,torch.isnan,,,1 Gi elements (op default),bf16,latency,2380.8,us,s,,p,");
  EXPECT_DOUBLE_EQ(by_name.traffic.si(), 3 * gi);
  const auto unknown =
      figure("1,A100,torch.softmax,,,1 Gi elements (op default),bf16,latency,28334,us,s,,p,");
  EXPECT_NE(unknown.reason.find("what this operator moves"), std::string::npos);
  const auto blocks = figure(
      "266,Ascend 910B1,read GM->UB 128B blocks,,,,fp16,achieved_bw,0.535,TB/s,s,565 us for 302 "
      "MB: "
      "small blocks,p,");
  EXPECT_DOUBLE_EQ(std::get<MeasuredOperator>(blocks.kernel).shape.block.si(), 128);
  EXPECT_DOUBLE_EQ(blocks.traffic.si(), 302e6);
  EXPECT_DOUBLE_EQ(blocks.published, 0.535e12);
  const auto copy =
      figure("374,MetaX C550,memcpy_d2d,,,1 Gi elements,-,achieved_bw,1390,GB/s,s,,p,");
  EXPECT_DOUBLE_EQ(copy.traffic.si(), 8 * gi);
}

TEST(Figures, PowerTakesItsTimeFromTheNotes) {
  const auto point = figure(
      "1035,H200,gemm,16384,8192,8192,bfloat16,power_mean,691,W,s,limit 700 W; 687.3 TFLOPS,p,");
  EXPECT_EQ(point.figure, Figure::kPower);
  EXPECT_DOUBLE_EQ(point.latency.si(), 2.0 * 16384 * 8192 * 8192 / 687.3e12);
}

struct NoKernel {
  const char* row;
  const char* reason;
};

class Skipped : public testing::TestWithParam<NoKernel> {};

TEST_P(Skipped, SaysWhy) {
  const auto point = figure(GetParam().row);
  EXPECT_NE(point.reason.find(GetParam().reason), std::string::npos) << point.reason;
}

INSTANTIATE_TEST_SUITE_P(
    All, Skipped,
    testing::Values(
        NoKernel{"1,H200,memcpy_h2d,,,,-,achieved,55.4,GB/s,s,,p,", "host and device"},
        NoKernel{"1,A3,deepep_combine EP16,,,,bf16,achieved_bw,103,GB/s,s,,p,", "between devices"},
        NoKernel{"1,A100,p2p intra-node (bidir),,,,-,achieved_bw,515,GB/s,s,,p,",
                 "between devices"},
        NoKernel{"1,910B1,allgather+gemm fused (2 ranks),2048,1024,2048,fp16,achieved_aggregate,29,"
                 "TFLOPS,s,,p,",
                 "fused with a transfer"},
        NoKernel{"1,910B4,idle or near idle,,,,-,power,88-91,W,s,,p,", "idle power"},
        NoKernel{"1,x,host run() fixed cost,,,,-,latency,43.3,us,s,,p,", "fixed cost"},
        NoKernel{
            "1,A100,gemm (fit over all shapes),,,,bf16,median,0.78,fraction of dense peak,s,,p,",
            "no measurement"},
        NoKernel{"1,B200,flash_attn_in_step,,,8192,bf16,achieved,834,TFLOPS,s,,p,",
                 "inside a training step"},
        NoKernel{"1,910B2,gemm_square,sweep,,,fp32,achieved_range_low,46,TFLOPS,s,,p,", "range"},
        NoKernel{
            "1,910B1,gemm,8192,8192,8192,fp16,latency,12541,us,s,\"first version, untuned\",p,",
            "untuned"},
        NoKernel{"1,A100,gemm_square,8,8,8,fp64,achieved,17.8,TFLOPS,s,,p,", "'fp64'"},
        NoKernel{"1,A100,gemm,8,8,8,bf16,achieved,17.8,furlongs,s,,p,", "'furlongs'"},
        NoKernel{"1,A100,flash_attn_fwd,,,many,bf16,achieved,17.8,TFLOPS,s,,p,", "no shape"},
        NoKernel{"1,A100,fft,8,8,8,bf16,achieved,17.8,TFLOPS,s,,p,", "the operation 'fft'"}));

}  // namespace
}  // namespace weft::kernels
