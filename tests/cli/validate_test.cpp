// `weft validate`: its answers, its JSON, its errors.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <cmath>
#include <string>

#include "program.h"

namespace weft::cli {
namespace {

constexpr const char* kTable =
    "id,source,cluster,software,n_devices,model,seq,global_batch,micro_batch,tp,pp,dp,precision,"
    "metric,value,unit,split\n"
    "good,s,dgx_h100,nemo,8,Llama3-8B,8192,128,1,1,1,8,bf16,throughput,12000,tokens/s/device,fit\n"
    "time,s,dgx_h100,nemo,8,Llama3-8B,8192,128,1,1,1,8,bf16,iteration_time,10.9,s,test\n"
    "none,t,atlas_800_910a,mlperf,8,ResNet-50,,,,,,,,time to train,2,min,test\n";

TEST(Validate, TheShippedTable) {
  const Folder folder;
  const auto ended = folder.weft({"validate", "--json", "answer.json", "--unplaced"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("Ascend, moe"), std::string::npos);
  EXPECT_NE(ended.out.find("by source"), std::string::npos);
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << lines_wider_than(100, ended.out).front();
  const auto answer = nlohmann::json::parse(folder.read("answer.json"));
  EXPECT_EQ(answer.at("rows").size(), 892U);
  EXPECT_FALSE(answer.at("summary").empty());
  EXPECT_NE(ended.out.find("MPT, order of plans"), std::string::npos);
  EXPECT_NE(ended.out.find("90 % intervals hold"), std::string::npos);
  EXPECT_FALSE(answer.at("sets").empty());
  EXPECT_FALSE(answer.at("intervals").empty());
  for (const auto& row : answer.at("rows")) {
    if (row.at("speed_log_error").is_null()) continue;
    const double predicted = row.at("predicted");
    EXPECT_LT(row.at("interval").at(0).get<double>(), predicted) << row.at("id");
    EXPECT_GT(row.at("interval").at(1).get<double>(), predicted) << row.at("id");
  }
}

// Published runs that nothing was fitted to, of a table of their own.
TEST(Validate, TheUnseenTable) {
  const Folder folder;
  const std::string unseen = WEFT_SOURCE_DIR "/configs/validation/runs_unseen.csv";
  const auto ended = folder.weft({"validate", "--runs", unseen, "--json", "-"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto answer = nlohmann::json::parse(ended.out);
  EXPECT_GE(answer.at("rows").size(), 60U);
  for (const auto& row : answer.at("rows")) {
    EXPECT_EQ(row.at("split"), "test") << row.at("id");
    EXPECT_NE(row.at("source"), "") << row.at("id");
    EXPECT_EQ(row.at("status"), "ok") << row.at("id") << row.at("reason");
  }
  EXPECT_LT(answer.at("summary").at(0).at("median_abs_error").get<double>(), 0.15);
}

TEST(Validate, JsonOfATableOfOnesOwn) {
  const Folder folder;
  folder.write("my.csv", kTable);
  const auto ended = folder.weft({"validate", "--runs", "my.csv", "--json", "-"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto answer = nlohmann::json::parse(ended.out);
  const auto& rows = answer.at("rows");
  ASSERT_EQ(rows.size(), 3U);
  const auto& good = rows.at(0);
  for (const char* key :
       {"id", "source", "vendor", "kind", "cluster", "software", "split", "metric", "metric_class",
        "unit", "published", "predicted", "relative_error", "speed_log_error", "status", "reason",
        "filled", "unplaced"}) {
    EXPECT_TRUE(good.contains(key)) << key;
  }
  EXPECT_EQ(good.at("vendor"), "Nvidia");
  EXPECT_EQ(good.at("kind"), "dense");
  EXPECT_EQ(good.at("metric_class"), "speed");
  EXPECT_EQ(good.at("status"), "ok");
  EXPECT_TRUE(good.at("reason").is_null());
  const double predicted = good.at("predicted");
  EXPECT_NEAR(good.at("relative_error").get<double>(), predicted / 12000 - 1, 1e-9);
  EXPECT_NEAR(good.at("speed_log_error").get<double>(), std::log(predicted / 12000), 1e-9);
  const auto& time = rows.at(1);
  EXPECT_NEAR(time.at("speed_log_error").get<double>(),
              std::log(10.9 / time.at("predicted").get<double>()), 1e-9);
  const auto& none = rows.at(2);
  EXPECT_EQ(none.at("status"), "skipped");
  EXPECT_EQ(none.at("reason"), "no transformer");
  EXPECT_EQ(none.at("vendor"), "Ascend");
  EXPECT_TRUE(none.at("predicted").is_null());
  EXPECT_TRUE(none.at("relative_error").is_null());
  EXPECT_TRUE(none.at("speed_log_error").is_null());

  const auto& all = answer.at("summary").at(0);
  EXPECT_EQ(all.at("source"), "all");
  EXPECT_EQ(all.at("vendor"), "all");
  EXPECT_EQ(all.at("kind"), "all");
  EXPECT_EQ(all.at("split"), "all");
  EXPECT_EQ(all.at("n"), 3);
  EXPECT_EQ(all.at("skipped"), 1);
  EXPECT_EQ(all.at("worst_id"), "none");
  EXPECT_NEAR(all.at("mean_abs_error").get<double>(),
              (1 + std::abs(good.at("speed_log_error").get<double>()) +
               std::abs(time.at("speed_log_error").get<double>())) /
                  3,
              1e-9);
}

TEST(Validate, OneRow) {
  const Folder folder;
  folder.write("my.csv", kTable);
  const auto ended = folder.weft({"validate", "--runs", "my.csv", "--row", "good"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const char* part : {"as published", "filled", "as run", "the step", "predicted"}) {
    EXPECT_NE(ended.out.find(part), std::string::npos) << part;
  }
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty());
  const auto skipped = folder.weft({"validate", "--runs", "my.csv", "--row", "none"});
  EXPECT_EQ(skipped.code, 0);
  EXPECT_NE(skipped.out.find("no transformer"), std::string::npos);
  const auto unknown = folder.weft({"validate", "--runs", "my.csv", "--row", "god"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("did you mean 'good'?"), std::string::npos) << unknown.err;
}

TEST(Validate, Mistakes) {
  const Folder folder;
  folder.write("bad.csv", "id,metric,value,unit\na,throughput,12x,tokens/s\n");
  const auto bad = folder.weft({"validate", "--runs", "bad.csv"});
  EXPECT_EQ(bad.code, 2);
  EXPECT_NE(bad.err.find("bad.csv:2:14: error: '12x'"), std::string::npos) << bad.err;
  EXPECT_EQ(folder.weft({"validate", "--runs", "no_such.csv"}).code, 1);
  EXPECT_EQ(folder.weft({"validate", "--json", ""}).code, 2);
  folder.write("extra.csv", "id,metric,value,unit,mood\na,throughput,12,tokens/s,fine\n");
  const auto extra = folder.weft({"validate", "--runs", "extra.csv"});
  EXPECT_EQ(extra.code, 0);
  EXPECT_NE(extra.err.find("nobody reads the column 'mood'"), std::string::npos) << extra.err;
}

}  // namespace
}  // namespace weft::cli
