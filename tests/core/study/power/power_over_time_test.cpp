// What a cluster draws over time against its ledger, its meter and its campaign.
#include "weft/power_study/power_over_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "loaded.h"

namespace weft::power_study {
namespace {

TEST(Power, OfAStepIsItsLedgerOverTime) {
  const std::vector<std::string> plans = {
      kPipelined,
      "tensor: 8, data: 4, pipeline: 1, virtual_stages: 1",
      "tensor: 2, data: 2, pipeline: 4, virtual_stages: 2",  // stages share hosts, half are idle
      "tensor: 2, data: 4, pipeline: 4, virtual_stages: 1, rank_order: [tensor, pipeline, data, "
      "context]",
      "tensor: 2, data: 4, pipeline: 4, virtual_stages: 1, schedule: zb_h1",
  };
  for (const auto& plan : plans) {
    SCOPED_TRACE(plan);
    for (const auto* power :
         {"window: 1 step, interval: 1 ms", "window: 3 steps, interval: 7 ms"}) {
      const auto study = study_of(small(plan, power));
      const auto answer = first_of(study);
      expect_one_energy(answer);
      expect_devices_as_booked(answer);
    }
  }
}

TEST(Power, OfSeveralStepsRepeatsThatOfOne) {
  const auto one_study = study_of(small(kPipelined, "window: 1 step, interval: 1 ms"));
  const auto four_study = study_of(small(kPipelined, "window: 4 steps, interval: 1 ms"));
  const auto one = first_of(one_study);
  const auto four = first_of(four_study);
  EXPECT_NEAR(four.energy / one.energy, 4, 1e-9);
  EXPECT_NEAR(four.per_token() / one.per_token(), 1, 1e-9);
  EXPECT_NEAR(four.statistics.mean / one.statistics.mean, 1, 1e-9);
  // Their strongest line is a whole number of times in a step.
  const double times = four.line.frequency * four.step.si();
  EXPECT_NEAR(times, std::round(times), 0.02);
  EXPECT_GE(times, 0.98);
}

// A limit on the 95th percentile is on that of this curve.
TEST(Power, OfALimitOnItsPercentile) {
  const auto asked = [](const std::string& limit) {
    return study_of(
        "kind: study\n"
        "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 T}\n"
        "clusters: [{use: dgx_h100, hosts: 5" +
        limit +
        "}]\n"
        "plan: {" +
        kPipelined + ", context: 1, expert: 1, micro_batch: 1, zero: 1, recompute: none}\n");
  };
  const auto free_study = asked("");
  const double free = first_of(free_study).statistics.p95;
  double before = free;
  for (const double share : {1.01, 0.95, 0.85, 0.75}) {
    SCOPED_TRACE(share);
    const double most = share * free;
    const auto study = asked(", power_limit: {most: " + std::to_string(most) + " W, of: p95}");
    const auto answer = first_of(study);
    ASSERT_TRUE(answer.result.limit);
    const auto& held = *answer.result.limit;
    EXPECT_NEAR(held.free.si() / free, 1, 1e-9);
    EXPECT_NEAR(held.drawn.si() / answer.statistics.p95, 1, 1e-9);
    EXPECT_LE(answer.statistics.p95, most * (1 + 1e-9));
    EXPECT_LE(answer.statistics.p95, before);
    if (share < 1) {
      EXPECT_GT(answer.statistics.p95, most * 0.99);
    }
    before = answer.statistics.p95;
  }
}

TEST(Power, OfPartsAddsUp) {
  const auto study = study_of(
      "kind: study\n"
      "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 T}\n"
      "clusters: [{mixed: [{use: dgx_h100, hosts: 2}, {use: dgx_a100_80g, hosts: 2}], between: "
      "{link: ib_ndr}}]\n"
      "plan: {tensor: 2, data: 4, pipeline: 4, virtual_stages: 1, context: 1, expert: 1, "
      "micro_batch: 1, zero: 1, recompute: none}\n");
  const auto answer = first_of(study);
  expect_one_energy(answer);
  expect_devices_as_booked(answer);
}

class Day : public testing::Test {
 protected:
  static std::string text(const std::string& power, const std::string& changes) {
    return "kind: study\n"
           "job: {model: llama3_405b, sequence: 8192, global_batch: 2048, tokens: 15.6 T}\n"
           "clusters: [{use: dgx_h100, hosts: 2100}]\n"
           "plan: {tensor: 8, context: 1, data: 128, pipeline: 16, virtual_stages: 1, expert: 1, "
           "micro_batch: 1, zero: 1, recompute: selective}\n"
           "campaign: {use: mature, with: {" +
           changes +
           "}}\n"
           "power: {window: 1 d, interval: 1 s" +
           power + "}\n";
  }
};

TEST_F(Day, KeepsItsEnergyWhateverHappens) {
  for (const auto* changes : {"", "elastic: {by: shrink, slice_down: 1 min, rebuild: 20 min}",
                              "checkpoint: {interval: 5 min}"}) {
    SCOPED_TRACE(changes);
    const auto study = study_of(text(", evaluation: {every: 50 steps, for: 45 s}", changes));
    const auto answer = first_of(study);
    expect_one_energy(answer);
    EXPECT_NEAR(answer.window.si(), 86400, 1e-6);
    ASSERT_TRUE(answer.events);
    EXPECT_GT(answer.events->stops, 0);
    EXPECT_GT(answer.events->checkpoints, 0);
    for (const auto* cause : {"checkpoints", "evaluation", "idle hosts"}) {
      EXPECT_GT(share(answer, cause), 0) << cause;
    }
    // Forty-five seconds after fifty steps, of 2048 hosts; network, storage and cooling on top.
    const double steps = answer.events->working * 86400 / answer.step.si();
    const double of_hosts = steps / 50 * 45 * answer.host.evaluating.si() * 2048;
    const double at_meter = share(answer, "evaluation") * answer.energy.si();
    EXPECT_GT(at_meter / of_hosts, 1.25);
    EXPECT_LT(at_meter / of_hosts, 1.55);
  }
}

// While the job comes back all its devices wait: what the meter says of them.
TEST_F(Day, FallsToWhatWaitingDevicesDraw) {
  const auto study = study_of(text("", "elastic: {by: none}"));
  const auto answer = first_of(study);
  const auto& c = *answer.study_case;
  const auto waits = site::meter_power(c.cluster, answer.result.outcome->devices_used,
                                       chips::waiting_power(c.cluster.device()), c.site);
  EXPECT_GE(answer.statistics.trough, waits.total().si() * (1 - 1e-9));
  const auto& power = answer.trace.site.power;
  const auto at_waiting = std::count_if(power.begin(), power.end(), [&](double one) {
    return std::abs(one / waits.total().si() - 1) < 1e-9;
  });
  EXPECT_GT(at_waiting, 60);
}

TEST_F(Day, IsThatOfItsReplica) {
  const auto study_a = study_of(text("", ""));
  const auto study_b = study_of(text(", replica: 1", ""));
  const auto first = first_of(study_a);
  EXPECT_EQ(first.trace.site.power, first_of(study_a).trace.site.power);
  EXPECT_NE(first.trace.site.power, first_of(study_b).trace.site.power);
}

// Each device draws at least the floor; where some draw more while others wait, the sum of them may
// peak higher than without (all of one stage: it may not).
TEST(Floor, CostsEnergyAndFillsTroughs) {
  for (const auto& plan : {kPipelined, std::string("tensor: 8, data: 4, pipeline: 1, "
                                                   "virtual_stages: 1")}) {
    double energy = 0;
    double trough = 0;
    for (const int floor : {10, 20, 40, 60, 80}) {
      const auto study = study_of(small(plan, "floor: " + std::to_string(floor) + " %"));
      const auto answer = first_of(study);
      ASSERT_EQ(answer.smoothing.size(), 1U);
      const auto& smooth = answer.smoothing[0];
      EXPECT_GE(smooth.added.si(), -1e-9 * answer.energy.si());
      EXPECT_GE(smooth.energy.si(), energy * (1 - 1e-12));
      EXPECT_GE(smooth.statistics.trough, trough * (1 - 1e-12));
      energy = smooth.energy.si();
      trough = smooth.statistics.trough;
      if (plan != kPipelined) {
        EXPECT_LE(smooth.statistics.peak, answer.statistics.peak * (1 + 1e-9));
      }
    }
  }
}

TEST(Smoothing, IsPutOnOneByOne) {
  const auto study = study_of(
      small(kPipelined,
            "floor: 30 %, storage: {power: 5 kW, energy: 10 kJ, efficiency: 90 %}, ramp_limit: "
            "{limit: 20 kW/s, up: burn}"));
  const auto answer = first_of(study);
  ASSERT_EQ(answer.smoothing.size(), 3U);
  double energy = answer.energy.si();
  for (const auto& one : answer.smoothing) {
    EXPECT_NEAR(one.energy.si(), energy + (one.added - one.withheld).si(), 1e-9 * energy);
    energy = one.energy.si();
  }
  EXPECT_LE(answer.smoothing[1].statistics.peak, answer.smoothing[0].statistics.peak);
  EXPECT_LE(answer.smoothing[2].statistics.ramp, 20e3 * (1 + 1e-9));
  EXPECT_EQ(answer.smoothing[2].lost.si(), 0);
  ASSERT_TRUE(answer.smooth);
  EXPECT_NEAR(answer.smooth->energy(), energy, 1e-9 * energy);
}

// Work waits for the energy that a ramp withholds, whatever the floor under it.
TEST(Smoothing, ByARampMakesWorkWait) {
  for (const int floor : {0, 40, 60, 80, 100}) {
    SCOPED_TRACE(floor);
    const auto study = study_of(small(
        kPipelined, "window: 3 steps, ramp_limit: 5 kW/s, floor: " + std::to_string(floor) + " %"));
    const auto answer = first_of(study);
    const auto& ramp = answer.smoothing.back();
    const auto before =
        answer.smoothing.size() > 1 ? answer.smoothing.front().energy : answer.energy;
    EXPECT_LE(ramp.statistics.ramp, 5e3 * (1 + 1e-9));
    EXPECT_GE(ramp.added.si(), -1e-9 * answer.energy.si());
    EXPECT_NEAR((ramp.energy - ramp.added + ramp.withheld) / before, 1, 1e-9);
    if (floor < 100) {
      EXPECT_GT(ramp.withheld.si(), 0);
      EXPECT_GT(ramp.lost.si(), 0);
    }
    EXPECT_EQ(ramp.lost.si() > 0, ramp.withheld.si() > 0);
    EXPECT_LT(ramp.lost.si(), answer.window.si());
  }
}

class ByTheHour : public testing::Test {
 protected:
  // No cooling but in the hours from 12 to 24, and a grid that is dirty when it is hot.
  static void heat(study::Study& study) {
    auto& site = study.cases.front().site;
    site::WetBulbCooling cooling;
    cooling.fixed = 0.1;
    cooling.per_kelvin = 0.02;
    cooling.from = 10;
    for (int hour = 0; hour < site::kHoursADay; ++hour) {
      cooling.wet_bulb.push_back(hour < 12 ? 5 : 20);
      site.carbon_by_hour.by_hour[static_cast<std::size_t>(hour)] = hour < 12 ? 0.5 : 1.5;
    }
    site.cooling = cooling;
    site.distribution = 0;
    site.pue = 1 + cooling.mean_share();
    site.carbon_per_joule = 1e-7;
  }
  static PowerAnswer answer(study::Study& study) {
    heat(study);
    return first_of(study);
  }
};

TEST_F(ByTheHour, CoolingAndCarbonAreThoseOfTheHour) {
  auto study = study_of(small(kPipelined, "window: 1 step"));
  const auto mean = answer(study);
  auto cool_study = study_of(small(kPipelined, "window: 1 step, start_hour: 3"));
  const auto cool = answer(cool_study);
  auto hot_study = study_of(small(kPipelined, "window: 1 step, start_hour: 13.5"));
  const auto hot = answer(hot_study);
  for (const auto* one : {&mean, &cool, &hot}) expect_one_energy(*one);
  EXPECT_NEAR(mean.mean.facility / mean.mean.it(), 0.2, 1e-9);
  EXPECT_NEAR(cool.mean.facility / cool.mean.it(), 0.1, 1e-9);
  EXPECT_NEAR(hot.mean.facility / hot.mean.it(), 0.3, 1e-9);
  EXPECT_NEAR(hot.mean.it() / cool.mean.it(), 1, 1e-12);
  EXPECT_NEAR(mean.carbon_kg / (mean.energy.si() * 1e-7), 1, 1e-9);
  EXPECT_NEAR(cool.carbon_kg / (cool.energy.si() * 1e-7), 0.5, 1e-9);
  EXPECT_NEAR(hot.carbon_kg / (hot.energy.si() * 1e-7), 1.5, 1e-9);
}

// Whole days that begin at whatever hour are of the mean of the day, and no step is cut short by
// the full hours in it.
TEST_F(ByTheHour, WholeDaysAreOfTheMean) {
  const auto one_step = study_of(small(kPipelined, "window: 1 step"));
  const double step = first_of(one_step).step.si();
  const auto days = static_cast<std::int64_t>(std::ceil(10 * 86400 / step));
  const auto text = "window: " + std::to_string(days) + " steps, interval: 10 min";
  auto even_study = study_of(small(kPipelined, text));
  const auto even = answer(even_study);
  for (const auto* start : {"0", "5.25", "23.9"}) {
    SCOPED_TRACE(start);
    auto study = study_of(small(kPipelined, text + ", start_hour: " + start));
    const auto by_hour = answer(study);
    expect_one_energy(by_hour);
    EXPECT_NEAR(by_hour.trace.hosts.energy() / even.trace.hosts.energy(), 1, 1e-9);
    EXPECT_NEAR(by_hour.energy / even.energy, 1, 1e-4);
    // Hot hours draw more, and what they draw is dirtier.
    EXPECT_NEAR(by_hour.carbon_kg / even.carbon_kg, (1.1 * 0.5 + 1.3 * 1.5) / 2.4, 1e-4);
    EXPECT_NEAR(by_hour.statistics.p95 / by_hour.statistics.p5, 1.3 / 1.1, 0.01);
  }
}

TEST(Power, RefusesWhatItCannotSay) {
  const auto fine = study_of(small(kPipelined, "interval: 1 ns"));
  EXPECT_THROW(first_of(fine), base::InputError);
  const auto often = study_of(
      small(kPipelined,
            "window: 1000000000 steps, interval: 100 h, evaluation: {every: 1 step, for: 1 s}"));
  EXPECT_THROW(first_of(often), base::InputError);
  for (const auto* wrong :
       {"window: 3 parsecs", "window: 0 steps", "floor: 120 %", "flor: 1 %", "ramp_limit: 3 MW",
        "storage: {power: 1 MW, energy: 1 MW, efficiency: "
        "90 %}",
        "evaluation: {for: 3 s}", "interval: 0 s", "meter: 1e-20 s", "start_hour: 24",
        "start_hour: -1"}) {
    EXPECT_THROW(study_of(small(kPipelined, wrong)), base::InputError) << wrong;
  }
}

}  // namespace
}  // namespace weft::power_study
