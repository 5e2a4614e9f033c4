// `weft flows`: traffic matrices.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

TEST(Flows, AnIncastOfCsgHtsim) {
  const Folder folder;
  folder.write("incast.cm",
               "Nodes 16\nConnections 3\n"
               "8->0 id 1 start 0 size 2000000\n"
               "9->0 id 2 start 0 size 2000000\n"
               "10->0 id 3 start 0 size 2000000\n");
  const auto ended = folder.weft(
      {"flows", "dgx_h100", "--traffic", "incast.cm", "--routing", "spray", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const auto answer = nlohmann::json::parse(ended.out);
  EXPECT_EQ(answer.at("devices"), 16);
  ASSERT_EQ(answer.at("flows").size(), 3U);
  // Three flows into one port of 50 GB/s.
  EXPECT_GE(answer.at("summary").at("max_s").get<double>(), 3 * 2e6 / 50e9);
  EXPECT_LE(answer.at("summary").at("max_s").get<double>(), 1e-3);
}

TEST(Flows, Csv) {
  const Folder folder;
  folder.write("mine.csv", "from,to,bytes,start\n0,8,2000000,0 us\n1,9,2000000,5 us\n");
  const auto ended = folder.weft({"flows", "dgx_h100", "--traffic", "mine.csv"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "2 flows over 16 devices");
  expect_holds(ended.out, "p99");
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty());
}

// Two that wait for each other.
TEST(Flows, TriggersThatNothingFires) {
  const Folder folder;
  folder.write("waits.cm",
               "Nodes 16\nConnections 3\nTriggers 2\n"
               "0->8 id 1 start 0 size 2000000\n"
               "1->9 id 2 trigger 1 size 2000000 send_done_trigger 2\n"
               "2->10 id 3 trigger 2 size 2000000 send_done_trigger 1\n"
               "trigger id 1 oneshot\ntrigger id 2 oneshot\n");
  const Words words = {"flows", "dgx_h100", "--traffic", "waits.cm"};
  const auto ended = folder.weft(words);
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "0 found no way");
  expect_holds(ended.out, "2 never started");
  EXPECT_EQ(ended.out.find("inf"), std::string::npos);
  auto quiet = words;
  quiet.insert(quiet.end(), {"--json", "-"});
  const auto summary = nlohmann::json::parse(folder.weft(quiet).out).at("summary");
  EXPECT_EQ(summary.at("failed"), 0);
  EXPECT_EQ(summary.at("never_started"), 2);
}

TEST(Flows, MatricesAreRefusedWhereTheyAreWrong) {
  const Folder folder;
  const auto refuses = [&](const std::string& file, const std::string& text,
                           const std::string& why) {
    folder.write(file, text);
    const auto ended = folder.weft({"flows", "dgx_h100", "--traffic", file});
    EXPECT_EQ(ended.code, kBadInput) << text;
    expect_holds(ended.err, why);
  };
  refuses("twice.csv", "from,to,bytes,bytes\n0,1,2,3\n", "twice.csv:1:15: error: the column");
  refuses("empty.csv", "from,to,bytes\n", "empty.csv:1:1: error: no flows");
  refuses("far.csv", "from,to,bytes\n0,999999999,1\n", "far.csv:2:3: error: a device is");
  refuses("far.cm", "Nodes 99999999999\nConnections 1\n0->1 id 1 start 0 size 1\n",
          "far.cm:1:7: error: up to");
  refuses("none.cm", "Nodes 16\nConnections 0\n", "there are no connections");
}

TEST(Flows, BadInput) {
  const Folder folder;
  folder.write("broken.csv", "from,to,bytes\n0,x,2000000\n");
  const auto broken = folder.weft({"flows", "dgx_h100", "--traffic", "broken.csv"});
  EXPECT_EQ(broken.code, kBadInput);
  expect_holds(broken.err, "broken.csv:2:");
  folder.write("large.csv", "from,to,bytes\n0,99,2000000\n");
  const auto large = folder.weft({"flows", "dgx_h100", "--hosts", "1", "--traffic", "large.csv"});
  EXPECT_EQ(large.code, kBadInput);
  EXPECT_EQ(folder.weft({"flows", "dgx_h100", "--traffic", "absent.csv"}).code, kCannot);
}

}  // namespace
}  // namespace weft::cli
