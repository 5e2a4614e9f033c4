// A question asked again with other inputs.
#include <gtest/gtest.h>

#include <cmath>

#include "weft/ask/found.h"
#include "weft/power_study/power_over_time.h"
#include "weft/study/run.h"
#include "weft/yield/yield.h"

namespace weft::ask {
namespace {

constexpr const char* kStudy = R"(kind: study
job: {model: llama3_8b, sequence: 8192, global_batch: 128 sequences, tokens: 1 T, precision: bf16}
clusters: [{use: dgx_h100, hosts: 8}, {use: dgx_a100_80g, hosts: 8}]
plan: {tensor: 4, pipeline: 2, data: 8, micro_batch: 1, recompute: none, zero: 1, schedule: 1f1b}
)";

base::Catalog catalog() { return base::Catalog({WEFT_CONFIGS}); }
base::Document study() { return base::Document::parse(kStudy, "study.yaml"); }
base::Node value(const std::string& text) {
  return *base::Document::parse("v: " + text + "\n", "point.yaml").root().find("v");
}

Question question(Settings settings = {}) {
  return Question(study(), catalog(), std::move(settings), base::ThreadTeam(1));
}

double figure(const Question& question, const std::vector<Row>& rows, const std::string& name,
              std::size_t row = 0) {
  return rows.at(row).values.at(question.column(name));
}

TEST(Question, AnswersWhatTheRunAnswers) {
  const auto asked = question();
  base::Reading reading;
  const auto read = study::read_study(study(), catalog(), reading);
  const base::ThreadTeam team(1);
  const auto results = study::run(read, team);
  ASSERT_EQ(asked.base().size(), 2U);
  for (std::size_t c = 0; c < 2; ++c) {
    const auto& outcome = *results[c].outcome;
    EXPECT_EQ(figure(asked, asked.base(), "step_time", c), outcome.ledger.step.si());
    EXPECT_EQ(figure(asked, asked.base(), "mfu", c), outcome.mfu);
    EXPECT_EQ(figure(asked, asked.base(), "energy_per_token", c), outcome.bill.per_token.si());
    EXPECT_EQ(figure(asked, asked.base(), "wall", c), outcome.goodput.wall.si());
    EXPECT_EQ(asked.base()[c].label, read.cases[c].cluster.label);
  }
}

TEST(Question, StepFiguresAloneAreThoseOfTheWhole) {
  const auto whole = question();
  const auto step = question({Plans::kSearched, Depth::kWhole, {"mfu", "tokens_per_second"}});
  ASSERT_EQ(step.columns().size(), 2U);
  for (const char* name : {"mfu", "tokens_per_second"}) {
    EXPECT_NEAR(figure(step, step.base(), name) / figure(whole, whole.base(), name), 1, 1e-12);
  }
}

TEST(Question, TheClosedFormIsALowerBoundAndHasNoFiguresBeyondTheStep) {
  const auto whole = question();
  const auto closed = question({Plans::kSearched, Depth::kF1, {}});
  EXPECT_LE(figure(closed, closed.base(), "step_time"), figure(whole, whole.base(), "step_time"));
  EXPECT_THROW(static_cast<void>(closed.column("wall")), std::out_of_range);
}

TEST(Question, ChangesReachFilesAndTheDocument) {
  const auto asked = question();
  Session session(asked);
  const auto slow = session.ask({{{"chips.h100_sxm5.memory.bandwidth", value("1 TB/s")}}, {}});
  EXPECT_GT(figure(asked, slow, "step_time"), figure(asked, asked.base(), "step_time"));
  EXPECT_EQ(figure(asked, slow, "step_time", 1), figure(asked, asked.base(), "step_time", 1));
  const auto larger = session.ask({{{"job.global_batch", value("256 sequences")}}, {}});
  const double ratio =
      figure(asked, larger, "step_time") / figure(asked, asked.base(), "step_time");
  EXPECT_GT(ratio, 1.7);
  EXPECT_LT(ratio, 2.0);
  const auto hosts = session.ask({{{"clusters[0].hosts", value("16")}}, {}});
  EXPECT_EQ(figure(asked, hosts, "devices"), 128);
  EXPECT_EQ(figure(asked, hosts, "devices", 1), 64);
}

TEST(Question, AnswersDoNotDependOnWhatWasAskedBefore) {
  const auto asked = question();
  const Point points[] = {{{{"job.global_batch", value("256 sequences")}}, {}},
                          {{{"chips.h100_sxm5.die.clock", value("1 GHz")},
                            {"job.global_batch", value("256 sequences")}},
                           {}},
                          {{{"plan.micro_batch", value("2")}}, {}},
                          {}};
  Session session(asked);
  for (const auto& point : points) {
    Session fresh(asked);
    const auto a = session.ask(point);
    const auto b = fresh.ask(point);
    for (std::size_t r = 0; r < a.size(); ++r) {
      for (std::size_t c = 0; c < asked.columns().size(); ++c) {
        const double x = a[r].values[c];
        const double y = b[r].values[c];
        EXPECT_TRUE(x == y || (std::isnan(x) && std::isnan(y))) << asked.columns()[c].name;
      }
    }
  }
}

TEST(Question, UncertainInputsAreDrawn) {
  const auto asked = question();
  ASSERT_FALSE(asked.inputs().empty());
  Session session(asked);
  std::vector<double> low;
  std::vector<double> modes;
  for (const auto& input : asked.inputs()) {
    low.push_back(input.distribution.low);
    modes.push_back(input.distribution.mode);
  }
  const auto at_modes = session.ask({{}, modes});
  EXPECT_EQ(figure(asked, at_modes, "energy"), figure(asked, asked.base(), "energy"));
  const auto at_low = session.ask({{}, low});
  EXPECT_NE(figure(asked, at_low, "energy"), figure(asked, asked.base(), "energy"));
}

TEST(Question, APlanThatIsNotLegalHasNoFigures) {
  const auto asked = question();
  const auto rows = Session(asked).ask({{{"plan.tensor", value("7")}}, {}});
  EXPECT_TRUE(std::isnan(figure(asked, rows, "step_time")));
  EXPECT_NE(rows[0].why_not.find("tensor"), std::string::npos);
  EXPECT_EQ(rows[1].label, asked.base()[1].label);
}

std::string error_of(const Point& point) {
  const auto asked = question();
  try {
    Session(asked).ask(point);
    const auto all = changed(asked.document(), asked.catalog(), point.changes);
    base::Reading reading;
    static_cast<void>(study::read_study(all.document, all.catalog, reading));
    require_used(all.catalog);
  } catch (const base::InputError& error) {
    return error.diagnostics().front().message;
  }
  return "";
}

TEST(Question, SaysWhatCannotBeChanged) {
  EXPECT_NE(error_of({{{"chips.h100_sxm.die.clock", value("1 GHz")}}, {}}).find("no chip"),
            std::string::npos);
  EXPECT_NE(error_of({{{"chips.h100_sxm5.die.clok", value("1 GHz")}}, {}}).find("clok"),
            std::string::npos);
  EXPECT_NE(error_of({{{"chips.b200_sxm.die.clock", value("1 GHz")}}, {}}).find("changes nothing"),
            std::string::npos);
  EXPECT_NE(error_of({{{"job.global_batch", value("400 W")}}, {}}).find("400 W"),
            std::string::npos);
  EXPECT_NE(error_of({{{"clusters[5].hosts", value("4")}}, {}}).find("leads nowhere"),
            std::string::npos);
}

TEST(Question, OfAnUnknownKindOrFigure) {
  EXPECT_THROW(question({Plans::kSearched, Depth::kWhole, {"stepp"}}), std::invalid_argument);
  EXPECT_THROW(
      Question(base::Document::parse("kind: chip\n", "c.yaml"), catalog(), {}, base::ThreadTeam(1)),
      base::InputError);
}

Question of(const std::string& text, Settings settings = {}) {
  return Question(base::Document::parse(text, "question.yaml"), catalog(), std::move(settings),
                  base::ThreadTeam(1));
}
const std::string kSmallJob =
    "job: {model: llama3_8b, sequence: 8192, global_batch: 128 sequences, tokens: 100 G, "
    "precision: bf16}\n";
const std::string kSmallPlan =
    "plan: {tensor: 2, context: 1, pipeline: 1, virtual_stages: 1, expert: 1, micro_batch: 1, "
    "zero: 1, recompute: none}\n";

// A study is asked as what it is.
TEST(Kinds, OfStudies) {
  const auto kind = [](const std::string& text) {
    return kind_of(base::Document::parse(text, "study.yaml"));
  };
  EXPECT_EQ(kind("kind: study\njob: {}\n"), "study");
  EXPECT_EQ(kind("kind: study\njob: {}\ncost: {}\n"), "study");
  EXPECT_EQ(kind("kind: study\ncost: {}\n"), "cost");
  EXPECT_EQ(kind("kind: study\njob: {}\nsupply: {}\n"), "supply");
  EXPECT_EQ(kind("kind: size\n"), "size");
  EXPECT_EQ(kind("job: {}\n"), "");
}

TEST(Kinds, CostWithoutAJob) {
  const auto asked =
      of("kind: study\nclusters: [{use: dgx_h100, hosts: 8, rent: h100_contract}]\n"
         "cost: {start: 2025-06, term: 12 months}\n");
  ASSERT_EQ(asked.base().size(), 1U);
  const auto& row = asked.base()[0];
  const auto own = asked.column("own_hour");
  EXPECT_GT(row.values[own], 0);
  EXPECT_LT(row.low[own], row.values[own]);
  EXPECT_GT(row.high[own], row.values[own]);
  EXPECT_GT(row.values[asked.column("break_even_utilisation")], 0);
}

const std::string kSize = "kind: size\n" + kSmallJob + kSmallPlan +
                          "targets: {time: 20 d}\noffer: [{use: dgx_h100, most: 16}]\n"
                          "find: [smallest, cheapest]\nspares: 5 %\n";

// What was found stays, whatever is drawn; at the modes it is the answer itself.
TEST(Sizes, AreKeptAndTheirFiguresDrawn) {
  const auto asked = of(kSize, {Plans::kKept, Depth::kWhole, {}});
  ASSERT_EQ(asked.base().size(), 2U);
  EXPECT_NE(asked.base()[0].label.find("smallest"), std::string::npos);
  ASSERT_FALSE(asked.inputs().empty());
  std::vector<double> modes;
  std::vector<double> high;
  for (const auto& input : asked.inputs()) {
    modes.push_back(input.distribution.mode);
    high.push_back(input.distribution.high);
  }
  Session session(asked);
  const auto again = session.ask({{}, modes});
  const auto moved = session.ask({{}, high});
  for (std::size_t r = 0; r < 2; ++r) {
    for (std::size_t c = 0; c < asked.columns().size(); ++c) {
      const double plain = asked.base()[r].values[c];
      if (std::isnan(plain)) continue;
      EXPECT_NEAR(again[r].values[c], plain, 1e-12 * std::abs(plain)) << asked.columns()[c].name;
    }
    for (const char* name : {"hosts", "spares", "packages"}) {
      EXPECT_EQ(figure(asked, moved, name, r), figure(asked, asked.base(), name, r));
    }
    EXPECT_NE(figure(asked, moved, "wall", r), figure(asked, asked.base(), "wall", r));
    EXPECT_NE(figure(asked, moved, "mean_power", r), figure(asked, asked.base(), "mean_power", r));
  }
}

TEST(Sizes, AreLookedForAgainWherePlansAreSearched) {
  const auto asked = of(kSize);
  const auto shorter = Session(asked).ask({{{"targets.time", value("10 d")}}, {}});
  EXPECT_GT(figure(asked, shorter, "hosts"), figure(asked, asked.base(), "hosts"));
  EXPECT_LE(figure(asked, shorter, "wall"), 10 * 86400.0);
  const auto none = Session(asked).ask({{{"targets.time", value("1 h")}}, {}});
  EXPECT_TRUE(std::isnan(figure(asked, none, "hosts")));
  EXPECT_FALSE(none[0].why_not.empty());
}

TEST(Sizes, OfAnAnswerThatIsThereAlready) {
  const auto document = base::Document::parse(kSize, "question.yaml");
  base::Reading reading;
  const auto found = std::make_shared<const size::Answer>(
      size::answer(document, catalog(), reading, base::ThreadTeam(1)));
  const auto known = question_of(found, document, catalog(), {Plans::kKept, Depth::kWhole, {}});
  const auto asked = of(kSize, {Plans::kKept, Depth::kWhole, {}});
  EXPECT_EQ(known.base()[0].label, asked.base()[0].label);
  EXPECT_EQ(figure(known, known.base(), "wall"), figure(asked, asked.base(), "wall"));
  EXPECT_FALSE(known.inputs().empty());
}

// The headline of a comparison is the same rows as in the whole.
TEST(Comparisons, OfAnAnswerThatIsThereAlready) {
  const auto text = "kind: compare\n" + kSmallJob + kSmallPlan +
                    "builds: [{use: dgx_h100, hosts: 4}, {use: dgx_a100_80g, hosts: 4}]\n"
                    "footing: [devices, power, time]\n";
  const auto document = base::Document::parse(text, "question.yaml");
  base::Reading reading;
  const auto found = compare::answer(document, catalog(), reading, base::ThreadTeam(1));
  const auto known = question_of(found, document, catalog(), {Plans::kKept, Depth::kWhole, {}});
  const auto whole = of(text);
  ASSERT_EQ(known.base().size(), 4U);
  ASSERT_EQ(whole.base().size(), 6U);
  for (std::size_t r = 0; r < 4; ++r) {
    const auto& same = whole.base()[r < 2 ? r : r + 2];
    EXPECT_EQ(known.base()[r].label, same.label);
    EXPECT_EQ(known.base()[r].values, same.values);
  }
}

TEST(Weeks, AreThoseOfTheCampaign) {
  const auto asked = of("kind: weeks\n" + kSmallJob + kSmallPlan +
                            "clusters: [{use: dgx_h100, hosts: 8}]\n"
                            "campaign: {use: mature, window: 30 d, replicas: 20}\n",
                        {Plans::kKept, Depth::kWhole, {}});
  ASSERT_EQ(asked.base().size(), 1U);
  const double ettr = figure(asked, asked.base(), "ettr");
  EXPECT_GT(ettr, 0.9);
  EXPECT_LT(ettr, 1.0);
  const auto worse = Session(asked).ask({{{"campaign.with.hazard_factor", value("20")}}, {}});
  EXPECT_LT(figure(asked, worse, "ettr"), ettr);
  EXPECT_GT(figure(asked, worse, "interruptions_per_week"),
            figure(asked, asked.base(), "interruptions_per_week"));
}

const std::string kCollective =
    "kind: collective\ncluster: {use: dgx_h100, hosts: 2}\nop: all_reduce\n"
    "bytes: [1 GiB, 4 GiB]\ngroup: 16\n";

TEST(Collectives, HaveARowASize) {
  const auto asked = of(kCollective);
  ASSERT_EQ(asked.base().size(), 2U);
  const double ratio =
      figure(asked, asked.base(), "time", 1) / figure(asked, asked.base(), "time", 0);
  EXPECT_NEAR(ratio, 4, 0.2);
  for (std::size_t r = 0; r < 2; ++r) {
    EXPECT_LE(figure(asked, asked.base(), "lower_bound", r),
              figure(asked, asked.base(), "time", r));
  }
  const auto ring = Session(asked).ask({{{"algorithm", value("ring")}}, {}});
  EXPECT_GE(figure(asked, ring, "time"), figure(asked, asked.base(), "time"));
}

TEST(Collectives, SayWhatIsWrong) {
  EXPECT_THROW(of("kind: collective\ncluster: {use: dgx_h100}\nop: all_to_everyone\n"
                  "bytes: 1 GiB\ngroup: 8\n"),
               base::InputError);
  EXPECT_THROW(of("kind: collective\ncluster: {use: dgx_h100}\nop: all_reduce\ngroup: 8\n"),
               base::InputError);
  const auto rows = Session(of(kCollective)).ask({{{"bytes", value("4 W")}}, {}});
  EXPECT_FALSE(rows[0].why_not.empty());
}

const std::string kPower = kSmallJob + kSmallPlan +
                           "clusters: [{use: dgx_h100, hosts: 8}]\n"
                           "power: {window: 1 step, interval: 10 ms}\n";

TEST(Power, IsWhatTheCommandSays) {
  base::Reading reading;
  const auto document = base::Document::parse("kind: study\n" + kPower, "power.yaml");
  const auto study = study::read_study(document, catalog(), reading);
  const auto said = power_study::over_time(study, base::ThreadTeam(1)).front();
  const auto asked = of("kind: power\n" + kPower);
  ASSERT_EQ(asked.base().size(), 1U);
  EXPECT_EQ(figure(asked, asked.base(), "mean_power"), said.statistics.mean);
  EXPECT_EQ(figure(asked, asked.base(), "p95_power"), said.statistics.p95);
  EXPECT_EQ(figure(asked, asked.base(), "peak_power"), said.statistics.peak);
  EXPECT_EQ(figure(asked, asked.base(), "host_peak_power"), said.host.highest.si());
  EXPECT_EQ(figure(asked, asked.base(), "energy_per_token"), said.per_token().si());
  EXPECT_EQ(figure(asked, asked.base(), "step_time"), said.step.si());
}

TEST(Power, IsAskedAgain) {
  const auto asked = of("kind: power\n" + kPower, {Plans::kKept, Depth::kWhole, {}});
  const auto floor = Session(asked).ask({{{"power.floor", value("90 %")}}, {}});
  EXPECT_EQ(figure(asked, floor, "peak_power"), figure(asked, asked.base(), "peak_power"));
  EXPECT_LT(figure(asked, floor, "smooth_swing"), figure(asked, asked.base(), "swing"));
  const auto wrong = Session(asked).ask({{{"power.interval", value("4 W")}}, {}});
  EXPECT_FALSE(wrong[0].why_not.empty());
}

TEST(Yield, IsWhatTheCommandSays) {
  yield::Question question;
  question.chip = "ascend_910c";
  const auto said = yield::answer(question, catalog(), base::ThreadTeam(1));
  const auto asked = of("kind: yield\nchip: ascend_910c\n");
  ASSERT_EQ(asked.base().size(), 1 + said.bins.bins.size());
  EXPECT_EQ(figure(asked, asked.base(), "good_packages_per_wafer"), said.bins.good_packages);
  EXPECT_EQ(figure(asked, asked.base(), "p_latent"), said.bins.p_latent);
  EXPECT_EQ(figure(asked, asked.base(), "cost"), said.bins.cost->total());
  EXPECT_EQ(asked.columns()[asked.column("cost")].unit, said.bins.cost->currency);
  for (std::size_t b = 0; b < said.bins.bins.size(); ++b) {
    EXPECT_EQ(figure(asked, asked.base(), "sold_yield", b + 1), said.bins.bins[b].die_share);
  }
}

TEST(Yield, FallsWithTheDensityOfDefects) {
  const auto asked = of("kind: yield\nchip: ascend_910c\n");
  Session session(asked);
  double before = std::numeric_limits<double>::infinity();
  for (const char* density : {"0.05 /cm2", "0.1 /cm2", "0.2 /cm2", "0.4 /cm2"}) {
    const auto rows = session.ask({{{"defect_density", value(density)}}, {}});
    const double good = figure(asked, rows, "good_packages_per_wafer");
    EXPECT_LT(good, before) << density;
    before = good;
  }
  const auto none = session.ask({{{"law", value("guesswork")}}, {}});
  EXPECT_FALSE(none[0].why_not.empty());
}

TEST(Yield, InputsAreDrawn) {
  const auto asked = of("kind: yield\nchip: ascend_910c\n");
  std::vector<double> low;
  for (const auto& input : asked.inputs()) low.push_back(input.distribution.low);
  ASSERT_FALSE(low.empty());
  const auto rows = Session(asked).ask({{}, low});
  EXPECT_NE(figure(asked, rows, "good_packages_per_wafer"),
            figure(asked, asked.base(), "good_packages_per_wafer"));
}

}  // namespace
}  // namespace weft::ask
