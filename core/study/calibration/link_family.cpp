#include "link_family.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace weft::calibration {

namespace {

using interconnect::Link;

constexpr double kKilo = 1e3;
constexpr double kLongest = 1;  // s
constexpr double kLargest = 1e9;
// The low-latency way to start from, of the plain one. NCCL's tuner (NVIDIA/nccl
// src/graph/tuning.cc) has 0.6 us a step for 3.4 over NVLink and 2.7 for 14 over a network, and in
// an all-reduce a quarter of the bandwidth (@5067397c: up to half).
constexpr double kLowLatency = 0.18;
constexpr double kLowEfficiency = 0.25;

bool always(const Link& /*link*/) { return true; }
bool reduces(const Link& link) { return link.in_switch_reduction.has_value(); }
bool has_low_latency(const Link& link) { return link.low_latency.has_value(); }

const std::array<LinkFamily, 9> kLinkFamilies = {{
    {"efficiency", "", 1, 1.1, 0.01, 1, [](const Link& l) { return l.efficiency; },
     [](Link& l, double v) { l.efficiency = v; }, always},
    {"all_to_all_efficiency", "", 1, 1.2, 0.01, 1,
     [](const Link& l) { return l.all_to_all_efficiency; },
     [](Link& l, double v) { l.all_to_all_efficiency = v; }, always},
    {"half_size", "kB", kKilo, 10, 0, kLargest, [](const Link& l) { return l.half_size.si(); },
     [](Link& l, double v) { l.half_size = base::Bytes(v); }, always},
    {"latency", "us", 1e-6, 2, 0, kLongest, [](const Link& l) { return l.latency.si(); },
     [](Link& l, double v) { l.latency = base::Time(v); }, always},
    {"call_overhead", "us", 1e-6, 5, 0, kLongest,
     [](const Link& l) { return l.call_overhead.si(); },
     [](Link& l, double v) { l.call_overhead = base::Time(v); }, always},
    {"low_latency.latency", "us", 1e-6, 2, 0, kLongest,
     [](const Link& l) { return l.low_latency->latency.si(); },
     [](Link& l, double v) { l.low_latency->latency = base::Time(v); }, has_low_latency},
    {"low_latency.efficiency", "", 1, 3, 0.01, 1,
     [](const Link& l) { return l.low_latency->efficiency; },
     [](Link& l, double v) { l.low_latency->efficiency = v; }, has_low_latency},
    {"in_switch_reduction.efficiency", "", 1, 1.15, 0.01, 1,
     [](const Link& l) { return l.in_switch_reduction->efficiency; },
     [](Link& l, double v) { l.in_switch_reduction->efficiency = v; }, reduces},
    {"in_switch_reduction.latency", "us", 1e-6, 2, 0, kLongest,
     [](const Link& l) { return l.in_switch_reduction->latency.si(); },
     [](Link& l, double v) { l.in_switch_reduction->latency = base::Time(v); }, reduces},
}};

// The range that the document gives, else one around its value.
base::UncertainInput link_prior_of(const LinkFamily& family, const Link& link,
                                   const std::vector<base::UncertainInput>& inputs) {
  for (const auto& input : inputs) {
    if (input.path.substr(input.path.find('.') + 1) == family.path) return input;
  }
  const double value = family.get(link);
  return {family.path,
          {base::Distribution::Kind::kTriangular, value / family.reach, value,
           std::min(value * family.reach, family.most)}};
}

}  // namespace

std::span<const LinkFamily> link_families() { return kLinkFamilies; }

std::vector<FittedLinkParameter> parameters_of(const Link& link,
                                               const std::vector<base::UncertainInput>& inputs) {
  std::vector<FittedLinkParameter> parameters;
  for (const auto& family : kLinkFamilies) {
    if (!family.applies(link) || !(family.get(link) > 0)) continue;
    parameters.push_back(
        {&family, Parameter(link_prior_of(family, link, inputs), family.least, family.most)});
  }
  return parameters;
}

Link with_low_latency(Link link) {
  if (!link.low_latency) {
    link.low_latency = interconnect::LowLatency{kLowLatency * link.latency, kLowEfficiency};
  }
  return link;
}

double FittedLinkParameter::value(double deviations) const {
  return prior.value(z + deviations * deviation);
}

std::string FittedLinkParameter::written(double value) const {
  return fmt::format("{:.4g}{}{}", value / family->unit_size, *family->unit == '\0' ? "" : " ",
                     family->unit);
}

}  // namespace weft::calibration
