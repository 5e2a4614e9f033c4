// `weft claim` and `weft scaling`.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "program.h"

namespace weft::cli {
namespace {

using nlohmann::json;

constexpr const char* kMine = R"(kind: claim
claimant: Somebody
date: 2026-01
says: eight hosts train at half of their peak
source: here
confidence: assumed
study:
  kind: study
  job: {model: llama3_8b, sequence: 8192, global_batch: 128 sequences, tokens: 1 T}
  clusters: [{use: dgx_h100, hosts: 8}]
  plan: {tensor: 4, pipeline: 2, data: 8, micro_batch: 1, recompute: none, zero: 1, schedule: 1f1b}
metric: mfu
value: 99 %
)";
constexpr const char* kScaling = R"(kind: scaling
job: {model: llama3_8b, sequence: 8192, global_batch: 64 sequences, tokens: 1 T}
cluster: dgx_h100
devices: [16, 64]
grow: weak
plan: {tensor: 4, pipeline: 2, context: 1, micro_batch: 1, recompute: none, zero: 1}
)";

TEST(ClaimCommand, SaysWhatItThinksOfAClaim) {
  const Folder folder;
  folder.write("mine.yaml", kMine);
  const Ended ended = folder.weft({"claim", "mine.yaml", "--samples", "16"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  for (const char* part : {"mine: implausible", "claimed 99.0 %", "predicted", "hangs on",
                           "no value between a tenth and ten times"}) {
    expect_holds(ended.out, part);
  }
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
}

TEST(ClaimCommand, AsJsonCsvAndATable) {
  const Folder folder;
  folder.write("mine.yaml", kMine);
  const Ended ended = folder.weft({"claim", "mine.yaml", "--samples", "16", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const auto answer = json::parse(ended.out);
  EXPECT_EQ(answer["schema"], "weft.claim/1");
  EXPECT_EQ(answer["claims"][0]["verdict"], "implausible");
  expect_holds(folder.weft({"claim", "mine.yaml", "--samples", "16", "--csv", "-"}).out,
               "mine,\"\",\"Somebody\",2026-01,");
  expect_holds(folder.weft({"claim", "mine.yaml", "--samples", "16", "--table"}).out,
               "| mine | Somebody, 2026-01 | 99.0 % |");
}

TEST(ClaimCommand, FillsAPage) {
  const Folder folder;
  folder.write("mine.yaml", kMine);
  folder.write("page.md",
               "before\n<!-- claims: begin -->\nold\n<!-- claims: end -->\n"
               "<!-- claim other: begin -->\nkept\n<!-- claim other: end -->\nafter\n");
  const Ended ended = folder.weft({"claim", "mine.yaml", "--samples", "16", "--into", "page.md"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const auto page = folder.read("page.md");
  expect_holds(page, "before\n<!-- claims: begin -->\n| claim |");
  expect_holds(page, "kept");
  expect_holds(page, "after\n");
  EXPECT_EQ(page.find("old"), std::string::npos);
}

TEST(ClaimCommand, NeedsAClaim) {
  const Folder folder;
  EXPECT_EQ(folder.weft({"claim"}).code, kBadInput);
  const Ended unknown = folder.weft({"claim", "press_catch_up_two_year"});
  EXPECT_EQ(unknown.code, kBadInput);
  expect_holds(unknown.err, "press_catch_up_two_years");
}

TEST(ClaimCommand, ThePageThatShipsIsWhatTheProgramSays) {
  const Folder folder;
  const std::string shipped = WEFT_CONFIGS "/claims/README.md";
  std::ifstream file(shipped);
  const std::string before{std::istreambuf_iterator<char>(file), {}};
  folder.write("page.md", before);
  const Ended ended = folder.weft({"claim", "--all", "--into", "page.md"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_EQ(folder.read("page.md"), before)
      << "weft claim --all --into configs/claims/README.md writes it anew";
}

TEST(ScalingCommand, AsTextAndJson) {
  const Folder folder;
  folder.write("mine.yaml", kScaling);
  const Ended text = folder.weft({"scaling", "mine.yaml"});
  ASSERT_EQ(text.code, kAnswer) << text.err;
  for (const char* part : {"16 devices", "64 devices", "linearity", "Weak scaling", "Plans"}) {
    expect_holds(text.out, part);
  }
  EXPECT_TRUE(lines_wider_than(100, text.out).empty()) << text.out;
  const auto answer = json::parse(folder.weft({"scaling", "mine.yaml", "--json", "-"}).out);
  EXPECT_EQ(answer["schema"], "weft.scaling/1");
  EXPECT_EQ(answer["points"][0]["linearity"], 1.0);
  EXPECT_EQ(answer["points"][1]["global_batch_sequences"], 256);
}

TEST(ScalingCommand, RefusesOtherDocuments) {
  const Folder folder;
  EXPECT_EQ(folder.weft({"scaling", WEFT_CONFIGS "/studies/quickstart.yaml"}).code, kBadInput);
}

}  // namespace
}  // namespace weft::cli
