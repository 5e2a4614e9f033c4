// Files of kernel fits, and of fits to runs beside them.
#include "weft/calibration/fit_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernel_fixtures.h"

namespace weft::calibration {
namespace {

using namespace testing;

const std::string kRunEntry =
    "source: \"fit of this model to 9 published runs: somebody\", confidence: derived}";

class FitFileOfKernels : public ::testing::Test {
 protected:
  FitFileOfKernels() : truth_(chip_of(shelf_.catalog()).device) {
    truth_.kernels.gemm.fixed = base::Time(4.4e-6);
    truth_.kernels.attention.overhead = base::Time(0.22e-12);
    table_ = kernels_of(truth_);
  }
  KernelFit fit() const {
    const base::ThreadTeam team(1);
    return fit_kernels({table_}, shelf_.catalog(), kChip, team);
  }
  FitFile write(const KernelFit& fit) const {
    const auto file = fit_file(fit, shelf_.catalog());
    std::ofstream(file.file) << file.text;
    return file;
  }
  std::string text() const {
    std::ifstream in(shelf_.path() / "chips/h100_sxm5.fit.yaml");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  Shelf shelf_;
  chips::Device truth_;
  kernels::PointsTable table_;
};

TEST_F(FitFileOfKernels, GivesThePredictionsThatItPromised) {
  const auto result = fit();
  const auto file = write(result);
  EXPECT_EQ(file.file, shelf_.path() / "chips/h100_sxm5.fit.yaml");
  const auto device = chip_of(shelf_.catalog()).device;
  for (const auto& residual : result.residuals) {
    EXPECT_NEAR(kernels::figure_of(device, residual.point) / residual.predicted, 1, 2e-3)
        << residual.point.id;
  }
}

TEST_F(FitFileOfKernels, SaysWhereItComesFrom) {
  const auto file = write(fit());
  for (const char* words :
       {"weft calibrate --chip h100_sxm5 --kernels made_up.csv --write", "made-up/kernels @1234567",
        "measured kernels", "cross-validated", "confidence: derived"}) {
    EXPECT_NE(file.text.find(words), std::string::npos) << words;
  }
  EXPECT_EQ(file.text.find("/somewhere"), std::string::npos);
}

TEST_F(FitFileOfKernels, IsTheSameTheSecondTime) {
  const auto first = write(fit());
  EXPECT_EQ(write(fit()).text, first.text);
}

TEST_F(FitFileOfKernels, KeepsWhatRunsHaveFitted) {
  shelf_.write("chips/h100_sxm5.fit.yaml",
               "kind: chip\nkernels:\n  gemm:\n    grouped: {low: 0.7, mode: 0.8, high: 0.9, " +
                   kRunEntry + "\n    fixed: {low: 1 us, mode: 2 us, high: 3 us, " + kRunEntry +
                   "\n");
  write(fit());
  EXPECT_NE(text().find("grouped: {low: 0.7, mode: 0.8, high: 0.9, " + kRunEntry),
            std::string::npos)
      << text();
  EXPECT_EQ(text().find("mode: 2 us"), std::string::npos) << text();
}

TEST_F(FitFileOfKernels, KeepsStagesThatItHasNoPointsOf) {
  write(fit());
  const auto before = fit();
  std::erase_if(table_.points, [](const auto& point) { return point.group == "gemm"; });
  const auto result = fit();
  EXPECT_NEAR(result.device.kernels.gemm.fixed / before.device.kernels.gemm.fixed, 1, 1e-3);
  const auto file = write(result);
  EXPECT_NE(file.text.find("left them: gemm"), std::string::npos) << file.text;
  const auto device = chip_of(shelf_.catalog()).device;
  EXPECT_EQ(device.kernels.gemm.fixed, result.device.kernels.gemm.fixed);
  for (const auto& residual : before.residuals) {
    EXPECT_NEAR(kernels::figure_of(device, residual.point) / residual.predicted, 1, 5e-3)
        << residual.point.id;
  }
  EXPECT_EQ(write(fit()).text, file.text);
}

TEST_F(FitFileOfKernels, IsKeptAndHeldByFitsToRuns) {
  write(fit());
  const auto before = text();
  const auto catalog = shelf_.catalog();
  const base::ThreadTeam team(1);
  const auto runs = made_by_the_model(catalog, {{"megatron_core.host.per_step", 0.04}});
  auto calibration = calibrate(runs, catalog, team, {});
  bool sustained = false;
  for (auto& fitted : calibration.parameters) {
    const auto& path = fitted.parameter.path();
    EXPECT_NE(path, "h100_sxm5.kernels.gemm.efficiency.bf16");
    EXPECT_NE(path, "h100_sxm5.kernels.gemm.fixed");
    if (path != "h100_sxm5.kernels.gemm.sustained") continue;
    sustained = true;
    fitted.deviation = 0.3;
  }
  EXPECT_TRUE(sustained) << "the chip has no kernels.gemm.sustained to fit";
  const auto files = fit_files(calibration, catalog);
  for (const auto& file : files) std::ofstream(file.file) << file.text;
  EXPECT_NE(text().find("published runs"), std::string::npos);
  // Every line of the kernels is still there.
  std::istringstream lines(before);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_NE(text().find(line), std::string::npos) << line;
  }
  // And the other way round.
  write(fit());
  EXPECT_NE(text().find("published runs"), std::string::npos);
}

// A chip that extends another has what the other's kernels tell, and a file of its own.
TEST_F(FitFileOfKernels, OfAVariantStandsOverWhatItInherits) {
  write(fit());
  auto other = kernels_of(truth_);
  std::erase_if(other.points, [](const auto& point) { return point.group != "gemm"; });
  for (auto& point : other.points) {
    point.chip = "h800_sxm5";
    point.published *= 1.1;
  }
  const base::ThreadTeam team(1);
  const auto result = fit_kernels({other}, shelf_.catalog(), "h800_sxm5", team);
  EXPECT_EQ(result.device.kernels.attention.overhead,
            chip_of(shelf_.catalog()).device.kernels.attention.overhead);
  const auto file = write(result);
  EXPECT_EQ(file.file.filename(), "h800_sxm5.fit.yaml");
  EXPECT_EQ(file.text.find("attention:"), std::string::npos) << file.text;
  const auto device = chip_of(shelf_.catalog(), "h800_sxm5").device;
  for (const auto& residual : result.residuals) {
    EXPECT_NEAR(kernels::figure_of(device, residual.point) / residual.predicted, 1, 2e-3);
  }
}

TEST_F(FitFileOfKernels, OfOneStackLeavesAllElse) {
  const auto catalog = shelf_.catalog();
  const base::ThreadTeam team(1);
  const auto runs = made_by_the_model(catalog, {{"megatron_core.host.per_step", 0.04}});
  const auto calibration = calibrate(runs, catalog, team, {}, "megatron_core");
  ASSERT_FALSE(calibration.parameters.empty());
  for (const auto& fitted : calibration.parameters) {
    EXPECT_EQ(fitted.parameter.path().find("megatron_core."), 0U) << fitted.parameter.path();
  }
  const auto& step = find(calibration, "megatron_core.host.per_step");
  EXPECT_NEAR(std::log(step.value() / 0.04), 0, 0.4);
  EXPECT_THROW((void)calibrate(runs, catalog, team, {}, "nemo"), std::runtime_error);
}

}  // namespace
}  // namespace weft::calibration
