// Claims: what is read, how a number is judged, and what would have to be true.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "weft/claim/answer.h"

namespace weft::claim {
namespace {

constexpr const char* kHead =
    "kind: claim\nclaimant: Somebody\ndate: 2026-01\nsays: something\nsource: here\n"
    "confidence: assumed\n";
constexpr const char* kStudy =
    "study:\n"
    "  kind: study\n"
    "  job: {model: llama3_8b, sequence: 8192, global_batch: 128 sequences, tokens: 1 T}\n"
    "  clusters: [{use: dgx_h100, hosts: 8}, {use: dgx_a100_80g, hosts: 8}]\n"
    "  plan: {tensor: 4, pipeline: 2, data: 8, micro_batch: 1, recompute: none, zero: 1, "
    "schedule: 1f1b}\n";

base::Catalog catalog() { return base::Catalog({WEFT_CONFIGS}); }

Claim claim_of(const std::string& text) {
  base::Reading reading;
  return read_claim(base::Document::parse(kHead + text, "mine.yaml"), catalog(), reading);
}
Options quick() {
  auto options = usual_options();
  options.draws.samples = 16;
  options.needs = 2;
  return options;
}
Answer answer_of(const std::string& text) {
  return answer(claim_of(text), catalog(), quick(), base::ThreadTeam(2));
}
std::string error_of(const std::string& text) {
  try {
    static_cast<void>(answer_of(text));
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

uncertainty::Interval interval(double low, double median, double high) {
  uncertainty::Interval predicted;
  predicted.mode = predicted.median = median;
  predicted.low = low;
  predicted.high = high;
  return predicted;
}

TEST(Verdicts, OfAPlainNumber) {
  const auto predicted = interval(0.4, 0.5, 0.6);
  const auto judged = [&](double value) {
    return judge({Sense::kEqual, value, 0, true}, predicted, 0.7);
  };
  EXPECT_EQ(judged(0.39), Verdict::kModest);
  EXPECT_EQ(judged(0.4), Verdict::kConsistent);
  EXPECT_EQ(judged(0.6), Verdict::kConsistent);
  EXPECT_EQ(judged(0.65), Verdict::kOptimistic);
  EXPECT_EQ(judged(0.71), Verdict::kImplausible);
}

TEST(Verdicts, BoundsAreNeverModest) {
  const auto predicted = interval(0.4, 0.5, 0.6);
  EXPECT_EQ(judge({Sense::kAtLeast, 0.1, 0, true}, predicted, 0.7), Verdict::kConsistent);
  EXPECT_EQ(judge({Sense::kAtLeast, 0.61, 0, true}, predicted, 0.7), Verdict::kOptimistic);
  EXPECT_EQ(judge({Sense::kAtMost, 0.9, 0, false}, predicted, 0.3), Verdict::kConsistent);
  EXPECT_EQ(judge({Sense::kAtMost, 0.35, 0, false}, predicted, 0.3), Verdict::kOptimistic);
  EXPECT_EQ(judge({Sense::kAtMost, 0.2, 0, false}, predicted, 0.3), Verdict::kImplausible);
}

// What is better the less there is of it is judged as its negative is.
TEST(Verdicts, AreTheSameOnEitherSide) {
  for (const double value : {0.1, 0.39, 0.5, 0.65, 0.71}) {
    const auto more = judge({Sense::kEqual, value, 0.02, true}, interval(0.4, 0.5, 0.6), 0.7);
    const auto less = judge({Sense::kEqual, -value, 0.02, false}, interval(-0.6, -0.5, -0.4), -0.7);
    EXPECT_EQ(more, less) << value;
  }
}

TEST(Verdicts, ToleranceWidensWhatIsClaimed) {
  const auto predicted = interval(0.4, 0.5, 0.6);
  EXPECT_EQ(judge({Sense::kEqual, 0.62, 0.05, true}, predicted, 0.6), Verdict::kConsistent);
  EXPECT_TRUE(is_met({Sense::kEqual, 0.62, 0.05, true}, 0.6));
  EXPECT_FALSE(is_met({Sense::kEqual, 0.62, 0, true}, 0.6));
}

TEST(Verdicts, OfArithmetic) {
  const auto judged = [](double value, double tolerance) {
    return judge({Sense::kEqual, value, tolerance, true}, interval(0.5, 0.5, 0.5), 0.5);
  };
  EXPECT_EQ(judged(0.5, 0), Verdict::kConsistent);
  EXPECT_EQ(judged(0.6, 0), Verdict::kDiffers);
  EXPECT_EQ(judged(0.6, 0.2), Verdict::kConsistent);
}

TEST(Verdicts, TheWorstOfSeveralCounts) {
  EXPECT_EQ(worse(Verdict::kConsistent, Verdict::kImplausible), Verdict::kImplausible);
  EXPECT_EQ(worse(Verdict::kNotTestable, Verdict::kModest), Verdict::kModest);
  EXPECT_EQ(worse(Verdict::kNotTestable, Verdict::kNotTestable), Verdict::kNotTestable);
}

TEST(Margins, InRatiosAndHalfIntervals) {
  const auto margin = margin_of({Sense::kEqual, 0.65, 0, true}, interval(0.4, 0.5, 0.6));
  EXPECT_NEAR(margin.ratio, 1.3, 1e-12);
  EXPECT_NEAR(*margin.in_widths, 1.5, 1e-12);
  EXPECT_FALSE(margin_of({}, interval(1, 1, 1)).in_widths);
}

TEST(ClaimedValue, IsReadInTheUnitOfTheFigure) {
  const auto value = [](const std::string& text, const std::string& unit, bool ratio = false) {
    const auto document = base::Document::parse("v: \"" + text + "\"\n", "v.yaml");
    return claimed_value(*document.root().find("v"), unit, ratio);
  };
  EXPECT_NEAR(value(">= 95 %", ""), 0.95, 1e-12);
  EXPECT_NEAR(value("<= 3 h", "s"), 10800, 1e-9);
  EXPECT_NEAR(value("1.46 M tokens/s", "tokens/s"), 1.46e6, 1e-3);
  EXPECT_NEAR(value("2.5 x", "W", true), 2.5, 1e-12);
  EXPECT_NEAR(value("1.2 J/token", "J/token"), 1.2, 1e-12);
  EXPECT_THROW(value("3 W", "s"), base::InputError);
  EXPECT_THROW(value("3", "s"), base::InputError);
  EXPECT_THROW(value("3 h", ""), base::InputError);
}

TEST(Claims, AreJudgedByDraws) {
  const auto found = answer_of(std::string(kStudy) + "metric: mfu\nrow: H100\nvalue: \">= 1 %\"\n");
  ASSERT_EQ(found.tests.size(), 1U);
  const auto& test = found.tests[0];
  EXPECT_EQ(found.verdict, Verdict::kConsistent);
  EXPECT_EQ(*test.share_met, 1.0);
  EXPECT_LT(test.predicted.low, test.predicted.median);
  EXPECT_LT(test.predicted.median, test.predicted.high);
  EXPECT_GE(test.best, test.predicted.high);
  EXPECT_EQ(answer_of(std::string(kStudy) + "metric: mfu\nrow: 1\nvalue: 99 %\n").verdict,
            Verdict::kImplausible);
}

TEST(Claims, RatiosOfARowToItselfAreOne) {
  const auto found = answer_of(std::string(kStudy) +
                               "metric: energy_per_token\nrow: 1\nover: {row: 1}\nvalue: 1\n");
  EXPECT_EQ(found.tests[0].predicted.low, 1.0);
  EXPECT_EQ(found.tests[0].predicted.high, 1.0);
  EXPECT_EQ(found.verdict, Verdict::kConsistent);
  EXPECT_TRUE(found.tests[0].movers.empty());
}

// The value found, put in its place, gives what was claimed.
TEST(Claims, WhatWouldHaveToBeTrueMakesItTrue) {
  const std::string test = "metric: step_time\nrow: H100\nvalue: ";
  const auto before = answer_of(std::string(kStudy) + test + "1 s\n").tests[0].predicted.mode;
  const auto wanted = before * 1.2;
  const auto found = answer_of(std::string(kStudy) + test + std::to_string(wanted) +
                               " s\nknobs: [chips.h100_sxm5.memory.bandwidth]\n");
  ASSERT_EQ(found.tests[0].needs.size(), 1U);
  const auto& need = found.tests[0].needs[0];
  ASSERT_TRUE(need.needed);
  EXPECT_LT(need.factor, 1);
  const auto claim = claim_of(std::string(kStudy) + test + "1 s\n");
  const ask::Question question(claim.studies[0], catalog(), {}, base::ThreadTeam(1));
  const auto written = base::Document::parse("v: " + *need.needed + "\n", "v.yaml");
  const auto rows = ask::Session(question).ask(
      {{{"chips.h100_sxm5.memory.bandwidth", *written.root().find("v")}}, {}});
  EXPECT_NEAR(rows[0].values[question.column("step_time")] / wanted, 1, 0.01);  // three digits
}

TEST(Claims, NothingDoesWhereNothingCan) {
  const auto found = answer_of(std::string(kStudy) +
                               "metric: mfu\nrow: A100\nvalue: 99 %\n"
                               "knobs: [chips.h100_sxm5.memory.bandwidth]\n");
  EXPECT_FALSE(found.tests[0].needs[0].needed);
}

// An input that a campaign of the question's own brings is printed as it is written; a share whose
// text is not where its path leads does not grow beyond 1.
TEST(Claims, NeedsOfInputsThatTheQuestionBringsItself) {
  const auto needs_of = [](const std::string& with, const std::string& value) {
    std::string study = kStudy;
    study += "  campaign: {use: mature, with: {" + with + "}}\n";
    return answer_of(study + "metric: ettr\nrow: 1\nvalue: " + value + "\n").tests[0].needs;
  };
  const auto rates = needs_of(
      "hazard_factor: {low: 0.5, mode: 1, high: 2, source: mine, confidence: assumed}", "99.9 %");
  ASSERT_FALSE(rates.empty());
  EXPECT_NE(rates[0].input.find("hazard_factor"), std::string::npos);
  EXPECT_EQ(rates[0].now, "1");
  for (const auto& need : rates) EXPECT_EQ(need.now.find("(SI)"), std::string::npos) << need.now;
}

TEST(Claims, AreTheSameForAnyNumberOfThreads) {
  const auto claim = claim_of(std::string(kStudy) + "metric: mfu\nrow: 1\nvalue: 50 %\n");
  const auto a = answer(claim, catalog(), quick(), base::ThreadTeam(1));
  const auto b = answer(claim, catalog(), quick(), base::ThreadTeam(2));
  EXPECT_EQ(a.tests[0].predicted.median, b.tests[0].predicted.median);
  EXPECT_EQ(a.tests[0].best, b.tests[0].best);
  ASSERT_EQ(a.tests[0].needs.size(), b.tests[0].needs.size());
  for (std::size_t n = 0; n < a.tests[0].needs.size(); ++n) {
    EXPECT_EQ(a.tests[0].needs[n].factor, b.tests[0].needs[n].factor);
  }
}

TEST(Claims, SeveralTestsAndQuestions) {
  const auto found = answer_of(std::string(kStudy) +
                               "tests:\n"
                               "  - {label: fast, metric: mfu, row: 1, value: \">= 1 %\"}\n"
                               "  - {label: too fast, metric: mfu, row: 1, value: \">= 98 %\"}\n"
                               "  - {label: no number, metric: mfu, row: 2}\n");
  ASSERT_EQ(found.tests.size(), 3U);
  EXPECT_EQ(found.tests[0].verdict, Verdict::kConsistent);
  EXPECT_EQ(found.tests[1].verdict, Verdict::kImplausible);
  EXPECT_EQ(found.tests[2].verdict, Verdict::kNotTestable);
  EXPECT_EQ(found.verdict, Verdict::kImplausible);
}

TEST(Claims, WithoutAFigureSayWhy) {
  const auto found = answer_of("testable: false\nbecause: no number\n");
  EXPECT_EQ(found.verdict, Verdict::kNotTestable);
  EXPECT_EQ(found.claim.because, "no number");
}

TEST(Claims, SayWhatIsWrong) {
  const std::string study = kStudy;
  const auto has = [](const std::string& text, const std::string& part) {
    return error_of(text).find(part) != std::string::npos;
  };
  EXPECT_TRUE(has(study + "metric: mfv\nrow: 1\nvalue: 5 %\n", "mfv"));
  EXPECT_TRUE(has(study + "metric: mfu\nvalue: 5 %\n", "which row"));
  EXPECT_TRUE(has(study + "metric: mfu\nrow: 3\nvalue: 5 %\n", "2 rows"));
  EXPECT_TRUE(has(study + "metric: mfu\nrow: B200\nvalue: 5 %\n", "no row"));
  EXPECT_TRUE(has(study + "metric: mfu\nrow: 1\nvalue: 5 W\n", "plain number"));
  EXPECT_TRUE(has(study + "metric: mfu\nrow: 1\nvalu: 5 %\n", "valu"));
  EXPECT_TRUE(has("metric: mfu\n", "missing key 'study'"));
  EXPECT_TRUE(has("study: no_such_study\nmetric: mfu\n", "no_such_study"));
  EXPECT_TRUE(has(study + "metric: mfu\nrow: 1\nvalue: 5 %\nknobs: [chips.h100_sxm5.no.where]\n",
                  "no number"));
  EXPECT_TRUE(has("testable: false\n", "because"));
}

}  // namespace
}  // namespace weft::claim
