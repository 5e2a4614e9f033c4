// What is said of published runs beside an answer, and files of validation that `weft check` reads.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "program.h"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string shipped_file(const std::string& name) {
  std::ifstream stream(std::string(WEFT_CONFIGS) + "/" + name);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

TEST(NearestPublished, InTheTableOfARun) {
  const Folder folder;
  folder.write("study.yaml", small_study());
  const Ended ended = folder.weft({"run", "study.yaml"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const char* part :
       {"published runs near", "share with this", "chip, ", "were off by", "% (90 % within "}) {
    expect_holds(ended.out, part);
  }
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty());
}

TEST(NearestPublished, InTheJsonOfARun) {
  const Folder folder;
  folder.write("study.yaml", small_study());
  const json answer = json::parse(folder.weft({"run", "study.yaml", "--json", "-"}).out);
  const json& near = answer.at("cases").at(0).at("nearest_published");
  EXPECT_GE(near.at("runs").get<int>(), 5);
  EXPECT_LE(near.at("runs").get<int>(), 25);
  EXPECT_EQ(near.at("chip"), "h100_sxm5");
  EXPECT_EQ(near.at("kind"), "dense");
  EXPECT_GT(near.at("median_abs_error").get<double>(), 0);
  EXPECT_GE(near.at("p90_abs_error"), near.at("median_abs_error"));
  for (const char* key : {"level", "stack", "vendor", "devices", "test_runs"}) {
    EXPECT_TRUE(near.contains(key)) << key;
  }
}

TEST(NearestPublished, WithoutTheTableOfErrors) {
  const Folder folder;
  folder.write("study.yaml", small_study());
  folder.write("mine/validation/rules.yaml", shipped_file("validation/rules.yaml"));
  const Ended ended = folder.weft({"run", "study.yaml", "--configs", "mine", "--json", "out.json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  expect_holds(ended.out, "no accuracy.csv found");
  const json near = json::parse(folder.read("out.json")).at("cases").at(0).at("nearest_published");
  EXPECT_EQ(near.at("runs"), 0);
  folder.write("mine/validation/accuracy.csv", "id,vendor\n");
  const Ended broken = folder.weft({"run", "study.yaml", "--configs", "mine"});
  EXPECT_EQ(broken.code, 2);
  expect_holds(broken.err, "mine/validation/accuracy.csv:1:1: error: the column 'kind' is missing");
}

TEST(ValidateAccuracy, WritesTheTableThatShips) {
  const Folder folder;
  const Ended ended = folder.weft({"validate", "--accuracy", "a.csv", "--markdown"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  expect_holds(ended.out, "| Nvidia, dense | ");
  expect_holds(ended.out, "| **all** | ");
  EXPECT_EQ(ended.out.find("by source"), std::string::npos);
  const auto table = folder.read("a.csv");
  EXPECT_TRUE(table.starts_with("id,vendor,kind,chip,stack,cluster,devices,parameters_B,"));
  EXPECT_EQ(table, folder.weft({"validate", "--accuracy", "-", "--threads", "1"}).out);
}

TEST(ValidateAccuracy, OneLineForTheTrialsOfOneWork) {
  const Folder folder;
  const Ended ended = folder.weft({"validate", "--json", "answer.json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out.find("trial 13"), std::string::npos);
  expect_holds(ended.out, "Aleph Alpha arXiv 2311.05610");
  const json answer = json::parse(folder.read("answer.json"));
  EXPECT_LT(answer.at("summary_by_publication").size(), answer.at("summary").size());
}

TEST(CheckValidation, RulesAreRead) {
  const Folder folder;
  const Ended shipped = folder.weft({"check", WEFT_CONFIGS "/validation/rules.yaml"});
  EXPECT_EQ(shipped.code, 0) << shipped.err;
  expect_holds(shipped.out, "a valid rules");
  folder.write("rules.yaml",
               "kind: rules\nname: mine\nfills:\n  - {column: micro_bach, value: 1, why: w}\n");
  const Ended wrong = folder.weft({"check", "rules.yaml"});
  EXPECT_EQ(wrong.code, 2);
  expect_holds(wrong.err, "rules.yaml:4:");
  expect_holds(wrong.err, "did you mean 'micro_batch'?");
}

TEST(CheckValidation, EveryShippedFit) {
  const Folder folder;
  Words command = {"check"};
  for (const char* kind : {"chips", "links", "software"}) {
    for (const auto& entry : fs::directory_iterator(std::string(WEFT_CONFIGS) + "/" + kind)) {
      const auto& path = entry.path();
      if (path.stem().extension() == ".fit") command.push_back(path.string());
    }
  }
  ASSERT_GT(command.size(), 5U);
  const Ended ended = folder.weft(command);
  EXPECT_EQ(ended.code, 0) << ended.err;
  expect_holds(ended.out, "a valid fit of a chip");
}

TEST(CheckValidation, AFitIsReadOverItsDocument) {
  const Folder folder;
  folder.write("mine.yaml", "kind: software\nextends: megatron_core\nname: Mine\n");
  folder.write("mine.fit.yaml", "kind: software\nhost: {per_step: 20 ms}\n");
  EXPECT_EQ(folder.weft({"check", "mine.fit.yaml"}).code, 0);
  folder.write("mine.fit.yaml", "kind: software\nhost: {per_stap: 20 ms}\n");
  const Ended wrong = folder.weft({"check", "mine.fit.yaml"});
  EXPECT_EQ(wrong.code, 2);
  expect_holds(wrong.err, "mine.fit.yaml:2:8: error: ");
  folder.write("mine.fit.yaml", "kind: chip\nhost: {per_step: 20 ms}\n");
  EXPECT_EQ(folder.weft({"check", "mine.fit.yaml"}).code, 2);
  folder.write("lonely.fit.yaml", "kind: software\n");
  const Ended lonely = folder.weft({"check", "lonely.fit.yaml"});
  EXPECT_EQ(lonely.code, 2);
  expect_holds(lonely.err, "lonely.yaml, which is not beside it");
}

}  // namespace
}  // namespace weft::cli
