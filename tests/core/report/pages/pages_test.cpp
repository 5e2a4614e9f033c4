// Pages carry the numbers of their answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "weft/pages/pages.h"

namespace weft::pages {
namespace {

using html::Json;
using html::Page;
using html::Section;

constexpr const char* kJob =
    "job: {model: llama3_8b, sequence: 4096, global_batch: 64 sequences, tokens: 20 G}\n";
constexpr const char* kPlan =
    "plan: {tensor: 2, pipeline: 2, virtual_stages: 1, context: 1, expert: 1, micro_batch: 1, "
    "zero: 1, recompute: none}\n";

struct Ran {
  base::Catalog catalog{{WEFT_CONFIGS}};
  base::ThreadTeam team{1};
  study::Study study;
  std::vector<study::CaseResult> results;
  Page page;

  explicit Ran(const std::string& clusters, const std::string& plan = kPlan,
               const std::string& job = kJob) {
    const auto document = base::Document::parse("kind: study\n" + job + clusters + plan, "test");
    base::Reading reading;
    study = study::read_study(document, catalog, reading);
    reading.throw_if_any();
    const auto sources = details::sources_of(catalog);
    results = study::run(study, team);
    const auto sensitivities =
        study::sensitivities(document, catalog, reading.uncertain_inputs(), results, team);
    const auto nearest = validation::nearest_published(study, results, catalog, document.root());
    page = run_page({study, results, sensitivities, nearest}, sources);
  }
};

constexpr const char* kTwo =
    "clusters: [{use: dgx_h100, hosts: 2}, {use: atlas_800t_a2, hosts: 2}]\n";

const Section* find(const Page& page, const std::string& id) {
  for (const auto& section : page.sections) {
    if (section.id == id) return &section;
  }
  return nullptr;
}

double sum_of_category(const Json& data, std::size_t category) {
  double sum = 0;
  for (const auto& series : data.at("series"))
    sum += series.at("values").at(category).get<double>();
  return sum;
}

void expect_whole(const Page& page) {
  std::set<std::string> ids;
  EXPECT_FALSE(page.title.empty());
  for (const auto& section : page.sections) {
    EXPECT_TRUE(ids.insert(section.id).second) << section.id;
    EXPECT_FALSE(section.title.empty()) << section.id;
  }
  if (!html::is_available()) return;
  const auto file = html::to_html(page);
  EXPECT_LT(file.size(), 3U << 20U);
}

void expect_falls_add_up(const Page& page) {
  int falls = 0;
  for (const auto& section : page.sections) {
    if (section.kind != "waterfall") continue;
    ++falls;
    double sum = section.data.at("from").at("value").get<double>();
    const double scale = std::max(sum, section.data.at("to").at("value").get<double>());
    for (const auto& step : section.data.at("steps")) sum += step.at("value").get<double>();
    EXPECT_NEAR(sum, section.data.at("to").at("value").get<double>(), 1e-9 * scale) << section.id;
  }
  EXPECT_GT(falls, 0);
}

TEST(RunPage, IsWhole) {
  const Ran ran(kTwo);
  expect_whole(ran.page);
  expect_falls_add_up(ran.page);
  for (const char* id : {"glance", "step", "gap", "timeline-1", "timeline-2", "memory-1",
                         "network-1", "roofline", "power", "power-step-1", "power-hours", "goodput",
                         "components", "progress", "accuracy", "assumed", "inputs"}) {
    EXPECT_NE(find(ran.page, id), nullptr) << id;
  }
}

TEST(RunPage, PartsOfTheStepSumToIt) {
  const Ran ran(kTwo);
  const auto& data = find(ran.page, "step")->data;
  for (std::size_t i = 0; i < ran.results.size(); ++i) {
    const double step = ran.results[i].outcome->ledger.step.si();
    EXPECT_NEAR(sum_of_category(data, i), step, 1e-9 * step);
  }
}

TEST(RunPage, MemoryWallPowerAndCostSumToTheirWholes) {
  const Ran ran(kTwo);
  for (std::size_t i = 0; i < ran.results.size(); ++i) {
    const auto& o = *ran.results[i].outcome;
    const auto& memory = find(ran.page, "memory-" + std::to_string(i + 1))->data;
    const auto stage = static_cast<std::size_t>(o.memory.stage);
    EXPECT_NEAR(sum_of_category(memory, stage), o.memory.total().si(), 1);
    EXPECT_NEAR(sum_of_category(find(ran.page, "goodput")->data, i), o.goodput.wall.si(), 1e-3);
    const double watts = o.bill.mean.total().si();
    EXPECT_NEAR(sum_of_category(find(ran.page, "power")->data, i), watts, 1e-9 * watts);
  }
  const auto* cost = find(ran.page, "cost");
  ASSERT_NE(cost, nullptr);
  const auto& own = ran.results.front().outcome->bill.cost->own;
  EXPECT_NEAR(sum_of_category(cost->data, 0), own.amount, 1e-6 * own.amount);
}

void expect_spans_inside(const Json& data) {
  const double end = data.at("end_s").get<double>();
  const auto rows = data.at("rows").size();
  ASSERT_LE(data.at("spans").size(), 6000U);
  ASSERT_FALSE(data.at("spans").empty());
  for (const auto& span : data.at("spans")) {
    EXPECT_LT(span.at(0).get<std::size_t>(), rows);
    EXPECT_GE(span.at(1).get<double>(), 0);
    EXPECT_LE(span.at(1).get<double>(), span.at(2).get<double>());
    EXPECT_LE(span.at(2).get<double>(), end);
    EXPECT_LT(span.at(3).get<std::size_t>(), data.at("parts").size());
    EXPECT_LT(span.at(4).get<std::size_t>(), data.at("texts").size());
  }
}

TEST(RunPage, TimelineLiesWithinTheStep) {
  const Ran ran("clusters: [{use: dgx_h100, hosts: 2}]\n");
  const auto& data = find(ran.page, "timeline")->data;
  expect_spans_inside(data);
  const double step = ran.results.front().outcome->ledger.step.si();
  EXPECT_NEAR(data.at("end_s").get<double>(), step, 1e-6 * step);
}

// More operations than are drawn one by one: what is left out is one block of each row.
TEST(RunPage, LongTimelinesAreSummarisedInTheMiddle) {
  const Ran ran("clusters: [{use: dgx_h100, hosts: 1}]\n",
                "plan: {tensor: 1, pipeline: 8, virtual_stages: 1, context: 1, expert: 1, "
                "micro_batch: 1, zero: 1, recompute: full}\n",
                "job: {model: llama3_8b, sequence: 4096, global_batch: 512 sequences, tokens: 20 "
                "G}\n");
  const auto& data = find(ran.page, "timeline")->data;
  expect_spans_inside(data);
  std::set<std::size_t> rows;
  std::array<double, 8> ends{};
  for (const auto& span : data.at("spans")) {
    const auto row = span.at(0).get<std::size_t>();
    EXPECT_GE(span.at(1).get<double>(), ends.at(row) - 1e-6) << "blocks lie over each other";
    ends.at(row) = span.at(2).get<double>();
    if (data.at("parts").at(span.at(3).get<std::size_t>()) == "not drawn one by one") {
      rows.insert(row);
    }
  }
  EXPECT_EQ(rows.size(), 8U);
}

TEST(RunPage, RooflineHasPointsBelowTheirPeak) {
  const Ran ran("clusters: [{use: dgx_h100, hosts: 2}]\n");
  const auto& chip = find(ran.page, "roofline")->data.at("chips").at(0);
  double peak = 0;
  for (const auto& roof : chip.at("roofs")) peak = std::max(peak, roof.at("flops").get<double>());
  ASSERT_FALSE(chip.at("points").empty());
  for (const auto& point : chip.at("points")) {
    EXPECT_GT(point.at("intensity").get<double>(), 0);
    EXPECT_LT(point.at("flops").get<double>(), peak);
  }
}

base::Document parsed(const std::string& text) { return base::Document::parse(text, "test"); }

TEST(ComparePage, WaterfallsAddUp) {
  const base::Catalog catalog({WEFT_CONFIGS});
  base::Reading reading;
  const auto answer = compare::answer(
      parsed("kind: compare\n" + std::string(kJob) +
             "builds: [{use: dgx_h100, hosts: 4}, {use: atlas_800t_a2, hosts: 4}]\n" + kPlan),
      catalog, reading, base::ThreadTeam(1));
  const auto page = compare_page(answer, {}, details::sources_of(catalog));
  expect_whole(page);
  expect_falls_add_up(page);
  const auto& bars = find(page, "ratios")->data;
  for (std::size_t f = 0; f < answer.footings.size(); ++f) {
    EXPECT_EQ(bars.at("series").at(0).at("values").at(f), 1.0);
    const auto& standing = answer.footings[f].standings[1];
    if (standing.is_known()) {
      EXPECT_EQ(bars.at("series").at(1).at("values").at(f), standing.ratio);
    }
  }
}

TEST(SizePage, HasTheFiguresOfWhatWasFound) {
  const base::Catalog catalog({WEFT_CONFIGS});
  base::Reading reading;
  const auto answer = size::answer(
      parsed("kind: size\n" + std::string(kJob) +
             "targets: {time: 30 d}\noffer: [{use: dgx_h100, most: 4}, {use: atlas_800t_a2, most: "
             "8}]\n" +
             kPlan),
      catalog, reading, base::ThreadTeam(1));
  ASSERT_TRUE(answer.any_found());
  const auto page = size_page(answer, {}, details::sources_of(catalog));
  expect_whole(page);
  const auto* options = find(page, "options");
  ASSERT_NE(options, nullptr);
  EXPECT_EQ(page.headlines.size(), options->data.at("rows").size());
}

TEST(ScalingPage, HasAPointForEachSize) {
  const base::Catalog catalog({WEFT_CONFIGS});
  base::Reading reading;
  auto question = scaling::read_question(
      parsed("kind: scaling\n" + std::string(kJob) +
             "cluster: {use: dgx_h100}\nhosts: [2, 4, 8]\ngrow: weak\n" + kPlan),
      catalog, reading);
  reading.throw_if_any();
  const auto answer = scaling::answer(std::move(question), base::ThreadTeam(1));
  const auto page = scaling_page(answer, details::sources_of(catalog));
  expect_whole(page);
  const auto& points = find(page, "linearity")->data.at("series").at(0).at("points");
  ASSERT_EQ(points.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(points.at(i).at(1), *answer.points[i].linearity);
}

TEST(CostPage, PartsAreOfOnePackage) {
  const base::Catalog catalog({WEFT_CONFIGS});
  const auto answer = cost::answer(
      parsed("kind: study\nclusters: [{use: dgx_h100, hosts: 4}]\ncost: {goodput: 90 %}\n"),
      catalog, base::ThreadTeam(1));
  const auto page = cost_page(answer, details::sources_of(catalog));
  expect_whole(page);
  const auto& one = answer.cases.front();
  EXPECT_NEAR(sum_of_category(find(page, "hour")->data, 0), one.hourly.total() / one.packages,
              1e-9 * one.hourly.total());
}

TEST(CampaignPage, SharesSumToOne) {
  const base::Catalog catalog({WEFT_CONFIGS});
  base::Reading reading;
  const auto study = study::read_study(
      parsed("kind: study\n" + std::string(kJob) +
             "clusters: [{use: dgx_h100, hosts: 8}]\ncampaign: {use: mature, replicas: 4, window: "
             "30 d, vary: {spares: [0 %, 5 %]}}\n" +
             kPlan),
      catalog, reading);
  reading.throw_if_any();
  const auto answers = weeks::look_ahead(study, {}, base::ThreadTeam(1));
  const auto page = campaign_page({study, answers}, details::sources_of(catalog));
  expect_whole(page);
  const auto& shares = find(page, "goodput")->data;
  ASSERT_EQ(shares.at("categories").size(), 2U);
  for (std::size_t v = 0; v < 2; ++v) EXPECT_NEAR(sum_of_category(shares, v), 1, 1e-6);
}

TEST(ClaimsPage, OfOneAndOfSeveral) {
  const base::Catalog catalog({WEFT_CONFIGS});
  auto how = claim::usual_options();
  how.draws.samples = 8;
  how.needs = 0;
  report::Claims claims;
  for (const char* name : {"cm384_pflops", "atlas950_cluster"}) {
    base::Reading reading;
    const auto read =
        claim::read_claim(catalog.load("claim", name, std::nullopt), catalog, reading);
    claims.push_back(claim::answer(read, catalog, how, base::ThreadTeam(1)));
  }
  const auto all = claims_page(claims);
  expect_whole(all);
  EXPECT_GE(find(all, "claims")->data.at("rows").size(), 2U);
  int counted = 0;
  for (const auto& headline : all.headlines) counted += std::stoi(headline.value);
  EXPECT_EQ(counted, 2);
  const auto one = claims_page({claims.back()});
  expect_whole(one);
  ASSERT_NE(find(one, "test"), nullptr);
  const auto& row = find(one, "test")->data.at("rows").at(0);
  EXPECT_EQ(row.at("mark"), claims.back().tests.front().claimed->value);
}

}  // namespace
}  // namespace weft::pages
