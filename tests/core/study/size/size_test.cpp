// The right size: against brute force, published designs, and itself.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "size_questions.h"
#include "weft/campaign/closed_forms.h"

namespace {

using namespace weft;
using size::Aim;
using size::Target;
using test::sized;
using test::small_question;

// Spares and storage do not matter here: what is left is a run of `weft run`.
constexpr const char* kBare = "spares: 0 %\ncheckpoint_pause: 100 %\n";

study::Outcome run_of(int hosts) {
  base::Reading reading;
  const auto text =
      test::small_question(fmt::format("clusters: [{{use: dgx_h100, hosts: {}}}]\n", hosts));
  const auto document = base::Document::parse("kind: study" + text.substr(text.find('\n')), "test");
  const auto study = study::read_study(document, test::shipped(), reading);
  reading.throw_if_any();
  return *study::run(study, base::ThreadTeam(1)).front().outcome;
}

// Every size up to 26 hosts, by the path of `weft run`.
const std::map<int, study::Outcome>& runs() {
  static const auto all = [] {
    std::map<int, study::Outcome> outcomes;
    for (int hosts = 1; hosts <= 26; ++hosts) outcomes.emplace(hosts, run_of(hosts));
    return outcomes;
  }();
  return all;
}

template <class Value>
int least(double days, int most, Value value) {
  int best = 0;
  for (const auto& [hosts, outcome] : runs()) {
    if (hosts > most || outcome.goodput.wall / base::kDay > days) continue;
    if (best == 0 || value(outcome) < value(runs().at(best)) * (1 - 1e-12)) best = hosts;
  }
  return best;
}

class AgainstBruteForce : public testing::TestWithParam<double> {};

TEST_P(AgainstBruteForce, TheSameOptimum) {
  const double days = GetParam();
  const auto answer = sized(small_question(
      fmt::format("{}targets: {{time: {} d}}\noffer: [dgx_h100]\nsizes: every\n", kBare, days)));
  const auto& offer = answer.offers.front();
  int smallest = 0;
  for (const auto& [hosts, outcome] : runs()) {
    if (outcome.goodput.wall / base::kDay <= days) {
      smallest = hosts;
      break;
    }
  }
  ASSERT_GT(smallest, 0);
  ASSERT_LE(2 * smallest, 26);
  EXPECT_EQ(offer.found_for(Aim::kSmallest)->hosts, smallest);
  EXPECT_EQ(offer.found_for(Aim::kCheapest)->hosts,
            least(days, 2 * smallest, [](const auto& o) { return o.bill.cost->own.amount; }));
  EXPECT_EQ(offer.found_for(Aim::kCoolest)->hosts,
            least(days, 26, [](const auto& o) { return o.bill.mean.total(); }));
  const auto wall = *offer.found_for(Aim::kSmallest)->wall();
  EXPECT_DOUBLE_EQ(wall.si(), runs().at(smallest).goodput.wall.si());
}

TEST_P(AgainstBruteForce, SizesLeftOutByDefaultDoNotMatter) {
  const double days = GetParam();
  const auto rest = fmt::format("{}targets: {{time: {} d}}\noffer: [dgx_h100]\n", kBare, days);
  const auto quick = sized(small_question(rest));
  const auto all = sized(small_question(rest + "sizes: every\n"));
  EXPECT_EQ(quick.offers.front().found_for(Aim::kSmallest)->hosts,
            all.offers.front().found_for(Aim::kSmallest)->hosts);
  EXPECT_LE(quick.offers.front().examined.size(), all.offers.front().examined.size());
}

// 480 sequences: 5, 7, 9 and 11 hosts leave some idle, so that time does not fall evenly.
INSTANTIATE_TEST_SUITE_P(Days, AgainstBruteForce, testing::Values(9.0, 12.0, 15.5, 22.0, 40.0));

TEST(Size, LessTimeNeverTakesFewerHosts) {
  std::int64_t before = 0;
  for (const double days : {40.0, 22.0, 15.5, 12.0, 9.0}) {
    const auto answer = sized(small_question(
        fmt::format("targets: {{time: {} d}}\noffer: [dgx_h100]\nfind: smallest\n", days)));
    const auto hosts = answer.offers.front().found_for(Aim::kSmallest)->hosts;
    EXPECT_GE(hosts, before);
    before = hosts;
  }
}

TEST(Size, WhatStandsInTheWayIsNamedWithByHowMuch) {
  const auto open = sized(small_question("targets: {time: 12 d}\noffer: [dgx_h100]\n"));
  const auto* free = open.offers.front().found_for(Aim::kSmallest);
  const double watts = free->outcome->bill.mean.total().si();
  const auto answer = sized(small_question(fmt::format(
      "targets: {{time: 12 d, power: \"< {} W\"}}\noffer: [dgx_h100]\n", watts / 1.55)));
  const auto& offer = answer.offers.front();
  EXPECT_TRUE(offer.found.empty());
  ASSERT_TRUE(offer.in_time);
  const auto& design = offer.examined[*offer.in_time];
  EXPECT_EQ(design.hosts, free->hosts);
  EXPECT_EQ(design.binding()->target, Target::kPower);
  EXPECT_NEAR(design.binding()->use(), 1.55, 1e-9);
  ASSERT_TRUE(offer.within);
  const auto& within = offer.examined[*offer.within];
  EXPECT_LT(within.hosts, design.hosts);
  EXPECT_FALSE(within.meets(Target::kTime));
  EXPECT_TRUE(within.meets(Target::kPower));
  EXPECT_FALSE(answer.any_found());
}

TEST(Size, AJobCanRunOutOfSequences) {
  const auto answer = sized(
      "kind: size\n"
      "job: {model: llama3_8b, sequence: 8192, global_batch: 16 sequences, tokens: 1 T}\n"
      "plan: {tensor: 1, context: 1, pipeline: 1, expert: 1, micro_batch: 1, zero: 1,\n"
      "       recompute: full, data: auto}\n"
      "search: {least_used: 1 %}\n"
      "targets: {time: 2 d}\noffer: [dgx_h100]\n");
  EXPECT_TRUE(answer.offers.front().found.empty());
  EXPECT_NE(answer.offers.front().limit.find("no more than 16 replicas"), std::string::npos)
      << answer.offers.front().limit;
}

TEST(Size, NoMoreThanThereAre) {
  const auto answer =
      sized(small_question("targets: {time: 12 d}\noffer: [{use: dgx_h100, most: 3}]\n"));
  const auto& offer = answer.offers.front();
  EXPECT_TRUE(offer.found.empty());
  for (const auto& design : offer.examined) EXPECT_LE(design.hosts, 3);
  EXPECT_NE(offer.limit.find("no more are on offer"), std::string::npos);
}

TEST(Size, ChipsRacksAndMoneyCountSpares) {
  const auto answer = sized(small_question(
      "targets: {time: 30 d, chips: 100000, budget: 1 GCNY, racks: 1000}\n"
      "offer: [{use: gb200_nvl72, hosts_per_domain: 16}]\nspares: 10 %\nfind: smallest\n"
      "sizes: every\n"));
  const auto* design = answer.offers.front().found_for(Aim::kSmallest);
  ASSERT_NE(design, nullptr);
  const auto idle = design->outcome->devices_idle / 4;
  EXPECT_EQ(design->spares.wanted, (design->hosts + 9) / 10);
  EXPECT_EQ(design->spares.added, std::max<std::int64_t>(0, design->spares.wanted - idle));
  EXPECT_EQ(design->all_packages(), design->packages + 4 * design->spares.added);
  EXPECT_EQ(*design->checks[2].needed, static_cast<double>(design->all_packages()));
  EXPECT_EQ(design->checks[2].target, Target::kChips);
  EXPECT_EQ(*design->checks[3].needed, design->racks);
  // Rooms below say what as many hosts cost and draw.
  EXPECT_NEAR(design->outcome->bill.cost->capital.amount, design->money.capital->total(),
              1e-9 * design->money.capital->total());
  EXPECT_EQ(design->checks[1].currency, "CNY");
}

TEST(Size, SparesAreAPoissonNumberOfHostsUnderRepair) {
  const auto answer =
      sized(small_question("targets: {time: 9 d}\noffer: [dgx_h100]\nfind: smallest\n"));
  const auto* design = answer.offers.front().found_for(Aim::kSmallest);
  EXPECT_GT(design->spares.out, 0);
  EXPECT_EQ(design->spares.wanted, campaign::poisson_quantile(design->spares.out, 0.99));
  EXPECT_EQ(design->spares.repairs, "automated");
  const auto own = sized(small_question(
      "targets: {time: 9 d}\noffer: [dgx_h100]\nfind: smallest\ncampaign: automated\n"
      "spares: {level: 50 %}\n"));
  const auto* automated = own.offers.front().found_for(Aim::kSmallest);
  EXPECT_EQ(automated->spares.repairs, "");
  EXPECT_LT(automated->spares.wanted, design->spares.wanted);
}

TEST(Size, StorageIsWhatCheckpointsNeed) {
  const auto answer = sized(small_question(
      "targets: {time: 9 d}\noffer: [dgx_h100]\nfind: smallest\ncheckpoint_pause: 0.6 %\n"
      "campaign: {use: mature, with: {checkpoint: {pause: 0 s}}}\n"));
  const auto* design = answer.offers.front().found_for(Aim::kSmallest);
  const auto& storage = design->storage;
  ASSERT_TRUE(storage.reaches);
  EXPECT_LE(storage.pause, 0.006 * (1 + 1e-9));
  EXPECT_NEAR(storage.pause, storage.write > storage.written ? 0.006 : storage.pause, 1e-6);
  const auto& goodput = design->outcome->goodput;
  EXPECT_NEAR(goodput.checkpointing / goodput.wall, storage.pause, 1e-9);
  EXPECT_DOUBLE_EQ(storage.bytes.si(), 14 * 8030261248.0);
}

TEST(Size, OversubscriptionIsTriedAsGiven) {
  const auto answer = sized(
      small_question("targets: {time: 12 d}\noffer: [{use: dgx_h100, oversubscription: [1, 2]}]\n"
                     "find: smallest\n"));
  const auto& offer = answer.offers.front();
  int wide = 0, narrow = 0;
  for (const auto& design : offer.examined) {
    wide += design.oversubscription == 1;
    narrow += design.oversubscription == 2;
  }
  EXPECT_GT(wide, 0);
  EXPECT_GT(narrow, 0);
  EXPECT_EQ(wide + narrow, static_cast<int>(offer.examined.size()));
}

TEST(Size, TheQuickestWithinPower) {
  const auto answer = sized(
      small_question("targets: {power: 150 kW}\noffer: [dgx_h100]\nfind: fastest\nsizes: every\n"));
  const auto& offer = answer.offers.front();
  const auto* found = offer.found_for(Aim::kFastest);
  ASSERT_NE(found, nullptr);
  EXPECT_LE(found->outcome->bill.mean.total().si(), 150e3);
  for (const auto& [hosts, outcome] : runs()) {
    if (outcome.bill.mean.total().si() > 140e3) continue;  // spares draw the rest
    EXPECT_GE(outcome.goodput.wall / *found->wall(), 1 - 1e-9) << hosts;
  }
}

TEST(Size, TokensThatAClusterTrainsAreThoseItIsTheSizeFor) {
  const auto given = sized(
      small_question("targets: {time: 10 d}\noffer: [{use: dgx_h100, hosts: 6}]\nfind: tokens\n"));
  const auto& offer = given.offers.front();
  ASSERT_GT(offer.tokens, 0);
  const double of_step = 480 * 8192;
  EXPECT_NEAR(std::remainder(offer.tokens, of_step), 0, 1e-3);
  const auto wall = *offer.found_for(Aim::kTokens)->wall();
  EXPECT_LE(wall / base::kDay, 10);
  EXPECT_GT(wall / base::kDay, 10 * (1 - 2e-4));
  auto text = small_question("targets: {time: 10 d}\noffer: [dgx_h100]\nfind: smallest\n");
  text.replace(text.find("700 G"), 5, fmt::format("{:.0f}", offer.tokens));
  EXPECT_LE(sized(text).offers.front().found_for(Aim::kSmallest)->hosts, 6);
}

TEST(Size, TheLargestModelThatIsDoneInTime) {
  const auto answer = sized(
      "kind: size\n"
      "job: {sequence: 4096, global_batch: 512 sequences}\n"
      "plan: {tensor: 8, context: 1, pipeline: 1, expert: 1, micro_batch: 1, zero: 1,\n"
      "       recompute: full, data: auto}\n"
      "targets: {time: 8 d}\noffer: [{use: dgx_h100, hosts: 16}]\nfind: model\n"
      "models: [llama2_70b, llama2_7b, llama2_13b]\ntokens_per_parameter: 20\n");
  const auto& offer = answer.offers.front();
  ASSERT_EQ(offer.models.size(), 3u);
  EXPECT_EQ(offer.models[1].name, "Llama-2 13B");
  for (const auto& row : offer.models) EXPECT_DOUBLE_EQ(row.tokens, 20 * row.active);
  EXPECT_EQ(offer.found_for(Aim::kModel), &offer.examined[offer.models[1].design]);
}

// Other draws of what is uncertain are another world.
TEST(Size, UncertainInputsAreDrawnByTheReading) {
  const auto text = small_question("targets: {time: 12 d}\noffer: [dgx_h100]\nfind: smallest\n");
  base::Reading low([](const std::string&, const base::Distribution& d) { return d.low; });
  base::Reading mode;
  const auto cheap = sized(text, low);
  const auto plain = sized(text, mode);
  const auto capital = [](const size::Answer& answer) {
    return answer.offers.front().found_for(Aim::kSmallest)->money.capital->total();
  };
  EXPECT_FALSE(mode.uncertain_inputs().empty());
  EXPECT_LT(capital(cheap), capital(plain));
}

// Meta took up to 16,384 H100 for Llama 3 405B, DeepSeek 2,048 H800 for DeepSeek-V3.
TEST(KnownDesigns, Llama3) {
  const auto answer = test::sized_file("size_llama3_405b.yaml");
  const auto* design = answer.offers.front().found_for(Aim::kSmallest);
  ASSERT_NE(design, nullptr);
  EXPECT_NEAR(static_cast<double>(design->packages) / 16384, 1, 0.15);
  EXPECT_GT(*design->wall() / base::kDay, 54);
  EXPECT_LT(*design->wall() / base::kDay, 80);
}

TEST(KnownDesigns, DeepSeekV3) {
  const auto answer = test::sized_file("size_deepseek_v3.yaml");
  const auto* design = answer.offers.front().found_for(Aim::kSmallest);
  ASSERT_NE(design, nullptr);
  EXPECT_NEAR(static_cast<double>(design->packages) / 2048, 1, 0.15);
}

}  // namespace
