// How a run ends when its surroundings give way: no room, nobody who reads, a signal at any moment.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

const std::string kStudyFolder = std::string(WEFT_CONFIGS) + "/studies/";
const std::string kClaimFolder = std::string(WEFT_CONFIGS) + "/claims/";

class Endings : public testing::Test {
 protected:
  Endings() { folder_.write("s.yaml", small_study()); }
  Folder folder_;
};

TEST_F(Endings, NoRoomForTheAnswer) {
  for (const Words& words :
       {Words{"run", "s.yaml"}, Words{"run", "s.yaml", "--json", "-"}, Words{"check", "s.yaml"},
        Words{"list", "chip"}, Words{"show", "h100_sxm5"}, Words{"schema", "chip"}, Words{"man"},
        Words{"completion", "bash"}, Words{"--help"}, Words{"--version"}}) {
    const auto ended = folder_.weft_into("/dev/full", words);
    EXPECT_EQ(ended.code, kCannot) << words.front();
    expect_holds(ended.err, "cannot write the answer");
    EXPECT_EQ(ended.err.find("cannot", 1), std::string::npos) << "told twice: " << ended.err;
  }
}

TEST_F(Endings, NoRoomForTheFile) {
  for (const std::string option : {"--json", "--trace"}) {
    for (const std::string file : {"/proc/file", "no/such/folder/file", "."}) {
      const auto ended = folder_.weft({"run", "s.yaml", option, file});
      EXPECT_EQ(ended.code, kCannot) << option << " " << file;
      expect_holds(ended.err, "cannot write " + file);
    }
  }
  EXPECT_EQ(folder_.names(), Words{"s.yaml"});
}

// A limit of so many blocks to a file, as `ulimit -f` sets it.
TEST_F(Endings, FileAtItsLimit) {
  const auto command = "cd '" + folder_.path().string() +
                       "' && ulimit -f 8 && '" WEFT_PROGRAM
                       "' run s.yaml --trace a.json >out 2>err";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), kCannot);
  expect_holds(folder_.read("err"), "cannot write a.json: File too large");
  EXPECT_EQ(folder_.names(), (Words{"err", "out", "s.yaml"}));
}

// A command that writes a file.
struct Writing {
  const char* name;
  Words words;
};

class SignalsSent : public testing::TestWithParam<Writing> {
 protected:
  // Nothing, or all of it.
  static void expect_whole(const Folder& folder, const std::string& moment) {
    for (const auto& name : folder.names()) {
      const auto text = folder.read(name);
      if (name.ends_with(".html")) {
        EXPECT_NE(text.rfind("</html>"), std::string::npos) << moment;
      } else if (name.ends_with(".json")) {
        EXPECT_TRUE(nlohmann::json::accept(text)) << moment;
      } else {
        ADD_FAILURE() << name << " was left " << moment;
      }
    }
  }
};

TEST_P(SignalsSent, LeaveNothingHalfWritten) {
  constexpr int kMoments = 12;
  const auto& words = GetParam().words;
  const auto whole = Folder().weft(words).seconds;
  int stopped = 0;
  for (const int signal : {SIGINT, SIGTERM}) {
    for (int i = 1; i <= kMoments; ++i) {
      const Folder folder;
      const auto after = std::chrono::milliseconds(static_cast<int>(1000 * whole * i / kMoments));
      const auto ended = folder.weft_sent(signal, after, words);
      EXPECT_TRUE(ended.code == 0 || ended.code == 128 + signal) << ended.code;
      stopped += ended.code == 0 ? 0 : 1;
      expect_whole(folder, "after " + std::to_string(after.count()) + " ms");
    }
  }
  EXPECT_GT(stopped, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Commands, SignalsSent,
    testing::Values(
        Writing{"run", {"run", kStudyFolder + "quickstart.yaml", "--json", "a.json"}},
        Writing{"trace", {"run", kStudyFolder + "quickstart.yaml", "--trace", "a.json"}},
        Writing{"campaign", {"campaign", kStudyFolder + "mttf_16k_131k.yaml", "--json", "a.json"}},
        Writing{"size", {"size", kStudyFolder + "size_llama3_405b.yaml", "--json", "a.json"}},
        Writing{"compare",
                {"compare", kStudyFolder + "compare_huawei_nvidia.yaml", "--json", "a.json"}},
        Writing{"claim",
                {"claim", kClaimFolder + "press_two_percent_chips.yaml", "--json", "a.json"}},
        Writing{"uncertainty",
                {"uncertainty", kStudyFolder + "quickstart.yaml", "--json", "a.json"}},
        Writing{"power", {"power", kStudyFolder + "gpt3_power.yaml", "--json", "a.json"}}),
    [](const auto& writing) { return std::string(writing.param.name); });

}  // namespace
}  // namespace weft::cli
