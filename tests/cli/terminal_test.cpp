// What a person sees: within 100 columns, and in colour only on a terminal.
#include <gtest/gtest.h>

#include "program.h"

namespace weft::cli {
namespace {

class Terminal : public testing::Test {
 protected:
  Terminal() {
    folder_.write("study.yaml",
                  small_study("{use: dgx_h100, hosts: 1}, {use: gb200_nvl72}", "auto"));
  }

  static bool has_colour(const std::string& text) { return text.find('\x1b') != text.npos; }
  static void expect_fits(const std::string& text) {
    EXPECT_NE(text, "");
    const Words wide = lines_wider_than(100, text);
    EXPECT_TRUE(wide.empty()) << wide.size() << " wide lines, such as\n" << wide.front();
  }

  Folder folder_;
  Words command_ = {"run", "study.yaml"};
};

TEST_F(Terminal, NoColourInAPipe) {
  const Ended ended = folder_.weft(command_);
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_FALSE(has_colour(ended.out)) << ended.out;
  expect_fits(ended.out);
}

TEST_F(Terminal, NoColourInErrorsInAPipe) {
  folder_.write("study.yaml", "kind: studi\n");
  const Ended ended = folder_.weft(command_);
  EXPECT_FALSE(has_colour(ended.err)) << ended.err;
}

TEST_F(Terminal, ColourOnATerminal) {
  const Ended ended = folder_.weft_on_terminal(command_);
  ASSERT_EQ(ended.code, 0) << ended.out;
  EXPECT_TRUE(has_colour(ended.out)) << ended.out;
}

TEST_F(Terminal, NoColourForThoseWhoWantNone) {
  for (const std::string wish : {"NO_COLOR=1", "TERM=dumb"}) {
    const Ended ended = folder_.weft_on_terminal({"show", "h100_sxm5"}, {wish});
    ASSERT_EQ(ended.code, 0) << ended.out;
    EXPECT_FALSE(has_colour(ended.out)) << wish << "\n" << ended.out;
  }
}

TEST_F(Terminal, NoJsonInColour) {
  const Ended ended = folder_.weft_on_terminal({"run", "study.yaml", "--json", "-"});
  const std::size_t start = ended.out.find('{');
  ASSERT_NE(start, std::string::npos);
  EXPECT_FALSE(has_colour(ended.out.substr(start))) << ended.out;
}

TEST_F(Terminal, QuickstartFits) {
  const Ended ended = folder_.weft({"run", WEFT_CONFIGS "/studies/quickstart.yaml"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  expect_fits(ended.out);
}

TEST_F(Terminal, AnInfeasibleCaseFits) {
  folder_.write("study.yaml",
                "kind: study\n"
                "job: {model: llama3_405b, sequence: 8192, global_batch: 64, tokens: 1 G}\n"
                "clusters: [{use: dgx_h100, hosts: 1}, {use: dgx_b200, hosts: 16}]\n");
  const Ended ended = folder_.weft(command_);
  ASSERT_EQ(ended.code, 0) << ended.err;
  expect_fits(ended.out);
}

}  // namespace
}  // namespace weft::cli
