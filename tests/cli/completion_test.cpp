// Completion and the manual page say what `weft --help` says.
#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
#include <set>
#include <sstream>

#include "program.h"

namespace weft::cli {
namespace {

bool is_installed(const std::string& tool) {
  return std::system(("command -v " + tool + " >/dev/null 2>&1").c_str()) == 0;
}

int shell(const Folder& folder, const std::string& command) {
  return std::system(("cd '" + folder.path().string() + "' && " + command).c_str());
}

// The commands that --help lists.
Words commands(const Folder& folder) {
  std::istringstream lines(folder.weft({"--help"}).out);
  Words names;
  bool is_list = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "Subcommands:") is_list = true;
    if (line.empty()) is_list = false;
    std::smatch name;
    if (is_list && std::regex_search(line, name, std::regex("^  ([a-z]+) "))) {
      names.push_back(name[1]);
    }
  }
  return names;
}

std::set<std::string> options(const std::string& help) {
  std::set<std::string> names;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    const std::regex at_start("^  (-[a-zA-Z],)?(--[a-z][a-z-]+)");
    if (std::regex_search(line, found, at_start)) names.insert(found[2]);
  }
  return names;
}

TEST(ManualPage, HasEveryCommandAndOption) {
  const Folder folder;
  const auto page = folder.weft({"man"}).out;
  const auto all = commands(folder);
  EXPECT_GT(all.size(), 20U);
  for (const auto& command : all) {
    expect_holds(page, ".SS " + command + "\n");
    for (auto option : options(folder.weft({command, "--help"}).out)) {
      if (option == "--help") continue;
      option = std::regex_replace(option, std::regex("-"), "\\-");
      expect_holds(page, option);
    }
  }
}

TEST(ManualPage, HasNoWarnings) {
  if (!is_installed("mandoc")) GTEST_SKIP() << "mandoc is not there";
  const Folder folder;
  folder.write("weft.1", folder.weft({"man"}).out);
  EXPECT_EQ(shell(folder, "mandoc -T lint -W warning weft.1 > said 2>&1"), 0);
  EXPECT_EQ(folder.read("said"), "");
}

TEST(Completion, HasEveryCommandAndOption) {
  const Folder folder;
  for (const char* name : {"bash", "zsh", "fish"}) {
    const auto script = folder.weft({"completion", name});
    ASSERT_EQ(script.code, kAnswer) << script.err;
    for (const auto& command : commands(folder)) {
      expect_holds(script.out, command);
      for (const auto& option : options(folder.weft({command, "--help"}).out)) {
        const bool is_fish = std::string(name) == "fish";
        expect_holds(script.out, is_fish ? "-l " + option.substr(2) : option);
      }
    }
    folder.write(std::string("script.") + name, script.out);
    if (is_installed(name)) {
      EXPECT_EQ(shell(folder, std::string(name) + " -n script." + name), 0);
    }
  }
  EXPECT_EQ(folder.weft({"completion", "csh"}).code, kBadInput);
}

// What bash offers behind some words.
std::string offered(const std::string& words, int place) {
  const Folder folder;
  folder.write("script", folder.weft({"completion", "bash"}).out);
  folder.write("ask", "weft() { '" WEFT_PROGRAM "' \"$@\"; }\nsource ./script\nCOMP_WORDS=(" +
                          words + ")\nCOMP_CWORD=" + std::to_string(place) +
                          "\n_weft\nprintf '%s\\n' \"${COMPREPLY[@]}\" > said\n");
  EXPECT_EQ(shell(folder, "bash ask"), 0);
  return "\n" + folder.read("said");
}

TEST(Completion, BashOffersWhatFits) {
  expect_holds(offered("weft ru", 1), "\nrun\n");
  expect_holds(offered("weft plan --obj", 2), "\n--objective\n");
  EXPECT_EQ(offered("weft plan --objective s", 3), "\nspeed\n");
  expect_holds(offered("weft show ascend_910c", 2), "\nascend_910c\n");
  EXPECT_EQ(offered("weft list sup", 2), "\nsupply_line\n");
  expect_holds(offered("weft run --q", 2), "\n--quiet\n");
}

TEST(ListNames, AreANameALine) {
  const Folder folder;
  const auto chips = folder.weft({"list", "--names", "chip"});
  EXPECT_EQ(chips.code, kAnswer);
  expect_holds("\n" + chips.out, "\nascend_910c\n");
  EXPECT_EQ(chips.out.find(' '), std::string::npos);
  EXPECT_GT(folder.weft({"list", "--names"}).out.size(), chips.out.size());
}

}  // namespace
}  // namespace weft::cli
