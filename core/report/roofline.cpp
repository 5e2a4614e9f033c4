#include "weft/report/roofline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "roofline_chart.h"
#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/chips/roofline.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::to_text;
using chips::Device;
using chips::Precision;
using chips::Roofline;

// "3 devices", "1 die"
std::string counted(int count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string per_byte(double ridge) { return to_text(ridge) + " FLOP/B"; }

template <class Rate>
std::string achieved_text(Rate achieved, Rate peak) {
  return fmt::format("{} ({})", to_text(achieved), percent_text(achieved / peak, 2));
}

base::WorkRate achieved_vector(const Device& device) {
  return device.peaks.vector_fp32 * device.kernels.vector_efficiency;
}

void roofs(const Device& device, const Roofline& roofline, Table& table) {
  for (const auto& roof : roofline.roofs) {
    table.row(chips::name_of(roof.precision),
              {to_text(roof.peak), achieved_text(roof.achieved, roof.peak), per_byte(roof.ridge)});
  }
  const auto vector = achieved_vector(device);
  table.row("vector fp32",
            {to_text(roofline.vector_fp32), achieved_text(vector, roofline.vector_fp32),
             per_byte(vector.si() / roofline.bandwidth.si())});
  table.row("memory", {to_text(device.memory_bandwidth),
                       achieved_text(roofline.bandwidth, device.memory_bandwidth)});
  if (device.l2_bandwidth.si() > 0) table.row("L2", {to_text(device.l2_bandwidth)});
}

// The format by which byte and FLOP are compared: of 16 bits where there is one.
const chips::Roof& main_roof(const Roofline& roofline) {
  for (const auto precision : {Precision::kBf16, Precision::kFp16}) {
    for (const auto& roof : roofline.roofs) {
      if (roof.precision == precision) return roof;
    }
  }
  return roofline.roofs.front();
}

// Dies as the first tier of every topology.
void dies(const chips::Chip& chip, const Roofline& roofline, Table& table) {
  if (chip.dies < 2 || roofline.roofs.empty()) return;
  table.blank();
  table.heading("Between dies");
  if (chip.die_to_die.si() <= 0) {
    table.note("not known; the dies count as one");
    return;
  }
  const auto& device = chip.device;
  const auto bridge = chip.die_to_die * chip.die_to_die_efficiency;
  const auto latency = chip.die_to_die_latency;
  table.row("a direction",
            {to_text(bridge), latency.si() > 0 ? "latency " + to_text(latency) : std::string()});
  const auto& roof = main_roof(roofline);
  const auto per_kiloflop = [&](base::Bandwidth bandwidth) {
    return to_text(1000 * device.dies * bandwidth.si() / roof.achieved.si(), 2);
  };
  const auto memory = roofline.bandwidth * (1.0 / device.dies);
  table.row(fmt::format("B a kFLOP of {}", chips::name_of(roof.precision)),
            {per_kiloflop(bridge), "memory " + per_kiloflop(memory)});
  if (chip.exposure == chips::Exposure::kSplit) return;
  table.row("remote traffic",
            {percent_text(chip.remote_share, 2),
             "memory at most " + to_text(bridge * (chip.dies / chip.remote_share))});
}

std::vector<Curve> curves_of(const Device& device, const Roofline& roofline) {
  std::vector<Curve> curves;
  const auto bandwidth = roofline.bandwidth.si();
  const auto vector = achieved_vector(device).si();
  curves.push_back({"vector", [=](double x) { return std::min(vector, x * bandwidth); }});
  for (const auto& roof : roofline.roofs) {
    const auto precision = roof.precision;
    curves.push_back({chips::name_of(precision), [&device, precision](double x) {
                        return chips::attainable(device, precision, x).si();
                      }});
  }
  return curves;
}

// From where the lowest roof slants to where the highest is flat, by powers of ten.
std::string chart(const Device& device, const Roofline& roofline) {
  constexpr double kFlat = 3;  // ridges to the right of the last
  const auto highest = roofline.roofs.back();
  const auto lowest =
      std::min(achieved_vector(device), roofline.roofs.front().achieved) / roofline.bandwidth;
  Axis x;
  x.low = std::pow(10, std::floor(std::log10(lowest.si())));
  x.high = std::pow(10, std::ceil(std::log10(highest.ridge * kFlat)));
  x.label = [](double value) { return to_text(value, 1); };
  Axis y;
  const auto curves = curves_of(device, roofline);
  y.low = y.high = curves.front().value(x.low);
  for (const auto& curve : curves) {
    y.low = std::min(y.low, curve.value(x.low));
    y.high = std::max(y.high, curve.value(x.high));
  }
  y.label = [](double value) { return to_text(base::WorkRate(value), 1); };
  return drawn(curves, x, y);
}

}  // namespace

std::string to_terminal(const chips::Chip& chip, Colour colour) {
  const auto& device = chip.device;
  const auto roofline = chips::roofline(device);
  Table table(colour);
  table.heading("Roofs of a device", {"peak, dense", "reached", "ridge"});
  roofs(device, roofline, table);
  dies(chip, roofline, table);
  table.blank();
  table.heading(fmt::format("Roofline of a device, {} of {} in a package",
                            counted(chip.devices(), "device", "devices"),
                            counted(device.dies, "die", "dies")));
  if (roofline.roofs.empty()) return table.text();
  return table.text() + chart(device, roofline) + fitted("", 14) +
         "FLOP per byte of memory traffic; large GEMM, streams on the vector units\n";
}

}  // namespace weft::report
