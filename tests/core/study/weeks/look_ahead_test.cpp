#include <gtest/gtest.h>

#include <cmath>

#include "weeks.h"
#include "weft/campaign/closed_forms.h"

namespace weft::weeks {
namespace {

constexpr const char* kChip = "{use: cloudmatrix384, pods: 1}";

const campaign::Cause& latent_of(const VariantAnswer& answer) {
  return answer.scenario.causes.back();
}

// Units that left burn-in and are alive: the share of them that ever fails is the share of weak
// packages.
TEST(LatentCause, HasTheShareOfWeakPackagesThatBurnInLeft) {
  for (const char* burn_in : {"0 h", "24 h", "168 h", "1000 h"}) {
    const auto study = study_of(
        std::string("{window: 30 d, replicas: 1, latent_defects: true, burn_in: ") + burn_in + "}",
        kChip);
    const auto answers = answers_to(study);
    const auto& answer = answers.front().variants.front();
    const auto& cause = latent_of(answer);
    ASSERT_EQ(cause.name, kLatentDefects);
    const double start = cause.age.si();
    const double ever = cause.law->cumulative(start + 1e15) - cause.law->cumulative(start);
    EXPECT_NEAR(1 - std::exp(-ever), answer.bins->p_latent, 1e-9) << burn_in;
    EXPECT_EQ(cause.units, 16) << "packages of the 32 devices in use";
  }
}

TEST(LatentCause, FailsLessAtABetterYieldAndAfterBurnIn) {
  const auto study = study_of(
      "{window: 90 d, replicas: 1, vary: {die_yield: [20 %, 60 %], burn_in: [0 h, 168 h]}}", kChip);
  const auto answers = answers_to(study);
  const auto& variants = answers.front().variants;
  ASSERT_EQ(variants.size(), 4U);
  const auto rate = [&](std::size_t i) {
    return campaign::failure_rate(latent_of(variants[i]), 90 * base::kDay).si();
  };
  EXPECT_GT(rate(0), rate(1));
  EXPECT_GT(rate(2), rate(3));
  EXPECT_GT(rate(0), rate(2));
  EXPECT_GT(rate(1), rate(3));
  EXPECT_GT(variants[2].bins->good_packages, 2.9 * variants[0].bins->good_packages);
}

TEST(LatentCause, IsNotThereWhereNobodySaysHowTheChipIsMade) {
  const auto study = study_of("{window: 30 d, replicas: 1}", "{use: metax_c500_8, hosts: 4}");
  ASSERT_FALSE(study.cases.front().cluster.chip.manufacturing.has_value());
  const auto answers = answers_to(study);
  const auto& answer = answers.front().variants.front();
  EXPECT_NE(latent_of(answer).name, kLatentDefects);
  EXPECT_FALSE(answer.bins.has_value());
}

TEST(ScenarioOf, TakesTheReplicasAndTheWindow) {
  const auto study = study_of("{window: 12 d, replicas: 1}");
  const auto answers = answers_to(study);
  const auto& scenario = answers.front().variants.front().scenario;
  EXPECT_EQ(scenario.fleet.replicas, 8);
  EXPECT_EQ(scenario.fleet.hosts, 4);
  EXPECT_EQ(scenario.horizon.window, 12 * base::kDay);
  EXPECT_FALSE(std::isfinite(scenario.horizon.work.si()));
}

TEST(ScenarioOf, RunsUntilTheTokensAreDone) {
  const auto study = study_of("{use: mature, replicas: 3}");
  const auto answers = answers_to(study);
  const auto& answer = answers.front();
  const auto& outlook = answer.variants.front().outlook;
  const double work = (answer.result.outcome->ledger.step * study.job.steps()).si();
  EXPECT_EQ(outlook.finished, 1.0);
  EXPECT_NEAR(outlook.wall.mean * outlook.ettr.mean, work, 0.01 * work);
  EXPECT_GE(outlook.wall.low, work);
}

TEST(ScenarioOf, SparesAreAShareOfTheHosts) {
  const auto study = study_of("{window: 1 d, replicas: 1, vary: {spares: [0 %, 30 %, 100 %]}}");
  const auto answers = answers_to(study);
  const auto& variants = answers.front().variants;
  const std::array<int, 3> cold = {0, 2, 4};
  for (std::size_t i = 0; i < cold.size(); ++i) {
    EXPECT_FALSE(variants[i].scenario.hosts.unlimited);
    EXPECT_EQ(variants[i].scenario.hosts.cold, cold[i]);
  }
}

TEST(Scaled, GrowsAllButWhatIsThereOnce) {
  const auto study = study_of(
      "{window: 1 d, replicas: 1, with: {components: {launch: {per: job, rate: 1e6 FIT}}}}");
  const auto answers = answers_to(study);
  const auto& answer = answers.front().variants.front();
  const auto larger = scaled(answer.scenario, answer.variant->policy, 10);
  int once = 0;
  for (std::size_t i = 0; i < larger.causes.size(); ++i) {
    const auto& before = answer.scenario.causes[i];
    const double times = before.name == "launch" ? 1 : 10;
    once += before.name == "launch" ? 1 : 0;
    EXPECT_NEAR(larger.causes[i].units, before.units * times, 0.5) << before.name;
  }
  EXPECT_EQ(once, 1);
}

TEST(LookAhead, IsTheSameForAnyNumberOfThreads) {
  const auto study = study_of("{window: 60 d, replicas: 9, seed: 5, with: {hazard_factor: 30}}");
  const auto one = answers_to(study, 1, false);
  const auto two = answers_to(study, 2, false);
  const auto& a = one.front().variants.front();
  const auto& b = two.front().variants.front();
  EXPECT_EQ(a.outlook.ettr.mean, b.outlook.ettr.mean);
  EXPECT_EQ(a.outlook.interruptions.half_width, b.outlook.interruptions.half_width);
  EXPECT_EQ(a.best->found, b.best->found);
  ASSERT_EQ(a.effects.size(), b.effects.size());
  for (std::size_t i = 0; i < a.effects.size(); ++i) {
    EXPECT_EQ(a.effects[i].input, b.effects[i].input);
    EXPECT_EQ(a.effects[i].ettr_high, b.effects[i].ettr_high);
  }
}

// Twice the hazards cost time, and the effect of them is among those that are told.
TEST(LookAhead, TellsThatRatesMatter) {
  const auto study = study_of("{window: 60 d, replicas: 20, with: {hazard_factor: 100}}");
  const auto answers = answers_to(study, 1, false);
  const auto& answer = answers.front().variants.front();
  const auto found = std::find_if(answer.effects.begin(), answer.effects.end(),
                                  [](const Effect& e) { return e.input == "hazard_factor"; });
  ASSERT_NE(found, answer.effects.end());
  EXPECT_EQ(found->low, "50");
  EXPECT_EQ(found->high, "200");
  EXPECT_GT(found->ettr_low, answer.effects_plain);
  EXPECT_LT(found->ettr_high, answer.effects_plain);
}

TEST(LookAhead, AgreesWithTheClosedFormWhereThatIsValid) {
  const auto study = study_of("{window: 200 d, replicas: 60, with: {hazard_factor: 100}}",
                              "{use: metax_c500_8, hosts: 4}");
  const auto answers = answers_to(study);
  const auto& outlook = answers.front().variants.front().outlook;
  ASSERT_TRUE(outlook.closed_form.has_value()) << outlook.why_not_closed.front();
  EXPECT_NEAR(outlook.ettr.mean, *outlook.closed_form, 2 * outlook.ettr.half_width + 1e-4);
}

}  // namespace
}  // namespace weft::weeks
