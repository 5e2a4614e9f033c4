// The answer for a program: whole or not at all, and the same bytes every time.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Three cases and a search, so that there is something for threads to do in another order.
constexpr const char* kSearch =
    "kind: study\n"
    "job: {model: llama3_8b, sequence: 8192, global_batch: 128 sequences, tokens: 1 G}\n"
    "clusters: [{use: dgx_h100, hosts: 4}, {use: gb200_nvl72}, {use: cloudmatrix384}]\n"
    "plan: auto\n";

class JsonOutput : public testing::Test {
 protected:
  JsonOutput() { folder_.write("study.yaml", small_study()); }

  Ended run(const std::string& target, const Words& environment = {}) {
    return folder_.weft({"run", "study.yaml", "--json", target}, environment);
  }
  // Nothing was written, not even for a while.
  void expect_cannot(const std::string& target, const Words& left) {
    const Ended ended = run(target);
    EXPECT_EQ(ended.code, kCannot) << target;
    EXPECT_NE(ended.err.find(target), std::string::npos) << ended.err;
    EXPECT_EQ(folder_.names(), left) << target;
  }

  Folder folder_;
};

TEST_F(JsonOutput, OnStandardOutputIsNothingElse) {
  const Ended ended = run("-");
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_EQ(ended.err, "");
  const json answer = json::parse(ended.out, nullptr, false);
  ASSERT_TRUE(answer.is_object()) << ended.out;
  ASSERT_TRUE(answer.contains("schema"));
  EXPECT_EQ(answer["schema"], "weft.run/1");
  EXPECT_TRUE(ended.out.ends_with("}\n"));
  EXPECT_EQ(folder_.names(), Words{"study.yaml"});
}

TEST_F(JsonOutput, InAFileIsTheSame) {
  ASSERT_EQ(run("out.json").code, kAnswer);
  EXPECT_EQ(folder_.read("out.json"), run("-").out);
  EXPECT_EQ(folder_.names(), (Words{"out.json", "study.yaml"}));
}

TEST_F(JsonOutput, ReplacesAnOlderFile) {
  folder_.write("out.json", std::string(1000000, 'x'));
  ASSERT_EQ(run("out.json").code, kAnswer);
  EXPECT_TRUE(json::accept(folder_.read("out.json")));
  EXPECT_EQ(folder_.names(), (Words{"out.json", "study.yaml"}));
}

TEST_F(JsonOutput, LeavesAnOlderFileAloneAfterBadInput) {
  folder_.write("out.json", "precious");
  folder_.write("study.yaml", small_study("{use: nothing}"));
  EXPECT_EQ(run("out.json").code, kBadInput);
  EXPECT_EQ(folder_.read("out.json"), "precious");
}

TEST_F(JsonOutput, ThatCannotBeWritten) {
  expect_cannot("missing/out.json", {"study.yaml"});
  expect_cannot("study.yaml/out.json", {"study.yaml"});
  fs::create_directory(folder_.path() / "folder");
  expect_cannot("folder", {"folder", "study.yaml"});
  expect_cannot(std::string(300, 'n'), {"folder", "study.yaml"});
  EXPECT_EQ(run("").code, kBadInput);
}

TEST_F(JsonOutput, OfADeviceDoesNotReplaceIt) {
  fs::create_symlink("/dev/null", folder_.path() / "out.json");
  EXPECT_EQ(run("out.json").code, kAnswer);
  EXPECT_TRUE(fs::is_character_file(folder_.path() / "out.json"));
}

TEST_F(JsonOutput, PartsSumToTheStep) {
  const json answer = json::parse(run("-").out);
  ASSERT_EQ(answer["cases"].size(), 1);
  const json& step = answer["cases"][0]["outcome"]["step"];
  double sum = 0;
  for (const auto& part : step["parts_s"]) sum += part.get<double>();
  EXPECT_NEAR(sum, step["step_s"].get<double>(), 1e-9 * sum);
  EXPECT_EQ(step["fidelity"], "F2");
}

TEST_F(JsonOutput, IsTheSameForAnyNumberOfThreads) {
  folder_.write("study.yaml", kSearch);
  const Ended one = run("-", {"OMP_NUM_THREADS=1"});
  ASSERT_EQ(one.code, kAnswer) << one.err;
  EXPECT_TRUE(json::accept(one.out));
  EXPECT_EQ(one.out, run("-", {"OMP_NUM_THREADS=2"}).out);
  for (const std::string threads : {"1", "2"}) {
    const Words command = {"run", "study.yaml", "--json", "-", "--threads", threads};
    EXPECT_EQ(one.out, folder_.weft(command).out) << threads << " threads";
  }
}

TEST_F(JsonOutput, IsTheSameEveryTime) {
  const Ended first = run("-");
  EXPECT_EQ(first.out, run("-", {"TZ=Asia/Shanghai", "LC_ALL=C", "HOME=/"}).out);
}

TEST_F(JsonOutput, ToldBesideTheTable) {
  const Ended with = run("out.json");
  EXPECT_EQ(with.out, folder_.weft({"run", "study.yaml"}).out);
}

}  // namespace
}  // namespace weft::cli
