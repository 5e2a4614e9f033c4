// `--report`: an answer as a page.
#include <gtest/gtest.h>

#include <string>

#include "program.h"

namespace weft::cli {
namespace {

constexpr const char* kStudy =
    "kind: study\n"
    "job: {model: llama3_8b, sequence: 4096, global_batch: 64 sequences, tokens: 20 G}\n"
    "clusters: [{use: dgx_h100, hosts: 2}]\n"
    "plan: {tensor: 2, context: 1, pipeline: 1, virtual_stages: 1, micro_batch: 1, expert: 1, "
    "zero: 1, recompute: none}\n";

// A build without npm has no pages, and says so.
bool says_it_has_none(const Ended& ended) {
  return ended.code == kBadInput && ended.err.find("this build has no pages") != std::string::npos;
}

TEST(Report, IsAddedToTheAnswer) {
  const Folder folder;
  folder.write("mine.yaml", kStudy);
  const auto plain = folder.weft({"run", "mine.yaml", "--json", "plain.json"});
  const auto both =
      folder.weft({"run", "mine.yaml", "--json", "both.json", "--report", "page.html"});
  if (says_it_has_none(both)) GTEST_SKIP() << both.err;
  ASSERT_EQ(both.code, kAnswer) << both.err;
  EXPECT_EQ(plain.out, both.out);
  EXPECT_EQ(folder.read("plain.json"), folder.read("both.json"));
  const auto page = folder.read("page.html");
  EXPECT_EQ(page.rfind("<!doctype html>", 0), 0U) << page.substr(0, 40);
  EXPECT_NE(page.find("Llama-3 8B"), std::string::npos);
  EXPECT_EQ(page.find("src=\"http"), std::string::npos);
  EXPECT_LT(page.size(), 3U << 20U);
}

TEST(Report, IsTheSameForAnyNumberOfThreads) {
  const Folder folder;
  folder.write("mine.yaml", kStudy);
  const auto one = folder.weft({"run", "mine.yaml", "--report", "1.html", "--threads", "1"});
  if (says_it_has_none(one)) GTEST_SKIP() << one.err;
  ASSERT_EQ(folder.weft({"run", "mine.yaml", "--report", "2.html", "--threads", "2"}).code,
            kAnswer);
  EXPECT_EQ(folder.read("1.html"), folder.read("2.html"));
}

TEST(Report, IsNoneForABadQuestion) {
  const Folder folder;
  folder.write("bad.yaml", std::string(kStudy) + "surprise: 1\n");
  EXPECT_EQ(folder.weft({"run", "bad.yaml", "--report", "page.html"}).code, kBadInput);
  EXPECT_EQ(folder.names(), Words{"bad.yaml"});
}

TEST(Report, DoesNotGoToStandardOutput) {
  const Folder folder;
  folder.write("mine.yaml", kStudy);
  const auto ended = folder.weft({"run", "mine.yaml", "--report", "-"});
  EXPECT_EQ(ended.code, kBadInput);
  EXPECT_EQ(ended.out, "");
}

TEST(Report, WhereNothingCanBeWritten) {
  const Folder folder;
  folder.write("mine.yaml", kStudy);
  const auto ended = folder.weft({"run", "mine.yaml", "--report", "nowhere/page.html"});
  if (says_it_has_none(ended)) GTEST_SKIP() << ended.err;
  EXPECT_EQ(ended.code, kCannot);
  EXPECT_EQ(folder.names(), Words{"mine.yaml"});
}

}  // namespace
}  // namespace weft::cli
