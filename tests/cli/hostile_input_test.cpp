// Files that nobody writes by mistake: the program refuses them soon, in little memory, and does
// not pass on what it found in them to the terminal.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "program.h"

namespace weft::cli {
namespace {

constexpr double kSoon = 20;  // seconds, with the sanitizers on a busy machine
constexpr double kLittle = 1e9;

std::string repeated(const std::string& text, int times) {
  std::string all;
  all.reserve(text.size() * static_cast<std::size_t>(times));
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

Ended refuse(const Folder& folder) {
  Ended ended;
  for (const std::string command : {"check", "run"}) {
    ended = folder.weft({command, "study.yaml"});
    EXPECT_EQ(ended.code, kBadInput) << command << ": " << ended.err.substr(0, 2000);
    EXPECT_EQ(ended.out, "") << command;
    EXPECT_LT(ended.seconds, kSoon) << command;
    EXPECT_LT(ended.peak_bytes, kLittle) << command;
    EXPECT_LT(ended.err.size(), 50000) << command;
    EXPECT_EQ(ended.err.find('\x1b'), std::string::npos) << command;
    EXPECT_EQ(ended.err.find('\0'), std::string::npos) << command;
  }
  return ended;
}

std::string refusal(const std::string& text) {
  const Folder folder;
  folder.write("study.yaml", text);
  return refuse(folder).err;
}

TEST(HostileInput, Empty) {
  expect_holds(refusal(""), "empty");
  expect_holds(refusal("\n\n"), "study.yaml:");
  expect_holds(refusal("# nothing\n"), "study.yaml:");
  expect_holds(refusal("---\n...\n"), "study.yaml:");
}

TEST(HostileInput, BinaryGarbage) {
  std::mt19937 random(1);
  for (int file = 0; file < 5; ++file) {
    std::string bytes(100000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    expect_holds(refusal(bytes), "study.yaml:1:");
  }
  expect_holds(refusal(std::string(100, '\0')), "study.yaml:1:1: error: ");
}

TEST(HostileInput, MillionLevels) {
  constexpr int kLevels = 1000000;
  expect_holds(refusal(repeated("[", kLevels) + repeated("]", kLevels)), "64 levels");
  expect_holds(refusal("kind: study\njob: " + repeated("[", kLevels) + repeated("]", kLevels)),
               "64 levels");
  expect_holds(refusal(repeated("{a: ", kLevels / 2)), "64 levels");
  expect_holds(refusal(repeated("- ", kLevels)), "64 levels");
}

TEST(HostileInput, SparseGigabyte) {
  const Folder folder;
  folder.write("study.yaml", "kind: study\n");
  std::filesystem::resize_file(folder.path() / "study.yaml", std::uintmax_t{1} << 30U);
  expect_holds(refuse(folder).err, "16 MiB");
}

TEST(HostileInput, LongestFileThatIsRead) {
  // A list of many short words, and one long word.
  expect_holds(refusal("kind: study\njob: [" + repeated("a,", 4000000) + "]\n"), "study.yaml:2:");
  expect_holds(refusal("kind: study\n" + std::string(8000000, 'k') + ": 1\n"), "study.yaml:");
}

TEST(HostileInput, Anchors) {
  expect_holds(refusal("kind: study\njob: &a {model: llama3_8b}\nclusters: *a\n"),
               "study.yaml:2:6: error: anchors (&) are not allowed");
  std::string laughs = "a0: &a0 [lol, lol]\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = std::to_string(i - 1);
    const std::string name = std::to_string(i);
    laughs += "a" + name + ": &a" + name + " [*a" + before + ", *a" + before + "]\n";
  }
  expect_holds(refusal(laughs), "anchors");
}

TEST(HostileInput, MergeKeysAndTags) {
  expect_holds(refusal("kind: study\njob: {<<: {model: llama3_8b}}\n"), "study.yaml:2:7: error: ");
  expect_holds(refusal("kind: !!python/object study\n"), "study.yaml:1:7: error: ");
}

TEST(HostileInput, CommandsToTheTerminal) {
  expect_holds(refusal("kind: study\n\"\\e[31mred\\a\": 1\n"), "study.yaml:2:1: error: ");
  expect_holds(refusal("kind: \"\\e]0;title\\a\"\n"), "study.yaml:1:7: error: ");
  expect_holds(refusal(small_study("{use: \"\\e[2J\", hosts: 1}")), "study.yaml:3:18: error: ");
  expect_holds(refusal(small_study("{use: dgx_h100, hosts: 1, power_cap: \"5\\e[2J W\"}")),
               "study.yaml:3:49: error: ");
}

// Numbers at the ends of their types: an answer or a refusal, but never a crash or a hang.
class ExtremeNumber : public testing::TestWithParam<const char*> {
 protected:
  static void expect_an_end(const std::string& study) {
    const Folder folder;
    folder.write("study.yaml", study);
    const Ended ended = folder.weft({"run", "study.yaml"});
    EXPECT_TRUE(ended.code == 0 || ended.code == 2 || ended.code == 3)
        << "exit code " << ended.code << " for\n"
        << study << ended.err;
    EXPECT_LT(ended.seconds, 60) << study;
    EXPECT_EQ(ended.out.find("nan"), std::string::npos) << study << ended.out;
    EXPECT_EQ(ended.out.find("inf "), std::string::npos) << study << ended.out;
  }
};

TEST_P(ExtremeNumber, InTheSizeOfACluster) {
  expect_an_end(small_study(std::string("{use: dgx_h100, hosts: ") + GetParam() + "}", "auto"));
}

TEST_P(ExtremeNumber, InThePlan) {
  const std::string number = GetParam();
  for (const char* key : {"tensor", "context", "data", "pipeline", "virtual_stages", "expert",
                          "micro_batch", "zero"}) {
    expect_an_end(
        small_study("{use: dgx_h100, hosts: 1}", std::string("{") + key + ": " + number + "}"));
  }
}

TEST_P(ExtremeNumber, InTheJob) {
  const std::string number = GetParam();
  const std::string end = "}\nclusters: [{use: dgx_h100, hosts: 1}]\n";
  const std::string start = "kind: study\njob: {model: llama3_8b, ";
  expect_an_end(start + "sequence: " + number + ", global_batch: 64, tokens: 1 G" + end);
  expect_an_end(start + "sequence: 8192, global_batch: " + number + ", tokens: 1 G" + end);
  expect_an_end(start + "sequence: 8192, global_batch: 64, tokens: " + number + end);
}

// A number that a machine word would cut to 2.
TEST(HostileInput, NumbersAreNotCut) {
  for (const char* key : {"tensor", "context", "data", "pipeline", "micro_batch", "zero"}) {
    const std::string plan = std::string("{") + key + ": 4294967298}";
    expect_holds(refusal(small_study("{use: dgx_h100, hosts: 1}", plan)), "4294967298");
  }
  expect_holds(refusal(small_study("{use: dgx_h100, hosts: 4294967298}", "auto")), "4294967298");
  expect_holds(refusal(small_study("{use: gb200_nvl72, racks: 1024819115206086202}", "auto")),
               "1024819115206086202");
}

INSTANTIATE_TEST_SUITE_P(Numbers, ExtremeNumber,
                         testing::Values("-1", "0", "0.5", "1e9", "2147483647", "2147483648",
                                         "4294967297", "9223372036854775807",
                                         "18446744073709551616", "1e308", "1e999", "nan", ".inf",
                                         "0x10", "\"\"", "~", "[1]", "{low: 1, mode: 2, high: 0}"));

}  // namespace
}  // namespace weft::cli
