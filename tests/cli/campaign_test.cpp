// `weft campaign`: its answers, its files, its errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "program.h"

namespace weft::cli {
namespace {

std::string weeks_of(const std::string& campaign) {
  return small_study("{use: dgx_h100, hosts: 2}",
                     "{tensor: 2, context: 1, data: 8, pipeline: 1, virtual_stages: 1, "
                     "expert: 1, micro_batch: 1, zero: 1, recompute: selective}") +
         "campaign: " + campaign + "\n";
}

const std::string kVaried =
    "{window: 60 d, replicas: 8, with: {hazard_factor: 50}, vary: {spares: [0 %, 50 %], "
    "burn_in: [0 h, 100 h]}}";

TEST(Campaign, JsonHoldsEveryVariantAndSharesSumToOne) {
  const Folder folder;
  folder.write("weeks.yaml", weeks_of(kVaried));
  const auto ended = folder.weft({"campaign", "weeks.yaml", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const auto answer = nlohmann::json::parse(ended.out);
  EXPECT_EQ(answer.at("schema"), "weft.campaign/1");
  const auto& variants = answer.at("cases").at(0).at("variants");
  ASSERT_EQ(variants.size(), 4U);
  EXPECT_EQ(variants.at(1).at("varied").at("burn_in"), "100 h");
  for (const auto& variant : variants) {
    double sum = 0;
    for (const auto& share : variant.at("time_share")) sum += share.get<double>();
    EXPECT_NEAR(sum, 1, 1e-9);
    sum = 0;
    for (const auto& share : variant.at("device_share")) sum += share.get<double>();
    EXPECT_NEAR(sum, 1, 1e-9);
    EXPECT_NEAR(variant.at("time_share").at("productive").get<double>(),
                variant.at("ettr").at("mean").get<double>(), 1e-9);
    EXPECT_EQ(variant.at("replicas"), 8);
  }
  EXPECT_FALSE(variants.at(0).at("best_interval").is_null());
}

TEST(Campaign, TheSameBytesForAnyNumberOfThreads) {
  const Folder folder;
  folder.write("weeks.yaml", weeks_of(kVaried));
  const auto one = folder.weft({"campaign", "weeks.yaml", "--json", "-", "--threads", "1"});
  const auto two = folder.weft({"campaign", "weeks.yaml", "--json", "-", "--threads", "2"});
  ASSERT_EQ(one.code, kAnswer) << one.err;
  EXPECT_EQ(one.out, two.out);
  const auto other = folder.weft({"campaign", "weeks.yaml", "--json", "-", "--seed", "2"});
  EXPECT_NE(one.out, other.out);
}

TEST(Campaign, WritesItsFiles) {
  const Folder folder;
  folder.write("weeks.yaml", weeks_of(kVaried));
  const auto ended = folder.weft({"campaign", "weeks.yaml", "--csv", "a.csv", "--timeline", "t.csv",
                                  "--json", "a.json", "--mttf-curve", "--replicas", "3"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const auto table = folder.read("a.csv");
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 5);
  EXPECT_TRUE(table.starts_with("cluster,spares,burn_in,step_s,"));
  EXPECT_TRUE(
      folder.read("t.csv").starts_with("cluster,variant,time_s,happening,cause,throughput,"
                                       "hosts_missing\n"));
  EXPECT_EQ(nlohmann::json::parse(folder.read("a.json"))
                .at("cases")
                .at(0)
                .at("variants")
                .at(0)
                .at("sizes")
                .size(),
            11U);
  expect_holds(ended.out, "All variants");
  expect_holds(ended.out, "mean time between stops over devices in use");
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << lines_wider_than(100, ended.out).front();
}

// However much happens; and nothing where a happening has no figure.
TEST(Campaign, WritesTheWholeTimeline) {
  const Folder folder;
  folder.write("often.yaml", weeks_of("{window: 60 d, replicas: 1, with: {hazard_factor: 20000}}"));
  const auto ended = folder.weft({"campaign", "often.yaml", "--timeline", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_GT(std::count(ended.out.begin(), ended.out.end(), '\n'), 2500);
  // Seven columns; the label has a comma of its own.
  const auto last = ended.out.rfind('\n', ended.out.size() - 2);
  const auto columns = ended.out.substr(last + 1);
  EXPECT_EQ(std::count(columns.begin(), columns.end(), ','), 6 + 1) << columns;
  // The last of 60 days is there.
  const auto time = columns.find(",,") + 2;
  EXPECT_GT(std::stod(columns.substr(time)), 59 * 86400.0) << columns;
  expect_holds(ended.out, ",stopped,accelerator,,\n");
  expect_holds(ended.out, ",running,accelerator,1,\n");
}

// The table of published points has no study, and no replicas of one.
TEST(Campaign, PublishedPointsInEveryForm) {
  const Folder folder;
  const auto ended = folder.weft({"campaign", "--published", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const auto answer = nlohmann::json::parse(ended.out);
  EXPECT_EQ(answer.at("schema"), "weft.published_reliability/1");
  bool is_seen = false;
  for (const auto& point : answer.at("points")) {
    if (point.at("id") != "V12a") continue;
    is_seen = true;
    EXPECT_EQ(point.at("error_of"), "lost share");
    EXPECT_EQ(point.at("inputs"), "same_run");
    // 10 min in 24 h are lost, not 2 %.
    EXPECT_NEAR(point.at("error").get<double>(), (1 - 24 / (24 + 1.0 / 6)) / 0.02 - 1, 1e-9);
  }
  EXPECT_TRUE(is_seen);
  EXPECT_EQ(folder.weft({"campaign", "--published", "--replicas", "9"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"campaign", "--published", "--timeline", "t.csv"}).code, kBadInput);
  const auto shown = folder.weft({"campaign", "--published"});
  ASSERT_EQ(shown.code, kAnswer) << shown.err;
  expect_holds(shown.out, "% lost");
  EXPECT_TRUE(lines_wider_than(100, shown.out).empty()) << lines_wider_than(100, shown.out).front();
}

TEST(Campaign, SaysWhenTheClosedFormIsValid) {
  const Folder folder;
  folder.write("plain.yaml", weeks_of("{use: mature, window: 30 d, replicas: 4}"));
  const auto plain = folder.weft({"campaign", "plain.yaml"});
  ASSERT_EQ(plain.code, kAnswer) << plain.err;
  expect_holds(plain.out, "(renewal, Daly 2006)");
  folder.write("spares.yaml", weeks_of("{window: 30 d, replicas: 4, spares: 50 %}"));
  const auto spares = folder.weft({"campaign", "spares.yaml"});
  ASSERT_EQ(spares.code, kAnswer) << spares.err;
  expect_holds(spares.out, "not valid: ");
}

TEST(Campaign, RunSaysWhichItUsed) {
  const Folder folder;
  folder.write("plain.yaml", weeks_of("mature"));
  const auto plain = folder.weft({"run", "plain.yaml"});
  ASSERT_EQ(plain.code, kAnswer) << plain.err;
  expect_holds(plain.out, ", closed form");
  folder.write("spares.yaml", weeks_of("{spares: 50 %}"));
  const auto spares = folder.weft({"run", "spares.yaml"});
  ASSERT_EQ(spares.code, kAnswer) << spares.err;
  expect_holds(spares.out, ", 32 runs played");
}

TEST(Campaign, TellsMistakes) {
  const Folder folder;
  const auto complaint = [&](const std::string& campaign) {
    folder.write("bad.yaml", weeks_of(campaign));
    const auto ended = folder.weft({"campaign", "bad.yaml"});
    EXPECT_EQ(ended.code, kBadInput) << campaign;
    EXPECT_NE(ended.err.find("bad.yaml:"), std::string::npos) << ended.err;
    return ended.err;
  };
  expect_holds(complaint("{vary: {components.optic.tolerated: [1 %]}}"), "optic");
  expect_holds(complaint("{repliccas: 3}"), "did you mean 'replicas'?");
  expect_holds(complaint("{die_yield: 0 %}"), "a yield above 0");
  expect_holds(complaint("{window: 3}"), "no unit");
  folder.write("idle.yaml",
               "kind: study\njob: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 0}\n"
               "clusters: [{use: dgx_h100, hosts: 1}]\n");
  const auto idle = folder.weft({"campaign", "idle.yaml"});
  EXPECT_EQ(idle.code, kBadInput);
  expect_holds(idle.err, "without tokens");
  EXPECT_EQ(folder.weft({"campaign"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"campaign", "bad.yaml", "--published"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"check", "bad.yaml"}).code, kBadInput);
}

}  // namespace
}  // namespace weft::cli
