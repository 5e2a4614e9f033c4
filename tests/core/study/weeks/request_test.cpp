#include <gtest/gtest.h>

#include "weeks.h"
#include "weft/manufacturing/die_yield.h"

namespace weft::weeks {
namespace {

std::string complaint(const std::string& campaign,
                      const std::string& cluster = "{use: dgx_h100, hosts: 4}") {
  try {
    study_of(campaign, cluster);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

const study::CampaignRequest& request_of(const study::Study& study) {
  return study.cases.front().campaign;
}

TEST(CampaignRequest, ANameIsOneVariant) {
  const auto study = study_of("young");
  EXPECT_EQ(request_of(study).name, "young");
  ASSERT_EQ(request_of(study).variants.size(), 1U);
  EXPECT_EQ(request_of(study).variants.front().policy.name, "Young site");
  EXPECT_TRUE(request_of(study).axes.empty());
}

TEST(CampaignRequest, CombinesTheLastAxisFastest) {
  const auto study = study_of(
      "{use: mature, vary: {hazard_factor: [1, 2], checkpoint.interval: [10 min, 20 min, best]}}");
  const auto& request = request_of(study);
  EXPECT_EQ(request.axes, (std::vector<std::string>{"hazard_factor", "checkpoint.interval"}));
  ASSERT_EQ(request.variants.size(), 6U);
  EXPECT_EQ(request.variants[1].values, (std::vector<std::string>{"1", "20 min"}));
  EXPECT_EQ(request.variants[1].policy.checkpoint.interval, base::Time(1200));
  EXPECT_FALSE(request.variants[2].policy.checkpoint.interval.has_value());
  const auto& plain = request.variants[0].policy.components.front();
  const auto& doubled = request.variants[3].policy.components.front();
  EXPECT_DOUBLE_EQ(doubled.hazard.si(), 2 * plain.hazard.si());
}

TEST(CampaignRequest, ChangesTheCampaign) {
  const auto study =
      study_of("{use: mature, with: {components: {optics: {tolerated: 99 %}}}, window: 3 d}");
  bool found = false;
  for (const auto& component : study.cases.front().policy.components) {
    if (component.name != "optics") continue;
    found = true;
    EXPECT_DOUBLE_EQ(component.tolerated, 0.99);
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(request_of(study).window, 3 * base::kDay);
}

TEST(CampaignRequest, AYieldIsThatOfItsChipAlone) {
  const auto study = study_of("{vary: {die_yield: {ascend_910c: [20 %, 40 %]}}}");
  ASSERT_EQ(request_of(study).variants.size(), 1U);
  EXPECT_EQ(request_of(study).variants.front().values, std::vector<std::string>{""});
  EXPECT_FALSE(request_of(study).variants.front().die_yield.has_value());
}

TEST(CampaignRequest, AYieldIsMet) {
  const auto study = study_of("{die_yield: 35 %}", "{use: cloudmatrix384, pods: 1}");
  const auto& variant = request_of(study).variants.front();
  const auto made = study::making_of(study.cases.front().cluster.chip, variant);
  ASSERT_TRUE(made.has_value());
  const auto density = manufacturing::make_bins(*made).density;
  EXPECT_NEAR(manufacturing::predicted_yield(*made, density, manufacturing::Scope::kDie,
                                             made->reported->counts),
              0.35, 1e-6);
}

TEST(CampaignRequest, TellsWhereItIsWrong) {
  const auto expect = [](const std::string& text, const std::string& part,
                         const std::string& place) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
    EXPECT_NE(text.find(place), std::string::npos) << text;
  };
  expect(complaint("{use: matur}"), "mature", "test.yaml:5:");
  expect(complaint("{replica: 3}"), "replicas", "test.yaml:5:12");
  expect(complaint("{vary: {components.optic.tolerated: [1 %]}}"), "optic", "test.yaml:5:");
  expect(complaint("{vary: {hazard_factor: [1, -2]}}"), "negative", "test.yaml:5:38");
  expect(complaint("{vary: {spares: [-1 %]}}"), "negative", "test.yaml:5:28");
  expect(complaint("{burn_in: 3 W}"), "time", "test.yaml:5:21");
  expect(complaint("{vary: {die_yield: [0 %]}}"), "yield", "test.yaml:5:31");
  expect(complaint("{vary: {die_yield: {ascend_910: [10 %]}}}"), "ascend_910", "test.yaml:5:");
  expect(complaint("{die_yield: 50 %}", "{use: metax_c500_8, hosts: 4}"), "how it is made",
         "test.yaml:5:23");
  expect(complaint("{vary: [1, 2]}"), "map", "test.yaml:5:18");
  expect(complaint("{window: 0 d}"), "window", "test.yaml:5:");
}

}  // namespace
}  // namespace weft::weeks
