// `weft kernels`: its answers, its JSON, its errors.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <cmath>
#include <string>

#include "program.h"

namespace weft::cli {
namespace {

constexpr const char* kFigures =
    "id,chip,op,m,n,k_or_seq,precision,metric,value,unit,source,notes,confidence,split\n"
    "good,H100-SXM5,gemm,8192,8192,8192,bf16,achieved,700,TFLOPS,s,,primary,fit\n"
    "power,H100-SXM5,gemm,8192,8192,8192,bf16,power_mean,650,W,s,650 TFLOPS,primary,test\n"
    "copy,A100-SXM4-40GB,memcpy_d2d,,,1 Gi elements,-,achieved_bw,1328,GB/s,s,,primary,test\n"
    "away,H100-SXM5,p2p,,,,-,achieved_bw,515,GB/s,s,,primary,test\n"
    "none,Unknown 9,gemm,8192,8192,8192,bf16,achieved,700,TFLOPS,s,,primary,test\n";
constexpr const char* kGrid =
    "chip,framework,version,dtype,m,n,k,latency_us,power_w,split\n"
    "H200_SXM,VLLM,0.22.0,bfloat16,4096,4096,4096,250,692,fit\n";

TEST(Kernels, JsonOfATable) {
  const Folder folder;
  folder.write("my.csv", kFigures);
  const auto ended = folder.weft({"kernels", "--points", "my.csv", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const auto answer = nlohmann::json::parse(ended.out);
  const auto& rows = answer.at("rows");
  ASSERT_EQ(rows.size(), 5U);
  const auto& good = rows.at(0);
  EXPECT_EQ(good.at("id"), "good");
  EXPECT_EQ(good.at("chip"), "h100_sxm5");
  EXPECT_EQ(good.at("op"), "gemm");
  EXPECT_EQ(good.at("group"), "gemm");
  EXPECT_EQ(good.at("precision"), "bf16");
  EXPECT_EQ(good.at("metric"), "achieved");
  EXPECT_EQ(good.at("unit"), "TFLOPS");
  EXPECT_EQ(good.at("published"), 700);
  EXPECT_EQ(good.at("status"), "ok");
  EXPECT_TRUE(good.at("reason").is_null());
  EXPECT_EQ(good.at("split"), "fit");
  EXPECT_EQ(good.at("size"), "all ≥ 1024");
  EXPECT_NEAR(good.at("relative_error").get<double>(), 700 / good.at("predicted").get<double>() - 1,
              1e-9);
  const auto& power = rows.at(1);
  EXPECT_NEAR(power.at("relative_error").get<double>(),
              power.at("predicted").get<double>() / 650 - 1, 1e-9);
  EXPECT_EQ(rows.at(3).at("status"), "skipped");
  EXPECT_FALSE(rows.at(3).at("reason").is_null());
  EXPECT_TRUE(rows.at(4).at("predicted").is_null());
  EXPECT_TRUE(rows.at(4).at("chip").is_null());
  EXPECT_EQ(rows.at(4).at("written_chip"), "Unknown 9");
  int counted = 0;
  for (const auto& summary : answer.at("summary")) {
    if (summary.at("split") == "all") counted += summary.at("n").get<int>();
  }
  EXPECT_EQ(counted, 5);
}

TEST(Kernels, TextOfTwoTables) {
  const Folder folder;
  folder.write("my.csv", kFigures);
  folder.write("grid.csv", kGrid);
  const auto ended = folder.weft({"kernels", "--points", "my.csv", "--points", "grid.csv",
                                  "--worst", "7", "--json", "answer.json"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "7 points: 5 computed, 2 skipped");
  expect_holds(ended.out, "h100_sxm5");
  expect_holds(ended.out, "h200_sxm");
  expect_holds(ended.out, "gemm, power");
  expect_holds(ended.out, "grid line 2 power");
  expect_holds(ended.out, "no document of the chip 'Unknown 9'");
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << lines_wider_than(100, ended.out).front();
  EXPECT_EQ(nlohmann::json::parse(folder.read("answer.json")).at("rows").size(), 7U);
}

TEST(Kernels, OneChipForATableWithoutAny) {
  const Folder folder;
  folder.write("own.csv", "dtype,m,n,k,latency_us\nbf16,4096,4096,4096,200\n");
  const auto unnamed = folder.weft({"kernels", "--points", "own.csv"});
  expect_holds(unnamed.out, "0 computed, 1 skipped");
  const auto named = folder.weft({"kernels", "--points", "own.csv", "--chip", "h100_sxm5"});
  ASSERT_EQ(named.code, kAnswer) << named.err;
  expect_holds(named.out, "1 computed, 0 skipped");
  const auto wrong = folder.weft({"kernels", "--points", "own.csv", "--chip", "h100_sxm6"});
  EXPECT_EQ(wrong.code, kBadInput);
  expect_holds(wrong.err, "h100_sxm5");
}

TEST(Kernels, TheShippedTable) {
  const Folder folder;
  const auto ended = folder.weft({"kernels"});
  EXPECT_EQ(ended.code, kAnswer);
  expect_holds(ended.out, "743 points: ");
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty());
}

TEST(Kernels, BadInput) {
  const Folder folder;
  folder.write("other.csv", "a,b\n1,2\n");
  folder.write("broken.csv", "dtype,m,n,k,latency_us\nbf16,4096,none,4096,200\n");
  EXPECT_EQ(folder.weft({"kernels", "--points", "absent.csv"}).code, kCannot);
  const auto directory = folder.weft({"kernels", "--points", folder.path().string()});
  EXPECT_EQ(directory.code, kCannot);
  expect_holds(directory.err, folder.path().string() + ": Is a directory");
  const auto other = folder.weft({"kernels", "--points", "other.csv"});
  EXPECT_EQ(other.code, kBadInput);
  expect_holds(other.err, "other.csv:1:1: error: no table of kernels");
  const auto broken = folder.weft({"kernels", "--points", "broken.csv", "--json", "answer.json"});
  EXPECT_EQ(broken.code, kBadInput);
  expect_holds(broken.err, "broken.csv:2:11: error: 'none'");
  EXPECT_EQ(folder.names(), (Words{"broken.csv", "other.csv"}));
}

}  // namespace
}  // namespace weft::cli
