// How errors look.
#include "weft/base/diagnostics.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace weft::base {
namespace {

std::shared_ptr<const SourceText> source(const std::string& name, const std::string& text) {
  return std::make_shared<const SourceText>(SourceText{name, text});
}

std::string shown(const Diagnostic& diagnostic) { return InputError({diagnostic}).what(); }

TEST(InputError, ShowsTheLineAndAMark) {
  const auto text =
      source("configs/studies/mine.yaml", "kind: study\n\n\nsite: {power_limit: 400}\n");
  EXPECT_EQ(shown({{text, 4, 21},
                   3,
                   "'400' has no unit; a power is expected here (W, kW, MW)",
                   "did you mean 400 kW?"}),
            "configs/studies/mine.yaml:4:21: error: '400' has no unit; a power is expected here "
            "(W, kW, MW)\n"
            "  4 | site: {power_limit: 400}\n"
            "    |                     ^~~ did you mean 400 kW?");
}

TEST(InputError, KeepsTheMarkUnderItsWord) {
  EXPECT_EQ(shown({{source("a", "µs: \tx\r\n"), 1, 6}, 1, "m", ""}),
            "a:1:6: error: m\n  1 | µs:  x\n    |      ^");
  // A Chinese character takes two columns.
  EXPECT_EQ(shown({{source("a", "数据: 芯片 x\n"), 1, 5}, 2, "m", "h"}),
            "a:1:5: error: m\n  1 | 数据: 芯片 x\n    |       ^~~~ h");
  EXPECT_EQ(shown({{source("a", "ab"), 1, 3}, 1, "m", ""}), "a:1:3: error: m\n  1 | ab\n    |   ^");
  const std::string lines(2000, '\n');
  EXPECT_EQ(shown({{source("a", lines + "x: y"), 2001, 4}, 1, "m", ""}),
            "a:2001:4: error: m\n2001 | x: y\n     |    ^");
}

TEST(InputError, CutsLongLines) {
  const std::string before(5000, 'b');
  const std::string after(5000, 'a');
  const std::string text = shown({{source("a", before + "XYZ" + after), 1, 5001}, 3, "m", "h"});
  EXPECT_LT(text.size(), 400U);
  const std::size_t line = text.find('\n') + 1;
  const std::size_t mark = text.find('\n', line) + 1;
  // The ellipsis takes three bytes and one column.
  EXPECT_EQ(text.find("XYZ", line) - line - 2, text.find("^~~ h", mark) - mark);
  EXPECT_EQ(text.substr(line, 9), "  1 | \u2026");
}

TEST(InputError, ShowsNoTerminalCodes) {
  const std::string text = shown({{source("a", "x: \x1b[31m\xff y\n"), 1, 1}, 1, "m", ""});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\xff'), std::string::npos);
}

TEST(InputError, DoesWithoutALine) {
  EXPECT_EQ(shown({{source("a", ""), 1, 1}, 1, "m", ""}), "a:1:1: error: m");
  EXPECT_EQ(shown({Position{}, 1, "m", "h"}), "error: m; h");
  EXPECT_EQ(shown({{source("a", "x\n"), 7, 1}, 1, "m", ""}), "a:7:1: error: m");
}

TEST(InputError, SortsAndTellsOnce) {
  const auto a = source("a", "x\nyz\n");
  const auto b = source("b", "x\n");
  const InputError error({{{b, 1, 1}, 1, "4", ""},
                          {{a, 2, 2}, 1, "3", ""},
                          {{a, 2, 1}, 1, "2", ""},
                          {{a, 1, 1}, 1, "1", ""},
                          {{a, 2, 1}, 1, "2", ""}});
  ASSERT_EQ(error.diagnostics().size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(error.diagnostics()[i].message, std::to_string(i + 1));
  }
}

TEST(InputError, ShowsTheFirstFifty) {
  const auto a = source("a", "x\n");
  std::vector<Diagnostic> all;
  for (int i = 0; i < 80; ++i) all.push_back({{a, 1, 1}, 1, "m" + std::to_string(i), ""});
  const InputError error(all);
  EXPECT_EQ(error.diagnostics().size(), 80U);
  EXPECT_NE(std::string(error.what()).find("... and 30 more errors"), std::string::npos);
}

TEST(Diagnostics, ThrowsWhenAnyWasAdded) {
  Diagnostics diagnostics;
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_NO_THROW(diagnostics.throw_if_any());
  diagnostics.add({Position{}, 1, "m", ""});
  EXPECT_FALSE(diagnostics.empty());
  EXPECT_THROW(diagnostics.throw_if_any(), InputError);
}

TEST(Nearest, FindsSlipsOfTheHand) {
  const std::vector<std::string> words = {"bandwidth", "capacity", "tdp", "stacks"};
  EXPECT_EQ(nearest("bandwith", words), "bandwidth");
  EXPECT_EQ(nearest("bnadwidth", words), "bandwidth");
  EXPECT_EQ(nearest("BANDWIDTH", words), "bandwidth");
  EXPECT_EQ(nearest("stack", words), "stacks");
  EXPECT_EQ(nearest("tpd", words), "tdp");
  EXPECT_EQ(nearest("tdx", words), "tdp");
  EXPECT_EQ(nearest("txx", words), "");
  EXPECT_EQ(nearest("frequency", words), "");
  EXPECT_EQ(nearest("", words), "");
  EXPECT_EQ(nearest("x", {}), "");
  EXPECT_EQ(nearest(std::string(1000000, 'x'), words), "");
}

TEST(Nearest, AllowsAThirdOfTheLetters) {
  EXPECT_EQ(nearest("abcdef", {"abcdxx"}), "abcdxx");
  EXPECT_EQ(nearest("abcdef", {"abcxxx"}), "");
}

}  // namespace
}  // namespace weft::base
