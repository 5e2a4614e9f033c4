// `weft yield`: a chip from wafer to package.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

using nlohmann::json;

TEST(Yield, OfAShippedChip) {
  const Folder folder;
  const Ended ended = folder.weft({"yield", "ascend_910c"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_EQ(ended.err, "");
  for (const char* part :
       {"Ascend 910C, how it is made", "good ones a wafer", "weak ones that ship", "24 cores",
        "sold as Ascend 910B3, 910B4", "Cost of one good package", "scope: die, counts: chip",
        "Assumed", "latent.ratio 0.01"}) {
    expect_holds(ended.out, part);
  }
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
}

TEST(Yield, KeepsToTheTerminal) {
  const Folder folder;
  for (const char* chip : {"h100_sxm5", "b200_sxm", "ascend_910b2", "a100_80g"}) {
    const Ended ended = folder.weft({"yield", chip, "--wafers", "20"});
    ASSERT_EQ(ended.code, kAnswer) << ended.err;
    EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
  }
}

TEST(Yield, AsJson) {
  const Folder folder;
  const Ended ended = folder.weft(
      {"yield", "ascend_910c", "--die-yield", "40 %", "--counts", "perfect", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const json answer = json::parse(ended.out);
  EXPECT_EQ(answer.at("schema"), "weft.yield/1");
  EXPECT_NEAR(answer.at("perfect_yield").get<double>(), 0.4, 1e-9);
  EXPECT_NEAR(answer.at("defect_density_per_m2").get<double>(), 1674, 10);
  EXPECT_EQ(answer.at("bins").at(0).at("cores"), 24);
  EXPECT_NEAR(answer.at("bins").at(0).at("share").get<double>(), 1, 1e-12);
  const json& cost = answer.at("cost_parts");
  double parts = 0;
  for (const char* key : {"dies", "memory", "assembly", "test", "burn_in"}) {
    parts += cost.at(key).get<double>();
  }
  EXPECT_NEAR(parts, cost.at("total").get<double>(), 1e-9);
  EXPECT_FALSE(answer.at("assumed").empty());
  const json& range = answer.at("intervals").at("good_packages_per_wafer");
  EXPECT_LT(range.at(0).get<double>(), range.at(1).get<double>());
}

TEST(Yield, WafersDrawnAndAPicture) {
  const Folder folder;
  const Words command = {"yield",  "ascend_910c", "--wafers", "50",
                         "--seed", "3",           "--map",    "wafer.svg"};
  const Ended ended = folder.weft(command);
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "50 wafers drawn defect by defect");
  expect_holds(ended.out, "One wafer");
  const auto picture = folder.read("wafer.svg");
  EXPECT_TRUE(picture.starts_with("<svg xmlns="));
  EXPECT_TRUE(picture.ends_with("</svg>\n"));
  expect_holds(picture, "killer defect");
  EXPECT_EQ(folder.weft(command).out, ended.out);
  Words other = command;
  other[5] = "4";
  EXPECT_NE(folder.weft(other).out, ended.out);
}

TEST(Yield, OfAChipOfOnesOwn) {
  const Folder folder;
  folder.write("mine.yaml",
               "kind: chip\nextends: h100_sxm5\nname: Mine\n"
               "manufacturing: {defect_density: ~, die_yield: 55 %, yield: {scope: final_test}}\n");
  const Ended ended = folder.weft({"yield", "mine.yaml", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const json answer = json::parse(ended.out);
  EXPECT_EQ(answer.at("reported_yield").at("scope"), "final_test");
  const double good = answer.at("good_packages_per_wafer").get<double>();
  EXPECT_NEAR(good / answer.at("printed_dies").get<double>(), 0.55, 1e-6);
}

TEST(Yield, Mistakes) {
  const Folder folder;
  folder.write("bad.yaml",
               "kind: chip\nextends: h100_sxm5\nname: Bad\nmanufacturing:\n  lawe: poisson\n");
  const Ended key = folder.weft({"yield", "bad.yaml"});
  EXPECT_EQ(key.code, kBadInput);
  expect_holds(key.err, "bad.yaml:5:3: error: ");
  expect_holds(key.err, "did you mean 'law'?");
  EXPECT_EQ(folder.weft({"check", "bad.yaml"}).code, kBadInput);
  // More than systematic losses leave cannot be.
  EXPECT_EQ(folder.weft({"yield", "h100_sxm5", "--die-yield", "97 %"}).code, kAnswer);
  EXPECT_EQ(folder.weft({"yield", "h100_sxm5", "--die-yield", "98 %"}).code, kBadInput);
  const Ended much =
      folder.weft({"yield", "h100_sxm5", "--die-yield", "99 %", "--scope", "package"});
  EXPECT_EQ(much.code, kBadInput);
  expect_holds(much.err, "without any defect");
  EXPECT_EQ(much.out, "");
  EXPECT_EQ(folder.weft({"yield", "h100_sxm5", "--d0", "0.1"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"yield", "h100_sxm5", "--wafers", "1"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"yield", "h100_sxm5", "--d0", "0.1 /cm2", "--die-yield", "4 %"}).code,
            kBadInput);
  const Ended seed = folder.weft({"yield", "h100_sxm5", "--seed", "3"});
  EXPECT_EQ(seed.code, kBadInput);
  expect_holds(seed.err, "--wafers or --map");
  EXPECT_EQ(folder.weft({"yield", "h100_sxm5", "--seed", "3", "--map", "-"}).code, kAnswer);
  const Ended scope = folder.weft({"yield", "h100_sxm5", "--scope", "package"});
  EXPECT_EQ(scope.code, kBadInput);
  expect_holds(scope.err, "the density of defects is given by the chip's document");
  const Ended law = folder.weft({"yield", "h100_sxm5", "--law", "murphy", "--clustering", "1"});
  EXPECT_EQ(law.code, kBadInput);
  expect_holds(law.err, "murphy has none");
  const Ended none = folder.weft({"yield", "mi300x"});
  EXPECT_EQ(none.code, kBadInput);
  expect_holds(none.err, "ascend_910c");
  expect_holds(folder.weft({"yield", "h100_sxm"}).err, "h100_sxm5");
}

}  // namespace
}  // namespace weft::cli
