// `weft power`: its answers, its files, its errors.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "program.h"

namespace weft::cli {
namespace {

std::string powered(const std::string& power) {
  return small_study("{use: dgx_h100, hosts: 2}",
                     "{tensor: 2, context: 1, data: 4, pipeline: 2, virtual_stages: 1, expert: 1, "
                     "micro_batch: 1, zero: 1, recompute: none}") +
         "power: " + power + "\n";
}

TEST(PowerCommand, JsonSumsToTheEnergyAndTheCsvToo) {
  const Folder folder;
  folder.write("power.yaml", powered("{window: 2 steps, interval: 10 ms, floor: 50 %}"));
  const auto ended = folder.weft({"power", "power.yaml", "--json", "-", "--csv", "samples.csv"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const auto answer = nlohmann::json::parse(ended.out);
  EXPECT_EQ(answer.at("schema"), "weft.power/1");
  const auto& one = answer.at("cases").at(0);
  const double all = one.at("energy_J").get<double>();
  double sum = 0;
  for (const auto& cause : one.at("energy_by_cause")) sum += cause.at("energy_J").get<double>();
  EXPECT_NEAR(sum / all, 1, 1e-9);
  EXPECT_NEAR(one.at("site").at("mean_W").get<double>() * one.at("window_s").get<double>() / all, 1,
              1e-9);
  EXPECT_EQ(one.at("smoothing").size(), 1U);

  std::istringstream lines(folder.read("samples.csv"));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "case,time_s,site_W,devices_W,hosts_W,smooth_W");
  std::size_t count = 0;
  double joules = 0;
  while (std::getline(lines, line)) {
    ++count;
    std::string rest = line.substr(line.rfind('"') + 2);
    double time = 0, site = 0;
    char comma = 0;
    std::istringstream(rest) >> time >> comma >> site;
    joules += site * 0.01;
  }
  EXPECT_EQ(count, static_cast<std::size_t>(std::ceil(one.at("window_s").get<double>() / 0.01)));
  EXPECT_NEAR(joules / all, 1, 0.01);
}

TEST(PowerCommand, TheCommandLineStandsOverTheStudy) {
  const Folder folder;
  folder.write("power.yaml", powered("{window: 1 step, floor: 50 %}"));
  const auto ended =
      folder.weft({"power", "power.yaml", "--window", "1 h", "--interval", "2 s", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const auto one = nlohmann::json::parse(ended.out).at("cases").at(0);
  EXPECT_EQ(one.at("window_s"), 3600.0);
  EXPECT_EQ(one.at("interval_s"), 2.0);
  EXPECT_TRUE(one.contains("campaign"));
  EXPECT_EQ(one.at("smoothing").size(), 1U);
  const auto wrong = folder.weft({"power", "power.yaml", "--window", "1 parsec"});
  EXPECT_EQ(wrong.code, kBadInput);
  expect_holds(wrong.err, "command line:1:");
}

TEST(PowerCommand, FitsATerminal) {
  const Folder folder;
  folder.write("power.yaml",
               powered("{window: 1 d, interval: 1 s, floor: 30 %, ramp_limit: 1 kW/s, storage: "
                       "{power: 5 kW, energy: 1 kWh, efficiency: 85 %}, evaluation: {every: 9 "
                       "steps, for: 20 s}}"));
  const auto ended = folder.weft({"power", "power.yaml"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_EQ(lines_wider_than(100, ended.out), Words());
  for (const auto* part : {"swing", "evaluating", "drawn later", "pipeline bubble", "per token"}) {
    expect_holds(ended.out, part);
  }
}

TEST(PowerCommand, ErrorsAreShownWhereTheyAre) {
  const Folder folder;
  folder.write("power.yaml", powered("{window: 1 step, ramp_limit: 3 MW}"));
  const auto ended = folder.weft({"power", "power.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "power.yaml:5:37");
  expect_holds(ended.err, "a change of power");
  folder.write("power.yaml", powered("{window: 1 step, evaluate: 3}"));
  const auto unknown = folder.weft({"run", "power.yaml"});
  EXPECT_EQ(unknown.code, kBadInput);
  expect_holds(unknown.err, "'evaluate'");
}

TEST(PowerCommand, SaysWhatDevicesThatAreNotAlikeWaste) {
  const Folder folder;
  folder.write("unlike.yaml",
               small_study("{use: dgx_h100, hosts: 2, population: {clock_spread: 3 %}}",
                           "{tensor: 2, context: 1, data: 4, pipeline: 2, virtual_stages: 1, "
                           "expert: 1, micro_batch: 1, zero: 1, recompute: none}"));
  const auto ended = folder.weft({"power", "unlike.yaml", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const auto answer = nlohmann::json::parse(ended.out);
  const auto& one = answer.at("cases").at(0);
  EXPECT_GT(one.at("population").at("step_time").at("mean").get<double>(), 1);
  double sum = 0;
  double stragglers = 0;
  for (const auto& cause : one.at("energy_by_cause")) {
    sum += cause.at("energy_J").get<double>();
    if (cause.at("cause") == "stragglers") stragglers = cause.at("share").get<double>();
  }
  EXPECT_NEAR(sum / one.at("energy_J").get<double>(), 1, 1e-9);
  EXPECT_GT(stragglers, 0);
  const auto told = folder.weft({"power", "unlike.yaml"});
  EXPECT_NE(told.out.find("devices are not alike"), std::string::npos) << told.out;
}

}  // namespace
}  // namespace weft::cli
