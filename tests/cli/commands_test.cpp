// list, show, check and the help texts.
#include <gtest/gtest.h>

#include <utility>

#include "program.h"

namespace weft::cli {
namespace {

const std::vector<std::pair<std::string, std::string>> kFolders = {
    {"chip", "chips"},         {"link", "links"},       {"software", "software"},
    {"model", "models"},       {"cluster", "clusters"}, {"site", "sites"},
    {"campaign", "campaigns"}, {"study", "studies"},    {"size", "studies"},
    {"compare", "studies"},    {"scaling", "studies"},  {"sweep", "studies"},
    {"claim", "claims"}};

void expect_fits_a_terminal(const Ended& ended) {
  EXPECT_EQ(ended.out.find('\x1b'), std::string::npos) << ended.out;
  const Words wide = lines_wider_than(100, ended.out);
  EXPECT_TRUE(wide.empty()) << wide.size() << " wide lines, such as\n" << wide.front();
}

TEST(List, EveryKind) {
  const Folder folder;
  const Ended all = folder.weft({"list"});
  EXPECT_EQ(all.code, kAnswer) << all.err;
  expect_fits_a_terminal(all);
  for (const auto& [kind, files] : kFolders) {
    const Ended one = folder.weft({"list", kind});
    EXPECT_EQ(one.code, kAnswer) << one.err;
    expect_fits_a_terminal(one);
    expect_holds(all.out, kind);
    for (const std::string& name : shipped(files, kind)) expect_holds(one.out, name);
  }
}

TEST(List, OnlyTheKindAskedFor) {
  const Folder folder;
  const Ended ended = folder.weft({"list", "cluster"});
  EXPECT_EQ(ended.out.find("llama3_70b"), std::string::npos) << ended.out;
}

TEST(List, UnknownKind) {
  const Folder folder;
  const Ended ended = folder.weft({"list", "clustr"});
  EXPECT_EQ(ended.code, kBadInput);
  EXPECT_EQ(ended.out, "");
  expect_holds(ended.err, "cluster");
}

TEST(List, OwnConfigs) {
  const Folder folder;
  folder.write("mine/models/tiny_model.yaml", "kind: model\nextends: llama3_8b\nname: Tiny\n");
  const Ended ended = folder.weft({"list", "model", "--configs", "mine"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "tiny_model");
  expect_holds(ended.out, "llama3_8b");
  expect_holds(folder.weft({"list", "model"}, {"WEFT_CONFIGS=mine"}).out, "tiny_model");
  EXPECT_EQ(folder.weft({"list", "model"}).out.find("tiny_model"), std::string::npos);
}

TEST(List, OwnConfigsThatAreNotThere) {
  const Folder folder;
  const Ended ended = folder.weft({"list", "--configs", "missing"});
  EXPECT_TRUE(ended.code == kCannot || ended.code == kBadInput) << ended.code;
  expect_holds(ended.err, "missing");
}

TEST(Show, FactsWithSources) {
  const Folder folder;
  const Ended ended = folder.weft({"show", "h100_sxm5"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  for (const char* part :
       {"Nvidia H100 SXM5", "814 mm2", "Nvidia H100 architecture white paper", "secondary",
        "3.35 TB/s", "Nvidia H100 data sheet", "primary", "989 TFLOP/s"}) {
    expect_holds(ended.out, part);
  }
}

TEST(Show, EveryShippedFile) {
  const Folder folder;
  for (const auto& [kind, files] : kFolders) {
    for (const std::string& name : shipped(files, kind)) {
      const Ended ended = folder.weft({"show", name, "--kind", kind});
      EXPECT_EQ(ended.code, kAnswer) << kind << " " << name << ": " << ended.err;
      EXPECT_NE(ended.out, "") << name;
      expect_fits_a_terminal(ended);
    }
  }
}

TEST(Show, OfOneKindOfTwo) {
  const Folder folder;
  folder.write("mine/models/twin.yaml", "kind: model\nextends: llama3_8b\nname: Twin model\n");
  folder.write("mine/chips/twin.yaml", "kind: chip\nextends: h100_sxm5\nname: Twin chip\n");
  const Ended chip = folder.weft({"show", "twin", "--kind", "chip", "--configs", "mine"});
  EXPECT_EQ(chip.code, kAnswer) << chip.err;
  expect_holds(chip.out, "Twin chip");
  const Ended model = folder.weft({"show", "twin", "--kind", "model", "--configs", "mine"});
  EXPECT_EQ(model.code, kAnswer) << model.err;
  expect_holds(model.out, "Twin model");
  expect_holds(model.out, "14336");  // from the file that it extends
}

TEST(Show, UnknownName) {
  const Folder folder;
  const Ended ended = folder.weft({"show", "h100_sxm"});
  EXPECT_EQ(ended.code, kBadInput);
  EXPECT_EQ(ended.out, "");
  expect_holds(ended.err, "h100_sxm5");
  EXPECT_EQ(folder.weft({"show", "h100_sxm5", "--kind", "model"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"show", "h100_sxm5", "--kind", "chp"}).code, kBadInput);
}

TEST(Check, EveryShippedFile) {
  const Folder folder;
  Words command = {"check"};
  for (const auto& [kind, files] : kFolders) {
    for (const std::string& name : shipped(files, kind)) {
      command.push_back(WEFT_CONFIGS "/" + files + "/" + name + ".yaml");
    }
  }
  const Ended ended = folder.weft(command);
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_EQ(ended.err, "");
}

TEST(Check, FindsMistakesInEveryKind) {
  const Folder folder;
  for (const auto& [kind, files] : kFolders) {
    const Words names = shipped(files, kind);
    ASSERT_FALSE(names.empty()) << files;
    folder.write("wrong.yaml", "kind: " + kind + "\nextends: " + names.front() + "\nbogus: 1\n");
    const Ended ended = folder.weft({"check", "wrong.yaml"});
    EXPECT_EQ(ended.code, kBadInput) << kind << ended.out;
    expect_holds(ended.err, "wrong.yaml:3:1: error: ");
    expect_holds(ended.err, "bogus");
  }
}

TEST(Check, OneBadFileAmongGoodOnes) {
  const Folder folder;
  folder.write("good.yaml", small_study());
  folder.write("bad.yaml", small_study("{use: dgx_h100, hots: 1}"));
  folder.write("worse.yaml", "kind: [\n");
  const Ended ended = folder.weft({"check", "good.yaml", "bad.yaml", "worse.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "bad.yaml:3:28: error: ");
  expect_holds(ended.err, "worse.yaml:");
  EXPECT_EQ(ended.err.find("good.yaml"), std::string::npos) << ended.err;
}

TEST(Help, OfEveryCommand) {
  const Folder folder;
  std::vector<Words> commands = {{"--help"}};
  for (const char* command :
       {"run", "plan", "list", "show", "check", "validate", "memory", "kernels", "fabric",
        "collective", "flows", "trace", "calibrate", "import"}) {
    commands.push_back({command, "--help"});
  }
  for (const Words& command : commands) {
    const Ended ended = folder.weft(command);
    EXPECT_EQ(ended.code, kAnswer) << ended.err;
    EXPECT_EQ(ended.err, "");
    EXPECT_GT(ended.out.size(), 100) << ended.out;
    expect_fits_a_terminal(ended);
    if (command.size() == 2) expect_holds(ended.out, "--help");
  }
  const Ended run = folder.weft({"run", "--help"});
  for (const char* option : {"--json", "--configs", "--threads"}) expect_holds(run.out, option);
  const Ended all = folder.weft({"--help"});
  for (const char* command : {"run", "list", "show", "check"}) expect_holds(all.out, command);
}

TEST(Help, Version) {
  const Folder folder;
  const Ended ended = folder.weft({"--version"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "0.1.0");
}

TEST(Help, WithoutArguments) {
  const Folder folder;
  const Ended ended = folder.weft({});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "--help");
}

}  // namespace
}  // namespace weft::cli
