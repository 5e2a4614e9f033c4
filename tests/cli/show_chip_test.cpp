// weft show of chips: roofs and what-ifs.
#include <gtest/gtest.h>

#include "program.h"

namespace weft::cli {
namespace {

TEST(ShowChip, ByKindAndName) {
  const Folder folder;
  const Ended by_kind = folder.weft({"show", "chip", "ascend_910c"});
  EXPECT_EQ(by_kind.code, kAnswer) << by_kind.err;
  EXPECT_EQ(by_kind.out, folder.weft({"show", "ascend_910c"}).out);
  EXPECT_EQ(by_kind.out, folder.weft({"show", "ascend_910c", "--kind", "chip"}).out);
  for (const char* part : {"665.6 mm2", "Roofs of a device", "ridge", "FLOP/B", "Between dies",
                           "270 GB/s", "200 ns", "2 devices of 1 die", "FLOP per byte"}) {
    expect_holds(by_kind.out, part);
  }
}

TEST(ShowChip, EveryOneFitsATerminal) {
  const Folder folder;
  for (const std::string& name : shipped("chips")) {
    const Ended ended = folder.weft({"show", "chip", name});
    EXPECT_EQ(ended.code, kAnswer) << ended.err;
    expect_holds(ended.out, "Roofline of a device");
    const Words wide = lines_wider_than(100, ended.out);
    EXPECT_TRUE(wide.empty()) << name << ":\n" << wide.front();
  }
}

TEST(ShowChip, OtherKindsHaveNoRoofs) {
  const Folder folder;
  const Ended ended = folder.weft({"show", "cluster", "dgx_h100"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_EQ(ended.out.find("Roof"), std::string::npos);
}

// 20 of 24 cores at 1.65 of 1.8 GHz are 270 of 354 TFLOP/s.
TEST(ShowChip, WithFewerCoresAtALowerClock) {
  const Folder folder;
  const Ended ended =
      folder.weft({"show", "chip", "ascend_910b2", "--cores", "20", "--clock", "1.65 GHz"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "What if: 20 cores on a die, a clock of 1.65 GHz\n");
  expect_holds(ended.out, "  bf16                270 TFLOP/s");
  expect_holds(ended.out, "  memory              1.60 TB/s");
}

TEST(ShowChip, WithItsDiesAsOneDevice) {
  const Folder folder;
  const Ended ended = folder.weft({"show", "chip", "ascend_910c", "--unified"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "  bf16                708 TFLOP/s");
  expect_holds(ended.out, "  memory              1.08 TB/s");
  expect_holds(ended.out, "1 device of 2 dies");
  const Ended local = folder.weft({"show", "chip", "ascend_910c", "--unified", "10 %"});
  expect_holds(local.out, "  memory              3.20 TB/s");
}

TEST(ShowChip, RefusesWhatCannotBe) {
  const Folder folder;
  const std::vector<std::pair<Words, std::string>> cases = {
      {{"h100_sxm5", "--cores", "145"}, "1 to 144 cores"},
      {{"h100_sxm5", "--cores", "0"}, "--cores"},
      {{"h100_sxm5", "--clock", "3"}, "GHz"},
      {{"h100_sxm5", "--clock", "fast"}, "--clock fast"},
      {{"h100_sxm5", "--clock", "-1 GHz"}, "more than 0"},
      {{"h100_sxm5", "--unified"}, "one die"},
      {{"ascend_910c", "--unified", "2"}, "share"},
      {{"k100_ai", "--clock", "1 GHz"}, "clock of Hygon DCU K100_AI is not known"},
      {{"llama3_8b", "--cores", "8"}, "for chips"},
      {{"chp", "h100_sxm5"}, "did you mean 'chip'"},
      {{"chip", "h100_sxm"}, "h100_sxm5"},
      {{"chip", "h100_sxm5", "a100_40g"}, "one name"},
      {{"chip", "h100_sxm5", "--kind", "model"}, "two kinds"},
  };
  for (const auto& [arguments, message] : cases) {
    Words command = {"show"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const Ended ended = folder.weft(command);
    EXPECT_EQ(ended.code, kBadInput) << message;
    EXPECT_EQ(ended.out, "") << message;
    expect_holds(ended.err, message);
  }
}

TEST(ShowChip, TellsWhatIsWrongInOnesOwn) {
  const Folder folder;
  folder.write("mine/chips/odd.yaml",
               "kind: chip\nextends: h100_sxm5\nname: Odd\ndie:\n  matrix:\n    fp4: 2 PFLOP/s\n");
  const Ended ended = folder.weft({"show", "chip", "odd", "--configs", "mine"});
  EXPECT_EQ(ended.code, kBadInput);
  EXPECT_EQ(ended.out, "");
  expect_holds(ended.err, "odd.yaml:6:10: error:");
  expect_holds(ended.err, "fp4 is written mxfp4 or nvfp4");
}

}  // namespace
}  // namespace weft::cli
