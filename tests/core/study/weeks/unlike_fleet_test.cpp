// What a population brings to the weeks of a job.
#include <algorithm>

#include <gtest/gtest.h>

#include "weeks.h"
#include "weft/study/unlike_fleet.h"

namespace weft::weeks {
namespace {

const campaign::Cause* cause_in(const campaign::Scenario& scenario, const std::string& name) {
  const auto found = std::find_if(scenario.causes.begin(), scenario.causes.end(),
                                  [&](const campaign::Cause& cause) { return cause.name == name; });
  return found == scenario.causes.end() ? nullptr : &*found;
}

std::string hosts_with(const std::string& population) {
  return "{use: dgx_h100, hosts: 4, population: {" + population + "}}";
}

TEST(UnlikeFleet, LemonsFailMoreOften) {
  const std::string campaign = "{window: 30 d, replicas: 20, latent_defects: false}";
  const auto plain = study_of(campaign);
  const auto study = study_of(campaign, hosts_with("lemons: {share: 25 %, multiplier: 9}"));
  const auto before = answers_to(plain);
  const auto answers = answers_to(study);
  const auto& scenario = answers[0].variants[0].scenario;
  const auto* lemons = cause_in(scenario, study::kLemonHosts);
  ASSERT_NE(lemons, nullptr);
  EXPECT_EQ(lemons->units, 4);
  // Hosts of which a quarter fail nine times as often, in the mean three times.
  const base::Time soon(1.0);
  double of_hosts = 0;
  for (const auto& cause : scenario.causes) {
    const bool in_host = cause.scope == campaign::Scope::kDevice ||
                         cause.scope == campaign::Scope::kHost ||
                         cause.scope == campaign::Scope::kRail;
    if (&cause != lemons && in_host) of_hosts += campaign::failure_rate(cause, soon).si();
  }
  EXPECT_NEAR(campaign::failure_rate(*lemons, soon).si() / of_hosts, 2.0, 1e-6);
  EXPECT_EQ(cause_in(scenario, study::kWeakDevices), nullptr);
  EXPECT_EQ(cause_in(before[0].variants[0].scenario, study::kLemonHosts), nullptr);
  // And inside `weft run`, which then plays it.
  const auto& goodput = answers[0].result.outcome->goodput;
  EXPECT_GT(goodput.played, 0);
  EXPECT_EQ(goodput.by_component.back().component, study::kLemonHosts);
  EXPECT_GT(goodput.interruption_rate.si(),
            before[0].result.outcome->goodput.interruption_rate.si());
}

TEST(UnlikeFleet, TheTestBeforeTheJobTakesBothOut) {
  const auto causes_with = [](const std::string& acceptance) {
    const auto study = study_of("{window: 30 d, replicas: 2}",
                                hosts_with("lemons: {share: 25 %, multiplier: 9}" + acceptance));
    return answers_to(study)[0].variants[0].scenario;
  };
  const auto none = causes_with("");
  const auto some = causes_with(", acceptance: {time: 1000 h, finds_lemons: 50 %}");
  for (const char* name : {study::kWeakDevices, study::kLemonHosts}) {
    ASSERT_NE(cause_in(none, name), nullptr) << name;
    ASSERT_NE(cause_in(some, name), nullptr) << name;
    const auto rate = [&](const campaign::Scenario& scenario) {
      return campaign::failure_rate(*cause_in(scenario, name), base::kDay * 30).si();
    };
    EXPECT_LT(rate(some), 0.9 * rate(none)) << name;
  }
}

// No shipped chip is sold with dies of more than one kind: this one has those with 20 cores too.
TEST(UnlikeFleet, ADieYieldFillsThePopulationAgain) {
  auto study = study_of("{window: 10 d, replicas: 2, vary: {die_yield: [20 %, 60 %]}}",
                        "{use: cloudmatrix384, population: {placement: random, samples: 40}}");
  auto& c = study.cases.front();
  for (auto& rule : c.cluster.chip.manufacturing->bins) rule.sold_as.clear();
  c.population->classes = population::population_of(c.cluster).classes;
  ASSERT_EQ(c.population->classes.size(), 2U);
  const auto answers = answers_to(study);
  ASSERT_EQ(answers[0].variants.size(), 2U);
  const auto& low = answers[0].variants[0];
  const auto& high = answers[0].variants[1];
  EXPECT_GT(low.step.si(), high.step.si());
  const auto rate = [](const VariantAnswer& variant) {
    return campaign::failure_rate(*cause_in(variant.scenario, study::kWeakDevices), base::kDay * 10)
        .si();
  };
  ASSERT_NE(cause_in(low.scenario, study::kWeakDevices), nullptr);
  ASSERT_NE(cause_in(high.scenario, study::kWeakDevices), nullptr);
  EXPECT_GT(rate(low), 1.5 * rate(high));
}

}  // namespace
}  // namespace weft::weeks
