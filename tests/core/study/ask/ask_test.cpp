// A question asked again with other inputs.
#include <gtest/gtest.h>

#include <cmath>

#include "weft/ask/question.h"
#include "weft/study/run.h"

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

}  // namespace
}  // namespace weft::ask
