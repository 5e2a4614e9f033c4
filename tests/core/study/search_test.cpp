// The search against exhaustive enumeration on spaces that are small enough for it.
#include "weft/study/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "shipped.h"
#include "weft/site/meter.h"

namespace weft::study {
namespace {

struct SearchSetting {
  const char* name;
  const char* cluster;
  const char* model;
  std::int64_t sequence;
  std::int64_t batch;
  const char* software;
};

const std::vector<SearchSetting> kSearched = {
    {"dense", "{use: dgx_h100, hosts: 2}", "llama3_8b", 4096, 32, "megatron_core"},
    {"experts", "{use: dgx_h100, hosts: 4}", "mixtral_8x7b", 4096, 32, "megatron_core"},
    {"ascend", "{use: atlas_800t_a2, hosts: 2}", "llama2_13b", 4096, 24, "mindspeed_llm"},
    {"gpipe_and_folds", "{use: dgx_h100, hosts: 2}", "llama3_8b", 4096, 32, "torchtitan"},
    {"both_ways", "{use: dgx_h100, hosts: 4}", "mixtral_8x7b", 4096, 32, "deepseek"},
    {"idle_devices", "{use: gb200_nvl72, hosts: 3}", "llama3_8b", 8192, 20, "megatron_core"},
};

class Searched : public testing::TestWithParam<SearchSetting> {
 protected:
  Searched()
      : cluster_(test::cluster_of(GetParam().cluster)),
        job_(test::job_of(GetParam().model, GetParam().sequence, GetParam().batch)),
        software_(test::software_of(GetParam().software)) {
    request_.axes = plan::Axes::wide();
    // And what only this stack ships.
    auto& schedules = request_.axes.schedules;
    for (const auto shipped : plan::Axes::wide(software_).schedules) {
      const bool known = std::find(schedules.begin(), schedules.end(), shipped) != schedules.end();
      if (!known) schedules.push_back(shipped);
    }
  }

  Search search(const SearchOptions& options, int threads = 1) {
    return best_plans(cluster_, job_, software_, request_, options, base::ThreadTeam(threads));
  }

  // Every legal plan at F2.
  std::vector<Found> all(bool with_energy) {
    std::vector<Found> found;
    plan::SpaceCount count;
    step::Evaluator evaluator(cluster_, job_, software_);
    for (const auto& plan : plan::legal_plans(cluster_, job_, software_, request_, count)) {
      Found one{plan, found.size(), {}, {}};
      if (with_energy) {
        const auto ledger = evaluator.simulate(plan);
        const auto used = static_cast<double>(plan.devices());
        const auto idle = static_cast<double>(cluster_.devices()) - used;
        one.step = ledger.step;
        one.energy =
            ledger.device_energy() * used + cluster_.device().power.idle * ledger.step * idle;
      } else {
        one.step = evaluator.time(plan);
      }
      found.push_back(one);
    }
    return found;
  }

  cluster::Cluster cluster_;
  workload::Job job_;
  workload::Software software_;
  plan::Request request_;
};

TEST_P(Searched, FindsTheFastestInOrder) {
  auto every = all(false);
  ASSERT_GT(every.size(), 50U);
  std::stable_sort(every.begin(), every.end(),
                   [](const Found& a, const Found& b) { return a.step < b.step; });
  SearchOptions options;
  options.top = 7;
  const auto result = search(options);
  EXPECT_EQ(result.count.legal, every.size());
  ASSERT_EQ(result.found.size(), 7U);
  for (std::size_t i = 0; i < result.found.size(); ++i) {
    EXPECT_EQ(result.found[i].plan, every[i].plan) << i << ' ' << to_text(every[i].plan);
    EXPECT_EQ(result.found[i].step, every[i].step) << i;
  }
  EXPECT_LT(result.replayed, result.bounded);
}

TEST_P(Searched, FindsTheBestOfEveryFamily) {
  std::map<std::pair<FamilyAxis, int>, base::Time> best;
  for (const auto& found : all(false)) {
    for (int a = 0; a < kFamilyAxisCount; ++a) {
      const auto axis = static_cast<FamilyAxis>(a);
      const auto known = best.emplace(std::pair(axis, value_of(axis, found.plan)), found.step);
      known.first->second = std::min(known.first->second, found.step);
    }
  }
  SearchOptions options;
  options.families = true;
  const auto result = search(options);
  EXPECT_EQ(result.families.size(), best.size());
  for (const auto& family : result.families) {
    EXPECT_EQ(value_of(family.axis, family.best.plan), family.value);
    EXPECT_EQ(family.best.step, (best.at({family.axis, family.value})))
        << name_of(family.axis) << ' ' << family.value;
  }
}

TEST_P(Searched, FindsTheLeastEnergy) {
  auto every = all(true);
  std::stable_sort(every.begin(), every.end(),
                   [](const Found& a, const Found& b) { return a.energy < b.energy; });
  SearchOptions options;
  options.objective = Objective::kEnergy;
  options.top = 3;
  const auto result = search(options);
  ASSERT_EQ(result.found.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(result.found[i].plan, every[i].plan) << i << ' ' << to_text(every[i].plan);
    EXPECT_EQ(result.found[i].energy, every[i].energy);
  }
}

// What the meter reads: with hosts, fabric, cooling, and fans of which a long step takes less.
TEST_P(Searched, FindsTheLeastEnergyAtTheMeter) {
  base::Reading reading;
  const auto site =
      site::read_site(test::shipped().load("site", "us_hyperscale", std::nullopt), reading);
  reading.throw_if_any();
  auto every = all(true);
  step::Evaluator evaluator(cluster_, job_, software_);
  for (const double fans : {1.0, 20.0}) {
    cluster_.host.fan_cubic = base::Power(100 * fans) * cluster_.host.devices;
    for (auto& one : every) {
      const auto power = evaluator.simulate(one.plan).mean_device_power();
      one.energy = site::meter_power(cluster_, one.plan.devices(), power, site).total() * one.step;
    }
    auto sorted = every;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Found& a, const Found& b) { return a.energy < b.energy; });
    SearchOptions options;
    options.objective = Objective::kEnergy;
    options.site = &site;
    const auto result = search(options);
    ASSERT_EQ(result.found.size(), 1U);
    EXPECT_NEAR(result.found[0].energy / sorted[0].energy, 1, 1e-12);
    EXPECT_EQ(result.found[0].plan, sorted[0].plan);
  }
}

// Of plans that are equal in both the first stays.
TEST_P(Searched, FindsTheWholeFront) {
  std::vector<Found> front;
  const auto every = all(true);
  for (const auto& one : every) {
    const bool beaten = std::any_of(every.begin(), every.end(), [&](const Found& other) {
      if (other.step > one.step || other.energy > one.energy) return false;
      return other.step < one.step || other.energy < one.energy || other.place < one.place;
    });
    if (!beaten) front.push_back(one);
  }
  std::stable_sort(front.begin(), front.end(),
                   [](const Found& a, const Found& b) { return a.step < b.step; });
  SearchOptions options;
  options.objective = Objective::kPareto;
  const auto result = search(options);
  ASSERT_EQ(result.found.size(), front.size());
  for (std::size_t i = 0; i < front.size(); ++i) {
    EXPECT_EQ(result.found[i].plan, front[i].plan) << i << ' ' << to_text(front[i].plan);
  }
}

TEST_P(Searched, ThreadsChangeNothing) {
  SearchOptions options;
  options.families = true;
  options.top = 4;
  const auto one = search(options, 1);
  const auto two = search(options, 2);
  ASSERT_EQ(one.found.size(), two.found.size());
  for (std::size_t i = 0; i < one.found.size(); ++i) {
    EXPECT_EQ(one.found[i].plan, two.found[i].plan);
    EXPECT_EQ(one.found[i].step, two.found[i].step);
  }
  EXPECT_EQ(one.replayed, two.replayed);
  EXPECT_EQ(one.tightened, two.tightened);
  EXPECT_EQ(one.count.refused, two.count.refused);
}

INSTANTIATE_TEST_SUITE_P(Small, Searched, testing::ValuesIn(kSearched),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace weft::study
