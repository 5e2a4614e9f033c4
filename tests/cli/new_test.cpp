// `weft new`: starter files that are right as they are.
#include <gtest/gtest.h>

#include "program.h"

namespace weft::cli {
namespace {

class Starter : public testing::TestWithParam<const char*> {};

TEST_P(Starter, IsValidAndNamesItsSchema) {
  const Folder folder;
  const auto ended = folder.weft({"new", GetParam(), "mine.yaml"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "mine.yaml");
  const auto text = folder.read("mine.yaml");
  EXPECT_TRUE(text.starts_with("# yaml-language-server: $schema=/")) << text;
  expect_holds(text, std::string("/schemas/") + GetParam() + ".json\nkind: " + GetParam());
  const auto checked = folder.weft({"check", "mine.yaml", "--strict"});
  EXPECT_EQ(checked.code, kAnswer) << checked.err;
  EXPECT_TRUE(lines_wider_than(110, text).empty());
}
INSTANTIATE_TEST_SUITE_P(All, Starter,
                         testing::Values("study", "size", "compare", "sweep", "claim", "chip",
                                         "cluster", "model", "link"));

class Question : public testing::TestWithParam<const char*> {};

TEST_P(Question, IsAnswered) {
  const Folder folder;
  ASSERT_EQ(folder.weft({"new", GetParam(), "mine.yaml"}).code, kAnswer);
  const auto ended = folder.weft({"run", "mine.yaml"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
}
INSTANTIATE_TEST_SUITE_P(All, Question,
                         testing::Values("study", "size", "compare", "sweep", "claim"));

TEST(NewCommand, OwnFilesWorkTogether) {
  const Folder folder;
  for (const char* kind : {"chip", "cluster", "model", "link", "study"}) {
    ASSERT_EQ(folder.weft({"new", kind, std::string("my_") + kind + ".yaml"}).code, kAnswer);
  }
  auto cluster = folder.read("my_cluster.yaml");
  cluster.replace(cluster.find("h100_sxm5"), 9, "my_chip");
  cluster.replace(cluster.find("ib_ndr"), 6, "my_link");
  folder.write("my_cluster.yaml", cluster);
  auto study = folder.read("my_study.yaml");
  study.replace(study.find("use: dgx_h100"), 13, "use: my_cluster");
  study.replace(study.find("model: llama3_8b"), 16, "model: my_model");
  folder.write("my_study.yaml", study);
  const auto ended = folder.weft({"run", "my_study.yaml"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "My cluster");
}

TEST(NewCommand, WritesOverNothing) {
  const Folder folder;
  folder.write("mine.yaml", "mine\n");
  const auto refused = folder.weft({"new", "study", "mine.yaml"});
  EXPECT_EQ(refused.code, kBadInput);
  expect_holds(refused.err, "--force");
  EXPECT_EQ(folder.read("mine.yaml"), "mine\n");
  EXPECT_EQ(folder.weft({"new", "study", "mine.yaml", "--force"}).code, kAnswer);
  expect_holds(folder.read("mine.yaml"), "kind: study");
  EXPECT_EQ(folder.weft({"new", "novel", "x.yaml"}).code, kBadInput);
}

TEST(NewCommand, PrintsForADash) {
  const Folder folder;
  const auto ended = folder.weft({"new", "link", "-"});
  EXPECT_EQ(ended.code, kAnswer);
  expect_holds(ended.out, "kind: link");
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace weft::cli
