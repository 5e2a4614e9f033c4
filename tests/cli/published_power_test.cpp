// `weft power --published`, the power table of `weft show`, and limits in `weft run`.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "program.h"

namespace weft::cli {
namespace {

TEST(PublishedPower, IsToldInThreeWays) {
  const Folder folder;
  const auto ended = folder.weft({"power", "--published", "--csv", "power.csv", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  const auto answer = nlohmann::json::parse(ended.out);
  EXPECT_EQ(answer.at("schema"), "weft.published_power/1");
  const auto text = folder.read("power.csv");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'),
            static_cast<std::ptrdiff_t>(answer.at("points").size() + 1));
  for (const auto& point : answer.at("points")) {
    double sum = 0;
    for (const auto& part : point.at("parts")) sum += part.at("power_W").get<double>();
    const bool is_whole = point.at("id") == "V9" || point.at("id") == "V14a";
    if (is_whole) {
      EXPECT_NEAR(sum, point.at("predicted").get<double>() * 1e3, 1e-6);
    }
  }
}

TEST(PublishedPower, HasNoStudy) {
  const Folder folder;
  EXPECT_EQ(folder.weft({"power"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"power", "--published", "--window", "1 d"}).code, kBadInput);
}

TEST(ShowCluster, HasItsPowerByPart) {
  const Folder folder;
  const auto ended = folder.weft({"show", "gb200_nvl72"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  for (const char* part : {"Power of GB200 NVL72, 1 rack, IT", "CPUs", "supply losses", "sum"}) {
    EXPECT_NE(ended.out.find(part), std::string::npos) << part;
  }
}

std::string limited(const std::string& limit) {
  return small_study("{use: dgx_h100, hosts: 2, power_limit: " + limit + "}",
                     "{tensor: 2, context: 1, data: 4, pipeline: 2, virtual_stages: 1, expert: 1, "
                     "micro_batch: 1, zero: 1, recompute: none}");
}

TEST(PowerLimitOfARun, IsHeldOrSaidToBeTooLow) {
  const Folder folder;
  folder.write("held.yaml", limited("17 kW"));
  const auto held = folder.weft({"run", "held.yaml", "--json", "-"});
  ASSERT_EQ(held.code, kAnswer) << held.err;
  const auto answer = nlohmann::json::parse(held.out);
  const auto& one = answer.at("cases").at(0);
  EXPECT_LE(one.at("power_limit").at("drawn_W").get<double>(), 17e3);
  double sum = 0;
  for (const auto& part : one.at("outcome").at("site").at("mean_by_part")) {
    sum += part.at("power_W").get<double>();
  }
  EXPECT_NEAR(sum / one.at("outcome").at("site").at("mean").at("total_W").get<double>(), 1, 1e-9);

  folder.write("low.yaml", limited("2 kW"));
  const auto low = folder.weft({"run", "low.yaml"});
  EXPECT_EQ(low.code, kNothingFound);
  EXPECT_NE(low.out.find("cannot be held"), std::string::npos) << low.out;

  folder.write("bad.yaml", limited("{most: 17 kW, of: p50}"));
  const auto bad = folder.weft({"run", "bad.yaml"});
  EXPECT_EQ(bad.code, kBadInput);
  EXPECT_NE(bad.err.find("bad.yaml"), std::string::npos) << bad.err;
}

}  // namespace
}  // namespace weft::cli
