// `weft memory`: its answers, its JSON, its errors.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <string>

#include "program.h"

namespace weft::cli {
namespace {

constexpr const char* kMemoryFigures =
    "source,row_id,hardware,n_devices,model,seq,micro_batch,global_batch,tp,pp,vpp,cp,dp,ep,"
    "precision,recompute,zero,schedule,memory_GiB,kind,notes,confidence,split\n"
    "s,good,H100-80,8,Llama3-8B,8192,1,32,1,2,,1,4,,BF16,none,ZeRO-1,1F1B,60,peak,,primary,fit\n"
    "s,large,H100-80,8,Llama3-70B,8192,1,8,1,1,,1,8,,BF16,none,ZeRO-1,,OOM,OOM,,primary,test\n"
    "s,what,H100-80,8,Unknown-9B,8192,1,8,1,1,,1,8,,BF16,none,ZeRO-1,,60,peak,,primary,test\n";

TEST(Memory, JsonOfATable) {
  const Folder folder;
  folder.write("my.csv", kMemoryFigures);
  const auto ended = folder.weft({"memory", "--points", "my.csv", "--json", "-"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto answer = nlohmann::json::parse(ended.out);
  const auto& rows = answer.at("rows");
  ASSERT_EQ(rows.size(), 3U);
  const auto& good = rows.at(0);
  EXPECT_EQ(good.at("memory_kind"), "allocated");
  EXPECT_EQ(good.at("unit"), "GiB");
  EXPECT_EQ(good.at("status"), "ok");
  EXPECT_TRUE(good.at("reason").is_null());
  EXPECT_NEAR(good.at("relative_error").get<double>(), good.at("predicted").get<double>() / 60 - 1,
              1e-9);
  const auto& large = rows.at(1);
  EXPECT_EQ(large.at("published"), "oom");
  EXPECT_EQ(large.at("predicted"), "oom");
  EXPECT_EQ(rows.at(2).at("status"), "skipped");
  EXPECT_TRUE(rows.at(2).at("predicted").is_null());
  bool counted = false;
  for (const auto& summary : answer.at("summary")) {
    if (summary.at("memory_kind") != "fits" || summary.at("source") != "all") continue;
    counted = true;
    EXPECT_EQ(summary.at("accuracy"), 1.0);
  }
  EXPECT_TRUE(counted);
}

TEST(Memory, TextOfATable) {
  const Folder folder;
  folder.write("my.csv", kMemoryFigures);
  const auto ended = folder.weft({"memory", "--points", "my.csv", "--json", "answer.json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("does it fit?"), std::string::npos);
  EXPECT_NE(ended.out.find("the shape of 'Unknown-9B'"), std::string::npos);
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << lines_wider_than(100, ended.out).front();
  EXPECT_FALSE(folder.read("answer.json").empty());
}

TEST(Memory, BadInput) {
  const Folder folder;
  folder.write("other.csv", "a,b\n1,2\n");
  EXPECT_EQ(folder.weft({"memory"}).code, 2);
  EXPECT_EQ(folder.weft({"memory", "--points", "none.csv"}).code, 1);
  const auto ended = folder.weft({"memory", "--points", "other.csv"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.err.find("no table of memory"), std::string::npos);
}

}  // namespace
}  // namespace weft::cli
