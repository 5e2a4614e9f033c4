// The fits that are shipped lie where a fit may end, and beside the documents they stand over.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "weft/base/catalog.h"
#include "weft/calibration/parameter.h"
#include "weft/chips/chip.h"
#include "weft/interconnect/link.h"
#include "weft/workload/software.h"

namespace weft::calibration {
namespace {

namespace fs = std::filesystem;

using Inputs = std::map<std::string, base::Distribution>;

// Uncertain numbers of all chips, links and stacks.
Inputs inputs_of(const base::Catalog& catalog) {
  base::Reading reading;
  const auto each = [&](const char* kind, const auto& read) {
    for (const auto& name : catalog.names(kind)) {
      (void)read(catalog.load(kind, name, std::nullopt), reading);
    }
  };
  each("chip", [](const auto& d, auto& r) { return chips::read_chip(d, r); });
  each("link", [](const auto& d, auto& r) { return interconnect::read_link(d, r); });
  each("software", [](const auto& d, auto& r) { return workload::read_software(d, r); });
  reading.throw_if_any();
  Inputs inputs;
  for (const auto& input : reading.uncertain_inputs()) {
    inputs.emplace(input.path, input.distribution);
  }
  return inputs;
}

const base::Catalog& shipped() {
  static const base::Catalog kCatalog({WEFT_CONFIGS});
  return kCatalog;
}

// What measured kernels tell may leave the range that was judged by hand; what runs tell may not.
TEST(ShippedFits, ToRunsLieWithinReachOfTheirPriors) {
  const auto priors = inputs_of(shipped().with(base::Fits::kIgnore));
  const auto of_runs = shipped().with([](const std::filesystem::path&, std::string_view source) {
    return source.find("published runs") != std::string_view::npos;
  });
  for (const auto& [path, fitted] : inputs_of(of_runs)) {
    const auto prior = priors.find(path);
    ASSERT_NE(prior, priors.end()) << path << " is fitted but has no prior of its own";
    const Parameter parameter({path, prior->second});
    const double rounding = 1e-3 * std::max(std::abs(fitted.mode), prior->second.mode * 1e-6);
    EXPECT_GE(fitted.mode, parameter.value(-1e9) - rounding) << path;
    EXPECT_LE(fitted.mode, parameter.value(1e9) + rounding) << path;
  }
}

TEST(ShippedFits, AreOrdered) {
  for (const auto& [path, fitted] : inputs_of(shipped())) {
    EXPECT_LE(fitted.low, fitted.mode) << path;
    EXPECT_GE(fitted.high, fitted.mode) << path;
  }
}

TEST(ShippedFits, StandBesideADocument) {
  for (const auto& entry : fs::recursive_directory_iterator(WEFT_CONFIGS)) {
    auto name = entry.path().string();
    for (const std::string_view end : {".fit.yaml", ".collectives"}) {
      if (name.ends_with(end)) name.resize(name.size() - end.size());
    }
    if (name == entry.path().string()) continue;
    EXPECT_TRUE(fs::exists(name + ".yaml")) << name;
  }
}

}  // namespace
}  // namespace weft::calibration
