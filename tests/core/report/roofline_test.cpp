// The roofs of chips on a terminal.

#include "weft/report/roofline.h"

#include <sstream>

#include <gtest/gtest.h>

#include "weft/base/catalog.h"
#include "weft/chips/roofline.h"
#include "weft/report/text.h"

namespace weft::report {
namespace {

chips::Chip shipped(const std::string& name) {
  base::Reading reading;
  auto chip = chips::read_chip(
      base::Catalog({WEFT_CONFIGS}, base::Fits::kIgnore).load("chip", name, std::nullopt), reading);
  reading.throw_if_any();
  return chip;
}

std::string text_of(const std::string& name) { return to_terminal(shipped(name), Colour::kNone); }

// The lines that have `part` in them.
std::vector<std::string> lines_with(const std::string& text, const std::string& part) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(part) != std::string::npos) found.push_back(line);
  }
  return found;
}

TEST(RooflineText, FitsATerminalAndNamesEveryLine) {
  for (const auto& name : base::Catalog({WEFT_CONFIGS}).names("chip")) {
    const auto text = text_of(name);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(width_of(line), kTerminalColumns) << name << '\n' << line;
    }
    EXPECT_EQ(text.find("…"), std::string::npos) << name << '\n' << text;
    for (const auto& roof : chips::roofline(shipped(name).device).roofs) {
      // In the table and at its line.
      EXPECT_GE(lines_with(text, chips::name_of(roof.precision)).size(), 2U)
          << name << ' ' << chips::name_of(roof.precision);
    }
  }
}

TEST(RooflineText, TellsRoofsAndRidges) {
  const auto text = text_of("ascend_910c");
  EXPECT_EQ(lines_with(text, "bf16").front(),
            "  bf16                354 TFLOP/s               322 TFLOP/s (91 %)        237 FLOP/B");
  EXPECT_EQ(lines_with(text, "L2").front(), "  L2                  5.00 TB/s");
  EXPECT_EQ(lines_with(text, "in a package").front(),
            "Roofline of a device, 2 devices of 1 die in a package");
}

TEST(RooflineText, TellsWhatJoinsTheDies) {
  const auto split = text_of("ascend_910c");
  EXPECT_EQ(lines_with(split, "a direction").front(),
            "  a direction         270 GB/s                  latency 200 ns");
  EXPECT_TRUE(lines_with(split, "remote traffic").empty());
  const auto unified = text_of("b200_sxm");
  EXPECT_EQ(lines_with(unified, "remote traffic").front(),
            "  remote traffic      50 %                      memory at most 20.0 TB/s");
  EXPECT_TRUE(lines_with(text_of("h100_sxm5"), "Between dies").empty());
  EXPECT_FALSE(lines_with(text_of("mi300x"), "not known").empty());
}

// A roof of ten times the height lies one label higher, a line that is no roof slants.
TEST(RooflineText, DrawsOnLogarithmicAxes) {
  const auto text = text_of("ascend_910b2");
  for (const char* label : {" 100 TFLOP/s ┤", "  10 TFLOP/s ┤", "FLOP per byte"}) {
    EXPECT_EQ(lines_with(text, label).size(), 1U) << label;
  }
  const auto at = [&](const char* part) { return text.rfind(part); };
  EXPECT_LT(at("int8"), at("bf16 fp16"));
  EXPECT_LT(at("bf16 fp16"), at("tf32"));
  EXPECT_LT(at("tf32"), at(" vector"));
}

// A chip that nobody has: whatever its numbers, there is an answer.
TEST(RooflineText, SurvivesExtremes) {
  auto chip = shipped("h100_sxm5");
  chip.device.memory_bandwidth *= 1e12;
  EXPECT_NE(to_terminal(chip, Colour::kNone), "");
  chip.device.memory_bandwidth *= 1e-24;
  EXPECT_NE(to_terminal(chip, Colour::kNone), "");
  chip.device.peaks.matrix = {};
  EXPECT_NE(to_terminal(chip, Colour::kNone), "");
}

}  // namespace
}  // namespace weft::report
