// A site's power limit held by a cap, and what caps do.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shipped.h"
#include "weft/study/per.h"
#include "weft/study/run.h"

namespace weft::study {
namespace {

constexpr const char* kPlan =
    "{tensor: 2, context: 1, data: 4, pipeline: 2, virtual_stages: 1, expert: 1, micro_batch: 1, "
    "zero: 1, recompute: none}";

Study asked(const std::string& entry, const std::string& plan = kPlan) {
  base::Reading reading;
  const auto document = base::Document::parse(
      "kind: study\n"
      "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 T}\n"
      "clusters: [" +
          entry + "]\nplan: " + plan + "\n",
      "study.yaml");
  auto study = read_study(document, test::shipped(), reading);
  reading.throw_if_any();
  return study;
}

CaseResult only(const Study& study) { return run(study, base::ThreadTeam(1)).front(); }

std::string hosts(const std::string& more) { return "{use: dgx_h100, hosts: 2" + more + "}"; }

TEST(Caps, NeverRaisePowerNorShortenAStep) {
  for (const char* entry :
       {"use: dgx_h100, hosts: 2", "use: dgx_b200, hosts: 2", "use: gb200_nvl72, hosts: 4",
        "use: atlas_800t_a3, hosts: 1", "use: dgx_a100_80g, hosts: 2"}) {
    const auto limit = asked("{" + std::string(entry) + "}").cases[0].cluster;
    const double most = limit.device().power.limit.si() * limit.chip.devices();
    const double least =
        (limit.device().power.idle + limit.device().power.active).si() * limit.chip.devices();
    base::Time step;
    base::Power power(1e12);
    for (int percent = 100; percent >= 5; percent -= 5) {
      const double cap = least + (most - least) * percent / 100;
      const auto result =
          only(asked("{" + std::string(entry) + ", power_cap: " + std::to_string(cap) + " W}"));
      ASSERT_TRUE(result.outcome);
      EXPECT_GE(result.outcome->ledger.step, step * (1 - 1e-12)) << entry << ' ' << percent;
      EXPECT_LE(result.outcome->bill.mean.total(), power * (1 + 1e-12)) << entry << ' ' << percent;
      EXPECT_LE(result.outcome->ledger.highest_phase.si() * limit.chip.devices(), cap + 1e-6);
      step = result.outcome->ledger.step;
      power = result.outcome->bill.mean.total();
    }
  }
}

TEST(PowerLimit, AboveTheDemandChangesNothing) {
  const auto free = only(asked(hosts("")));
  const auto limited = only(asked(hosts(", power_limit: 1 MW")));
  ASSERT_TRUE(limited.limit);
  EXPECT_TRUE(limited.limit->caps.empty());
  EXPECT_EQ(limited.outcome->ledger.step, free.outcome->ledger.step);
  EXPECT_EQ(limited.outcome->bill.mean.total(), free.outcome->bill.mean.total());
}

TEST(PowerLimit, IsHeldAsCloselyAsItSays) {
  const auto free = only(asked(hosts(""))).outcome->bill.mean.total();
  base::Time step;
  for (const double share : {0.98, 0.9, 0.8, 0.7}) {
    const auto most = free * share;
    const auto study = asked(hosts(", power_limit: " + std::to_string(most.si()) + " W"));
    const auto result = only(study);
    ASSERT_TRUE(result.outcome) << result.reason;
    const auto& held = *result.limit;
    const auto drawn = result.outcome->bill.mean.total();
    EXPECT_LE(drawn, most * (1 + 1e-12));
    EXPECT_GE(drawn, most - held.tolerance);
    EXPECT_LT(held.tolerance / most, 1e-3);
    EXPECT_NEAR(held.drawn / drawn, 1, 1e-12);
    EXPECT_NEAR(held.free / free, 1, 1e-12);
    EXPECT_GT(result.outcome->ledger.step, step);
    step = result.outcome->ledger.step;
    // A cap of this size, written by hand, is the same case.
    const auto by_hand =
        only(asked(hosts(", power_cap: " + fmt::format("{:.17g}", held.caps.front().si()) + " W")));
    EXPECT_NEAR(by_hand.outcome->ledger.step / step, 1, 1e-9);
  }
}

TEST(PowerLimit, OfThePeakIsTighter) {
  const auto free = only(asked(hosts(""))).outcome->bill;
  const auto text = fmt::format("{} W", free.mean.total().si() * 0.9);
  const auto mean = only(asked(hosts(", power_limit: {most: " + text + ", of: mean}")));
  const auto peak = only(asked(hosts(", power_limit: {most: " + text + ", of: peak}")));
  EXPECT_LT(peak.limit->caps.front(), mean.limit->caps.front());
  EXPECT_LE(peak.outcome->bill.peak.total().si(), free.mean.total().si() * 0.9 * (1 + 1e-12));
  // What 95 % of the samples are not above is near the hottest phase, which is a mean of kernels.
  const auto p95 = only(asked(hosts(", power_limit: {most: " + text + ", of: p95}")));
  EXPECT_LT(p95.limit->caps.front(), mean.limit->caps.front());
  EXPECT_NEAR(p95.limit->caps.front() / peak.limit->caps.front(), 1, 0.02);
  EXPECT_LE(p95.outcome->bill.mean.total(), p95.limit->drawn);
  for (const auto* one : {&mean, &peak, &p95}) EXPECT_TRUE(one->limit->agrees);
}

// The plan that is capped is the best one at that cap.
TEST(PowerLimit, AgreesWithTheSearch) {
  const auto text = hosts(", power_limit: 15 kW");
  const auto result = only(asked(text, "auto"));
  ASSERT_TRUE(result.outcome) << result.reason;
  ASSERT_FALSE(result.limit->caps.empty());
  const auto at_cap = only(
      asked(hosts(fmt::format(", power_cap: {:.17g} W", result.limit->caps.front().si())), "auto"));
  EXPECT_EQ(at_cap.outcome->plan, result.outcome->plan);
  EXPECT_LE(result.outcome->bill.mean.total().si(), 15e3 * (1 + 1e-12));
}

TEST(PowerLimit, BelowWhatIdleHostsDrawIsNoPlan) {
  const auto result = only(asked(hosts(", power_limit: 3 kW")));
  EXPECT_FALSE(result.outcome);
  EXPECT_NE(result.reason.find("3.00 kW at the meter cannot be held"), std::string::npos)
      << result.reason;
  EXPECT_NE(result.reason.find("while idle"), std::string::npos);
}

TEST(PowerLimit, OfAMixedClusterCapsAllItsParts) {
  const std::string parts =
      "{mixed: [{use: dgx_h100, hosts: 1}, {use: dgx_a100_80g, hosts: 1}], between: {link: ib_ndr}";
  const auto free = only(asked(parts + "}")).outcome->bill.mean.total();
  const auto result = only(asked(parts + fmt::format(", power_limit: {} W}}", free.si() * 0.85)));
  ASSERT_TRUE(result.outcome) << result.reason;
  ASSERT_EQ(result.limit->caps.size(), 2U);
  EXPECT_LT(result.limit->caps[0], base::Power(700));
  EXPECT_LT(result.limit->caps[1], base::Power(400));
  EXPECT_LE(result.outcome->bill.mean.total(), free * 0.85 * (1 + 1e-9));
}

TEST(PowerLimit, PointsAtMistakes) {
  for (const char* wrong : {", power_limit: 400", ", power_limit: {most: 4 kW, of: p50}",
                            ", power_limit: 0 W", ", power_limit: {of: mean, most: ~}"}) {
    EXPECT_THROW(asked(hosts(wrong)), base::InputError) << wrong;
  }
  EXPECT_THROW(asked(hosts(", population: {clock_spread: 3 %}, power_limit: 15 kW")),
               base::InputError);
}

// What there is of a case over what it trains, by hand.
TEST(Per, IsWhatTheClusterHas) {
  const auto study = asked("{use: gb200_nvl72, racks: 1}, {use: cloudmatrix384, hosts: 2}", "auto");
  const auto results = run(study, base::ThreadTeam(1));
  EXPECT_EQ(currency_of(study), "CNY");
  const auto rack = per_of(study.job, study.cases[0], *results[0].outcome, "CNY");
  EXPECT_EQ(rack.racks, 1.0);
  EXPECT_NEAR(rack.megawatts * 1e6, results[0].outcome->bill.mean.total().si(), 1e-6);
  EXPECT_NEAR(*rack.capital, results[0].outcome->bill.cost->capital.amount * 7.2, 1e-3);
  EXPECT_NEAR(*rack.own_million * 1e6, results[0].outcome->bill.cost->own.amount * 7.2, 1e-3);
  ASSERT_TRUE(rack.wafers);
  const auto pod = per_of(study.job, study.cases[1], *results[1].outcome, "CNY");
  EXPECT_EQ(pod.racks, 1.0);  // two hosts of 48 in 16 racks
  // 16 packages of two dies of 665.6 mm² at 40 % on a wafer of 70 to 80 of them.
  EXPECT_GT(*pod.wafers, 16 * 2 / (80 * 0.6));
  EXPECT_LT(*pod.wafers, 16 * 2 / (70 * 0.25));
}

}  // namespace
}  // namespace weft::study
