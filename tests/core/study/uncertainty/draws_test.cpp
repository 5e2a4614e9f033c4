// A question with its inputs drawn.
#include "weft/uncertainty/draws.h"

#include <gtest/gtest.h>

#include <cmath>

#include "weft/study/run.h"
#include "weft/uncertainty/answer.h"
#include "weft/validation/nearest_runs.h"

namespace weft::uncertainty {
namespace {

constexpr const char* kPlan =
    "plan: {tensor: 4, pipeline: 2, data: 8, micro_batch: 1, recompute: none, zero: 1, "
    "schedule: 1f1b}\n";
const std::string kJob =
    "kind: study\njob: {model: llama3_8b, sequence: 8192, global_batch: 128 sequences, tokens: 1 "
    "T, precision: bf16}\n";

base::Catalog catalog() { return base::Catalog({WEFT_CONFIGS}); }

ask::Question question(const std::string& clusters, std::vector<std::string> figures) {
  return {base::Document::parse(kJob + "clusters: [" + clusters + "]\n" + kPlan, "study.yaml"),
          catalog(),
          {ask::Plans::kKept, ask::Depth::kWhole, std::move(figures)},
          base::ThreadTeam(1)};
}
ask::Question of_kind(const std::string& text) {
  return {base::Document::parse(text, "question.yaml"),
          catalog(),
          {ask::Plans::kKept, ask::Depth::kWhole, {}},
          base::ThreadTeam(1)};
}
// Nothing is searched but how many replicas there are.
const std::string kOthers =
    "job: {model: llama3_8b, sequence: 8192, global_batch: 128 sequences, tokens: 100 G}\n"
    "plan: {tensor: 2, context: 1, pipeline: 1, virtual_stages: 1, expert: 1, micro_batch: 1, "
    "zero: 1, recompute: none}\n";
const std::string kComparison =
    "kind: compare\n" + kOthers +
    "builds: [{use: dgx_h100, hosts: 4}, {use: atlas_800t_a2, hosts: 4}]\n"
    "footing: [devices, power]\n";
const std::string kScaling = "kind: scaling\n" + kOthers + "cluster: dgx_h100\nhosts: [2, 4]\n";

const char* const kTwo = "{use: dgx_h100, hosts: 8}, {use: dgx_a100_80g, hosts: 8}";

Options options(std::size_t samples, bool model_error = true) {
  Options options;
  options.samples = samples;
  options.model_error = model_error;
  return options;
}

TEST(Draws, AreTheSameForAnyNumberOfThreads) {
  const auto asked = question(kTwo, {"step_time", "mean_power"});
  const auto one = draw(asked, options(16), base::ThreadTeam(1));
  const auto two = draw(asked, options(16), base::ThreadTeam(2));
  ASSERT_EQ(one.rows.size(), 16U);
  for (std::size_t s = 0; s < one.rows.size(); ++s) {
    for (std::size_t r = 0; r < 2; ++r) EXPECT_EQ(one.rows[s][r].values, two.rows[s][r].values);
  }
  auto other = options(16);
  other.seed = 2;
  EXPECT_NE(draw(asked, other, base::ThreadTeam(1)).rows[0][0].values, one.rows[0][0].values);
}

TEST(Draws, HoldTheModeAndSomeWidth) {
  const auto asked = question(kTwo, {"mean_power", "energy_per_token"});
  const auto draws = draw(asked, options(64), base::ThreadTeam());
  for (std::size_t r = 0; r < 2; ++r) {
    for (std::size_t c = 0; c < 2; ++c) {
      const auto interval = interval_of(draws, r, c);
      EXPECT_EQ(interval.mode, asked.base()[r].values[c]);
      EXPECT_LT(interval.low, interval.median);
      EXPECT_LT(interval.median, interval.high);
      EXPECT_LT(interval.low, interval.mode);
      EXPECT_GT(interval.high, interval.mode);
    }
  }
}

// As weft run does: nearest_published().
TEST(ModelError, IsThatOfPublishedRuns) {
  const auto asked = question(kTwo, {"step_time", "devices_used"});
  base::Reading reading;
  const auto study = study::read_study(asked.document(), asked.catalog(), reading);
  const auto results = study::run(study, base::ThreadTeam(1));
  const auto nearest =
      validation::nearest_published(study, results, asked.catalog(), asked.document().root());
  const auto errors = model_errors(asked);
  ASSERT_EQ(errors.size(), 2U);
  for (std::size_t r = 0; r < 2; ++r) {
    ASSERT_TRUE(errors[r] && nearest[r].interval);
    EXPECT_EQ(errors[r]->half_width, nearest[r].interval->half_width);
    EXPECT_EQ(errors[r]->runs, nearest[r].interval->runs);
  }
}

TEST(ModelError, IsTheIntervalWhereNothingElseIsUncertain) {
  const auto asked = question("{use: dgx_h100, hosts: 8}", {"step_time", "mfu"});
  const auto inputs = inputs_of(asked, true);
  ASSERT_EQ(inputs.all.size(), inputs.asked + 1);
  const double width = inputs.errors[0]->half_width;
  const auto moved = swings(asked, inputs, base::ThreadTeam(1));
  const double step = asked.base()[0].values[0];
  EXPECT_NEAR(moved.low.back()[0].values[0], step * std::exp(-width), 1e-9 * step);
  EXPECT_NEAR(moved.high.back()[0].values[0], step * std::exp(width), 1e-9 * step);
  EXPECT_NEAR(moved.high.back()[0].values[1], asked.base()[0].values[1] * std::exp(-width), 1e-9);
}

TEST(ModelError, IsLeftOutOnRequest) {
  const auto asked = question(kTwo, {"step_time"});
  const auto with = interval_of(draw(asked, options(64), base::ThreadTeam()), 0, 0);
  const auto without = interval_of(draw(asked, options(64, false), base::ThreadTeam()), 0, 0);
  EXPECT_LT(without.high - without.low, 0.5 * (with.high - with.low));
}

// Every figure of a study says how it goes with the step time; speeds are over it, times and what
// is paid for them are with it.
TEST(ModelError, KnowsEveryFigure) {
  const auto asked = question("{use: dgx_h100, hosts: 8}", {});
  const auto compared = of_kind(kComparison);
  const auto scaled = of_kind(kScaling);
  for (const auto& question : {&asked, &compared, &scaled}) {
    for (const auto& column : question->columns()) {
      EXPECT_TRUE(step_power(column.name)) << column.name;
    }
  }
  auto row = asked.base()[0];
  multiply(2, asked.columns(), row);
  const auto ratio = [&](const char* name) {
    const auto c = asked.column(name);
    return row.values[c] / asked.base()[0].values[c];
  };
  EXPECT_EQ(ratio("step_time"), 2);
  EXPECT_EQ(ratio("tokens_per_second"), 0.5);
  EXPECT_EQ(ratio("wall"), 2);
  EXPECT_EQ(ratio("mean_power"), 1);
  EXPECT_EQ(ratio("energy_per_token"), 2);
}

// Of a comparison the error of both stacks is in the ratio, of one and the same it is in neither.
TEST(ModelError, OfComparisons) {
  const auto asked = of_kind(kComparison);
  const auto inputs = inputs_of(asked, true);
  ASSERT_EQ(inputs.errors.size(), 4U);
  ASSERT_EQ(inputs.all.size(), inputs.asked + 2);  // two stacks
  for (std::size_t r = 0; r < 4; ++r) {
    ASSERT_TRUE(inputs.errors[r]);
    EXPECT_EQ(inputs.errors[r]->base_stack, inputs.errors[0]->stack);
  }
  EXPECT_EQ(inputs.errors[3]->stack, inputs.errors[1]->stack);
  EXPECT_NE(inputs.errors[1]->stack, inputs.errors[0]->stack);
  std::vector<double> values(inputs.all.size(), 0.0);
  values[inputs.asked] = 1;  // the first build's
  const auto base = factors_of(inputs, 0, values);
  const auto other = factors_of(inputs, 1, values);
  EXPECT_GT(base.own, 1);
  EXPECT_EQ(base.ratio, 1);
  EXPECT_EQ(other.own, 1);
  EXPECT_NEAR(other.ratio, 1 / base.own, 1e-12);
  auto rows = asked.base();
  apply_errors(inputs, values, asked.columns(), rows);
  const auto ratio = asked.column("ratio");
  EXPECT_NEAR(rows[1].values[ratio], asked.base()[1].values[ratio] * base.own, 1e-9);
  EXPECT_EQ(rows[0].values[ratio], 1);
}

TEST(ModelError, OfScalingAndOfSeveralQuestions) {
  const auto scaled = model_errors(of_kind(kScaling));
  ASSERT_EQ(scaled.size(), 2U);
  ASSERT_TRUE(scaled[0] && scaled[1]);
  EXPECT_EQ(scaled[0]->stack, scaled[1]->stack);
  const auto inlined = [](const std::string& clusters) {
    return "  - kind: study\n    job: {model: llama3_8b, sequence: 8192, global_batch: 128 "
           "sequences, tokens: 1 T, precision: bf16}\n    clusters: [" +
           clusters + "]\n    " + kPlan;
  };
  const auto several =
      of_kind("kind: several\nof:\n" + inlined("{use: dgx_h100, hosts: 8}") + inlined(kTwo));
  const auto errors = model_errors(several);
  ASSERT_EQ(errors.size(), 3U);
  for (const auto& error : errors) EXPECT_TRUE(error);
  EXPECT_EQ(errors[0]->half_width, errors[1]->half_width);
  // All of one stack: one draw.
  EXPECT_EQ(inputs_of(several, true).all.size(), inputs_of(several, false).all.size() + 1);
}

// Two comparisons of the same builds and footing one after the other: each has its own job.
TEST(ModelError, OfComparisonsOneAfterTheOther) {
  const auto part = [](const std::string& model) {
    return "  - kind: compare\n    job: {model: " + model +
           ", sequence: 8192, global_batch: 128 sequences, tokens: 100 G}\n"
           "    plan: {tensor: 8, context: 1, pipeline: 1, virtual_stages: 1, expert: 1, "
           "micro_batch: 1, zero: 1, recompute: full}\n"
           "    builds: [{use: dgx_h100, hosts: 4}, {use: dgx_a100_80g, hosts: 4}]\n"
           "    footing: [devices]\n    sizes: stated\n";
  };
  const auto alone = model_errors(of_kind("kind: several\nof:\n" + part("qwen3_30b_a3b")));
  const auto asked = of_kind("kind: several\nof:\n" + part("llama3_8b") + part("qwen3_30b_a3b"));
  const auto errors = model_errors(asked);
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_EQ(asked.base()[1].part, 0U);
  EXPECT_EQ(asked.base()[2].part, 1U);
  for (std::size_t r = 0; r < 2; ++r) {
    ASSERT_TRUE(errors[r] && errors[r + 2] && alone[r]);
    EXPECT_EQ(errors[r + 2]->of, alone[r]->of);
    EXPECT_EQ(errors[r + 2]->half_width, alone[r]->half_width);
    EXPECT_NE(errors[r]->of, errors[r + 2]->of);  // dense, and a mixture of experts
  }
}

// A row of which no error is known still has that of the build which its ratio is to.
TEST(ModelError, OfTheOtherBuildAlone) {
  Inputs inputs;
  inputs.all.push_back({"weft's own error (a)", {}, true, "a"});
  ModelError base{"a", 0.2, 3, "runs", true, "a", 0.2};
  ModelError none;
  none.base_stack = "a";
  none.base_half_width = 0.2;
  inputs.errors = {base, none};
  const double values[] = {1.0};
  EXPECT_EQ(factors_of(inputs, 1, values).own, 1);
  EXPECT_NEAR(factors_of(inputs, 1, values).ratio, 1 / base.factor(1), 1e-12);
  EXPECT_NEAR(factors_of(inputs, 0, values).ratio, 1, 1e-12);
}

TEST(Ratios, OfWhatIsAlikeAreNarrow) {
  // The same chips and stack: what is uncertain of them goes out of the ratio.
  const auto asked =
      question("{use: dgx_h100, hosts: 8}, {use: dgx_h100, hosts: 8}", {"mean_power"});
  const auto draws = draw(asked, options(32), base::ThreadTeam());
  const auto same = ratio_of(draws, 1, 0, 0);
  EXPECT_EQ(same.low, 1);
  EXPECT_EQ(same.high, 1);
}

TEST(Ratios, AreNarrowerThanWhatTheyAreOf) {
  const auto asked = question(kTwo, {"step_time"});
  const auto draws = draw(asked, options(64), base::ThreadTeam());
  ASSERT_EQ(draws.inputs.errors[0]->stack, draws.inputs.errors[1]->stack);
  const auto ratio = ratio_of(draws, 1, 0, 0);
  const auto width = [](const Interval& i) { return std::log(i.high / i.low); };
  EXPECT_LT(width(ratio), 0.5 * width(interval_of(draws, 0, 0)));
  EXPECT_EQ(ratio.mode, asked.base()[1].values[0] / asked.base()[0].values[0]);
}

TEST(Tornado, OfAllRowsTheLargestFirst) {
  const auto asked = question(kTwo, {"step_time"});
  const auto inputs = inputs_of(asked, true);
  const auto moved = swings(asked, inputs, base::ThreadTeam());
  for (std::size_t r = 0; r < 2; ++r) {
    const auto bars = tornado(moved, r, 0);
    ASSERT_FALSE(bars.empty());
    EXPECT_TRUE(inputs.all[bars[0].input].is_model_error);
    for (std::size_t b = 1; b < bars.size(); ++b) {
      EXPECT_LE(bars[b].swing(), bars[b - 1].swing());
    }
  }
  // An input of the H100 alone leaves the A100 as it is.
  for (const auto& bar : tornado(moved, 1, 0)) {
    EXPECT_EQ(inputs.all[bar.input].name.find("h100_sxm5"), std::string::npos);
  }
}

// One at a time in quadrature, as weft run has it, is what draws say of a figure that is linear.
TEST(Tornado, InQuadratureAgreesWithDrawsWhereLinear) {
  Swings swings;
  ask::Row row;
  row.values = {10};
  swings.base = {row};
  const std::vector<base::Distribution> inputs = {
      {base::Distribution::Kind::kNormal, -1, 0, 1},
      {base::Distribution::Kind::kTriangular, -3, 0, 3},
      {base::Distribution::Kind::kTriangular, -2, 0, 2}};
  std::vector<double> values;
  const auto cube = points(Design::kSobol, 4096, inputs.size(), 1);
  for (std::size_t i = 0; i < cube.count(); ++i) {
    double sum = 10;
    for (std::size_t d = 0; d < inputs.size(); ++d) {
      sum += base::quantile(inputs[d], cube.point(i)[d]);
    }
    values.push_back(sum);
  }
  for (const auto& input : inputs) {
    row.values = {10 + base::quantile(input, 0.05)};
    swings.low.push_back({row});
    row.values = {10 + base::quantile(input, 0.95)};
    swings.high.push_back({row});
  }
  const auto drawn = interval_of(values, 10);
  const auto ends = in_quadrature(swings, 0, 0);
  EXPECT_NEAR(ends.low, drawn.low, 0.02 * (drawn.high - drawn.low));
  EXPECT_NEAR(ends.high, drawn.high, 0.02 * (drawn.high - drawn.low));
}

TEST(WorthAnIndex, LeavesOutWhatHardlyMatters) {
  Swings swings;
  ask::Row row;
  row.values = {1};
  swings.base = {row};
  for (const double half : {0.001, 0.1, 0.0, 0.2, 0.004}) {
    row.values = {1 - half};
    swings.low.push_back({row});
    row.values = {1 + half};
    swings.high.push_back({row});
  }
  const auto chosen = worth_an_index(swings, {0}, 0);
  EXPECT_EQ(chosen.inputs, (std::vector<std::size_t>{1, 3}));
  EXPECT_EQ(chosen.left_out, 2U);  // the one that does nothing is not missed
  EXPECT_NEAR(chosen.share_left_out, 17e-6 / (0.05 + 17e-6), 1e-9);
  const auto one = worth_an_index(swings, {0}, 0, 0.01, 1);
  EXPECT_EQ(one.inputs, (std::vector<std::size_t>{3}));
  EXPECT_NEAR(one.share_left_out, 0.2, 0.01);
}

TEST(RowIndices, NameWhatMattersMost) {
  const auto asked = question("{use: dgx_h100, hosts: 8}", {"step_time"});
  const auto all = answer(asked, options(64), 0, true, base::ThreadTeam());
  ASSERT_TRUE(all.indices);
  const auto& chosen = all.indices->chosen;
  EXPECT_LE(chosen.share_left_out, 0.01);
  ASSERT_EQ(all.indices->rows[0].inputs.size(), chosen.inputs.size());
  EXPECT_NEAR(all.indices->share_drawn[0], 1, 0.3);
  double sum = 0;
  for (std::size_t i = 0; i < chosen.inputs.size(); ++i) {
    const auto& index = all.indices->rows[0].inputs[i];
    sum += index.first.value;
    const bool is_model_error = all.draws.inputs.all[chosen.inputs[i]].is_model_error;
    EXPECT_EQ(is_model_error, index.first.value > 0.5);
  }
  EXPECT_NEAR(sum, 1, 0.1);
}

// A truth that has its inputs from where they are drawn lies in the interval nine times of ten.
TEST(Draws, HoldTruthsOfTheSameInputs) {
  const auto asked = question("{use: dgx_h100, hosts: 8}", {"mean_power"});
  const auto interval = interval_of(draw(asked, options(128), base::ThreadTeam()), 0, 0);
  auto truth = options(200);
  truth.design = Design::kLatinHypercube;
  truth.seed = 77;
  const auto truths = values_of(draw(asked, truth, base::ThreadTeam()), 0, 0);
  int inside = 0;
  for (const double value : truths) {
    inside += interval.low <= value && value <= interval.high ? 1 : 0;
  }
  EXPECT_GE(inside, 170);
  EXPECT_LE(inside, 190);
}

// A device has room for the plan in a part of the draws alone.
TEST(Draws, WithoutAnAnswerAreCounted) {
  const std::vector<std::string> figures = {"step_time", "memory"};
  const auto asked_with = [&](const std::string& usable) {
    const auto plain = question("{use: dgx_h100, hosts: 8}", figures);
    const auto value = *base::Document::parse("v: " + usable + "\n", "point.yaml").root().find("v");
    auto changed =
        ask::changed(plain.document(), plain.catalog(), {{"chips.h100_sxm5.memory.usable", value}});
    return ask::Question(std::move(changed.document), std::move(changed.catalog),
                         {ask::Plans::kKept, ask::Depth::kWhole, figures}, base::ThreadTeam(1));
  };
  const double needed = asked_with("79 GiB").base()[0].values[1];
  const auto interval = [&](double low) {
    const auto bytes = [&](double share) { return std::to_string(needed * share / 1e9) + " GB"; };
    const auto asked = asked_with("{low: " + bytes(low) + ", mode: " + bytes(1.02) +
                                  ", high: " + bytes(1.04) + "}");
    return interval_of(draw(asked, options(32), base::ThreadTeam()), 0, 0);
  };
  const auto few = interval(0.95);
  EXPECT_GT(few.failed, 0U);
  EXPECT_TRUE(few.is_known());
  EXPECT_LT(few.low, few.high);
  const auto most = interval(0.5);
  EXPECT_FALSE(most.is_known());
  EXPECT_TRUE(std::isnan(most.low));
  EXPECT_TRUE(std::isfinite(most.mode));
}

}  // namespace
}  // namespace weft::uncertainty
