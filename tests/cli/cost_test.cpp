// `weft cost`: rent or own.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

using nlohmann::json;

constexpr const char* kStudies = WEFT_CONFIGS "/studies/";

TEST(CostCommand, ShippedStudiesAnswer) {
  const Folder folder;
  for (const std::string name : {"rent_or_own", "power_price", "own_h100_ramp"}) {
    const Ended ended = folder.weft({"cost", kStudies + name + ".yaml"});
    ASSERT_EQ(ended.code, kAnswer) << ended.err;
    EXPECT_EQ(ended.err, "");
    EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
    for (const char* part : {"Owning, a package", "paid once", "an hour of use", "Prices and what",
                             "What moves it most"}) {
      expect_holds(ended.out, part);
    }
  }
}

TEST(CostCommand, LabsWhoseFeesExceedTheirRevenue) {
  const Folder folder;
  const Ended ended = folder.weft({"cost", std::string(kStudies) + "rent_or_own.yaml"});
  expect_holds(ended.out, "Zhipu 2024: paid 1.55 GCNY for compute, 4.97 times its revenue");
  expect_holds(ended.out, "tax of 6 % included, taken off");
}

TEST(CostCommand, AsJson) {
  const Folder folder;
  folder.write("mine.yaml",
               "kind: study\nclusters: [{use: dgx_h100, hosts: 64, rent: 0.05 USD/h}, "
               "{use: cloudmatrix384}]\n");
  const Ended ended = folder.weft({"cost", "mine.yaml", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const json answer = json::parse(ended.out);
  EXPECT_EQ(answer.at("schema"), "weft.cost/1");
  const auto& first = answer.at("cases").at(0);
  EXPECT_NEAR(first.at("figures").at("rent_hour").get<double>(), 0.05, 1e-9);
  EXPECT_TRUE(first.at("figures").at("break_even_utilisation").is_null());  // below the energy
  EXPECT_TRUE(answer.at("cases").at(1).at("rent_at_start").is_null());
  double sum = 0;
  for (const char* part :
       {"depreciation", "interest", "space", "maintenance", "staff", "repairs", "energy"}) {
    sum += first.at("hourly").at(part).get<double>();
  }
  EXPECT_NEAR(first.at("hourly").at("total").get<double>(), sum, 1e-9 * sum);
  const Ended text = folder.weft({"cost", "mine.yaml"});
  expect_holds(text.out, "never: rent < energy");
}

TEST(CostCommand, OfAStudyWithAJob) {
  const Folder folder;
  folder.write("study.yaml", small_study());
  const Ended ended = folder.weft({"cost", "study.yaml"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  for (const char* part : {"own, the run", "own, 1 M tokens", "Energy of the run"}) {
    expect_holds(ended.out, part);
  }
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
}

TEST(CostCommand, PublishedFigures) {
  const Folder folder;
  const Ended ended = folder.weft({"cost", "--published", "--csv", "table.csv"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "Llama 3.1 405B");
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
  expect_holds(folder.read("table.csv"), "id,what,unit");
}

TEST(CostCommand, BadInputIsShownWhereItIs) {
  const Folder folder;
  folder.write("mine.yaml",
               "kind: study\nclusters: [{use: dgx_h100, hosts: 64, rent: h100_contrat}]\n"
               "cost: {start: 2026-01}\n");
  const Ended ended = folder.weft({"cost", "mine.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "mine.yaml:2:");
  expect_holds(ended.err, "did you mean 'h100_contract'?");
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(folder.weft({"cost"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"cost", "--published", "mine.yaml"}).code, kBadInput);
}

TEST(CostCommand, CheckReadsCostAndPrices) {
  const Folder folder;
  const Ended right = folder.weft({"check", std::string(kStudies) + "rent_or_own.yaml",
                                   std::string(WEFT_CONFIGS) + "/prices/h100_aws.yaml"});
  EXPECT_EQ(right.code, kAnswer) << right.err;
  expect_holds(right.out, "a valid prices");
  folder.write("mine.yaml",
               "kind: study\nclusters: [{use: dgx_h100, hosts: 64}]\ncost: {terms: 12 months}\n");
  const Ended wrong = folder.weft({"check", "mine.yaml"});
  EXPECT_EQ(wrong.code, kBadInput);
  expect_holds(wrong.err, "mine.yaml:3:");
}

}  // namespace
}  // namespace weft::cli
