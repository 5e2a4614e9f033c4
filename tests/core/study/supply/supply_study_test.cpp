// `weft supply` without its command: worlds drawn, clusters, what chips equal, what is published.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "weft/manufacturing/bins.h"
#include "weft/supply_study/answer.h"

namespace weft::supply_study {
namespace {

base::Catalog shipped() { return base::Catalog({WEFT_CONFIGS}); }

constexpr const char* kJob =
    "kind: study\n"
    "job: {model: llama3_8b, sequence: 8192, global_batch: 768 sequences, tokens: 1 T, precision: "
    "bf16}\n"
    "clusters: [{use: atlas_900_a2, hosts: 4}, {use: cloudmatrix384}, {use: dgx_h100, hosts: 4}, "
    "{use: gb200_nvl72, racks: 1}]\n"
    "plan: auto\n";

struct Asked {
  study::Study study;
  Question question;
  [[nodiscard]] Answer answered(int threads = 2) const {
    return answer(question, study, base::ThreadTeam(threads));
  }
};

Asked ask(const std::string& supply) {
  const auto document =
      base::Document::parse(kJob + std::string("supply:\n") + supply, "test.yaml");
  const auto catalog = shipped();
  base::Reading reading;
  Asked asked{study::read_study(document, catalog, reading),
              read_question(document, catalog, reading)};
  reading.throw_if_any();
  return asked;
}

constexpr const char* kShipped =
    "  {of: huawei_ascend, against: nvidia, from: 2025-Q1, to: 2026-Q4, samples: 60, spares: 3 %, "
    "returns: 2 %, claims: {\n"
    "    counted: {metric: peak_share, year: 2025, value: 5 %, packages: 800 k},\n"
    "    unknown: {metric: peak_share, year: 2027, value: 5 %}}}\n";

const Answer& as_shipped() {
  static const Answer known = ask(kShipped).answered();
  return known;
}

void expect_ordered(const Range& range, const std::string& what) {
  EXPECT_TRUE(range.holds_base()) << what << " " << range.p5 << " " << range.base << " "
                                  << range.p95;
  EXPECT_GE(range.p5, 0) << what;
}

TEST(SupplyStudy, RangesAreInOrder) {
  const auto& answer = as_shipped();
  ASSERT_EQ(answer.quarters.size(), 8U);
  ASSERT_EQ(answer.years.size(), 2U);
  double quarters = 0;
  for (const auto& quarter : answer.quarters) {
    expect_ordered(quarter.packages, quarter.base.quarter.text());
    quarters += quarter.packages.base;
  }
  double years = 0;
  double few = 0;
  double many = 0;
  for (const auto& year : answer.years) {
    expect_ordered(year.packages, std::to_string(year.year));
    years += year.packages.base;
    few += year.packages.few_case;
    many += year.packages.many_case;
    double products = 0;
    for (const auto& product : year.product) products += product.base;
    EXPECT_NEAR(products, year.packages.base, 1e-9 * products);
  }
  EXPECT_NEAR(years, quarters, 1e-9 * years);
  // All inputs at an end: further out than the plain case.
  EXPECT_LT(few, 0.8 * years);
  EXPECT_GT(many, 1.2 * years);
}

// Every interval of the study that ships holds its base case: of each chip, cluster, share.
TEST(SupplyStudy, IntervalsHoldTheirCentre) {
  const auto catalog = shipped();
  const auto document = base::Document::load(WEFT_CONFIGS "/studies/supply_2025_2028.yaml");
  base::Reading reading;
  const auto study = study::read_study(document, catalog, reading);
  const auto question = read_question(document, catalog, reading);
  reading.throw_if_any();
  const auto found = answer(question, study, base::ThreadTeam(2));
  const auto each = [](const std::vector<Range>& ranges, const std::string& what) {
    for (const auto& range : ranges) expect_ordered(range, what);
  };
  for (const auto& quarter : found.quarters) {
    expect_ordered(quarter.packages, quarter.base.quarter.text());
    each(quarter.product, quarter.base.quarter.text());
  }
  for (const auto& year : found.years) {
    each({year.packages, year.dies}, std::to_string(year.year));
    each(year.product, std::to_string(year.year));
  }
  for (const auto& count : found.clusters) each(count.by_quarter, count.chip);
  for (const auto& worth : found.year_worth) {
    each(worth.tokens, "tokens");
    each(worth.peak, "peak");
  }
  int shares = 0;
  for (std::size_t k = 0; k < kCountings; ++k) {
    for (const auto& year : found.foreign) {
      if (year.packages[k]) expect_ordered(*year.packages[k], "theirs");
      for (const auto& metric : year.metrics) {
        if (!metric[k]) continue;
        expect_ordered(*metric[k], "share");
        ++shares;
      }
    }
    for (const auto& claim : found.claims) {
      if (claim.found[k]) expect_ordered(*claim.found[k], claim.claim.id);
    }
  }
  EXPECT_EQ(shares, 16);
  for (const auto& row : found.published) expect_ordered(row.found, row.published.id);
}

// Fewer packages in all are more of a chip that gets the dies which another does not.
TEST(SupplyStudy, TheFewCaseIsAWorldAndNoBound) {
  const auto answer =
      ask("  {of: huawei_ascend, from: 2025-Q1, to: 2028-Q4, samples: 2}\n").answered();
  const auto& first = answer.quarters.front();
  EXPECT_LT(first.packages.few_case, first.packages.base);
  EXPECT_LT(first.product[0].few_case, first.product[0].base);
  EXPECT_GT(first.product[1].few_case, first.product[1].base);
  EXPECT_NEAR(first.product[0].few_case + first.product[1].few_case, first.packages.few_case,
              1e-9 * first.packages.few_case);
}

TEST(SupplyStudy, IsTheSameForAnyNumberOfThreads) {
  const auto one = ask(kShipped).answered(1);
  const auto& two = as_shipped();
  for (std::size_t y = 0; y < two.years.size(); ++y) {
    EXPECT_EQ(one.years[y].packages.p5, two.years[y].packages.p5);
    EXPECT_EQ(one.years[y].packages.p95, two.years[y].packages.p95);
  }
  const auto other = ask("  {of: huawei_ascend, to: 2025-Q4, samples: 60, seed: 2}\n").answered(1);
  EXPECT_NE(other.years.back().packages.p5, two.years[0].packages.p5);
}

// One package over one package, of the same runs; the peak is not what trains.
TEST(SupplyStudy, WorthIsTokensOverTokens) {
  const auto& answer = as_shipped();
  const auto tokens = [&](std::size_t c) {
    const auto& outcome = answer.runs[c].outcome.value();
    return outcome.tokens_per_second / outcome.packages_used;
  };
  const std::size_t kOf910b = 0, kH100Case = 2;
  int seen = 0;
  for (const auto& worth : answer.worth) {
    if (worth.foreign_case != kH100Case) continue;
    if (worth.product == kOf910b) {
      EXPECT_NEAR(*worth.tokens, tokens(0) / tokens(kH100Case), 1e-12);
      EXPECT_NEAR(worth.peak, 353.9 / 989.4, 1e-3);
      EXPECT_GT(std::abs(*worth.tokens / worth.peak - 1), 0.01);
      ++seen;
    }
    // No cluster here has a 950.
    if (worth.product >= 2) {
      EXPECT_FALSE(worth.tokens.has_value());
    }
  }
  EXPECT_EQ(seen, 1);
  const auto& year = answer.years[0];
  for (const auto& sum : answer.year_worth) {
    double expected = 0;
    for (const auto& worth : answer.worth) {
      if (worth.foreign_case != sum.foreign_case) continue;
      expected += worth.tokens.value_or(0) * year.product[worth.product].base;
    }
    EXPECT_NEAR(sum.tokens[0].base, expected, 1e-9 * expected);
  }
}

// A GB200 has two dies: counted in dies there are half as many, and shares are twice as large.
TEST(SupplyStudy, BothReadingsOfACount) {
  const auto& year = as_shipped().foreign.at(0);
  ASSERT_TRUE(year.packages[0] && year.packages[1]);
  EXPECT_NEAR(year.packages[0]->base, 5e6, 1);
  EXPECT_NEAR(year.packages[1]->base, 2.5e6, 1);
  for (const auto metric : {Metric::kPeakShare, Metric::kTokenShare, Metric::kChipsShare}) {
    const auto& shares = year.metrics[static_cast<std::size_t>(metric)];
    EXPECT_NEAR(shares[1]->base, 2 * shares[0]->base, 1e-9);
  }
  const auto& memory = year.metrics[static_cast<std::size_t>(Metric::kMemoryRatio)];
  EXPECT_NEAR(memory[1]->base, memory[0]->base / 2, 1e-9 * memory[0]->base);
}

// A line that makes its chips is no list of counts; one with both is counted by what it ships.
TEST(SupplyStudy, AgainstALineWithProducts) {
  const auto none =
      ask("  {of: huawei_ascend, against: huawei_ascend, to: 2025-Q4, samples: 2}\n").answered();
  for (const auto& year : none.foreign) EXPECT_FALSE(year.packages[0].has_value());
  const auto both = ask("  {of: huawei_ascend, against: huawei_ascend, against_with: {shipped: "
                        "{gb200: {years: [{date: 2025, value: 5 M}]}}}, from: 2025-Q1, to: "
                        "2025-Q4, samples: 2}\n")
                        .answered();
  EXPECT_NEAR(both.foreign[0].packages[1]->base, 2.5e6, 1);
  const auto peak = static_cast<std::size_t>(Metric::kPeakShare);
  EXPECT_NEAR(both.foreign[0].metrics[peak][0]->base,
              as_shipped().foreign[0].metrics[peak][0]->base, 1e-9);
}

// A statement is tested at the packages that its author counts.
TEST(SupplyStudy, ClaimsAtTheirOwnCounts) {
  const auto& answer = as_shipped();
  const auto& claim = answer.claims.at(0);
  const auto& year = answer.foreign.at(0);
  const auto share = year.metrics[static_cast<std::size_t>(Metric::kPeakShare)][0]->base;
  const double made = answer.years[0].packages.base;
  EXPECT_NEAR(claim.found[0]->base, share * 800e3 / made, 1e-9);
  EXPECT_FALSE(answer.claims.at(1).found[0].has_value());
  EXPECT_FALSE(answer.claims.at(1).holds(Counting::kPackages));
}

TEST(SupplyStudy, ClustersAreWholeOnesOfWhatIsLeft) {
  const auto& answer = as_shipped();
  ASSERT_EQ(answer.clusters.size(), 2U);
  const auto& count = answer.clusters[1];
  EXPECT_EQ(count.packages, 384);
  EXPECT_EQ(count.optical_modules, 6912);
  double made = 0;
  for (std::size_t q = 0; q < answer.quarters.size(); ++q) {
    made += answer.quarters[q].product[1].base;
    EXPECT_EQ(count.by_quarter[q].base, std::floor(made * 0.97 * 0.98 / 384)) << q;
  }
  const auto worn =
      ask("  {of: huawei_ascend, from: 2025-Q1, to: 2026-Q4, samples: 2, attrition: 20 %}\n")
          .answered();
  double left = 0;
  for (const auto& quarter : worn.quarters) {
    left = left * std::pow(0.8, 0.25) + quarter.product[1].base;
  }
  EXPECT_EQ(worn.clusters[1].by_quarter.back().base, std::floor(left / 384));
}

// A cluster needs its optical modules: with 1 M a year from 2024 on, 2.5 M by the middle of 2026.
TEST(SupplyStudy, OpticsLimitClusters) {
  const auto answer = ask("  {of: huawei_ascend, from: 2025-Q1, to: 2026-Q2, samples: 2, with: "
                          "{optics: {modules: {per_year: 1 M}}}}\n")
                          .answered();
  const auto& free = as_shipped().clusters[1];
  const auto& bound = answer.clusters[1];
  EXPECT_EQ(bound.by_quarter.back().base, std::floor(2.5e6 / 6912));
  EXPECT_TRUE(bound.is_bound_by_optics.back());
  EXPECT_LT(bound.by_quarter.back().base, free.by_quarter[5].base);
  EXPECT_FALSE(free.is_bound_by_optics.back());
}

double total(const std::string& with) {
  const auto answer =
      ask("  {of: huawei_ascend, to: 2027-Q4, samples: 2, with: {" + with + "}}\n").answered();
  double packages = 0;
  for (const auto& year : answer.years) packages += year.packages.base;
  return packages;
}

// A study changes the line as if it stood in a file of its own.
TEST(SupplyStudy, Changes) {
  const double plain = total("name: As it is");
  EXPECT_LT(total("memory: {own: {per_year: 0}}"), 0.8 * plain);
  EXPECT_GT(total("memory: {cxmt: {per_year: 6 M}}"), plain);
  EXPECT_LT(total("dies: {ascend_910: {die_yield: 10 %}, ascend_950: {die_yield: 10 %}}"), plain);
  EXPECT_LT(
      total("packaging: {line: {per_year: 100 k}}, products: {ascend_910c: {packaging: line}}"),
      plain);
}

TEST(SupplyStudy, NamesWhatMovesItMost) {
  const auto& movers = as_shipped().movers;
  ASSERT_GT(movers.size(), 5U);
  const auto size = [](const Mover& m) {
    return std::max(std::abs(m.low - 1), std::abs(m.high - 1));
  };
  for (std::size_t i = 1; i < movers.size(); ++i) EXPECT_LE(size(movers[i]), size(movers[i - 1]));
  for (const auto& mover : movers) {
    EXPECT_EQ(mover.input.find('['), std::string::npos);
    EXPECT_EQ(mover.input.find("nvidia"), std::string::npos) << "does not make packages here";
  }
}

TEST(SupplyStudy, PublishedCountsHaveAVerdict) {
  const auto& published = as_shipped().published;
  ASSERT_GT(published.size(), 10U);
  int inside = 0;
  for (const auto& row : published) {
    EXPECT_FALSE(row.published.source.empty()) << row.published.id;
    EXPECT_LE(row.published.year, 2026);
    inside += row.is_inside() ? 1 : 0;
    if (row.published.id == "op_ed_2026") {
      EXPECT_FALSE(row.is_inside());
    }
  }
  EXPECT_GT(inside, 3);
  EXPECT_LT(inside, static_cast<int>(published.size()));
}

// Every figure says how sure it is, and those that no source stands behind are assumed.
TEST(SupplyLines, EveryFigureHasAConfidence) {
  for (const auto& name : shipped().names("supply_line")) {
    const auto document = shipped().load("supply_line", name, std::nullopt);
    for (const auto& input : supply::inputs_of(document)) {
      EXPECT_FALSE(input.confidence.empty()) << name << " " << input.path;
      const bool has_source = !input.source.empty() || input.confidence == "assumed";
      EXPECT_TRUE(has_source) << name << " " << input.path;
    }
    EXPECT_NO_THROW(load_line(document, shipped()));
  }
}

std::string problem_of(const std::string& supply) {
  try {
    ask(supply);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(SupplyStudy, SaysWhatIsWrong) {
  const auto expect = [](const std::string& supply, const std::string& part) {
    EXPECT_NE(problem_of(supply).find(part), std::string::npos) << problem_of(supply);
  };
  expect("  {of: huawei_ascent}\n", "did you mean 'huawei_ascend'?");
  expect("  {of: nvidia}\n", "how its products are made");
  EXPECT_EQ(problem_of("  {of: nvidia}\n").find("0-Q1"), std::string::npos);
  expect("  {of: huawei_ascend, from: 2026-Q1, to: 2025-Q1}\n", "in their order");
  expect("  {of: huawei_ascend, to: 2100-Q4}\n", "at most 100 of them");
  expect("  {of: huawei_ascend, spares: 100 %}\n", "below 100 %");
  expect("  {of: huawei_ascend, smaples: 5}\n", "did you mean 'samples'?");
  expect("  {of: huawei_ascend, claims: {a: {metric: peak_shares, year: 2025, value: 1 %}}}\n",
         "did you mean 'peak_share'?");
  expect("  {of: huawei_ascend, with: {dies: {ascend_910: {chip: ascend_950dt}}}}\n",
         "does not say how it is made");
  expect("  {of: huawei_ascend, with: {products: {ascend_950dt: {stacks: ~}}}}\n",
         "how many stacks of memory");
  expect(
      "  {of: huawei_ascend, with: {wafers: {smic_n2: {share: {low: 5 %, mode: 50 %, high: 150 "
      "%}}}}}\n",
      "0 to 100 %");
}

}  // namespace
}  // namespace weft::supply_study
