// Fits to runs that the model itself made: what was moved is found again.
#include "weft/calibration/calibrate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fixtures.h"
#include "weft/calibration/fit_file.h"

namespace weft::calibration {
namespace {

using namespace testing;

constexpr const char* kPerStep = "megatron_core.host.per_step";
constexpr const char* kResidual = "megatron_core.kernels.residual";

class OfModelRuns : public ::testing::Test {
 protected:
  Calibration fit(const validation::RunsTable& table, int threads = 1) const {
    const base::ThreadTeam team(threads);
    return calibrate(table, shelf_.catalog(), team, {});
  }
  Shelf shelf_;
};

TEST_F(OfModelRuns, NothingMovesWhereNothingIsWrong) {
  const auto calibration = fit(made_by_the_model(shelf_.catalog(), {}));
  EXPECT_EQ(calibration.runs, 7);
  EXPECT_NEAR(calibration.median_error_before, 0, 1e-9);
  for (const auto& fitted : calibration.parameters) {
    // Defaults are written as less than Megatron-Core, whose runs these are.
    if (fitted.parameter.path().starts_with("nvidia_megatron.")) continue;
    EXPECT_NEAR(fitted.z, 0, 1e-6) << fitted.parameter.path();
    EXPECT_LE(fitted.deviation, 1 + 1e-9) << fitted.parameter.path();
    EXPECT_EQ(fitted.runs, 7) << fitted.parameter.path();
  }
}

TEST_F(OfModelRuns, WhatWasMovedIsFound) {
  for (const double moved : {0.003, 0.04}) {
    const auto calibration = fit(made_by_the_model(shelf_.catalog(), {{kPerStep, moved}}));
    const auto& fitted = find(calibration, kPerStep);
    const auto side = [&](double z) { return fitted.parameter.value(fitted.z + z); };
    EXPECT_LE(side(-2 * fitted.deviation), moved);
    EXPECT_GE(side(2 * fitted.deviation), moved);
    EXPECT_NEAR(std::log(fitted.value() / moved), 0, 0.4);
    EXPECT_TRUE(fitted.is_informed());
    EXPECT_LT(calibration.median_error_after, 0.2 * calibration.median_error_before);
  }
}

// The residual, the efficiency of GEMMs and others tell the same story: it is spread over them,
// each within its posterior.
TEST_F(OfModelRuns, WhatCannotBeToldApartStaysWithinItsPosterior) {
  const auto calibration = fit(made_by_the_model(shelf_.catalog(), {{kResidual, 0.2}}));
  const auto& fitted = find(calibration, kResidual);
  EXPECT_GT(fitted.z, 0);
  EXPECT_LE(fitted.z, 1 + 1e-6);
  EXPECT_GE(fitted.z + 2 * fitted.deviation, 1);
  EXPECT_LT(calibration.median_error_after, calibration.median_error_before);
}

TEST_F(OfModelRuns, RowsOfTheTestSplitAreNotLookedAt) {
  auto table = made_by_the_model(shelf_.catalog(), {{kPerStep, 0.04}});
  const auto expected = fit(table);
  auto other = table.runs.front();
  other.value = 1e-3;
  other.split = "test";
  table.runs.push_back(other);
  const auto calibration = fit(table);
  EXPECT_EQ(calibration.runs, expected.runs);
  for (std::size_t i = 0; i < calibration.parameters.size(); ++i) {
    EXPECT_EQ(calibration.parameters[i].z, expected.parameters[i].z);
  }
}

TEST_F(OfModelRuns, OneRunThatIsFarOffChangesLittle) {
  auto table = made_by_the_model(shelf_.catalog(), {{kPerStep, 0.04}});
  table.runs[3].value = *table.runs[3].value * 3;
  const auto calibration = fit(table);
  EXPECT_NEAR(std::log(find(calibration, kPerStep).value() / 0.04), 0, 0.35);
}

TEST_F(OfModelRuns, ThreadsChangeNothing) {
  const auto table = made_by_the_model(shelf_.catalog(), {{kPerStep, 0.04}});
  const auto one = fit(table, 1);
  const auto two = fit(table, 2);
  EXPECT_EQ(one.iterations, two.iterations);
  EXPECT_EQ(one.median_error_after, two.median_error_after);
  ASSERT_EQ(one.parameters.size(), two.parameters.size());
  for (std::size_t i = 0; i < one.parameters.size(); ++i) {
    EXPECT_EQ(one.parameters[i].parameter.path(), two.parameters[i].parameter.path());
    EXPECT_EQ(one.parameters[i].z, two.parameters[i].z);
    EXPECT_EQ(one.parameters[i].deviation, two.parameters[i].deviation);
  }
}

// Fits that stand beside the documents are where a former calibration ended, not where one begins.
TEST_F(OfModelRuns, FormerFitsAreNotRead) {
  const auto table = made_by_the_model(shelf_.catalog(), {{kPerStep, 0.04}});
  const auto expected = find(fit(table), kPerStep).z;
  shelf_.write("software/megatron_core.fit.yaml",
               "kind: software\nhost:\n  per_step: {low: 1 s, mode: 2 s, high: 3 s}\n");
  EXPECT_EQ(find(fit(table), kPerStep).z, expected);
}

TEST_F(OfModelRuns, ATableWithoutRowsToFitIsRefused) {
  auto table = made_by_the_model(shelf_.catalog(), {});
  for (auto& run : table.runs) run.split = "test";
  EXPECT_THROW((void)fit(table), std::runtime_error);
}

// The numbers of the document that stands for unknown stacks come from the runs of known ones.
TEST_F(OfModelRuns, ADefaultIsFittedToTheRunsOfItsKind) {
  auto table = made_by_the_model(shelf_.catalog(), {});
  for (auto& run : table.runs) run.value = *run.value * 1.25;
  const base::ThreadTeam team(1);
  const auto calibration = calibrate(table, shelf_.catalog(), team, {}, "nvidia_megatron");
  EXPECT_EQ(calibration.runs, 7);
  for (const auto& fitted : calibration.parameters) {
    EXPECT_TRUE(fitted.parameter.path().starts_with("nvidia_megatron.")) << fitted.parameter.path();
  }
  EXPECT_GT(find(calibration, "nvidia_megatron.kernels.residual").z, 0);
  EXPECT_LT(calibration.median_error_after, calibration.median_error_before);
}

class FitFiles : public OfModelRuns {};

// 4 digits of what was fitted.
TEST_F(FitFiles, ReadBackAreTheFittedValues) {
  const auto catalog = shelf_.catalog();
  const auto table = made_by_the_model(catalog, {{kPerStep, 0.04}});
  const auto calibration = fit(table);
  const auto files = fit_files(calibration, catalog);
  ASSERT_FALSE(files.empty());
  for (const auto& file : files) {
    EXPECT_EQ(file.file.parent_path().parent_path(), shelf_.path());
    EXPECT_TRUE(file.file.string().ends_with(".fit.yaml"));
    EXPECT_NE(file.text.find("made-up"), std::string::npos);  // the first word of the source
    std::ofstream(file.file) << file.text;
  }
  int seen = 0;
  const auto rules = validation::load_rules(catalog);
  const validation::Documents documents(catalog);
  const auto prepared = validation::prepare_run(table.runs.front(), rules, documents);
  for (const auto& input : prepared.inputs) {
    for (const auto& fitted : calibration.parameters) {
      if (fitted.parameter.path() != input.path || !fitted.is_informed()) continue;
      const double scale = std::max(std::abs(fitted.value()), 1e-12);
      EXPECT_NEAR(input.distribution.mode / scale, fitted.value() / scale, 1e-3) << input.path;
      EXPECT_LE(input.distribution.low, input.distribution.mode) << input.path;
      EXPECT_GE(input.distribution.high, input.distribution.mode) << input.path;
      ++seen;
    }
  }
  EXPECT_GT(seen, 0);
  // With them the runs are met as the fit said.
  for (const auto& run : table.runs) {
    const auto result = validation::evaluate(run, prepare_run(run, rules, documents));
    EXPECT_LT(result.error(), 0.05) << run.id;
  }
}

TEST_F(FitFiles, LeaveOutWhatTheDataDidNotTouch) {
  auto calibration = fit(made_by_the_model(shelf_.catalog(), {}));
  for (auto& fitted : calibration.parameters) {
    fitted.deviation = 1;
    fitted.z = 0;
  }
  EXPECT_TRUE(fit_files(calibration, shelf_.catalog()).empty());
}

FittedParameter fitted_at(const std::string& path, base::Distribution prior, double z) {
  return {Parameter({path, prior}), z, 0.3, 3, {"somebody"}};
}

// A parameter of a shipped stack, written in other ways.
class FitUnits : public FitFiles {
 protected:
  void expect_round_trip(const std::string& text, const base::Distribution& prior) {
    shelf_.write("software/mine.yaml",
                 "kind: software\nextends: megatron_core\nhost:\n  per_step: " + text + "\n");
    Calibration calibration;
    calibration.parameters = {fitted_at("mine.host.per_step", prior, 0.5)};
    const auto files = fit_files(calibration, shelf_.catalog());
    ASSERT_EQ(files.size(), 1U);
    std::ofstream(files[0].file) << files[0].text;
    base::Reading reading;
    const auto software =
        workload::read_software(shelf_.catalog().load("software", "mine", std::nullopt), reading);
    reading.throw_if_any();
    EXPECT_NEAR(software.per_step.si() / calibration.parameters[0].value(), 1, 1e-3) << text;
  }
  static base::Distribution triangle(double low, double mode, double high) {
    return {base::Distribution::Kind::kTriangular, low, mode, high};
  }
};

TEST_F(FitUnits, StayThoseOfTheHandWrittenValue) {
  expect_round_trip("{low: 5 ms, mode: 10 ms, high: 40 ms}", triangle(5e-3, 10e-3, 40e-3));
  expect_round_trip("{low: 5 us, mode: 10us, high: 40 us}", triangle(5e-6, 10e-6, 40e-6));
  expect_round_trip("{low: 1 ms, mode: 0.01 s, high: 40 ms}", triangle(1e-3, 10e-3, 40e-3));
  expect_round_trip("10 ms ± 2 ms", {base::Distribution::Kind::kNormal, 8e-3, 10e-3, 12e-3});
}

// A mode of zero says nothing about the size of its unit, its bounds do.
TEST_F(FitUnits, OfAModeOfZero) {
  expect_round_trip("{low: 0 ms, mode: 0 ms, high: 10 ms}", triangle(0, 0, 10e-3));
}

}  // namespace
}  // namespace weft::calibration
