// Words for dimensions, for messages.
#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "weft/base/unit_text.h"

namespace weft::base {
namespace {

struct Words {
  Dimension dimension;
  std::string_view name;
  std::string_view examples;
};

constexpr Dimension negated(const Dimension& d) {
  return {-d.time, -d.data, -d.work, -d.energy, -d.length};
}

constexpr std::array kWords = std::to_array<Words>({
    {Dimension{}, "a plain number", "1, 0.5, 20 %"},
    {Time::kDimension, "a time", "us, ms, s, h, d"},
    {Rate::kDimension, "a rate or frequency", "/s, GHz, FIT, /year"},
    {Bytes::kDimension, "an amount of data", "B, GB, GiB"},
    {Bandwidth::kDimension, "a bandwidth", "B/s, GB/s, Gb/s"},
    {Work::kDimension, "an amount of work", "FLOP, TFLOP, TOP"},
    {WorkRate::kDimension, "a work rate", "TFLOP/s, TOP/s"},
    {Energy::kDimension, "an energy", "J, kWh, MWh"},
    {Power::kDimension, "a power", "W, kW, MW"},
    {Quantity<-2, 0, 0, 1>::kDimension, "a change of power", "W/s, MW/s"},
    {EnergyPerWork::kDimension, "an energy per operation", "pJ/FLOP, pJ/OP"},
    {EnergyPerByte::kDimension, "an energy per byte", "pJ/B, pJ/b"},
    {BytesPerWork::kDimension, "data per operation", "B/FLOP, B/OP"},
    {Length::kDimension, "a length", "nm, mm, m"},
    {Area::kDimension, "an area", "mm2, cm2"},
    {ArealDensity::kDimension, "a density over an area", "/cm2, /mm2"},
    {Dimension{.time = -1, .energy = 1, .length = -2}, "a power per area", "W/cm2, W/mm2"},
});

constexpr std::array kPriceWords = std::to_array<Words>({
    {Dimension{}, "an amount of money", "USD, MUSD, CNY"},
    {negated(Energy::kDimension), "a price per energy", "USD/kWh, CNY/kWh, USD/kW/month"},
    {negated(Time::kDimension), "a price per time", "USD/h, CNY/year"},
    {negated(Power::kDimension), "a price per power", "USD/W, CNY/kW"},
    {negated(Bytes::kDimension), "a price per amount of data", "USD/GB, CNY/TB"},
    {negated(Bandwidth::kDimension), "a price per bandwidth", "USD*s/Gb"},
    {negated(Work::kDimension), "a price per operation", "USD/EFLOP"},
    {negated(WorkRate::kDimension), "a price per work rate", "USD*s/TFLOP"},
    {negated(Area::kDimension), "a price per area", "USD/mm2, CNY/cm2"},
    {negated(Length::kDimension), "a price per length", "USD/m"},
});

const Words* find(const Dimension& dimension, bool is_money) {
  const Words* begin = is_money ? kPriceWords.data() : kWords.data();
  const std::size_t count = is_money ? kPriceWords.size() : kWords.size();
  for (const Words* words = begin; words != begin + count; ++words) {
    if (words->dimension == dimension) return words;
  }
  return nullptr;
}

// A unit for any dimension: "USD*s/J".
std::string composed_unit(const Dimension& dimension, bool is_money) {
  const std::array<std::pair<int, std::string_view>, 5> parts = {{{dimension.energy, "J"},
                                                                  {dimension.data, "B"},
                                                                  {dimension.work, "FLOP"},
                                                                  {dimension.length, "m"},
                                                                  {dimension.time, "s"}}};
  std::string above = is_money ? "USD" : "";
  std::string below;
  for (const auto& [exponent, symbol] : parts) {
    if (exponent == 0) continue;
    const int size = exponent < 0 ? -exponent : exponent;
    const std::string power = size == 1 ? std::string(symbol) : fmt::format("{}{}", symbol, size);
    if (exponent < 0) {
      below += "/" + power;
    } else {
      above += (above.empty() ? "" : "*") + power;
    }
  }
  return above + below;
}

}  // namespace

std::string dimension_name(const Dimension& dimension, bool is_money) {
  const Words* words = find(dimension, is_money);
  if (words != nullptr) return std::string(words->name);
  return (is_money ? "a price in " : "a quantity in ") + composed_unit(dimension, is_money);
}

std::string dimension_examples(const Dimension& dimension, bool is_money) {
  const Words* words = find(dimension, is_money);
  return words != nullptr ? std::string(words->examples) : composed_unit(dimension, is_money);
}

}  // namespace weft::base
