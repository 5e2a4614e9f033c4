// `weft compare`: builds on equal footing.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

using nlohmann::json;

constexpr const char* kCompared =
    "kind: compare\n"
    "job: {model: llama3_8b, sequence: 8192, global_batch: 128 sequences, tokens: 100 G}\n"
    "builds: [{use: dgx_h100, hosts: 4}, {use: atlas_800t_a2, hosts: 4}]\n"
    "plan: {tensor: 2, context: 1, pipeline: 1, virtual_stages: 1, micro_batch: 1, expert: 1, "
    "zero: 1, recompute: none}\n"
    "critical_batch: {value: 4 M tokens, source: a guess}\n";

TEST(CompareCommand, TellsRatiosAndCauses) {
  const Folder folder;
  folder.write("mine.yaml", kCompared);
  const Ended ended = folder.weft({"compare", "mine.yaml"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_EQ(ended.err, "");
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
  for (const char* part : {"At equal devices", "power at the meter", "To train as fast", "by cause",
                           "scale-up", "tokens over fewest", "1.26 ×", "a guess"}) {
    expect_holds(ended.out, part);
  }
}

TEST(CompareCommand, AsJson) {
  const Folder folder;
  folder.write("mine.yaml", kCompared);
  const Ended ended = folder.weft({"compare", "mine.yaml", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const json answer = json::parse(ended.out);
  EXPECT_EQ(answer.at("schema"), "weft.compare/1");
  EXPECT_EQ(answer.at("footings").at(0).at("footing"), "devices");
  for (const auto& footing : answer.at("footings")) {
    const auto& fall = footing.at("builds").at(1).at("waterfall");
    double gap = 0;
    for (const auto& part : fall.at("difference")) gap += part.get<double>();
    EXPECT_NEAR(gap, fall.at("gap").get<double>(), 1e-9 * std::abs(gap));
  }
  EXPECT_EQ(answer.at("in_place_of_one").at(0).at("devices"), 1.0);
}

TEST(CompareCommand, HasRangesBesideIt) {
  const Folder folder;
  folder.write("mine.yaml", kCompared);
  const json answer =
      json::parse(folder.weft({"compare", "mine.yaml", "--draws", "16", "--json", "-"}).out);
  const auto& ranges = answer.at("ranges");
  EXPECT_EQ(ranges.at("draws"), 16);
  ASSERT_EQ(ranges.at("rows").size(), 4U);  // of the first footing, and of equal time
  const auto& ratio = ranges.at("rows").at(1).at("figures").at("ratio");
  EXPECT_EQ(ratio.at("mode"), answer.at("footings").at(0).at("builds").at(1).at("ratio"));
  EXPECT_LT(ratio.at("low").get<double>(), ratio.at("high").get<double>());
  const Ended told = folder.weft({"compare", "mine.yaml", "--draws", "16"});
  expect_holds(told.out, "90 % of 16 draws of");
}

TEST(CompareCommand, TheSameForAnyNumberOfThreads) {
  const Folder folder;
  folder.write("mine.yaml", kCompared);
  const auto one = folder.weft({"compare", "mine.yaml", "--json", "-", "--threads", "1"});
  const auto two = folder.weft({"compare", "mine.yaml", "--json", "-", "--threads", "2"});
  EXPECT_EQ(one.out, two.out);
}

TEST(CompareCommand, ShippedStudiesAnswer) {
  const Folder folder;
  for (const std::string name :
       {"compare_huawei_nvidia", "compare_deepseek_v3", "compare_batch_limit"}) {
    const Ended ended =
        folder.weft({"compare", std::string(WEFT_CONFIGS "/studies/") + name + ".yaml"});
    ASSERT_EQ(ended.code, kAnswer) << ended.err;
    EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
    expect_holds(ended.out, "To train as fast");
  }
}

TEST(CompareCommand, BadInputIsShownWhereItIs) {
  const Folder folder;
  folder.write("mine.yaml", "kind: compare\nbuilds: [dgx_h100]\n");
  const Ended ended = folder.weft({"compare", "mine.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "mine.yaml:2:");
  expect_holds(ended.err, "two entries or more");
  EXPECT_EQ(folder.weft({"compare"}).code, kBadInput);
}

TEST(CompareCommand, NothingThatFitsIsNoAnswer) {
  const Folder folder;
  folder.write(
      "mine.yaml",
      "kind: compare\n"
      "job: {model: llama3_405b, sequence: 8192, global_batch: 128 sequences, tokens: 1 T}\n"
      "builds: [{use: dgx_h100, hosts: 1}, {use: dgx_a100_80g, hosts: 1}]\n"
      "sizes: stated\n");
  const Ended ended = folder.weft({"compare", "mine.yaml"});
  EXPECT_EQ(ended.code, kNothingFound) << ended.err;
}

}  // namespace
}  // namespace weft::cli
