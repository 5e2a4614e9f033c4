// What a fit of kernels may move, and how far.
#include "weft/calibration/kernel_parameter.h"

#include <gtest/gtest.h>

#include "kernel_fixtures.h"

namespace weft::calibration {
namespace {

using namespace testing;

// A document with one number.
std::string document_of(const std::string& path, const std::string& value) {
  std::string text = "kind: chip\n";
  std::size_t begin = 0;
  for (std::size_t indent = 0; begin <= path.size(); indent += 2) {
    const auto end = std::min(path.find('.', begin), path.size());
    text +=
        (begin == 0 ? "" : "\n") + std::string(indent, ' ') + path.substr(begin, end - begin) + ":";
    begin = end + 1;
  }
  return text + " {mode: " + value + ", source: made-up}\n";
}

TEST(KernelFamilies, EndWhereAChipsDocumentDoes) {
  const Shelf shelf;
  const auto chip = chip_of(shelf.catalog());
  for (int f = 0; f <= static_cast<int>(Family::kPerByte); ++f) {
    const KernelParameter parameter(chip, {}, chip.device, static_cast<Family>(f));
    const auto& traits = parameter.traits();
    for (const double end : {traits.prior.least, traits.prior.most}) {
      const auto text = document_of(parameter.path(), parameter.written(end));
      shelf.write("chips/h100_sxm5.fit.yaml", text);
      try {
        const auto device = chip_of(shelf.catalog()).device;
        EXPECT_NEAR(traits.get(device, parameter.precision()), end, 1e-3 * end) << text;
      } catch (const std::exception& error) {
        ADD_FAILURE() << text << error.what();
      }
    }
  }
}

TEST(KernelFamilies, ValuesByHandBeyondTheEndsStand) {
  const Shelf shelf;
  auto chip = chip_of(shelf.catalog());
  for (const double by_hand : {0.01e-6, 200e-6}) {
    chip.device.kernels.gemm.fixed = base::Time(by_hand);
    const KernelParameter parameter(chip, {}, chip.device, Family::kFixed);
    const auto& prior = parameter.prior();
    EXPECT_LE(prior.prior().low, by_hand);
    EXPECT_GE(prior.prior().high, by_hand);
    EXPECT_DOUBLE_EQ(prior.value(0), by_hand);
    EXPECT_LE(prior.value(-1), prior.value(0));
    EXPECT_GE(prior.value(1), prior.value(0));
  }
}

}  // namespace
}  // namespace weft::calibration
