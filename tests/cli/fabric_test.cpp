// `weft fabric`: what networks are built of.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

nlohmann::json survey(const Words& words) {
  const Folder folder;
  Words all = {"fabric"};
  all.insert(all.end(), words.begin(), words.end());
  all.insert(all.end(), {"--json", "-"});
  const auto ended = folder.weft(all);
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  return nlohmann::json::parse(ended.out);
}

// NVIDIA DGX SuperPOD reference architecture, DGX B200: switches by layer and cables by devices.
TEST(Fabric, SuperPodOfB200) {
  const auto answer = survey({"dgx_superpod_b200", "--hosts", "64"});
  EXPECT_EQ(answer.at("devices"), 512);
  const auto& network = answer.at("tiers").back();
  EXPECT_EQ(network.at("switches"), 24);
  EXPECT_EQ(network.at("switches_by_layer"), (nlohmann::json{16, 8}));
  EXPECT_EQ(network.at("cables"), 1024);
  EXPECT_TRUE(answer.at("is_whole").get<bool>());
  EXPECT_NEAR(answer.at("bisection").get<double>(), 256 * 50e9, 1);
}

TEST(Fabric, CloudMatrix) {
  const auto answer = survey({"cloudmatrix384"});
  EXPECT_EQ(answer.at("devices"), 768);
  EXPECT_EQ(answer.at("tiers").at(1).at("switches"), 48 * 7);
  EXPECT_EQ(answer.at("tiers").at(2).at("switches"), 112);
}

TEST(Fabric, TextKeepsToTheTerminal) {
  const Folder folder;
  for (const auto* cluster : {"dgx_h100", "cloudmatrix384", "atlas_900_a2"}) {
    const auto ended = folder.weft({"fabric", cluster});
    ASSERT_EQ(ended.code, kAnswer) << ended.err;
    expect_holds(ended.out, "bisection");
    expect_holds(ended.out, "worst pair");
    EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
  }
}

TEST(Fabric, Graphs) {
  const Folder folder;
  const auto ended = folder.weft(
      {"fabric", "dgx_h100", "--hosts", "2", "--dot", "a.dot", "--graphml", "a.graphml"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(folder.read("a.graphml"), "<graphml");
  expect_holds(folder.read("a.dot"), "graph");
  EXPECT_EQ(folder.names(), (Words{"a.dot", "a.graphml"}));
}

TEST(Fabric, FaultsPartTheGraph) {
  const Words words = {"h200_4gpu",          "--fault", "device 0, device 1", "--fault",
                       "device 0, device 2", "--fault", "device 0, device 3"};
  const auto answer = survey(words);
  EXPECT_EQ(answer.at("faults"), 3);
  EXPECT_TRUE(answer.at("is_whole").get<bool>());  // over the network between hosts
  const Folder folder;
  Words cut = {"fabric"};
  cut.insert(cut.end(), words.begin(), words.end());
  cut.insert(cut.end(), {"--fault", "device 0, port 0"});
  const auto ended = folder.weft(cut);
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "with 4 faults");
  expect_holds(ended.out,
               "in 2 parts that do not reach each other: 3 devices from 1 on; device 0 alone");
  expect_holds(ended.out, "Device 1 and");
  const auto timed =
      folder.weft({"fabric", "h200_4gpu", "--fault", "device 0, device 1, 0.5, 2 ms"});
  EXPECT_EQ(timed.code, kBadInput);
  expect_holds(timed.err, "time");
  const auto unknown = folder.weft({"fabric", "h200_4gpu", "--fault", "device 0, device 11"});
  EXPECT_EQ(unknown.code, kBadInput);
}

TEST(Fabric, BadInput) {
  const Folder folder;
  const auto unknown = folder.weft({"fabric", "dgx_h10"});
  EXPECT_EQ(unknown.code, kBadInput);
  expect_holds(unknown.err, "did you mean 'dgx_h100'?");
  const auto uneven = folder.weft({"fabric", "gb200_nvl72", "--hosts", "19"});
  EXPECT_EQ(uneven.code, kBadInput);
  EXPECT_EQ(folder.weft({"fabric", "dgx_h100", "--hosts", "2", "--racks", "2"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"fabric", "dgx_h100", "--racks", "2"}).code, kBadInput);
  const auto many = folder.weft({"fabric", "dgx_h100", "--hosts", "1000000000"});
  EXPECT_EQ(many.code, kBadInput);
  expect_holds(many.err, "--hosts 1000000000: up to 268435455 of 8 devices");
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace weft::cli
