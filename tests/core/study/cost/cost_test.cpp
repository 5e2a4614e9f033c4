#include "weft/cost/answer.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "shipped.h"
#include "weft/site/meter.h"

namespace weft::cost {
namespace {

Question question_of(const std::string& text) {
  base::Reading reading;
  return read_question(base::Document::parse(text, "mine.yaml"), test::shipped(), reading);
}

Answer answer_of(const std::string& text) {
  return answer(base::Document::parse(text, "mine.yaml"), test::shipped(), base::ThreadTeam(1));
}

std::string complaint(const std::string& text) {
  try {
    question_of(text);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

double figure(const CaseAnswer& answer, Figure wanted) {
  return answer.figures[static_cast<std::size_t>(wanted)];
}

constexpr const char* kFleet = "kind: study\nclusters: [{use: dgx_h100, hosts: 64, load: 93 %}]\n";

CaseAnswer fleet(const std::string& cost = "") {
  const auto question = question_of(kFleet + cost);
  return evaluate(question.cases.front(), question.terms, nullptr);
}

// As the worked example has it: 1.60 USD an hour, 59 % at 2.65 USD.
TEST(CostOfAFleet, OwnedH100) {
  const auto answer = fleet();
  EXPECT_NEAR(figure(answer, Figure::kOwnHour), 1.60, 0.03);
  EXPECT_NEAR(figure(answer, Figure::kBreakEven), 0.59, 0.01);
  EXPECT_NEAR(figure(answer, Figure::kCapital), 40.6e3, 400);
}

TEST(CostOfAFleet, PartsSumToTheHour) {
  const auto answer = fleet("cost: {utilisation: 80 %}\n");
  const auto& hourly = answer.hourly;
  const double fixed = hourly.depreciation + hourly.interest + hourly.space + hourly.maintenance +
                       hourly.staff + hourly.repairs;
  const double hour = (fixed / 0.8 + hourly.energy) / answer.packages;
  EXPECT_NEAR(figure(answer, Figure::kOwnHour), hour, 1e-9 * hour);
  const double term =
      answer.packages * 730 * 12 * (answer.owned->fixed + 0.8 * answer.owned->variable);
  EXPECT_NEAR(figure(answer, Figure::kOwnTerm), term, 1e-9 * term);
}

TEST(CostOfAFleet, UsefulHoursAreOverTheGoodput) {
  const auto answer = fleet("cost: {goodput: 80 %}\n");
  EXPECT_NEAR(figure(answer, Figure::kOwnUseful) * 0.8, figure(answer, Figure::kOwnHour), 1e-9);
  EXPECT_NEAR(figure(answer, Figure::kRentUseful) * 0.8, figure(answer, Figure::kRentHour), 1e-9);
}

TEST(CostOfAFleet, CurrencyRoundTrip) {
  const auto dollars = fleet();
  const auto yuan = fleet("cost: {report: CNY}\n");
  for (const auto f : {Figure::kCapital, Figure::kOwnHour, Figure::kRentHour, Figure::kOwnTerm}) {
    EXPECT_NEAR(figure(yuan, f) / figure(dollars, f), 7.2, 1e-9);
  }
  for (const auto f : {Figure::kBreakEven, Figure::kPayback, Figure::kEnergyShare}) {
    EXPECT_NEAR(figure(yuan, f) / figure(dollars, f), 1, 1e-9);
  }
  const auto rates = question_of(kFleet).cases.front().site.rates;
  EXPECT_NEAR(rates.convert(rates.convert({123.4, "USD"}, "CNY"), "USD").amount, 123.4, 1e-12);
}

TEST(CostOfAFleet, MonotoneInRentAndPrice) {
  auto question = question_of(kFleet);
  auto one = question.cases.front();
  const auto plain = evaluate(one, question.terms, nullptr);
  one.rent->flat.amount *= 1.1;
  const auto dearer = evaluate(one, question.terms, nullptr);
  EXPECT_NEAR(figure(dearer, Figure::kRentHour) / figure(plain, Figure::kRentHour), 1.1, 1e-9);
  EXPECT_LT(figure(dearer, Figure::kBreakEven), figure(plain, Figure::kBreakEven));
  EXPECT_LT(figure(dearer, Figure::kPayback), figure(plain, Figure::kPayback));
  EXPECT_EQ(figure(dearer, Figure::kOwnHour), figure(plain, Figure::kOwnHour));
  one = question.cases.front();
  one.cluster.prices.per_host->amount *= 1.1;
  const auto bought = evaluate(one, question.terms, nullptr);
  EXPECT_GT(figure(bought, Figure::kOwnHour), figure(plain, Figure::kOwnHour));
  EXPECT_GT(figure(bought, Figure::kBreakEven), figure(plain, Figure::kBreakEven));
}

TEST(CostOfAFleet, NeverUsedAtFirst) {
  const auto answer =
      fleet("cost: {utilisation: {from: 0 %, to: 90 %, over: 24 months}, term: 1 months}\n");
  EXPECT_GT(figure(answer, Figure::kOwnTerm), 0);
  EXPECT_GT(*answer.month, figure(answer, Figure::kPayback));
}

TEST(CostOfAFleet, CommittedHoursArePaidUsedOrNot) {
  const std::string text =
      "kind: study\nclusters: [{use: dgx_h100, hosts: 64, rent: h100_aws}]\n"
      "cost: {start: 2025-06, term: 12 months, utilisation: 50 %";
  const auto free = question_of(text + "}\n");
  const auto bound = question_of(text + ", rent: {commitment: 1 year}}\n");
  const auto a = evaluate(free.cases.front(), free.terms, nullptr);
  const auto b = evaluate(bound.cases.front(), bound.terms, nullptr);
  EXPECT_NEAR(b.committed, 0.41, 1e-12);
  EXPECT_NEAR(figure(b, Figure::kRentTerm), 512 * 8760 * 6.82 * 0.59, 1);
  EXPECT_NEAR(figure(b, Figure::kRentHour), 6.82 * 0.59 / 0.5, 1e-9);
  EXPECT_LT(figure(a, Figure::kRentTerm), 512 * 8760 * 6.82 * 0.5);  // and the price falls
}

TEST(CostOfAFleet, IdleDevicesDrawTheirIdlePower) {
  const auto question =
      question_of("kind: study\nclusters: [{use: dgx_h100, hosts: 64, load: 0 %}]\n");
  const auto& one = question.cases.front();
  const auto answer = evaluate(one, question.terms, nullptr);
  EXPECT_NEAR(answer.mean.si(),
              site::meter_power(one.cluster, 0, base::Power(), one.site).total().si(), 1e-6);
}

TEST(CostOfAFleet, EgressAndStorageAreOnTop) {
  const auto plain = fleet();
  const auto billed = fleet(
      "cost: {rent: {egress: 73 TB/month, egress_price: 50 USD/TB, stored: 1 PB, "
      "stored_price: 20 USD/TB/month}}\n");
  const double more = figure(billed, Figure::kRentTerm) - figure(plain, Figure::kRentTerm);
  EXPECT_NEAR(more, 12 * (73 * 50 + 1000 * 20), 1);
}

// Three of 512 accelerators a year, say: rate · units · share, and enough on the shelf.
TEST(CostOfAFleet, PartsFromTheCampaign) {
  const auto question = question_of(std::string(kFleet) +
                                    "campaign: mature\n"
                                    "cost: {own: {maintenance: 1.5 %, parts: {accelerator: {price: "
                                    "30 kUSD, replaced: 30 %}}}}\n");
  const auto& one = question.cases.front();
  const auto lines = repairs_of(one, question.terms);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NEAR(lines[0].a_year, 512 * 6970e-9 * 8760 * 0.3, 0.01);
  EXPECT_GE(lines[0].on_shelf, 1);
  const auto answer = evaluate(one, question.terms, nullptr);
  EXPECT_NEAR(answer.hourly.repairs * 8760, lines[0].a_year * 30e3, 1e-6 * lines[0].a_year * 30e3);
  EXPECT_NEAR(answer.capital->spares, lines[0].on_shelf * 30e3, 1e-6);
}

TEST(CostOfAFleet, NoPriceIsSaid) {
  const auto question = question_of("kind: study\nclusters: [{use: cloudmatrix384}]\n");
  const auto answer = evaluate(question.cases.front(), question.terms, nullptr);
  EXPECT_TRUE(answer.owned);
  EXPECT_TRUE(std::isnan(figure(answer, Figure::kRentHour)));
  EXPECT_TRUE(std::isnan(figure(answer, Figure::kBreakEven)));
  EXPECT_FALSE(answer.month);
}

// 1,553 MCNY at 12 yuan an hour are 14.8 k H100 for a year.
TEST(CostOfALab, FeesRentSoMany) {
  const auto question = question_of(
      "kind: study\nclusters: [{use: dgx_h100, hosts: 64, rent: 12 CNY/h}]\n"
      "cost:\n  report: CNY\n  utilisation: 90 %\n  labs:\n"
      "    - {name: A, from: 2024-01, months: 12 months, compute: 1553 MCNY, revenue: 312.4 MCNY}\n"
      "    - {name: B, from: 2025-01, months: 6 months, compute: 1145 MCNY, revenue: 190.9 "
      "MCNY}\n");
  const auto answer = evaluate(question.cases.front(), question.terms, nullptr);
  ASSERT_EQ(answer.labs.size(), 2U);
  EXPECT_NEAR(answer.labs[0].packages, 14.8e3, 50);
  EXPECT_NEAR(answer.labs[0].fees / answer.labs[0].revenue, 5.0, 0.05);
  EXPECT_NEAR(answer.labs[1].packages, 21.8e3, 50);
  EXPECT_NEAR(answer.labs[1].fees / answer.labs[1].revenue, 6.0, 0.05);
  EXPECT_NEAR(answer.labs[0].own, answer.labs[0].packages * 8760 * figure(answer, Figure::kOwnHour),
              1);
}

TEST(CostOfALab, OwningAtTheBreakEvenCostsTheFees) {
  auto question = question_of(
      "kind: study\nclusters: [{use: dgx_h100, hosts: 64, rent: 3 USD/h}]\ncost:\n  labs:\n"
      "    - {name: A, from: 2024, months: 12 months, compute: 100 MUSD, revenue: 20 MUSD}\n");
  const auto first = evaluate(question.cases.front(), question.terms, nullptr);
  question.terms.use.start = question.terms.use.steady = first.labs[0].break_even;
  const auto at = evaluate(question.cases.front(), question.terms, nullptr);
  EXPECT_NEAR(at.labs[0].own, at.labs[0].fees, 1e-6 * at.labs[0].fees);
}

TEST(CleanestHours, AreNeverDirtierThanTheDay) {
  site::DailyCurve curve;
  double hour = 0;
  for (double& value : curve.by_hour) value = 0.5 + hour++ / 23;
  EXPECT_NEAR(cleanest_mean(curve, 1), 1, 1e-12);
  EXPECT_LT(cleanest_mean(curve, 0.5), cleanest_mean(curve, 0.75));
  EXPECT_NEAR(cleanest_mean(curve, 1 / 24.0), 0.5, 1e-12);
}

constexpr const char* kJob =
    "kind: study\n"
    "job: {model: llama3_8b, sequence: 8192, global_batch: 128 sequences, tokens: 100 G}\n"
    "clusters: [{use: dgx_h100, hosts: 4}]\n"
    "plan: {tensor: 2, context: 1, data: 16, pipeline: 1, virtual_stages: 1, expert: 1, "
    "micro_batch: 1, zero: 1, recompute: selective}\n";

// The path of `weft run`: the same money for the same run.
TEST(CostOfAJob, IsTheBillOfTheRun) {
  const auto answer = answer_of(kJob);
  base::Reading reading;
  const auto study =
      study::read_study(base::Document::parse(kJob, "mine.yaml"), test::shipped(), reading);
  const auto outcome =
      study::evaluate(study.job, study.cases[0], study::plan_of(study.job, study.cases[0]));
  const auto& one = answer.cases.front();
  ASSERT_TRUE(one.run && one.run->rent);
  EXPECT_NEAR(one.run->own, outcome.bill.cost->own.amount, 1e-9 * one.run->own);
  EXPECT_NEAR(*one.run->rent, outcome.bill.rent->amount, 1e-9 * *one.run->rent);
  EXPECT_NEAR(one.footprint.at_meter.si(), outcome.bill.energy.si(), 1);
  // Useful hours train: all tokens at their price are the run, but for rounding to whole steps.
  EXPECT_NEAR(figure(one, Figure::kOwnMillion) * 100e3 / one.run->own, 1, 1e-3);
}

// Half of what the job would draw: the machines that are billed are those that ran.
TEST(CostOfAJob, OfACappedClusterIsTheBillOfItsRun) {
  auto text = std::string(kJob);
  text.replace(text.find("hosts: 4"), 8, "hosts: 4, power_limit: 30 kW");
  const auto answer = answer_of(text);
  base::Reading reading;
  const auto study =
      study::read_study(base::Document::parse(text, "mine.yaml"), test::shipped(), reading);
  const auto results = study::run(study, base::ThreadTeam(1));
  ASSERT_TRUE(results[0].outcome && results[0].limit);
  const auto& bill = results[0].outcome->bill;
  const auto& one = answer.cases.front();
  ASSERT_TRUE(one.run);
  EXPECT_NEAR(one.run->own, bill.cost->own.amount, 1e-9 * one.run->own);
  EXPECT_NEAR(one.rated.si(), bill.rated.it().si(), 1e-6);
  EXPECT_LT(one.rated, answer_of(kJob).cases.front().rated);
}

// Some days from the start on, whatever the term.
TEST(CostOfAJob, RentOfTheRunIsOfItsOwnTime) {
  auto text = std::string(kJob) + "cost: {start: 2024-07, term: 24 months}\n";
  text.replace(text.find("hosts: 4"), 8, "hosts: 4, rent: h100_contract");
  const auto answer = answer_of(text);
  const auto& one = answer.cases.front();
  const auto& table = *answer.question.cases.front().rent->table;
  const double years = one.footprint.time / base::kYear;
  const double start = *answer.question.terms.start;
  const double price = site::mean_price(table, start, start + years);
  EXPECT_NEAR(*one.run->rent, 32 * 8760 * years * price, 1e-6 * *one.run->rent);
  EXPECT_GT(price, 1.1 * site::mean_price(table, start, start + 2));
  EXPECT_NEAR(figure(one, Figure::kRentMillion) * 100e3 / *one.run->rent, 1, 1e-3);
}

TEST(CostOfAJob, RangesHoldThePlainFigure) {
  const auto answer = answer_of(kJob);
  for (std::size_t f = 0; f < kFigureCount; ++f) {
    EXPECT_LE(answer.ranges[0].low[f], 1);
    EXPECT_GE(answer.ranges[0].high[f], 1);
  }
  const auto f = static_cast<std::size_t>(Figure::kRentHour);
  EXPECT_NEAR(answer.ranges[0].high[f], 3.99 / 2.65, 1e-9);
  EXPECT_NEAR(answer.ranges[0].low[f], 1.70 / 2.65, 1e-9);
  EXPECT_FALSE(answer.ranges[0].effects.empty());
}

TEST(CostQuestion, EveryPriceHasItsSource) {
  const auto question = question_of(
      "kind: study\nclusters: [{use: dgx_h100, hosts: 64, rent: h100_contract, buy: h100_server}]\n"
      "cost: {start: 2026-01}\n");
  int dated = 0;
  for (const auto& fact : question.facts) {
    if (!fact.what.starts_with("mine")) {
      EXPECT_FALSE(fact.confidence.empty()) << fact.what;
    }
    if (fact.what.starts_with("h100_")) dated += fact.date.empty() ? 0 : 1;
  }
  EXPECT_EQ(dated, 6);  // points of the two tables
}

bool has_fact(const Question& question, const std::string& part) {
  return std::any_of(question.facts.begin(), question.facts.end(), [&](const PriceFact& fact) {
    return fact.what.find(part) != std::string::npos;
  });
}

TEST(CostQuestion, FactsAreThoseThatCount) {
  const auto plain = question_of(kFleet);
  for (const char* part :
       {"finance.network_share", "finance.storage_share", "finance.maintenance"}) {
    EXPECT_TRUE(has_fact(plain, part)) << part;
  }
  const auto own = question_of(std::string(kFleet) + "cost: {own: {maintenance: 1 %}}\n");
  EXPECT_FALSE(has_fact(own, "finance.maintenance"));
  EXPECT_TRUE(has_fact(own, "cost.own.maintenance"));
  const auto whole = question_of("kind: study\nclusters: [{use: cloudmatrix384}]\n");
  EXPECT_FALSE(has_fact(whole, "finance.network_share"));
}

TEST(CostQuestion, PointsAtMistakes) {
  const std::string head = "kind: study\nclusters: [{use: dgx_h100, hosts: 64";
  EXPECT_EQ(complaint(head + "}]\n"), "");
  const auto has = [](const std::string& text, const char* part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  has(complaint(head + ", rent: h100_contrat}]\ncost: {start: 2026-01}\n"), "h100_contract");
  has(complaint(head + ", rent: h100_contract}]\n"), "'start'");
  has(complaint(head + ", rent: h100_server}]\ncost: {start: 2026-01}\n"), "per package-hour");
  has(complaint(head + ", buy: h100_aws}]\ncost: {start: 2026-01}\n"), "per package or host");
  has(complaint(head + ", rent: b200_spot}]\ncost: {start: 2026-01}\n"), "other chips");
  has(complaint(head + "}]\ncost: {report: EUR}\n"), "no rate for EUR");
  has(complaint(head + "}]\ncost: {start: soon}\n"), "mine.yaml:3:");
  has(complaint(head + "}]\ncost: {utilisation: 120 %}\n"), "mine.yaml:3:");
  // Owning and committed hours are divided by it.
  for (const char* none : {"0 %", "{from: 20 %, to: 0 %, over: 12 months}"}) {
    has(complaint(head + "}]\ncost: {utilisation: " + none + "}\n"), "more than 0 and at most 1");
  }
  has(complaint(head + "}]\ncost: {utilization: 90 %}\n"), "utilisation");
  has(complaint(head +
                ", rent: h100_contract}]\ncost: {start: 2026-01, rent: {commitment: 3 years}}\n"),
      "no discount for 3 years");
  has(complaint(head + "}]\ncost: {own: {parts: {accelerator: {price: 30 kUSD}}}}\n"),
      "maintenance");
  has(complaint(head +
                "}]\ncost: {own: {maintenance: 1 %, parts: {acelerator: {price: 30 kUSD}}}}\n"),
      "accelerator");
  const std::string own = "}]\ncost: {own: {maintenance: ";
  has(complaint(head + own + "120 %}}\n"), "mine.yaml:3:27:");
  has(complaint(head + own + "-1 %}}\n"), "mine.yaml:3:27:");
  has(complaint(head + own + "1 %, parts: {accelerator: {price: -1 kUSD}}}}\n"), "not be negative");
  has(complaint(head + ", rent: -2 USD/h}]\n"), "mine.yaml:2:45: error: a price must be above 0");
  has(complaint(head + ", rent: 0 USD/h}]\n"), "mine.yaml:2:45: error: a price must be above 0");
  has(complaint(head + ", load: 101 %}]\n"), "mine.yaml:2:");
  has(complaint(head + ", rent: h100_contract}]\ncost: {start: 2035-01}\n"), "mine.yaml:2:45:");
  has(complaint(head + ", buy: h100_server}]\ncost: {start: 2015-01}\n"), "more than 5 years");
  has(complaint("kind: study\nclusters: [{use: nothing}]\n"), "nothing");
  has(complaint("kind: study\nclusters: []\n"), "at least one");
}

TEST(CostQuestion, TaxOfATableNeverMixes) {
  const auto question = question_of(
      "kind: study\nclusters: [{use: h800_ib, hosts: 64, rent: h100_china}]\n"
      "cost: {start: 2024-10, term: 1 months, report: CNY}\n");
  const auto answer = evaluate(question.cases.front(), question.terms, nullptr);
  EXPECT_NEAR(*answer.rent_at_start, 12 / 1.06, 1e-9);
  bool is_said = false;
  for (const auto& fact : question.facts) {
    is_said = is_said || fact.what.find("tax of 6 % included, taken off") != std::string::npos;
  }
  EXPECT_TRUE(is_said);
}

}  // namespace
}  // namespace weft::cost
