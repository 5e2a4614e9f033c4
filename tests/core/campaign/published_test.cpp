// Published points that take the engine; the rest of the table is weeks::published_points().
#include <cmath>

#include <gtest/gtest.h>

#include "scenario_fixtures.h"
#include "weft/campaign/closed_forms.h"

namespace weft::campaign {
namespace {

using base::Time;
using testing::failing;
using testing::outlook_of;
using testing::quiet_job;
using testing::seconds;

Scenario job_stopped_every(double between, double pause, double recovery, std::int64_t hosts) {
  auto scenario = quiet_job(pause, recovery, 1, hosts);
  scenario.interval = {};
  scenario.causes = {failing(between, static_cast<double>(hosts), Scope::kHost)};
  scenario.horizon.window = base::kDay * 54;
  return scenario;
}

double played(const Scenario& scenario) { return outlook_of(scenario, 60).ettr.mean; }

// V3: Llama 3 keeps more than 90 % with checkpoints of 20 s and 5 min to recover, not with 60 s and
// 10 min: 419 stops in 54 days on 2,048 hosts.
TEST(Published, Llama3) {
  const double between = 54 * 86400.0 / 419;
  const auto quick = outlook_of(job_stopped_every(between, 20, 300, 2048), 60);
  EXPECT_GT(quick.ettr.mean, 0.90);
  EXPECT_NEAR(quick.interruptions.mean, 419, 8);
  EXPECT_NEAR(quick.interruptions.high - quick.interruptions.low, 2 * 1.645 * std::sqrt(419), 25);
  EXPECT_LT(played(job_stopped_every(between, 60, 600, 2048)), 0.90);
}

// V4, V5: 12,000 A100 at RSC-1's rate reach 90 % with checkpoints of 10 s, not of 60 s; large jobs
// there had 85 to 90 %.
TEST(Published, Rsc) {
  const double between = job_mean_time(1500, 6.5e-3 / base::kDay).si();
  EXPECT_GT(played(job_stopped_every(between, 10, 300, 1500)), 0.90);
  const double slow = played(job_stopped_every(between, 60, 300, 1500));
  EXPECT_LT(slow, 0.90);
  EXPECT_GT(slow, 0.85);
  EXPECT_LT(played(job_stopped_every(between, 300, 300, 1500)), 0.80);
}

// V6, V7: 98,304 GPUs that stop every 18 min have 44 % when all wait 10 min, 80 % when the others
// run on after 3. The clock of the 18 min is not said; on running time both come out higher.
TEST(Published, FtHsdp) {
  auto scenario = job_stopped_every(1080, 0.5, 600, 12288);
  scenario.horizon.window = base::kDay * 10;
  EXPECT_NEAR(played(scenario), 0.50, 0.07);
  scenario.fleet.replicas = 48;
  scenario.elastic.mode = Elastic::kShrink;
  scenario.elastic.slice_down = seconds(180);
  scenario.elastic.rebuild = seconds(600);
  EXPECT_NEAR(played(scenario), 0.80, 0.05);
}

// V8: 97 % on 9,600 GPUs with 175 incidents in 90 days bounds what each may cost; automated
// recovery as in their tables stays within.
TEST(Published, ByteRobust) {
  auto scenario = job_stopped_every(90 * 86400.0 / 175, 0.01, 54, 1200);
  scenario.causes[0].hang = 15 / 175.0;
  for (auto& stages : scenario.stages) {
    stages.detect = seconds(60);
    stages.localise = lognormal(Time(330), 0.6);
  }
  scenario.stages[static_cast<std::size_t>(Stop::kHang)].detect = seconds(600);
  scenario.interval = {IntervalRule::kFixed, Time(60)};
  const auto outlook = outlook_of(scenario, 60);
  EXPECT_GT(outlook.ettr.mean, 0.97);
  EXPECT_LT((1 - outlook.ettr.mean) * outlook.mean_time_between.si(), 22.3 * 60);
}

// V20: hosts of Delta are 99.4 % and 99.3 % available and away for 2.2 h; 5 % of spares was
// advised.
TEST(Published, DeltaSpares) {
  for (const auto& [hosts, available] : {std::pair{106.0, 0.994}, {152.0, 0.993}}) {
    const double repair = 2.2 * 3600;
    const double up = repair * available / (1 - available);
    auto scenario = job_stopped_every(up / hosts, 0, 0, static_cast<std::int64_t>(hosts));
    scenario.interval = {IntervalRule::kFixed, base::kHour};
    scenario.hosts.out_of_band = exponential(Time(repair));
    scenario.horizon.window = base::kDay * 365;
    const auto outlook = outlook_of(scenario, 20);
    const double share = outlook.spares_for(0.999) / hosts;
    EXPECT_GT(share, 0.025) << hosts;
    EXPECT_LT(share, 0.075) << hosts;
    EXPECT_NEAR(outlook.hosts_out.mean, hosts * (1 - available) / available, 0.03);
  }
}

// V12: 98 % of 10,000 cards allows 10 min a stop every 8.3 h, or 6.1 min at Llama 3's rate.
TEST(Published, HuaweiAvailability) {
  auto rare = job_stopped_every(8.3 * 3600, 0, 600, 1250);
  rare.interval = {IntervalRule::kFixed, Time(40)};
  EXPECT_NEAR(played(rare), 0.98, 0.0015);
  auto often = job_stopped_every(5.07 * 3600, 0, 366, 1250);
  often.interval = {IntervalRule::kFixed, Time(40)};
  EXPECT_NEAR(played(often), 0.98, 0.0015);
}

// V21: the range of published rates brackets Llama 3's 419.
TEST(Published, RatesBracketLlama3) {
  const auto stops = [](double per_thousand) {
    const double between = job_mean_time(2048, per_thousand * 1e-3 / base::kDay).si();
    return outlook_of(job_stopped_every(between, 20, 300, 2048), 60).interruptions.mean;
  };
  EXPECT_NEAR(stops(2.34), 259, 6);
  EXPECT_NEAR(stops(6.50), 719, 10);
}

}  // namespace
}  // namespace weft::campaign
