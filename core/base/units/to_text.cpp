// Quantities as a reader likes them: few digits, the prefix that suits.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "weft/base/unit_text.h"

namespace weft::base {
namespace {

// One way to write a unit: `name` stands for `size` in SI.
struct Step {
  double size;
  std::string_view name;
};

constexpr int kMaxSignificant = 17;
// Whole numbers up to here are written out rather than rounded.
constexpr double kWrittenOut = 1e5;

// `value` to `significant` digits; in powers of ten only far outside of what a unit is for.
std::string rounded(double value, int significant) {
  if (value == 0.0 || !std::isfinite(value)) return fmt::format("{}", value == 0.0 ? 0.0 : value);
  const int digits = std::clamp(significant, 1, kMaxSignificant);
  // The exponent after rounding: 9.996 to three digits is 10.0.
  std::string scientific = fmt::format("{:.{}e}", value, digits - 1);
  const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  if (exponent < -5 || exponent > 15) return scientific;
  const int decimals = digits - 1 - exponent;
  if (decimals >= 0) return fmt::format("{:.{}f}", value, decimals);
  const double unit = std::pow(10.0, -decimals);
  return fmt::format("{:.0f}", std::round(value / unit) * unit);
}

// The largest step that leaves at least 1 before the point, after rounding; else the smallest.
std::string scaled(double value, std::span<const Step> steps, int significant) {
  if (value == 0.0 || !std::isfinite(value)) {
    return fmt::format("{} {}", value == 0.0 ? 0.0 : value, steps.front().name);
  }
  const double slack = 1.0 - 0.5 * std::pow(10.0, -std::clamp(significant, 1, kMaxSignificant));
  const Step* best = &steps.front();
  for (const Step& step : steps) {
    if (std::abs(value) >= step.size * slack) best = &step;
  }
  return rounded(value / best->size, significant) + " " + std::string(best->name);
}

constexpr std::array kTimeSteps =
    std::to_array<Step>({{1e-9, "ns"}, {1e-6, "us"}, {1e-3, "ms"}, {1.0, "s"}});
constexpr std::array kBytesSteps = std::to_array<Step>(
    {{1.0, "B"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}, {1e12, "TB"}, {1e15, "PB"}, {1e18, "EB"}});
constexpr std::array kBandwidthSteps = std::to_array<Step>({{1.0, "B/s"},
                                                            {1e3, "kB/s"},
                                                            {1e6, "MB/s"},
                                                            {1e9, "GB/s"},
                                                            {1e12, "TB/s"},
                                                            {1e15, "PB/s"},
                                                            {1e18, "EB/s"}});
constexpr std::array kWorkSteps = std::to_array<Step>({{1.0, "FLOP"},
                                                       {1e3, "kFLOP"},
                                                       {1e6, "MFLOP"},
                                                       {1e9, "GFLOP"},
                                                       {1e12, "TFLOP"},
                                                       {1e15, "PFLOP"},
                                                       {1e18, "EFLOP"},
                                                       {1e21, "ZFLOP"}});
constexpr std::array kWorkRateSteps = std::to_array<Step>({{1.0, "FLOP/s"},
                                                           {1e3, "kFLOP/s"},
                                                           {1e6, "MFLOP/s"},
                                                           {1e9, "GFLOP/s"},
                                                           {1e12, "TFLOP/s"},
                                                           {1e15, "PFLOP/s"},
                                                           {1e18, "EFLOP/s"},
                                                           {1e21, "ZFLOP/s"}});
constexpr std::array kEnergySteps = std::to_array<Step>({{1e-12, "pJ"},
                                                         {1e-9, "nJ"},
                                                         {1e-6, "uJ"},
                                                         {1e-3, "mJ"},
                                                         {1.0, "J"},
                                                         {1e3, "kJ"},
                                                         {1e6, "MJ"},
                                                         {3.6e6, "kWh"},
                                                         {3.6e9, "MWh"},
                                                         {3.6e12, "GWh"},
                                                         {3.6e15, "TWh"}});
constexpr std::array kPowerSteps = std::to_array<Step>(
    {{1e-6, "uW"}, {1e-3, "mW"}, {1.0, "W"}, {1e3, "kW"}, {1e6, "MW"}, {1e9, "GW"}});
constexpr std::array kEnergyPerWorkSteps = std::to_array<Step>({{1e-15, "fJ/FLOP"},
                                                                {1e-12, "pJ/FLOP"},
                                                                {1e-9, "nJ/FLOP"},
                                                                {1e-6, "uJ/FLOP"},
                                                                {1e-3, "mJ/FLOP"},
                                                                {1.0, "J/FLOP"}});
constexpr std::array kEnergyPerByteSteps = std::to_array<Step>({{1e-15, "fJ/B"},
                                                                {1e-12, "pJ/B"},
                                                                {1e-9, "nJ/B"},
                                                                {1e-6, "uJ/B"},
                                                                {1e-3, "mJ/B"},
                                                                {1.0, "J/B"}});
constexpr std::array kAreaSteps =
    std::to_array<Step>({{1e-18, "nm2"}, {1e-12, "um2"}, {1e-6, "mm2"}, {1.0, "m2"}});
constexpr std::array kHertzSteps =
    std::to_array<Step>({{1.0, "Hz"}, {1e3, "kHz"}, {1e6, "MHz"}, {1e9, "GHz"}, {1e12, "THz"}});
constexpr std::array kFitSteps =
    std::to_array<Step>({{kFit.si(), "FIT"}, {1e3 * kFit.si(), "kFIT"}, {1e6 * kFit.si(), "MFIT"}});
constexpr std::array kNumberSteps = std::to_array<Step>(
    {{1e3, "k"}, {1e6, "M"}, {1e9, "G"}, {1e12, "T"}, {1e15, "P"}, {1e18, "E"}, {1e21, "Z"}});

}  // namespace

std::string to_text(Time value, int significant) {
  const double seconds = std::abs(value.si());
  const auto in = [&](Time unit, std::string_view name) {
    return rounded(value / unit, significant) + " " + std::string(name);
  };
  if (!std::isfinite(seconds) || seconds < 600.0)
    return value.si() == 0.0 ? "0 s" : scaled(value.si(), kTimeSteps, significant);
  if (seconds < 7200.0) return in(Time(60.0), "min");
  if (value < 48.0 * kHour && -value < 48.0 * kHour) return in(kHour, "h");
  return seconds < 3.0 * kYear.si() ? in(kDay, "d") : in(kYear, "years");
}

std::string to_text(Rate value, int significant) {
  const double per_second = std::abs(value.si());
  if (per_second == 0.0) return "0 /s";
  if (per_second >= 999.5 || !std::isfinite(per_second))
    return scaled(value.si(), kHertzSteps, significant);
  if (per_second >= 0.1) return rounded(value.si(), significant) + " /s";
  if (per_second >= (1.0 / kHour).si()) return rounded(value * kHour, significant) + " /h";
  if (per_second >= 1e-6) return rounded(value * kDay, significant) + " /d";
  return scaled(value.si(), kFitSteps, significant);
}

std::string to_text(Bytes value, int significant) {
  return scaled(value.si(), kBytesSteps, significant);
}
std::string to_text(Bandwidth value, int significant) {
  return scaled(value.si(), kBandwidthSteps, significant);
}
std::string to_text(Work value, int significant) {
  return scaled(value.si(), kWorkSteps, significant);
}
std::string to_text(WorkRate value, int significant) {
  return scaled(value.si(), kWorkRateSteps, significant);
}
std::string to_text(Energy value, int significant) {
  return value.si() == 0.0 ? "0 J" : scaled(value.si(), kEnergySteps, significant);
}
std::string to_text(Power value, int significant) {
  return value.si() == 0.0 ? "0 W" : scaled(value.si(), kPowerSteps, significant);
}
std::string to_text(EnergyPerWork value, int significant) {
  return value.si() == 0.0 ? "0 J/FLOP" : scaled(value.si(), kEnergyPerWorkSteps, significant);
}
std::string to_text(EnergyPerByte value, int significant) {
  return value.si() == 0.0 ? "0 J/B" : scaled(value.si(), kEnergyPerByteSteps, significant);
}

std::string to_text(Area value, int significant) {
  if (value.si() == 0.0) return "0 mm2";
  // Wafers (0.07 m2) are still read in mm2, chips' structures below 0.01 mm2 in um2.
  const double size = std::abs(value.si());
  const std::span<const Step> steps(kAreaSteps);
  const std::size_t index = size < 1e-15 ? 0 : size < 1e-8 ? 1 : size < 0.1 ? 2 : 3;
  return scaled(value.si(), steps.subspan(index, 1), significant);
}

std::string to_text(const Money& value, int significant) {
  std::string number = to_text(value.amount, significant);
  const std::size_t space = number.find(' ');
  if (value.currency.empty()) return number;
  // "15.5 M" and "USD" make "15.5 MUSD".
  return space == std::string::npos ? number + " " + value.currency : number + value.currency;
}

std::string to_text(double value, int significant) {
  const double size = std::abs(value);
  if (!std::isfinite(value) || value == 0.0) return fmt::format("{}", value == 0.0 ? 0.0 : value);
  if (value == std::round(value) && size < kWrittenOut) return fmt::format("{:.0f}", value);
  if (size < 1e-3 || size >= 1e24)
    return fmt::format("{:.{}e}", value, std::clamp(significant, 1, kMaxSignificant) - 1);
  return size < 9995.0 ? rounded(value, significant) : scaled(value, kNumberSteps, significant);
}

std::string percent_text(double fraction, int significant) {
  return rounded(100.0 * fraction, significant) + " %";
}

}  // namespace weft::base
