#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::site {
namespace {

using base::Power;
using base::Time;
using testing::bare_site;
using testing::h100_air;
using testing::ledger_of;

workload::Job job_of(double tokens) {
  workload::Job job;
  job.sequence = 2048;
  job.global_batch = 2048;
  job.tokens = tokens;
  return job;
}

campaign::Goodput disturbed() {
  campaign::Goodput goodput;
  goodput.productive = base::kDay * 50;
  goodput.checkpointing = base::kDay * 1;
  goodput.lost = base::kDay * 2;
  goodput.recovering = base::kDay * 3;
  goodput.wall = base::kDay * 56;
  return goodput;
}

// Capital of 40.6 kUSD per GPU: 33.5 k for the server's share, 15 % network, 3 % storage.
cluster::Cluster priced_h100(int hosts) {
  auto cluster = h100_air(hosts);
  cluster.prices.per_host = base::Money{268000, "USD"};
  cluster.prices.rent_per_package_hour = base::Money{2.35, "USD"};
  return cluster;
}

double amount(const std::optional<base::Money>& money) { return money ? money->amount : NAN; }

// V5 (MLPerf Training v4.0): 1.12 J/token at the plugs of 64 hosts, 10.64 s per step.
TEST(Account, JoulesPerTokenOfGpt3) {
  const auto job = job_of(1000.0 * 2048 * 2048);
  const auto bill =
      account(testing::h100_immersion(64), 512, ledger_of(Time(10.64), Power(653), Power(697)),
              testing::undisturbed(Time(10640)), job, bare_site());
  EXPECT_NEAR(bill.mean.total().si(), 441e3, 4e3);
  EXPECT_NEAR(bill.peak.total().si(), 459e3, 10e3);
  EXPECT_NEAR(bill.per_token.si(), 1.12, 0.01);
}

TEST(Account, EnergyAndCarbonOfTheRun) {
  const auto bill = account(h100_air(64), 512, ledger_of(Time(10), Power(600), Power(690)),
                            disturbed(), job_of(1e12), bare_site());
  const auto energy = bill.mean.total() * (base::kDay * 52) + bill.idle.total() * (base::kDay * 4);
  EXPECT_NEAR(bill.energy / energy, 1.0, 1e-12);
  EXPECT_NEAR(bill.per_token.si() * 1e12, energy.si(), 1e-6 * energy.si());
  EXPECT_NEAR(bill.carbon_kg, bill.energy / base::kKilowattHour * 0.369, 1e-6 * bill.carbon_kg);
  EXPECT_LT(bill.idle.total(), bill.mean.total());
  EXPECT_LT(bill.mean.total(), bill.peak.total());
  EXPECT_LT(bill.peak.total(), bill.rated.total());
}

TEST(Account, CostPartsSum) {
  const auto bill = account(priced_h100(64), 512, ledger_of(Time(10), Power(600), Power(690)),
                            disturbed(), job_of(1e12), bare_site());
  ASSERT_TRUE(bill.cost);
  const auto& cost = *bill.cost;
  EXPECT_DOUBLE_EQ(cost.own.amount, cost.capital_share.amount + cost.maintenance.amount +
                                        cost.space.amount + cost.staff.amount + cost.energy.amount);
  EXPECT_NEAR(cost.energy.amount, bill.energy / base::kKilowattHour * 0.0826, 1e-6);
  EXPECT_NEAR(cost.space.amount, bill.rated.it().si() / 1e3 * 130 / 730 * 56 * 24, 1e-3);
  EXPECT_NEAR(amount(bill.rent), 512 * 56 * 24 * 2.35, 1e-3);
  EXPECT_NEAR(amount(bill.own_per_package_hour), cost.own.amount / (512 * 56 * 24), 1e-9);
  for (const auto& money : {cost.capital, cost.capital_share, cost.maintenance, cost.space,
                            cost.energy, cost.own, *bill.rent, *bill.own_per_package_hour}) {
    EXPECT_EQ(money.currency, "USD");
    EXPECT_GT(money.amount, 0);
  }
}

// Owning H100 in a US colocation: about 1.60 USD per chip-hour (1.30 to 1.69 published).
TEST(Account, OwnedH100) {
  auto site = bare_site();
  site.pue = 1.25;
  site.other_it = 0.04;
  auto cluster = priced_h100(64);
  cluster.fabric = [] {
    interconnect::Tier host;
    host.children = 8;
    host.link.bandwidth = base::Bandwidth(450e9);
    interconnect::Tier network = host;
    network.kind = interconnect::TierKind::kFatTree;
    network.children = 64;
    network.rails = 8;
    network.switch_power = Power(750);
    network.link.optics = {2, Power(8.5)};
    return interconnect::Fabric({host, network});
  }();
  const auto bill = account(cluster, 512, ledger_of(Time(10), Power(653), Power(697)),
                            testing::undisturbed(base::kDay * 30), job_of(1e12), site);
  EXPECT_NEAR(bill.cost->capital.amount / 512, 40.6e3, 0.05e3);
  EXPECT_NEAR(amount(bill.own_per_package_hour), 1.60, 0.03);
  const double hours = 512 * 30 * 24;
  EXPECT_NEAR(bill.cost->energy.amount / hours, 0.11, 0.01);
}

// Owning CloudMatrix384: about 6.5 CNY per NPU-hour, 5.9 of them fixed. Per NPU: capital of 167
// kCNY, 1.62 kW rated with all that is around it, 1.13 kW in the mean.
TEST(Account, OwnedCloudMatrix384) {
  auto cluster = testing::eight_way(48, Power(850), Power(170), Power(160));
  cluster.host.base_training = Power(8 * (1620 - 850));
  cluster.host.psu_efficiency = 1;
  cluster.prices.per_host = base::Money{167e3 * 8 / 7.2, "USD"};
  cluster.prices.includes_network = true;
  auto site = bare_site();
  site.pue = 1.2;
  site.electricity = {{0.40 / 3.6e6, "CNY"}};
  site.colocation = {{600.0 / (730 * 3.6e6), "CNY"}};
  site.report_currency = "CNY";
  site.finance = {.rate = 0.04, .residual = 0.05, .maintenance = 0.025, .storage_share = 0};
  const auto bill = account(cluster, 384, ledger_of(Time(10), Power(600), Power(800)),
                            testing::undisturbed(base::kDay * 30), job_of(1e12), site);
  EXPECT_NEAR(bill.cost->capital.amount / 384, 167e3, 1);
  EXPECT_NEAR(amount(bill.own_per_package_hour), 6.5, 0.1);
  EXPECT_NEAR(bill.cost->energy.amount / (384 * 30 * 24), 0.55, 0.02);
  EXPECT_EQ(bill.own_per_package_hour->currency, "CNY");
}

TEST(Account, CurrenciesMeetThroughRates) {
  const auto ledger = ledger_of(Time(10), Power(600), Power(690));
  auto site = bare_site();
  const auto dollars = account(priced_h100(8), 64, ledger, disturbed(), job_of(1e12), site);
  site.report_currency = "CNY";
  const auto yuan = account(priced_h100(8), 64, ledger, disturbed(), job_of(1e12), site);
  EXPECT_NEAR(yuan.cost->own.amount / dollars.cost->own.amount, 7.2, 1e-9);
  EXPECT_NEAR(yuan.rent->amount / dollars.rent->amount, 7.2, 1e-9);
  EXPECT_EQ(yuan.cost->own.currency, "CNY");
  site.report_currency = "EUR";
  EXPECT_THROW(account(priced_h100(8), 64, ledger, disturbed(), job_of(1e12), site),
               std::invalid_argument);
}

TEST(Account, UnsoldHoursRaiseFixedCostOnly) {
  const auto ledger = ledger_of(Time(10), Power(600), Power(690));
  auto site = bare_site();
  const auto full = account(priced_h100(8), 64, ledger, disturbed(), job_of(1e12), site);
  site.finance.utilisation = 0.5;
  const auto half = account(priced_h100(8), 64, ledger, disturbed(), job_of(1e12), site);
  EXPECT_NEAR(half.cost->capital_share.amount, 2 * full.cost->capital_share.amount, 1e-6);
  EXPECT_NEAR(half.cost->maintenance.amount, 2 * full.cost->maintenance.amount, 1e-6);
  EXPECT_NEAR(half.cost->space.amount, 2 * full.cost->space.amount, 1e-6);
  EXPECT_DOUBLE_EQ(half.cost->energy.amount, full.cost->energy.amount);
}

TEST(Account, NoPriceNoCost) {
  const auto bill = account(h100_air(8), 64, ledger_of(Time(10), Power(600), Power(690)),
                            disturbed(), job_of(1e12), bare_site());
  EXPECT_FALSE(bill.cost);
  EXPECT_FALSE(bill.rent);
  EXPECT_FALSE(bill.own_per_package_hour);
  EXPECT_GT(bill.energy.si(), 0);
}

TEST(Account, RentWithoutPurchasePrice) {
  auto cluster = h100_air(8);
  cluster.prices.rent_per_package_hour = base::Money{2.0, "USD"};
  const auto bill = account(cluster, 8, ledger_of(Time(10), Power(600), Power(690)),
                            testing::undisturbed(base::kHour), job_of(1e9), bare_site());
  EXPECT_FALSE(bill.cost);
  EXPECT_NEAR(amount(bill.rent), 128.0, 1e-9);  // idle hosts are rented as well
}

TEST(Account, NoProgressNoBill) {
  campaign::Goodput hopeless;
  hopeless.makes_progress = false;
  const auto bill = account(priced_h100(8), 64, ledger_of(Time(10), Power(600), Power(690)),
                            hopeless, job_of(1e12), bare_site());
  EXPECT_EQ(bill.energy.si(), 0);
  EXPECT_FALSE(bill.cost);
  EXPECT_GT(bill.mean.total().si(), 0);
}

TEST(Account, WaterIsOfItEnergyAndTheLimitStyleOfDevicesInUse) {
  auto site = bare_site();
  site.pue = 1.25;
  site.water_per_joule = 1.8 / 3.6e6;
  const auto bill = account(h100_air(8), 40, ledger_of(Time(10), Power(600), Power(690)),
                            disturbed(), job_of(1e12), site);
  EXPECT_NEAR(bill.it_energy / bill.energy, 0.8, 1e-12);
  EXPECT_NEAR(bill.water_litres, bill.energy / base::kKilowattHour * 0.8 * 1.8, 1e-6);
  EXPECT_NEAR(bill.limit_energy.si(), 40 * 700.0 * 56 * 86400, 1);
}

TEST(Account, RunOfNoLengthCostsNothing) {
  const auto bill = account(priced_h100(8), 64, ledger_of(Time(10), Power(600), Power(690)),
                            campaign::Goodput(), job_of(0), bare_site());
  EXPECT_EQ(bill.energy.si(), 0);
  EXPECT_EQ(bill.limit_energy.si(), 0);
  EXPECT_EQ(bill.carbon_kg, 0);
  ASSERT_TRUE(bill.cost);
  EXPECT_EQ(bill.cost->own.amount, 0);
  EXPECT_GT(bill.cost->capital.amount, 0);
  EXPECT_FALSE(bill.own_per_package_hour);
}

TEST(Account, RunThatOnlyWaitsPaysForWaiting) {
  campaign::Goodput waiting;
  waiting.recovering = waiting.wall = base::kDay * 3;
  const auto bill = account(priced_h100(8), 64, ledger_of(Time(10), Power(600), Power(690)),
                            waiting, job_of(1e12), bare_site());
  EXPECT_NEAR(bill.energy / (bill.idle.total() * (base::kDay * 3)), 1, 1e-12);
  EXPECT_LT(bill.idle.total(), bill.mean.total());
  EXPECT_GT(bill.cost->own.amount, 0);
}

}  // namespace
}  // namespace weft::site
