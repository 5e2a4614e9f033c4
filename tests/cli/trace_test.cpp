// `weft trace`: answers, JSON, errors.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "program.h"
#include "traces.h"

namespace weft::cli {
namespace {

constexpr std::int64_t kMegabyte = 1 << 20;

using RankNodes = std::vector<test::wire::Node>;

// NAME.RANK.et, all the same.
void write_traces(const Folder& folder, const std::string& name, int ranks,
                  const RankNodes& nodes) {
  for (int rank = 0; rank < ranks; ++rank) {
    folder.write(name + "." + std::to_string(rank) + ".et", test::trace_bytes(nodes));
  }
}

nlohmann::json json_of(const Ended& ended) {
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  return nlohmann::json::parse(ended.out);
}

TEST(Trace, LoneAllReduceTakesWhatCollectiveSays) {
  const Folder folder;
  write_traces(folder, "all_reduce", 8, {test::collective(0, 0, kMegabyte)});
  const auto trace =
      json_of(folder.weft({"trace", "all_reduce", "--cluster", "dgx_h100", "--json", "-"}));
  const auto alone = json_of(folder.weft({"collective", "dgx_h100", "--op", "all_reduce", "--bytes",
                                          "1 MiB", "--group", "8", "--json", "-"}));
  EXPECT_EQ(trace.at("finish_s"), alone.at("time_s"));
  EXPECT_EQ(trace.at("schema"), "weft.trace/1");
  EXPECT_EQ(trace.at("ranks"), 8);
  EXPECT_EQ(trace.at("exchanges").at(0).at("algorithm"), alone.at("algorithm"));
}

TEST(Trace, FilesPrefixFolderAndRanks) {
  const Folder folder;
  write_traces(folder, "job", 4, {test::collective(0, 6, kMegabyte)});
  const auto finish = [&](const Words& traces) {
    Words words = {"trace"};
    words.insert(words.end(), traces.begin(), traces.end());
    words.insert(words.end(), {"--cluster", "dgx_h100", "--json", "-"});
    return json_of(folder.weft(words)).at("finish_s");
  };
  const auto by_prefix = finish({"job"});
  EXPECT_EQ(finish({"job.3.et", "job.0.et", "job.2.et", "job.1.et"}), by_prefix);
  EXPECT_EQ(finish({"."}), by_prefix);
  EXPECT_EQ(finish({"job.0.et", "--ranks", "4"}), by_prefix);
  EXPECT_NE(finish({"job.0.et", "--ranks", "8"}), by_prefix);
}

TEST(Trace, Terminal) {
  const Folder folder;
  auto kernel = test::kernel(0, 1'000'000'000'000, 1'000'000);
  kernel.set_name("a kernel \x1b[31m with a name that goes on and on and on and on and on and on");
  write_traces(folder, "job", 8, {kernel, test::collective(1, 0, kMegabyte, {0})});
  const auto ended = folder.weft({"trace", "job", "--cluster", "dgx_h100"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "8 ranks, 16 operations");
  expect_holds(ended.out, "ranks of 1 kind");
  expect_holds(ended.out, "critical path");
  expect_holds(ended.out, "0-7");
  EXPECT_EQ(ended.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(lines_wider_than(100, ended.out), Words{});
}

TEST(Trace, BadInput) {
  const Folder folder;
  write_traces(folder, "job", 2, {test::collective(4, 0, kMegabyte, {}, "3")});
  folder.write("bad.0.et", "{}");
  folder.write("gap.0.et", test::trace_bytes({test::kernel(0, 1, 1)}));
  folder.write("gap.2.et", test::trace_bytes({test::kernel(0, 1, 1)}));
  const auto expect_bad = [&](const Words& traces, const std::string& part) {
    Words words = {"trace"};
    words.insert(words.end(), traces.begin(), traces.end());
    if (part.find("cluster") == std::string::npos) {
      words.insert(words.end(), {"--cluster", "dgx_h100"});
    }
    const auto ended = folder.weft(words);
    EXPECT_EQ(ended.code, kBadInput) << ended.out;
    expect_holds(ended.err, part);
    EXPECT_EQ(ended.out, "");
  };
  expect_bad({"job"}, "job.0.et: node 4 (COMM_COLL_NODE): group '3' is not known");
  expect_bad({"bad.0.et"}, "bad.0.et: byte 0: this is no Chakra execution trace");
  expect_bad({"gap"}, "a trace of rank 2 (gap.2.et) and none of rank 1");
  expect_bad({"nothing"}, "there is no such file");
  expect_bad({"gap.0.et", "--precision", "bf17"}, "did you mean bf16?");
  expect_bad({"gap.0.et", "--precision", "mxfp4"}, "does not have it");
  expect_bad({"gap.0.et", "--hosts", "1", "--ranks", "9"}, "9 ranks");
  expect_bad({"gap.0.et"}, "--cluster");
  EXPECT_EQ(folder.weft({"trace", "none.0.et", "--cluster", "dgx_h100"}).code, kCannot);
}

}  // namespace
}  // namespace weft::cli
