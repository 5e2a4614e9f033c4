// Scenarios at random, with all that can happen mixed: time and devices are conserved (the engine
// throws otherwise), nothing is negative, and the same draw gives the same replica.
#include <algorithm>

#include <gtest/gtest.h>

#include "scenario_fixtures.h"
#include "weft/base/random.h"

namespace weft::campaign {
namespace {

using base::Time;

class Dice {
 public:
  explicit Dice(std::uint64_t number) : random_(20260101, number) {}
  bool often() { return random_.uniform() < 0.6; }
  double share() { return often() ? random_.uniform() : 0.0; }
  int whole(int bound) {
    return static_cast<int>(random_.below(static_cast<std::uint64_t>(bound)));
  }
  double between(double low, double high) { return low * std::pow(high / low, random_.uniform()); }
  Duration duration(double low, double high) {
    const Time typical(between(low, high));
    const int kind = whole(3);
    if (kind == 0) return fixed(typical);
    return kind == 1 ? exponential(typical) : lognormal(typical, between(0.2, 2), typical * 100.0);
  }

 private:
  base::RandomStream random_;
};

LawPointer any_law(Dice& dice, base::Rate rate) {
  const WeibullShape infant{dice.between(0.3, 0.9), Time(dice.between(1e6, 1e9))};
  const WeibullShape wear{dice.between(1.5, 4), Time(dice.between(1e7, 1e9))};
  switch (dice.whole(6)) {
    case 0:
      return weibull_law(dice.often() ? infant : wear);
    case 1:
      return weak_units_law(rate, dice.between(1e-3, 0.3), infant);
    case 2:
      return bathtub_law(rate, infant, wear);
    case 3:
      return wear_out_law(rate, wear);
    default:
      return constant_law(rate);
  }
}

Cause any_cause(Dice& dice, int number, std::int64_t hosts) {
  Cause cause;
  cause.name = "cause " + std::to_string(number);
  cause.units = static_cast<double>(hosts) * (1 + dice.whole(8));
  cause.law = any_law(dice, base::Rate(1.0 / (dice.between(2e4, 2e6) * cause.units)));
  cause.age = Time(dice.share() * 1e7);
  cause.scope = static_cast<Scope>(dice.whole(9));
  if (dice.whole(4) == 0) {
    cause.frailty = {Frailty::Kind::kGamma, dice.between(0.1, 3), 0, 1};
  } else if (dice.whole(4) == 0) {
    cause.frailty = {Frailty::Kind::kLemons, 0, 0.02, dice.between(2, 200)};
  }
  if (dice.whole(4) == 0) cause.bad_batch = BadBatch{0.5, 0.3, {2.5, Time(1e8)}};
  cause.tolerated = 0.3 * dice.share();
  cause.hang = 0.2 * dice.share();
  cause.degraded = 0.2 * dice.share();
  cause.silent = 0.2 * dice.share();
  cause.transient = dice.share();
  cause.affects = dice.share();
  cause.degradation = {dice.between(1, 2), false, dice.duration(100, 1e5), dice.often()};
  if (dice.often()) cause.repair = dice.duration(100, 1e6);
  return cause;
}

void any_recovery(Dice& dice, Scenario& scenario) {
  for (auto& stages : scenario.stages) {
    stages = {dice.duration(1, 600), dice.duration(1, 600), dice.duration(1, 600),
              dice.duration(1, 100)};
  }
  auto& hosts = scenario.hosts;
  hosts.unlimited = dice.whole(3) == 0;
  hosts.warm = dice.whole(4);
  hosts.cold = dice.whole(6);
  hosts.swap = dice.duration(1, 100);
  hosts.provision = dice.duration(10, 3000);
  hosts.crews = dice.whole(4);
  hosts.reboot = dice.duration(100, 3000);
  hosts.out_of_band = dice.duration(1000, 1e6);
  hosts.returned_bad = dice.share();
  hosts.eject_after = dice.whole(4) == 0 ? 2 : 0;
  auto& elastic = scenario.elastic;
  elastic.mode = static_cast<Elastic>(dice.whole(4));
  elastic.slice_down = dice.duration(1, 300);
  elastic.rebuild = dice.duration(1, 3000);
  elastic.scale_up = dice.duration(1, 300);
  elastic.fatal = dice.share() * 0.5;
  elastic.smallest = dice.share();
}

Scenario any_scenario(std::uint64_t number) {
  Dice dice(number);
  const std::int64_t hosts = 1 + dice.whole(200);
  auto scenario = testing::quiet_job(0, 0, dice.between(10, 1e5), hosts);
  scenario.fleet.hosts_per_switch = 1 + dice.whole(32);
  scenario.fleet.hosts_per_rack = 1 + dice.whole(8);
  scenario.fleet.hosts_per_loop = 1 + dice.whole(64);
  scenario.fleet.replicas = 1 + dice.whole(static_cast<int>(2 * hosts));
  for (int i = 0; i <= dice.whole(6); ++i) {
    scenario.causes.push_back(any_cause(dice, i, hosts));
  }
  any_recovery(dice, scenario);
  scenario.tiers.clear();
  for (int i = 0; i <= dice.whole(3); ++i) {
    Tier tier;
    tier.name = std::to_string(i);
    tier.every = 1 + dice.whole(5);
    tier.pause = Time(dice.share() * 30);
    tier.write = Time(dice.share() * 1000);
    tier.load = dice.duration(1, 1000);
    tier.keep = dice.whole(4);
    tier.host = 1 - dice.share();
    tier.domain = tier.host * 0.5;
    scenario.tiers.push_back(tier);
  }
  scenario.interval.rule = static_cast<IntervalRule>(dice.whole(6));
  scenario.interval.shortest = Time(10);
  if (dice.often()) scenario.maintenance = Maintenance{base::kDay, dice.duration(60, 6000)};
  scenario.corruption_found = dice.duration(100, 1e5);
  scenario.horizon.window = base::kDay * 20;
  if (dice.often()) scenario.horizon.work = base::kDay * dice.between(1, 30);
  return scenario;
}

void expect_sound(const ReplicaResult& result, std::uint64_t number) {
  for (std::size_t i = 0; i < kTimeClasses; ++i) {
    EXPECT_GE(result.times[i], -1e-6 * result.wall) << number << ' ' << i;
  }
  for (std::size_t i = 0; i < kDeviceClasses; ++i) {
    EXPECT_GE(result.devices[i], -1e-6 * result.wall) << number << ' ' << i;
  }
  EXPECT_LE(result.productive, result.wall * (1 + 1e-9));
  EXPECT_LE(result.wall, 20 * 86400 + 1.0);
  double loss = 0;
  for (const auto& one : result.loss) loss += sum(one);
  EXPECT_NEAR(loss + result.productive, result.wall, 1e-6 * result.wall) << number;
}

TEST(AnyScenario, IsConservedAndRepeatable) {
  for (std::uint64_t number = 0; number < 150; ++number) {
    const auto scenario = any_scenario(number);
    check(scenario);
    const auto first = testing::replica_of(scenario, number);
    expect_sound(first, number);
    const auto again = testing::replica_of(scenario, number);
    EXPECT_EQ(first.times, again.times);
    EXPECT_EQ(first.interruptions, again.interruptions);
  }
}

}  // namespace
}  // namespace weft::campaign
