// `weft supply`: chips by quarter, and what they are worth.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

using nlohmann::json;

constexpr const char* kStudyOfSupply = WEFT_CONFIGS "/studies/supply_2025_2028.yaml";

TEST(SupplyCommand, AShippedStudy) {
  const Folder folder;
  const Ended ended = folder.weft({"supply", kStudyOfSupply, "--samples", "50"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  for (const char* part :
       {"Huawei Ascend, 2025-Q1 to 2028-Q4", "What holds each chip up",
        "published figure: packaging, interposers, optics", "memory", "CloudMatrix384",
        "by trained tokens / by dense peak", "if they count dies", "Published counts",
        "semianalysis_2025", "Inputs: value", "SemiAnalysis, September 2025", "assumed"}) {
    expect_holds(ended.out, part);
  }
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
}

TEST(SupplyCommand, AsJsonAndCsv) {
  const Folder folder;
  const Ended ended =
      folder.weft({"supply", kStudyOfSupply, "--samples", "20", "--json", "-", "--csv", "out.csv"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const json answer = json::parse(ended.out);
  EXPECT_EQ(answer.at("schema"), "weft.supply/1");
  EXPECT_EQ(answer.at("quarters").size(), 16U);
  EXPECT_EQ(answer.at("samples"), 20);
  for (const auto& quarter : answer.at("quarters")) {
    double sum = 0;
    for (const auto& product : quarter.at("products")) {
      sum += product.at("packages").at("base").get<double>();
      const auto& limits = product.at("limits");
      if (!product.at("is_made").get<bool>()) continue;
      const auto binding = product.at("binding").get<std::string>();
      EXPECT_EQ(limits.at(binding), product.at("packages_begun"));
    }
    EXPECT_NEAR(sum, quarter.at("packages").at("base").get<double>(), 1e-6 * (1 + sum));
  }
  for (const auto& input : answer.at("inputs")) {
    EXPECT_FALSE(input.at("confidence").get<std::string>().empty()) << input;
  }
  EXPECT_EQ(answer.at("not_limits"), json({"packaging", "interposers", "optics"}));
  const auto csv = folder.read("out.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 16 * 4);
}

TEST(SupplyCommand, BadInput) {
  const Folder folder;
  folder.write("none.yaml",
               "kind: study\n"
               "job: {model: llama3_8b, sequence: 8192, global_batch: 8 sequences, tokens: 1 T}\n"
               "clusters: [{use: dgx_h100, hosts: 1}]\n");
  const Ended none = folder.weft({"supply", "none.yaml"});
  EXPECT_EQ(none.code, kBadInput);
  expect_holds(none.err, "'supply' is missing");
  folder.write("line.yaml", "kind: supply_line\nname: A\nbegin: 2025\nproducts: {a: {chip: x}}\n");
  const Ended line = folder.weft({"check", "line.yaml"});
  EXPECT_EQ(line.code, kBadInput);
  expect_holds(line.err, "line.yaml:3:8: error: a quarter is expected here");
  expect_holds(line.err, "as 2025-Q3");
  EXPECT_EQ(folder.weft({"supply"}).code, kBadInput);
  folder.write("key.yaml",
               "kind: study\n"
               "job: {model: llama3_8b, sequence: 8192, global_batch: 8 sequences, tokens: 1 T}\n"
               "clusters: [{use: dgx_h100, hosts: 1}]\n"
               "supply: {of: huawei_ascend}\nzzzqqq: 1\n");
  const Ended key = folder.weft({"supply", "key.yaml"});
  EXPECT_EQ(key.code, kBadInput);
  const auto first = key.err.find("kind");
  ASSERT_NE(first, std::string::npos) << key.err;
  EXPECT_EQ(key.err.find(" kind", first + 1), std::string::npos) << "twice: " << key.err;
  EXPECT_EQ(folder.weft({"check", kStudyOfSupply}).code, kAnswer);
}

}  // namespace
}  // namespace weft::cli
