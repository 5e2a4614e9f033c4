// What a user may get wrong in a file: where it is said to be, and what is said about it.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "program.h"

namespace weft::cli {
namespace {

// Everything that is said holds each of `parts`, in this order.
void expect_in_order(const std::string& text, const Words& parts) {
  std::size_t at = 0;
  for (const std::string& part : parts) {
    at = text.find(part, at);
    ASSERT_NE(at, std::string::npos) << "'" << part << "' is missing (or out of order) in:\n"
                                     << text.substr(0, 4000);
    at += part.size();
  }
}

// `weft run` and `weft check` refuse the study, and say `parts` in this order.
void expect_refused(const Folder& folder, const Words& parts) {
  const Ended ended = folder.weft({"run", "study.yaml", "--json", "out.json", "--configs", "mine"});
  EXPECT_EQ(ended.code, kBadInput);
  EXPECT_EQ(ended.out, "");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out.json"));
  expect_in_order(ended.err, parts);
}

void expect_refused(const std::string& study, const Words& parts) {
  const Folder folder;
  std::filesystem::create_directory(folder.path() / "mine");
  folder.write("study.yaml", study);
  expect_refused(folder, parts);
  EXPECT_EQ(folder.weft({"check", "study.yaml"}).code, kBadInput);
}

std::string study_with_job(const std::string& job) {
  return "kind: study\njob: " + job + "\nclusters: [{use: dgx_h100, hosts: 1}]\n";
}

TEST(BadInput, UnknownKey) {
  expect_refused(
      study_with_job("{model: llama3_8b, sequnce: 8192, global_batch: 64, tokens: 1 G}"),
      {"study.yaml:2:25: error: ", "sequnce", "  2 | job: {model: llama3_8b, sequnce: 8192",
       "    |                         ^~~~~~~", "did you mean 'sequence'?"});
}

TEST(BadInput, UnknownKeyAtTheTop) {
  expect_refused(small_study() + "raport: [step]\n",
                 {"study.yaml:5:1: error: ", "raport", "did you mean 'report'?"});
}

TEST(BadInput, DuplicateKey) {
  expect_refused(study_with_job("{model: llama3_8b, sequence: 8192, sequence: 4096, "
                                "global_batch: 64, tokens: 1 G}"),
                 {"study.yaml:2:41: error: ", "'sequence'", "line 2", "^~~~~~~~"});
}

TEST(BadInput, MissingKey) {
  expect_refused(study_with_job("{model: llama3_8b, global_batch: 64, tokens: 1 G}"),
                 {"study.yaml:2:6: error: ", "'sequence'"});
  expect_refused(
      "kind: study\njob: {model: llama3_8b, sequence: 8192, global_batch: 64, "
      "tokens: 1 G}\n",
      {"study.yaml:1:1: error: ", "'clusters'"});
  expect_refused("job: {model: llama3_8b}\n", {"study.yaml:1:1: error: ", "'kind'"});
}

TEST(BadInput, MissingUnit) {
  expect_refused(small_study("{use: dgx_h100, hosts: 1, power_cap: 500}"),
                 {"study.yaml:3:49: error: '500' has no unit; a power is expected here",
                  "  3 | clusters: [{use: dgx_h100, hosts: 1, power_cap: 500}]",
                  "    |                                                 ^~~"});
}

TEST(BadInput, WrongUnit) {
  expect_refused(small_study("{use: dgx_h100, hosts: 1, power_cap: 500 GB}"),
                 {"study.yaml:3:49: error: ", "500 GB", "power", "^~~~~~"});
}

TEST(BadInput, EveryMistakeIsTold) {
  expect_refused(study_with_job("{model: llama3_8b, sequnce: 8192, global_batch: 0.5, tokens: B}"),
                 {"study.yaml:2:6: error: ", "'sequence'", "study.yaml:2:25: error: ", "sequnce",
                  "study.yaml:2:54: error: ", "study.yaml:2:67: error: "});
}

TEST(BadInput, TensorThatDoesNotDivideTheHeads) {
  expect_refused(small_study("{use: dgx_h100, hosts: 1}", "{tensor: 7}"),
                 {"study.yaml:4:16: error: tensor: 7 does not divide 32 heads", "^"});
}

TEST(BadInput, MisspeltPlan) {
  expect_refused(small_study("{use: dgx_h100, hosts: 1}", "autp"),
                 {"study.yaml:4:7: error: ", "autp", "auto"});
  expect_refused(small_study("{use: dgx_h100, hosts: 1}", "{tensr: 8}"),
                 {"study.yaml:4:8: error: ", "did you mean 'tensor'?"});
}

constexpr const char* kRestOfPlan =
    "context: 1, pipeline: 1, virtual_stages: 1, expert: 1, micro_batch: 1, zero: 1, "
    "recompute: none}";

TEST(BadInput, CompletePlanThatDoesNotFitInMemory) {
  expect_refused(
      small_study("{use: dgx_h100, hosts: 1}", std::string("{tensor: 1, data: 1, ") + kRestOfPlan),
      {"study.yaml:4:7: error: ", "needs ", "GB", "84.8 GB", "nearest legal plan: TP"});
}

TEST(BadInput, CompletePlanForMoreDevicesThanThereAre) {
  expect_refused(
      small_study("{use: dgx_h100, hosts: 1}", std::string("{tensor: 8, data: 2, ") + kRestOfPlan),
      {"study.yaml:4:", "error: ", "16 devices", "8", "nearest legal plan: TP"});
}

TEST(BadInput, IllegalPlanInOneCaseOfTwo) {
  const Folder folder;
  folder.write("study.yaml", small_study("{use: dgx_h100, hosts: 2}, {use: dgx_h100, hosts: 1}",
                                         std::string("{tensor: 8, data: 2, ") + kRestOfPlan));
  const Ended ended = folder.weft({"run", "study.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  EXPECT_EQ(ended.out, "");
}

TEST(BadInput, UnknownNames) {
  expect_refused(small_study("{use: dgx_h10, hosts: 1}"),
                 {"study.yaml:3:18: error: ", "dgx_h10", "^~~~~~~", "did you mean 'dgx_h100'?"});
  expect_refused(study_with_job("{model: lama3_8b, sequence: 8192, global_batch: 64, tokens: 1 G}"),
                 {"study.yaml:2:14: error: ", "did you mean 'llama3_8b'?"});
  expect_refused(small_study("{use: dgx_h100, hosts: 1, software: megatron_cor}"),
                 {"study.yaml:3:48: error: ", "did you mean 'megatron_core'?"});
}

TEST(BadInput, NameOfAnotherKind) {
  expect_refused(small_study("{use: study, hosts: 1}"), {"error: ", "study", "cluster"});
}

TEST(BadInput, MissingFile) {
  const Folder folder;
  for (const Words& command : {Words{"run", "missing.yaml"}, Words{"check", "missing.yaml"}}) {
    const Ended ended = folder.weft(command);
    EXPECT_EQ(ended.code, kCannot);
    EXPECT_EQ(ended.out, "");
    expect_in_order(ended.err, {"missing.yaml", "No such file"});
  }
}

TEST(BadInput, NotAFile) {
  const Folder folder;
  std::filesystem::create_directory(folder.path() / "folder.yaml");
  ASSERT_EQ(mkfifo((folder.path() / "pipe.yaml").c_str(), 0600), 0);
  for (const std::string name : {"folder.yaml", "pipe.yaml", "/dev/zero"}) {
    const Ended ended = folder.weft({"run", name});
    EXPECT_TRUE(ended.code == kCannot || ended.code == kBadInput) << ended.code;
    expect_in_order(ended.err, {name});
  }
}

TEST(BadInput, CyclicExtends) {
  const Folder folder;
  folder.write("mine/models/one.yaml", "kind: model\nextends: two\n");
  folder.write("mine/models/two.yaml", "kind: model\nextends: one\n");
  folder.write("study.yaml", study_with_job("{model: one, sequence: 8192, global_batch: 64, "
                                            "tokens: 1 G}"));
  expect_refused(folder, {"two.yaml:2:10: error: ", "extends itself", "one.yaml", "two.yaml"});
}

TEST(BadInput, StudyThatExtendsItself) {
  expect_refused("kind: study\nextends: study\n",
                 {"study.yaml:2:10: error: ", "extends itself", "study.yaml"});
}

TEST(BadInput, FileOfAnotherKind) {
  const Folder folder;
  const Ended ended = folder.weft({"run", WEFT_CONFIGS "/chips/h100_sxm5.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_in_order(ended.err, {"h100_sxm5.yaml:1:7: error: ", "chip", "study"});
}

}  // namespace
}  // namespace weft::cli
