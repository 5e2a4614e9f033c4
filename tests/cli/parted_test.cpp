// Options that would be ignored, and networks that faults have parted, in `weft collective` and
// `weft flows`.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

const Words kPair = {"collective", "dgx_h100", "--op",  "point_to_point", "--stride",
                     "8",          "--bytes",  "1 MiB", "--fidelity",     "flow"};
// Both ends of device 0's cables: NVLink and scale-out.
const Words kOff = {"--fault", "device 0, switch 0 and 3 more", "--fault", "device 0, switch 8"};

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Parted, ACollectiveNeverEnds) {
  const Folder folder;
  const auto ended = folder.weft(joined(kPair, kOff));
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "never ends");
  expect_holds(ended.out, "the network is parted: 1 of the pairs that tried has no way");
  expect_holds(ended.out, "device 0 → device 8");
  const auto quiet = folder.weft(joined(joined(kPair, kOff), {"--json", "-"}));
  const auto answer = nlohmann::json::parse(quiet.out);
  EXPECT_TRUE(answer.at("time_s").is_null());
  EXPECT_EQ(answer.at("failed"), 1);
  EXPECT_EQ(answer.at("parted").at("pairs"), 1);
  EXPECT_EQ(answer.at("parted").at("to"), "device 8");
  const auto whole = folder.weft(joined(kPair, {"--json", "-"}));
  EXPECT_TRUE(nlohmann::json::parse(whole.out).at("parted").is_null());
}

// The same names are of the same cables in every command, and in the graph that is written.
TEST(Parted, FaultsHaveOneNaming) {
  const Folder folder;
  const auto ended =
      folder.weft(joined(joined({"fabric", "dgx_h100", "--hosts", "2"}, kOff), {"--dot", "a.dot"}));
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "15 devices from 1 on; device 0 alone");
  expect_holds(folder.read("a.dot"), "switch 0 and 3 more");
  expect_holds(folder.read("a.dot"), "switch 8");
  for (const Words& command : {Words{"fabric", "dgx_h100", "--hosts", "2"}, kPair}) {
    // One of four that share every message.
    const auto inner = folder.weft(joined(command, {"--fault", "device 8, switch 5"}));
    EXPECT_EQ(inner.code, kBadInput);
    expect_holds(inner.err, "did you mean 'switch 4 and 3 more'?");
    // As the busiest links of merged leaves are listed.
    const auto outer = folder.weft(joined(command, {"--fault", "device 8, switch 8 and 3 more"}));
    EXPECT_EQ(outer.code, kBadInput);
    expect_holds(outer.err, "did you mean 'switch 8'?");
  }
}

TEST(Parted, FlowsThatFindNoWay) {
  const Folder folder;
  folder.write("mine.csv", "from,to,bytes\n0,8,2000000\n0,9,2000000\n1,9,2000000\n0,8,1000\n");
  const Words words = joined({"flows", "dgx_h100", "--traffic", "mine.csv"}, kOff);
  const auto ended = folder.weft(words);
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "3 found no way");
  expect_holds(ended.out, "parted: 2 of the pairs that tried have no way, such as device 0");
  EXPECT_EQ(ended.out.find("all done"), std::string::npos);
  expect_holds(ended.out, "the last of those that arrive after");
  const auto quiet = folder.weft(joined(words, {"--json", "-"}));
  EXPECT_EQ(nlohmann::json::parse(quiet.out).at("parted").at("pairs"), 2);
}

TEST(Options, AreNotIgnored) {
  const Folder folder;
  folder.write("mine.csv", "from,to,bytes\n0,8,2000000\n");
  const Words reduce = {"collective", "dgx_h100", "--op",    "all_reduce",
                        "--bytes",    "1 MiB",    "--group", "16"};
  const auto refuses = [&](const Words& first, const Words& more, const std::string& why) {
    const auto ended = folder.weft(joined(first, more));
    EXPECT_EQ(ended.code, kBadInput) << ended.out;
    expect_holds(ended.err, why);
  };
  for (const Words& more : std::vector<Words>{{"--seed", "3"},
                                              {"--routing", "minimal"},
                                              {"--rail-aligned"},
                                              {"--groups", "1"},
                                              {"--fault", "device 0, switch 8"},
                                              {"--channels", "2"}}) {
    refuses(reduce, more, more.front() + " needs --fidelity flow");
  }
  refuses(reduce, {"--worst", "3"}, "--worst is of measured points");
  const Words by_flows = joined(reduce, {"--fidelity", "flow"});
  refuses(by_flows, {"--channels", "2"}, "needs --algorithm ring");
  refuses(by_flows, {"--channels", "2", "--algorithm", "tree"}, "needs --algorithm ring");
  refuses(by_flows, {"--seed", "3"}, "--seed: nothing is drawn here");
  refuses({"flows", "dgx_h100", "--traffic", "mine.csv", "--routing", "spray"}, {"--seed", "3"},
          "--seed: nothing is drawn here");
  refuses({"collective", "dgx_h100", "--op", "broadcast", "--bytes", "1 MiB", "--fidelity", "flow"},
          {"--algorithm", "ring", "--channels", "2"}, "--channels is for");
}

}  // namespace
}  // namespace weft::cli
