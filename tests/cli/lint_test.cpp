// `weft check` on smells and folders; `--quiet`.
#include <gtest/gtest.h>

#include "program.h"

namespace weft::cli {
namespace {

TEST(Lint, WarnsOfFiguresThatNobodyAnswersFor) {
  const Folder folder;
  folder.write("mine.yaml", "kind: link\nextends: ib_ndr\nbandwidth: 60 GB/s\n");
  const auto ended = folder.weft({"check", "mine.yaml"});
  EXPECT_EQ(ended.code, kAnswer);
  expect_holds(ended.out, "mine.yaml: a valid link");
  expect_holds(ended.err, "mine.yaml:3:12: warning: 'bandwidth'");
  expect_holds(ended.err, "confidence: assumed");
  EXPECT_EQ(folder.weft({"check", "--strict", "mine.yaml"}).code, kBadInput);
  folder.write("mine.yaml",
               "kind: link\nextends: ib_ndr\nbandwidth: {value: 60 GB/s, confidence: assumed}\n");
  const auto clean = folder.weft({"check", "--strict", "mine.yaml"});
  EXPECT_EQ(clean.code, kAnswer) << clean.err;
  EXPECT_EQ(clean.err, "");
}

TEST(Lint, WarnsOfANameThatShips) {
  const Folder folder;
  folder.write(
      "ib_ndr.yaml",
      "kind: link\nextends: roce_400g\nbandwidth: {value: 60 GB/s, confidence: assumed}\n");
  expect_holds(folder.weft({"check", "ib_ndr.yaml"}).err, "the name of a shipped link");
}

TEST(Lint, WarnsOfABatchThatDoesNotSplit) {
  const Folder folder;
  auto study = small_study();
  const auto at = study.find("global_batch: ");
  ASSERT_NE(at, std::string::npos) << study;
  const auto end = study.find_first_of(",}", at);
  study.replace(at, end - at, "global_batch: 17 sequences");
  study = study.substr(0, study.find("plan:")) + "plan: auto\n";
  folder.write("study.yaml", study);
  const auto ended = folder.weft({"check", "study.yaml"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.err, "share no divisor");
}

TEST(Check, TakesFoldersAndSeveralFiles) {
  const Folder folder;
  folder.write("a/good.yaml", small_study());
  folder.write("a/b/bad.yaml", "kind: study\nclusers: []\n");
  const auto ended = folder.weft({"check", "a"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.out, "good.yaml: a valid study");
  expect_holds(ended.err, "bad.yaml:2:1: error: unknown key 'clusers'");
  EXPECT_EQ(folder.weft({"check", "a/good.yaml", "a/good.yaml"}).code, kAnswer);
  folder.write("empty/readme.txt", "nothing\n");
  EXPECT_EQ(folder.weft({"check", "empty"}).code, kBadInput);
}

TEST(Quiet, IsTheAnswerAlone) {
  const Folder folder;
  folder.write("study.yaml", small_study());
  const auto loud = folder.weft({"run", "study.yaml"});
  for (const Words& words : {Words{"run", "study.yaml", "--quiet"},
                             Words{"-q", "run", "study.yaml"}, Words{"run", "-q", "study.yaml"}}) {
    const auto quiet = folder.weft(words);
    EXPECT_EQ(quiet.code, kAnswer) << quiet.err;
    EXPECT_EQ(quiet.out, loud.out);
    EXPECT_EQ(quiet.err, "");
  }
}

TEST(Quiet, LeavesTheTerminalAlone) {
  const Folder folder;
  folder.write("study.yaml", small_study());
  const auto loud = folder.weft_on_terminal({"run", "study.yaml"});
  const auto quiet = folder.weft_on_terminal({"run", "study.yaml", "--quiet"});
  EXPECT_EQ(quiet.code, kAnswer);
  expect_holds(loud.out, "clusters searched");
  EXPECT_EQ(quiet.out.find("clusters searched"), std::string::npos);
}

}  // namespace
}  // namespace weft::cli
