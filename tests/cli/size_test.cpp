// `weft size`: how many of which machines.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

using nlohmann::json;

constexpr const char* kSizeQuestion =
    "kind: size\n"
    "job: {model: llama3_8b, sequence: 8192, global_batch: 480 sequences, tokens: 100 G}\n"
    "plan: {tensor: 2, context: 1, pipeline: 1, expert: 1, micro_batch: 1, zero: 1,\n"
    "       recompute: selective, data: auto}\n"
    "targets: {time: 12 d, power: \"< 1 MW\", budget: \"< 100 MCNY\"}\n"
    "offer: [dgx_h100, cloudmatrix384]\n";

TEST(SizeCommand, ForAPerson) {
  const Folder folder;
  folder.write("q.yaml", kSizeQuestion);
  const Ended ended = folder.weft({"size", "q.yaml"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  for (const char* part : {"DGX H100", "CloudMatrix384", "spare hosts", "storage writes",
                           "budget < 100 MCNY", "binds", "Prices and what else money hangs on",
                           "dgx_h100: prices.per_host", "2023-05", "Poisson", "looked at"}) {
    expect_holds(ended.out, part);
  }
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
}

TEST(SizeCommand, ForAProgramWithAnyNumberOfThreads) {
  const Folder folder;
  folder.write("q.yaml", kSizeQuestion);
  const Ended ended = folder.weft({"size", "q.yaml", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_EQ(folder.weft({"size", "q.yaml", "--json", "-", "--threads", "1"}).out, ended.out);
  const json answer = json::parse(ended.out);
  EXPECT_EQ(answer.at("schema"), "weft.size/1");
  ASSERT_EQ(answer.at("offers").size(), 2U);
  const auto& found = answer.at("offers").at(0).at("found");
  for (const char* aim : {"smallest", "cheapest", "coolest"}) {
    const auto& design = found.at(aim);
    EXPECT_TRUE(design.at("meets_all").get<bool>());
    EXPECT_EQ(design.at("targets").size(), 3U);
    EXPECT_LE(design.at("wall_s").get<double>(), 12 * 86400.0);
    EXPECT_GT(design.at("money").at("capital").get<double>(), 0);
    EXPECT_EQ(design.at("plan").at("tensor"), 2);
  }
  EXPECT_FALSE(answer.at("offers").at(0).at("facts").empty());
}

// Ranges stand beside what was found; they hold the figure itself, and --draws 0 leaves them out.
TEST(SizeCommand, HasRangesBesideIt) {
  const Folder folder;
  folder.write("q.yaml", kSizeQuestion);
  const Ended ended = folder.weft({"size", "q.yaml", "--draws", "16"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "90 % of 16 draws of");
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
  const json answer =
      json::parse(folder.weft({"size", "q.yaml", "--draws", "16", "--json", "-"}).out);
  const auto& row = answer.at("ranges").at("rows").at(0);
  const auto& wall = row.at("figures").at("wall");
  EXPECT_EQ(wall.at("mode"), answer.at("offers").at(0).at("found").at("smallest").at("wall_s"));
  EXPECT_LT(wall.at("low").get<double>(), wall.at("mode").get<double>());
  EXPECT_GT(wall.at("high").get<double>(), wall.at("mode").get<double>());
  const Ended without = folder.weft({"size", "q.yaml", "--draws", "0"});
  EXPECT_EQ(without.out.find("draws of"), std::string::npos);
}

TEST(SizeCommand, WhatIsNotEnoughIsAnAnswer) {
  const Folder folder;
  std::string text = kSizeQuestion;
  text.replace(text.find("1 MW"), 4, "30 kW");
  folder.write("q.yaml", text);
  const Ended ended = folder.weft({"size", "q.yaml"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "not within these targets");
  expect_holds(ended.out, "30.0 kW allowed");
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
}

TEST(SizeCommand, BadInput) {
  const Folder folder;
  std::string text = kSizeQuestion;
  text.replace(text.find("\"< 1 MW\""), 8, "400");
  folder.write("q.yaml", text);
  const Ended ended = folder.weft({"size", "q.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "q.yaml:5:30: error: '400' has no unit");
  folder.write("study.yaml", small_study());
  EXPECT_EQ(folder.weft({"size", "study.yaml"}).code, kBadInput);
}

}  // namespace
}  // namespace weft::cli
