#include "weft/network/survey.h"

#include <gtest/gtest.h>

#include <string>

#include "weft/network/cluster_size.h"

namespace weft::network {
namespace {

Survey survey_of(const std::string& name, int hosts) {
  const base::Catalog catalog({WEFT_CONFIGS});
  return survey(read_cluster(catalog, name, ClusterSize{"hosts", hosts}, 0));
}

double amount(const std::optional<base::Money>& price) {
  EXPECT_TRUE(price.has_value());
  EXPECT_EQ(price ? price->currency : "", "USD");
  return price ? price->amount : 0;
}

// The cost sheet of substack.tech-talk-cto.com (H100 Freakonomics), August 2024: switches, and
// connectors with cables, of InfiniBand networks for hosts of eight H100.
TEST(Survey, PublishedCostOfInfiniBand) {
  struct Line {
    int hosts;
    std::int64_t switches;
    double switch_cost, cable_cost;
  };
  for (const Line& line :
       {Line{128, 48, 1'728'000, 2'621'440}, Line{256, 96, 3'456'000, 5'242'880}}) {
    const auto tier = survey_of("dgx_superpod_h100", line.hosts).tiers.back();
    EXPECT_EQ(tier.switches, line.switches);
    EXPECT_DOUBLE_EQ(amount(tier.switch_price), line.switch_cost);
    EXPECT_DOUBLE_EQ(amount(tier.optics_price) + amount(tier.cable_price), line.cable_cost);
  }
}

// Two planes of 400 Gb/s on switches with 128 of their ports: one switch has 64 ports of the link.
TEST(Survey, PortsOfAPlaneCostTheirShare) {
  const auto tier = survey_of("dgx_superpod_b300", 64).tiers.back();
  ASSERT_GT(tier.switches, 0);
  EXPECT_DOUBLE_EQ(amount(tier.switch_price), static_cast<double>(tier.switches) * 64 * 2340);
}

TEST(Survey, ATiersOwnPriceStandsBeforeThatOfPorts) {
  const auto survey = survey_of("gb200_nvl72", 18);
  const auto& rack = survey.tiers.front();
  EXPECT_EQ(rack.switches, 9);
  EXPECT_DOUBLE_EQ(amount(rack.switch_price), 9 * 32'600.0);
}

TEST(Survey, WhatHasNoPriceHasNone) {
  for (const auto& tier : survey_of("dgx_a100_80g", 4).tiers) {
    EXPECT_FALSE(tier.switch_price || tier.optics_price || tier.cable_price) << tier.name;
  }
}

}  // namespace
}  // namespace weft::network
