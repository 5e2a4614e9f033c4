// `weft collective` and `weft calibrate --link`: answers, JSON, measured points, errors.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

#include "program.h"

namespace weft::cli {
namespace {

nlohmann::json ask(const Words& words) {
  const Folder folder;
  Words all = {"collective"};
  all.insert(all.end(), words.begin(), words.end());
  all.insert(all.end(), {"--json", "-"});
  const auto ended = folder.weft(all);
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  return nlohmann::json::parse(ended.out);
}

TEST(Collective, JsonOfOneSize) {
  const auto answer = ask({"dgx_h100", "--op", "all_reduce", "--bytes", "4 GiB", "--group", "16"});
  EXPECT_EQ(answer.at("op"), "all_reduce");
  EXPECT_EQ(answer.at("bytes"), 4294967296.0);
  EXPECT_EQ(answer.at("group"), 16);
  EXPECT_EQ(answer.at("fidelity"), "closed");
  EXPECT_TRUE(answer.at("events").is_null());
  const double time = answer.at("time_s");
  EXPECT_GE(time, answer.at("lower_bound_s").get<double>());
  EXPECT_NEAR(answer.at("algorithm_bandwidth").get<double>(), 4294967296.0 / time, 1);
  EXPECT_NEAR(answer.at("bus_bandwidth").get<double>(), 2 * 15.0 / 16 * 4294967296.0 / time, 1);
  EXPECT_EQ(answer.at("bytes_per_tier").size(), 2U);
}

TEST(Collective, Sweep) {
  const Folder folder;
  const auto ended = folder.weft(
      {"collective", "dgx_h200", "--op", "all-reduce", "--group", "8", "--sweep", "8 B..16 GiB"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "busbw");
  expect_holds(ended.out, "17179869184");
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty());
  EXPECT_EQ(ask({"dgx_h200", "--op", "all_reduce", "--group", "8", "--sweep", "8 B..16 GiB"})
                .at("rows")
                .size(),
            32U);
}

// A message of 4 GiB between hosts, whose bytes take all but a thousandth of the time.
TEST(Collective, FaultsOfLinks) {
  const auto time = [](const char* fault) {
    Words words = {"dgx_h100", "--op",  "point_to_point", "--stride", "8",
                   "--bytes",  "4 GiB", "--fidelity",     "flow"};
    if (*fault != 0) words.insert(words.end(), {"--fault", fault});
    const auto answer = ask(words);
    EXPECT_EQ(answer.at("failed"), 0);
    return answer.at("time_s").get<double>();
  };
  const double whole = time("");
  EXPECT_NEAR(time("device 0, switch 8, 0.5") / whole, 2, 1e-3);
  // Half the bandwidth from 45 ms on: what was left takes twice as long.
  EXPECT_NEAR(time("device 0, switch 8, 0.5, 45 ms"), 2 * whole - 45e-3, 1e-3 * whole);
  EXPECT_NEAR(time("device 0, switch 8") / whole, 1, 1e-3);  // over a neighbour's port
  EXPECT_NEAR(time("device 0, switch 8, 0, 45 ms") / whole, 1, 1e-3);
}

// Planes and spines are used evenly, as closed forms have it, unless another routing is asked for.
TEST(Collective, FlowsAreSprayed) {
  const Words words = {"alibaba_hpn7_pod", "--op",  "point_to_point", "--stride", "8",
                       "--bytes",          "4 GiB", "--fidelity"};
  auto closed = words;
  closed.emplace_back("closed");
  auto flow = words;
  flow.emplace_back("flow");
  const auto sprayed = ask(flow);
  EXPECT_EQ(sprayed.at("routing"), "spray");
  const double time = sprayed.at("time_s");
  EXPECT_NEAR(time / ask(closed).at("time_s").get<double>(), 1, 1e-3);
  flow.insert(flow.end(), {"--routing", "minimal"});
  EXPECT_NEAR(ask(flow).at("time_s").get<double>() / time, 2, 1e-3);  // one of two planes
}

// What a device sends means the same in both.
TEST(Collective, BytesOfADevice) {
  for (const char* op : {"all_to_all", "all_gather"}) {
    Words words = {"dgx_h100", "--op", op, "--bytes", "64 MiB", "--group", "64", "--fidelity"};
    words.emplace_back("closed");
    const auto closed = ask(words).at("bytes_per_tier");
    words.back() = "flow";
    const auto flow = ask(words).at("bytes_per_tier");
    ASSERT_EQ(closed.size(), flow.size());
    for (std::size_t i = 0; i < flow.size(); ++i) {
      const double sent = closed[i].at("bytes");
      EXPECT_GT(sent, 0);
      EXPECT_NEAR(flow[i].at("bytes").get<double>() / sent, 1, 1e-9) << op;
      EXPECT_TRUE(closed[i].at("cable_bytes").is_null());
      // Up to a switch and down again, of 64 devices.
      EXPECT_GE(flow[i].at("cable_bytes").get<double>(), 64 * 2 * sent * (1 - 1e-9)) << op;
    }
  }
}

TEST(Collective, TooMuchWorkIsRefused) {
  const Folder folder;
  const auto ended =
      folder.weft({"collective", "ub_mesh_pod", "--op", "all_reduce", "--bytes", "1 GiB", "--group",
                   "1024", "--algorithm", "ring", "--fidelity", "flow"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "messages over");
  expect_holds(ended.err, "--fidelity closed");
}

TEST(Collective, BadFaults) {
  const Folder folder;
  const auto complaint = [&](const char* fault) {
    const auto ended =
        folder.weft({"collective", "dgx_h100", "--op", "point_to_point", "--stride", "8", "--bytes",
                     "1 GiB", "--fidelity", "flow", "--fault", fault});
    EXPECT_EQ(ended.code, kBadInput) << fault;
    return ended.err;
  };
  expect_holds(complaint("device 0"), "two nodes are expected");
  expect_holds(complaint("device 0, swich 2"), "did you mean 'switch 8'?");
  expect_holds(complaint("device 0, device 9"), "no cable joins");
  expect_holds(complaint("device 0, switch 8, 2"), "a share is at most 1");
  expect_holds(complaint("device 0, switch 8, 0.5, 3"), "'3' is not expected here");
  expect_holds(complaint("device 0, switch 8, 0.5, 3 s, 4"), "two nodes are expected");
}

// Eight leaves of a rail each: a message for another rail crosses a spine, or first a neighbour.
TEST(Collective, RailsAndSpinesOfAnAllToAll) {
  const Words words = {"dgx_h100", "--op",   "all_to_all", "--group", "256",
                       "--bytes",  "64 MiB", "--fidelity", "flow"};
  const auto minimal = ask(words);
  auto aligned_words = words;
  aligned_words.emplace_back("--rail-aligned");
  const auto aligned = ask(aligned_words);
  // 32 hosts of 8: a device sends 248 of 256 parts to other hosts, 31 of them to its own rail. Four
  // cables a message over a spine, two below a leaf.
  const double part = 64.0 * 1024 * 1024 / 256;
  const auto scale_out = [](const nlohmann::json& answer) {
    return answer.at("bytes_per_tier").back().at("cable_bytes").get<double>();
  };
  EXPECT_NEAR(scale_out(minimal) / (256 * part * (31 * 2 + 217 * 4)), 1, 1e-9);
  EXPECT_NEAR(scale_out(aligned) / (256 * part * 248 * 2), 1, 1e-9);
  // Every spine port carries the same: no slower than the closed form says.
  auto closed = words;
  closed.back() = "closed";
  EXPECT_NEAR(minimal.at("time_s").get<double>() / ask(closed).at("time_s").get<double>(), 1, 1e-3);
}

// Every message an event: 2p(p-1) of a ring.
TEST(Collective, FlowsOfARing) {
  const Words words = {"dgx_h100", "--op", "all_reduce",  "--bytes", "64 MiB",
                       "--group",  "16",   "--algorithm", "ring"};
  auto flow = words;
  flow.insert(flow.end(), {"--fidelity", "flow"});
  auto one_ring = flow;
  one_ring.insert(one_ring.end(), {"--channels", "1"});
  EXPECT_EQ(ask(one_ring).at("events"), 2 * 16 * 15);
  const auto closed = ask(words);
  const auto answer = ask(flow);
  EXPECT_EQ(answer.at("events"), 2 * 16 * 15 * 8);  // eight rings at once
  EXPECT_GE(answer.at("time_s").get<double>(), closed.at("lower_bound_s").get<double>());
  EXPECT_FALSE(answer.at("hot_links").empty());
}

// The choices of closed forms are those of flows: rings both ways, shots, units, the tier that
// reduces.
TEST(Collective, FlowsAgreeWithClosedForms) {
  const auto expect_near = [](Words words, const std::string& algorithm, double tolerance) {
    SCOPED_TRACE(words.front() + " by " + algorithm);
    words.insert(words.end(), {"--algorithm", algorithm});
    const auto closed = ask(words);
    words.insert(words.end(), {"--fidelity", "flow", "--routing", "spray"});
    const auto flow = ask(words);
    const double time = closed.at("time_s");
    EXPECT_EQ(flow.at("algorithm"), closed.at("algorithm"));
    EXPECT_NEAR(flow.at("time_s").get<double>() / time, 1, tolerance);
    EXPECT_GE(flow.at("time_s").get<double>(), flow.at("lower_bound_s").get<double>());
  };
  const auto all_reduce = [](const std::string& cluster, const std::string& group) {
    return Words{cluster, "--op", "all_reduce", "--bytes", "256 MiB", "--group", group};
  };
  expect_near(all_reduce("dgx_h100", "8"), "ring", 0.01);
  expect_near(all_reduce("dgx_h100", "8"), "direct", 0.01);
  expect_near(all_reduce("dgx_h100", "8"), "in_switch", 0.01);
  expect_near(all_reduce("cloudmatrix384", "64"), "hierarchical", 0.01);
  expect_near(all_reduce("tpu_v4_pod", "4096"), "auto", 0.01);
  // Of an all-reduce the closed form has the inner stage reduced by the switch.
  expect_near({"dgx_h100", "--op", "all_gather", "--bytes", "256 MiB", "--group", "64"},
              "hierarchical", 0.01);
  expect_near({"dgx_h100", "--op", "all_to_all", "--bytes", "256 MiB", "--group", "8"}, "direct",
              0.01);
}

TEST(Collective, FlowsRefuseWhatDoesNotApplyOrIsTooLarge) {
  const Folder folder;
  const auto refuses = [&](const Words& more, const std::string& why) {
    Words words = {"collective", "--fidelity", "flow"};
    words.insert(words.end(), more.begin(), more.end());
    const auto ended = folder.weft(words);
    EXPECT_EQ(ended.code, kBadInput) << ended.out;
    expect_holds(ended.err, why);
  };
  refuses({"dgx_h100", "--op", "all_reduce", "--bytes", "1 GiB", "--group", "64", "--algorithm",
           "in_switch"},
          "does not carry out");
  refuses({"dgx_h100", "--op", "all_reduce", "--bytes", "1 GiB", "--group", "64", "--algorithm",
           "direct"},
          "does not carry out");
  refuses({"tpu_v4_pod", "--op", "all_to_all", "--bytes", "1 GiB", "--group", "4096", "--routing",
           "minimal"},
          "have about");
  refuses({"dgx_h100", "--op", "all_reduce", "--bytes", "1 GiB", "--group", "1024", "--algorithm",
           "ring", "--channels", "1024"},
          "too many");
}

// Beyond the limit of single flows, in classes.
TEST(Collective, AllToAllOfAWholeTorusIsFolded) {
  const auto answer = ask({"tpu_v4_pod", "--op", "all_to_all", "--bytes", "1 GiB", "--group",
                           "4096", "--fidelity", "flow", "--routing", "spray"});
  EXPECT_EQ(answer.at("events"), 4096 * 4095);
  EXPECT_GE(answer.at("time_s").get<double>(), answer.at("lower_bound_s").get<double>());
}

TEST(Collective, BarriersHaveNoSizeAndPairsNeedNoGroup) {
  const Folder folder;
  EXPECT_EQ(folder.weft({"collective", "dgx_h100", "--op", "barrier", "--group", "8"}).code,
            kAnswer);
  for (const auto* option : {"--bytes", "--sweep"}) {
    const auto* size = option == std::string("--bytes") ? "1 MiB" : "1 B..8 B";
    const auto ended = folder.weft({"collective", "dgx_h100", "--op", "barrier", option, size});
    EXPECT_EQ(ended.code, kBadInput);
    expect_holds(ended.err, "a barrier has no size");
  }
  EXPECT_EQ(ask({"dgx_h100", "--op", "point_to_point", "--bytes", "1 MiB"}).at("group"), 2);
}

TEST(Collective, GroupsAndSkew) {
  const Words words = {"dgx_h100", "--hosts",    "4",       "--op",      "all_to_all",
                       "--bytes",  "64 MiB",     "--group", "4",         "--stride",
                       "8",        "--fidelity", "flow",    "--routing", "spray"};
  auto more = words;
  more.insert(more.end(), {"--groups", "8"});
  const double alone = ask(words).at("time_s");
  EXPECT_NEAR(ask(more).at("time_s").get<double>(), alone, 0.01 * alone);  // rails of their own
  auto skewed = words;
  skewed.insert(skewed.end(), {"--skew", "1"});
  EXPECT_GT(ask(skewed).at("time_s").get<double>(), 1.1 * alone);
}

TEST(Collective, MeasuredPoints) {
  const Folder folder;
  folder.write("mine.csv",
               "curve,ranks,nodes,payload_bytes,busbw_GBps,elapsed_us_derived,cluster\n"
               "mine,8,1,1073741824,,4053.3,dgx_h200\n"
               "mine,8,1,1073741824,463.58,,dgx_h200\n"
               "nobody,8,1,1073741824,463.58,,\n");
  const auto ended = folder.weft({"collective", "--points", "mine.csv", "--json", "answer.json"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "3 points: 2 compared, 1 skipped");
  expect_holds(ended.out, "no cluster is known for 'nobody'");
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty());
  const auto answer = nlohmann::json::parse(folder.read("answer.json"));
  const double first = answer.at("rows").at(0).at("relative_error");
  EXPECT_LT(std::abs(first), 0.1);
  EXPECT_NEAR(answer.at("rows").at(1).at("relative_error").get<double>(), first, 1e-3);
  EXPECT_EQ(answer.at("rows").at(2).at("status"), "skipped");
}

TEST(Collective, ShippedPoints) {
  const Folder folder;
  const auto ended = folder.weft({"collective", "--shipped-points"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "84 points: 84 compared, 0 skipped");
}

// What is fitted in a folder of one's own counts there.
TEST(Collective, CalibrateALink) {
  const Folder folder;
  folder.write("mine/links/my_link.yaml",
               "kind: link\nextends: nvlink4\nname: My link\nsource: mine\n");
  folder.write("mine/clusters/my_host.yaml",
               "kind: cluster\nextends: dgx_h200\nname: My host\n"
               "fabric: {scale_up: {link: my_link}}\n");
  std::string rows = "curve,ranks,nodes,payload_bytes,elapsed_us_derived\n";
  for (int power = 20; power <= 32; ++power) {
    const double bytes = std::ldexp(1.0, power);
    rows += "my,8,1," + std::to_string(static_cast<long long>(bytes)) + "," +
            std::to_string(50 + 1.75 * bytes / 250e9 * 1e6) + "\n";
  }
  folder.write("mine.csv", rows);
  const Words compare = {"collective", "my_host",  "--configs", "mine",
                         "--points",   "mine.csv", "--json",    "-"};
  const auto error = [&] {
    const auto answer = nlohmann::json::parse(folder.weft(compare).out);
    return answer.at("summary").at(0).at("median_abs_error").get<double>();
  };
  const double before = error();
  const auto ended = folder.weft({"calibrate", "--link", "my_link", "--points", "mine.csv",
                                  "--cluster", "my_host", "--configs", "mine", "--write"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "my_link.collectives.fit.yaml");
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
  EXPECT_GT(before, 0.3);
  EXPECT_LT(error(), 0.12);
  const auto checked =
      folder.weft({"check", "--configs", "mine", "mine/links/my_link.collectives.fit.yaml"});
  EXPECT_EQ(checked.code, kAnswer) << checked.err;
  expect_holds(checked.out, "a valid fit of a link");
  // Not what training sees.
  const auto shown = folder.weft({"show", "my_link", "--configs", "mine"});
  EXPECT_EQ(shown.out.find("measured collectives"), std::string::npos);
}

TEST(Collective, BadInput) {
  const Folder folder;
  const Words good = {"collective", "dgx_h100", "--op", "all_reduce", "--bytes", "1 MiB"};
  const auto with = [&](const Words& more) {
    auto all = good;
    all.insert(all.end(), more.begin(), more.end());
    return folder.weft(all);
  };
  EXPECT_EQ(with({"--group", "8"}).code, kAnswer);
  for (const Words& more :
       {Words{"--group", "1"}, Words{"--group", "64", "--hosts", "1"},
        Words{"--groups", "2", "--group", "4"}, Words{"--skew", "1", "--group", "4"},
        Words{"--routing", "ecmp", "--group", "4"}, Words{"--algorithm", "rong", "--group", "4"},
        Words{"--algorithm", "bruck", "--group", "4"}}) {
    const auto ended = with(more);
    EXPECT_EQ(ended.code, kBadInput) << more.front();
    EXPECT_FALSE(ended.err.empty());
  }
  const auto op = folder.weft({"collective", "dgx_h100", "--op", "all_produce", "--bytes", "1 B"});
  EXPECT_EQ(op.code, kBadInput);
  expect_holds(op.err, "all_reduce");
  const auto size =
      folder.weft({"collective", "dgx_h100", "--op", "all_reduce", "--bytes", "4 GW"});
  EXPECT_EQ(size.code, kBadInput);
  folder.write("broken.csv", "curve,ranks,nodes,payload_bytes,busbw_GBps\na,8,1,many,2\n");
  const auto broken = folder.weft({"collective", "--points", "broken.csv"});
  EXPECT_EQ(broken.code, kBadInput);
  expect_holds(broken.err, "broken.csv:2:7: error: 'many'");
  EXPECT_EQ(folder.weft({"collective", "--shipped-points", "--group", "8"}).code, kBadInput);
  const auto link = folder.weft({"calibrate", "--link", "nvlink44"});
  EXPECT_EQ(link.code, kBadInput);
  expect_holds(link.err, "nvlink4");
}

}  // namespace
}  // namespace weft::cli
