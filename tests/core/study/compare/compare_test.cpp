#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "shipped.h"
#include "weft/compare/answer.h"
#include "weft/compare/critical_batch.h"

namespace weft::compare {
namespace {

constexpr const char* kJob =
    "kind: compare\n"
    "job: {model: llama3_8b, sequence: 8192, global_batch: 128 sequences, tokens: 100 G}\n";
// Nothing is searched but how many replicas there are.
constexpr const char* kPlan =
    "plan: {tensor: 2, context: 1, pipeline: 1, virtual_stages: 1, expert: 1, micro_batch: 1, "
    "zero: 1, recompute: none}\n";
constexpr const char* kFixed =
    "plan: {tensor: 2, context: 1, data: 16, pipeline: 1, virtual_stages: 1, expert: 1, "
    "micro_batch: 1, zero: 1, recompute: none}\n";

base::Document document_of(const std::string& text) {
  return base::Document::parse(std::string(kJob) + text, "test");
}

Answer answer_to(const std::string& text) {
  base::Reading reading;
  const base::ThreadTeam team(1);
  auto whole = answer(document_of(text), test::shipped(), reading, team);
  EXPECT_TRUE(reading.diagnostics().empty());
  return whole;
}

std::string message_of(const std::string& text) {
  try {
    answer_to(text);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "no error";
}

const char* const kTwo = "builds: [{use: dgx_h100, hosts: 4}, {use: atlas_800t_a2, hosts: 4}]\n";

TEST(CriticalBatch, AtTheCriticalBatchTwiceTheFewestTokens) {
  EXPECT_DOUBLE_EQ(tokens_over_least(4e6, 4e6), 2.0);
  EXPECT_DOUBLE_EQ(steps_over_least(4e6, 4e6), 2.0);
  EXPECT_DOUBLE_EQ(tokens_for(4e6, 4e6, 1e12, 4e6), 1e12);
  EXPECT_DOUBLE_EQ(tokens_for(12e6, 4e6, 1e12, 4e6), 2e12);
  for (const double batch : {1e3, 1e5, 4e6, 7e8}) {
    const double steps = steps_over_least(batch, 4e6) - 1;
    const double examples = tokens_over_least(batch, 4e6) - 1;
    EXPECT_NEAR(steps * examples, 1, 1e-12);
  }
}

TEST(Compare, WithItselfThereIsNoGap) {
  const auto whole = answer_to(std::string(kPlan) +
                               "builds: [{use: dgx_h100, hosts: 4}, {use: dgx_h100, hosts: 4}]\n");
  EXPECT_GE(whole.footings.size(), 7U);
  for (const auto& one : whole.footings) {
    EXPECT_EQ(one.standings[1].ratio, 1) << name_of(one.footing);
    EXPECT_EQ(one.standings[1].remainder, 0);
    EXPECT_EQ(one.waterfalls[1].gap(), 0);
    for (std::size_t c = 0; c < kCauseCount; ++c) {
      EXPECT_EQ(one.waterfalls[1].part(static_cast<Cause>(c)), 0);
    }
  }
  EXPECT_EQ(whole.replacements[1]->devices, 1);
}

// Devices · wall / tokens: the ledger, what stands idle, failures and all.
TEST(Compare, CausesSumToTheDeviceTimeOfAToken) {
  const auto whole = answer_to(std::string(kPlan) + kTwo);
  for (const auto& run : whole.runs) {
    ASSERT_TRUE(run.is_known()) << run.reason;
    const double of_token = run.figures.devices / run.figures.rate;
    EXPECT_NEAR(sum(run.causes), of_token, 1e-12 * of_token);
    for (std::size_t c = 0; c < kCauseCount; ++c) {
      EXPECT_GE(run.causes[c], 0) << name_of(static_cast<Cause>(c));
    }
    EXPECT_GT(run.causes[static_cast<std::size_t>(Cause::kPeak)], 0);
    EXPECT_LE(run.figures.free_links, run.figures.free_scale_out);
    EXPECT_LE(run.figures.free_scale_out, run.figures.step);
  }
}

TEST(Compare, TheGapIsTheSumOfItsParts) {
  const auto whole = answer_to(std::string(kPlan) + kTwo);
  for (const auto& one : whole.footings) {
    const auto& fall = one.waterfalls[1];
    const auto& from = *whole.run_of(one.standings[0]);
    double shares = 0;
    for (std::size_t c = 0; c < kCauseCount; ++c) shares += fall.share(static_cast<Cause>(c));
    EXPECT_NEAR(shares, 1, 1e-12);
    EXPECT_NEAR(fall.gap(), sum(fall.to) - sum(fall.from), 1e-12 * sum(fall.to));
    const auto back = waterfall(one.footing, *whole.run_of(one.standings[1]), from);
    EXPECT_NEAR(back.gap(), -fall.gap(), 1e-12 * sum(fall.to));
    for (std::size_t c = 0; c < kCauseCount; ++c) {
      EXPECT_EQ(back.part(static_cast<Cause>(c)), -fall.part(static_cast<Cause>(c)));
    }
    // Slower by so much: what a token takes of the footing is the inverse of the ratio.
    const double slower = sum(fall.to) / sum(fall.from);
    EXPECT_NEAR(slower * one.standings[1].ratio, 1, 1e-12) << name_of(one.footing);
  }
}

TEST(Compare, SwappedBuildsGiveTheInverse) {
  const std::string stated = std::string(kFixed) + "sizes: stated\n";
  const auto there = answer_to(stated + kTwo);
  const auto back =
      answer_to(stated + "builds: [{use: atlas_800t_a2, hosts: 4}, {use: dgx_h100, hosts: 4}]\n");
  ASSERT_EQ(there.footings.size(), back.footings.size());
  for (std::size_t f = 0; f < there.footings.size(); ++f) {
    const auto& one = there.footings[f];
    const auto& other = back.footings[f];
    EXPECT_NEAR(one.standings[1].ratio * other.standings[1].ratio, 1, 1e-12);
    EXPECT_NEAR(one.standings[1].scale * other.standings[1].scale, 1, 1e-12);
    EXPECT_NEAR(one.waterfalls[1].gap(), -other.waterfalls[1].gap(),
                1e-12 * sum(one.waterfalls[1].to));
  }
  EXPECT_NEAR(there.replacements[1]->devices * back.replacements[1]->devices, 1, 1e-12);
}

TEST(Compare, BuildsHaveExactlyAsMuchOnceScaled) {
  const auto whole = answer_to(std::string(kPlan) + kTwo);
  for (const auto& one : whole.footings) {
    const auto& from = whole.run_of(one.standings[0])->figures;
    const auto& to = whole.run_of(one.standings[1])->figures;
    const double scale = one.standings[1].scale;
    const double has = *amount_of(one.footing, to) * scale;
    EXPECT_NEAR(has, *amount_of(one.footing, from), 1e-9 * has) << name_of(one.footing);
    EXPECT_LT(std::abs(one.standings[1].remainder), one.footing == Footing::kWafers ? 2 : 0.2)
        << name_of(one.footing);
  }
}

TEST(Compare, EqualDevicesTakeTheSizeThatIsEqual) {
  const auto whole =
      answer_to(std::string(kPlan) + "footing: [devices, dies]\n" +
                "builds: [{use: dgx_h100, hosts: 4}, {use: gb200_nvl72, hosts: 2}]\n");
  ASSERT_EQ(whole.footings.size(), 2U);
  EXPECT_EQ(whole.run_of(whole.footings[0].standings[1])->figures.devices, 32);
  EXPECT_EQ(whole.run_of(whole.footings[1].standings[1])->figures.dies, 32);
}

TEST(Compare, AgainWithoutOtherDrawsIsTheSame) {
  const auto text = std::string(kPlan) + kTwo;
  const auto first = answer_to(text);
  base::Reading reading;
  const auto again = answer_again(first, document_of(text), test::shipped(), reading);
  ASSERT_EQ(first.footings.size(), again.footings.size());
  for (std::size_t f = 0; f < first.footings.size(); ++f) {
    EXPECT_EQ(first.footings[f].standings[1].ratio, again.footings[f].standings[1].ratio);
    EXPECT_EQ(first.footings[f].waterfalls[1].gap(), again.footings[f].waterfalls[1].gap());
  }
}

TEST(Compare, AgainTakesTheDrawsOfItsReading) {
  const auto text = std::string(kPlan) + kTwo;
  const auto first = answer_to(text);
  base::Reading low([](const std::string&, const base::Distribution& d) { return d.low; });
  const auto again = answer_again(first, document_of(text), test::shipped(), low);
  for (std::size_t f = 0; f < first.footings.size(); ++f) {
    if (first.footings[f].footing != Footing::kMoney) continue;
    EXPECT_NE(first.footings[f].standings[1].ratio, again.footings[f].standings[1].ratio);
  }
  EXPECT_FALSE(low.uncertain_inputs().empty());
}

TEST(Compare, ALargerBatchIsTakenWhereItPays) {
  const auto text = std::string(
                        "plan: {tensor: 2, context: 1, pipeline: 4, virtual_stages: 1, expert: 1, "
                        "micro_batch: 1, zero: 1, recompute: none}\n"
                        "footing: time\nsizes: stated\nbatch: critical\n") +
                    "builds: [{use: dgx_h100, hosts: 4}, {use: dgx_h100, hosts: 64}]\n";
  // So far below the critical batch that tokens cost next to nothing: a full pipeline is worth it.
  const auto far = answer_to(text + "critical_batch: 1 G tokens\n");
  const auto& large = *far.run_of(far.footings[0].standings[1]);
  EXPECT_GT(large.job.global_batch, 128);
  EXPECT_GT(large.figures.more_tokens, 1);
  EXPECT_GT(large.causes[static_cast<std::size_t>(Cause::kBatch)], 0);
  const double batch = large.figures.batch_tokens;
  EXPECT_NEAR(large.figures.more_tokens, (1 + batch / 1e9) / (1 + 128 * 8192 / 1e9), 1e-9);
  EXPECT_NEAR(*large.figures.over_least, 1 + batch / 1e9, 1e-12);
  // So far above it that twice the batch is twice the tokens.
  const auto near = answer_to(text + "critical_batch: 1 k tokens\n");
  EXPECT_EQ(near.run_of(near.footings[0].standings[1])->job.global_batch, 128);
}

TEST(Compare, BestPrecisionIsSaidAndNeverSlower) {
  const auto text = std::string(kPlan) + kTwo + "footing: devices\n";
  const auto same = answer_to(text);
  const auto best = answer_to(text + "precision: best\n");
  const auto& h100 = best.runs[0];
  EXPECT_TRUE(chips::is_narrow(h100.job.precision));
  EXPECT_EQ(best.run_of(best.footings[0].standings[1])->job.precision, chips::Precision::kBf16);
  EXPECT_GT(h100.figures.rate, same.runs[0].figures.rate);
}

TEST(Compare, ACapIsACauseOfItsOwn) {
  const auto whole = answer_to(
      std::string(kFixed) + "footing: devices\nsizes: stated\n" +
      "builds: [{use: dgx_h100, hosts: 4}, {use: dgx_h100, hosts: 4, power_cap: 400 W}]\n");
  const auto& fall = whole.footings[0].waterfalls[1];
  EXPECT_GT(fall.gap(), 0);
  EXPECT_GT(fall.share(Cause::kPower), 0.9);
  EXPECT_EQ(fall.from[static_cast<std::size_t>(Cause::kPower)], 0);
}

// 8-way exchanges stay inside a host of eight: nothing of them is scale-out.
TEST(Compare, ScaleOutIsWhatCrossesDomains) {
  const std::string plan =
      "plan: {tensor: 8, context: 1, pipeline: 1, virtual_stages: 1, expert: 1, micro_batch: 1, "
      "zero: 1, recompute: none}\nfooting: devices\nsizes: stated\n";
  const auto inside =
      answer_to(plan + "builds: [{use: dgx_h100, hosts: 1}, {use: dgx_h100, hosts: 1}]\n");
  const auto at = [](const compare::Run& run, Cause cause) {
    return run.causes[static_cast<std::size_t>(cause)];
  };
  EXPECT_NEAR(at(inside.runs[0], Cause::kScaleOut), 0, 1e-15);
  EXPECT_GT(at(inside.runs[0], Cause::kScaleUp), 0);
  const auto across =
      answer_to(plan + "builds: [{use: dgx_h100, hosts: 8}, {use: dgx_h100, hosts: 8}]\n");
  EXPECT_GT(at(across.runs[0], Cause::kScaleOut), 0);
}

TEST(Compare, AFootingThatABuildLacksIsLeftOutAndSaid) {
  const std::string builds =
      "builds: [{use: dgx_h100, hosts: 4}, {use: h20_ib, hosts: 4}]\nsizes: stated\n";
  const auto whole = answer_to(kPlan + builds);
  EXPECT_EQ(whole.footings.size() + whole.not_had.size(), static_cast<std::size_t>(kFootingCount));
}

TEST(BadInput, IsToldWhereItIs) {
  const std::string plan = kPlan;
  EXPECT_NE(message_of(plan + "builds: [{use: dgx_h100}]\n").find("two entries or more"),
            std::string::npos);
  EXPECT_NE(message_of(plan + "footings: power\n" + kTwo).find("did you mean 'footing'"),
            std::string::npos);
  EXPECT_NE(message_of(plan + "footing: [watts]\n" + kTwo).find("test:4:"), std::string::npos);
  EXPECT_NE(message_of(plan + "batch: critical\n" + kTwo).find("critical_batch"),
            std::string::npos);
  EXPECT_NE(message_of(std::string(kFixed) + kTwo).find("sizes: stated"), std::string::npos);
  EXPECT_NE(message_of(plan + "builds: [{use: dgx_h100}, {use: dgx_h10}]\n")
                .find("did you mean 'dgx_h100'"),
            std::string::npos);
  EXPECT_NE(message_of(plan + "builds: [{use: dgx_h100}, {use: dgx_h100, power_limit: 50 kW}]\n")
                .find("power_cap"),
            std::string::npos);
  EXPECT_NE(message_of(plan + "builds: [dgx_h100, {mixed: [{use: dgx_h100, hosts: 1}, {use: "
                              "dgx_a100_80g, hosts: 1}], between: {link: ib_ndr}}]\n")
                .find("mixed"),
            std::string::npos);
}

}  // namespace
}  // namespace weft::compare
