#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <string>

#include "phrase_text.h"
#include "weft/validation/metric.h"

namespace weft::validation {

namespace {

using workload::FlopConvention;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

template <std::size_t N>
bool has_any(const std::string& text, const std::array<std::string_view, N>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](auto part) { return has(text, part); });
}

struct Scaled {
  std::string_view name;
  double scale;
};
constexpr std::array kTimes = std::to_array<Scaled>({{"ms", 1e-3},
                                                     {"milliseconds", 1e-3},
                                                     {"us", 1e-6},
                                                     {"s", 1},
                                                     {"sec", 1},
                                                     {"seconds", 1},
                                                     {"min", 60},
                                                     {"minutes", 60},
                                                     {"h", 3600},
                                                     {"hours", 3600},
                                                     {"d", 86400},
                                                     {"days", 86400}});
constexpr std::array kBytes = std::to_array<Scaled>({{"gib", 1024.0 * 1024 * 1024},
                                                     {"mib", 1024.0 * 1024},
                                                     {"kib", 1024.0},
                                                     {"gb", 1e9},
                                                     {"mb", 1e6},
                                                     {"tb", 1e12},
                                                     {"tib", 1024.0 * 1024 * 1024 * 1024},
                                                     {"bytes", 1.0},
                                                     {"b", 1.0}});
constexpr std::array kRates =
    std::to_array<Scaled>({{"pflop", 1e15}, {"tflop", 1e12}, {"gflop", 1e9}});
constexpr std::array<std::string_view, 6> kSequences = {"samples/", "sentences/", "sequences/",
                                                        "seq/",     "seqs/",      "images/"};
constexpr std::array<std::string_view, 6> kTokens = {"token", "tok/", "tps",
                                                     "tgs",   "wps",  "words/"};

// The first word of a unit: "min (mean of …)" is "min".
std::string first_word(const std::string& unit) {
  const auto begin = unit.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  const auto end = unit.find_first_of(" (,", begin);
  return unit.substr(begin, end == std::string::npos ? end : end - begin);
}

template <std::size_t N>
std::optional<double> scale_of(const std::string& word, const std::array<Scaled, N>& table) {
  for (const auto& row : table) {
    if (row.name == word) return row.scale;
  }
  return std::nullopt;
}

// "tokens/s", "tokens/day", "k tokens/s": seconds of one "per" and thousands before.
double rate_scale(const std::string& unit) {
  double scale = 1;
  if (has(unit, "/day")) scale = 1.0 / 86400;
  if (has(unit, "/h")) scale = 1.0 / 3600;
  if (has(unit, "/min")) scale = 1.0 / 60;
  if (unit.starts_with("k ") || unit.starts_with("ktok")) scale *= 1e3;
  if (unit.starts_with("m ") || unit.starts_with("million ") || unit.starts_with("mtok")) {
    scale *= 1e6;
  }
  return scale;
}

// "tokens/s/device", "tokens/s per NPU card", "tokens/s (512 NPUs)"; what the metric says counts
// where the unit is silent.
Scope scope_of(const std::string& unit, const std::string& metric) {
  constexpr std::array<std::string_view, 9> kOne = {
      "/device", "/gpu", "/npu", "/p", "/die", "per npu", "per gpu", "per die", "per device"};
  constexpr std::array<std::string_view, 4> kOfTheWhole = {"total", " npus)", " gpus)", "cluster"};
  if (has(unit, "card") || has(unit, "package")) return Scope::kPackage;
  if (has_any(unit, kOne)) return Scope::kDevice;
  if (has_any(unit, kOfTheWhole) || has(metric, "total")) return Scope::kCluster;
  return has_any(metric, kOne) || has(metric, "_per_gpu") ? Scope::kDevice : Scope::kCluster;
}

// "MFU vs 989", "peak believed 353.9 TFLOPS", "353.8944 TFLOPS peak".
std::optional<double> stated_peak(const std::string& convention) {
  static const std::regex kBefore(R"((?:vs|peak believed|peak of|peak)\s+([0-9]+(?:\.[0-9]+)?))");
  static const std::regex kBehind(R"(([0-9]+(?:\.[0-9]+)?)\s*tflops?(?:/s)? peak)");
  std::smatch found;
  if (!std::regex_search(convention, found, kBefore) &&
      !std::regex_search(convention, found, kBehind)) {
    return std::nullopt;
  }
  constexpr double kLeast = 50;  // TFLOP/s; less is no peak of a chip that trains
  const double tera = std::stod(found[1]);
  return tera >= kLeast ? std::optional(tera * 1e12) : std::nullopt;
}

// "for 300B tokens", "3.17M samples in": what a whole run trained on.
void read_run_length(const std::string& notes, Metric& metric) {
  static const std::regex kLength(
      R"(([0-9]+(?:\.[0-9]+)?)\s*([kmbt]?)\s*(tokens|samples|sequences))");
  std::smatch found;
  if (!std::regex_search(notes, found, kLength)) return;
  double value = std::stod(found[1]);
  const std::string prefix = found[2];
  if (prefix == "k") value *= 1e3;
  if (prefix == "m") value *= 1e6;
  if (prefix == "b") value *= 1e9;
  if (prefix == "t") value *= 1e12;
  (found[3] == "tokens" ? metric.run_tokens : metric.run_sequences) = value;
}

MemoryKind memory_kind_of(const PublishedRun& run) {
  for (const auto& text : {lower(run.memory_kind), lower(run.metric), lower(run.notes)}) {
    if (has(text, "reserved")) return MemoryKind::kReserved;
    if (has(text, "nvidia-smi") || has(text, "npu-smi") || has(text, "device")) {
      return MemoryKind::kDevice;
    }
    if (has(text, "alloc")) return MemoryKind::kAllocated;
  }
  return MemoryKind::kAllocated;
}

MetricText refused(std::string reason) { return {std::nullopt, std::move(reason)}; }

MetricText read_time(const PublishedRun& run, const std::string& metric_text, double scale) {
  Metric metric;
  metric.unit = scale;
  if (!has(metric_text, "train") && !has(metric_text, "run time")) return {metric, ""};
  metric.measure = Measure::kRunTime;
  read_run_length(lower(run.notes), metric);
  if (metric.run_tokens <= 0 && metric.run_sequences <= 0) {
    return refused("a time to train, and nothing says on how many tokens or samples");
  }
  return {metric, ""};
}

MetricText read_utilisation(const PublishedRun& run, const std::string& unit) {
  Metric metric;
  metric.measure = Measure::kUtilisation;
  const bool percent = has(unit, "%") || has(unit, "percent") || run.value.value_or(0) > 1.5;
  metric.unit = percent ? 0.01 : 1.0;
  metric.peak = stated_peak(lower(run.flops_convention));
  return {metric, ""};
}

MetricText read_kind(const PublishedRun& run) {
  const auto unit = lower(run.unit);
  const auto text = lower(run.metric);
  const auto word = first_word(unit);
  Metric metric;
  metric.scope = scope_of(unit, text);
  const auto bytes = scale_of(word, kBytes);
  if (bytes || has(text, "memory")) {
    if (!bytes) return refused(fmt::format("'{}' is no unit of memory", run.unit));
    metric.measure = Measure::kMemory;
    metric.unit = *bytes;
    metric.memory = memory_kind_of(run);
    return {metric, ""};
  }
  if (has_any(unit, kSequences)) {
    metric.measure = Measure::kSequenceRate;
    metric.unit = rate_scale(unit);
    return {metric, ""};
  }
  for (const auto& rate : kRates) {
    if (!has(unit, rate.name)) continue;
    metric.measure = Measure::kWorkRate;
    metric.unit = rate.scale;
    return {metric, ""};
  }
  if (has_any(unit, kTokens)) {
    metric.measure = Measure::kTokenRate;
    metric.unit = rate_scale(unit);
    return {metric, ""};
  }
  const bool utilisation = has(text, "mfu") || has(text, "hfu") || has(text, "utili") ||
                           has(unit, "mfu") || has(unit, "hfu");
  if (utilisation) return read_utilisation(run, unit);
  auto time_word = word;
  if (const auto slash = word.find('/'); slash != std::string::npos) time_word.resize(slash);
  if (const auto scale = scale_of(time_word, kTimes)) return read_time(run, text, *scale);
  return refused(
      fmt::format("the metric '{}' in '{}' is none that a step tells", run.metric, run.unit));
}

}  // namespace

FlopCount read_flop_count(const std::string& convention, const std::string& metric,
                          const std::string& notes) {
  FlopCount count;
  const auto text = lower(convention.empty() ? notes : convention);
  const auto named = lower(metric);
  if (has(text, "8*n") || has(text, "8n*") || has(text, "8 n ")) {
    count.eight_n = true;
    return count;
  }
  const bool denies = has(text, "no recompute") || has(text, "recompute not");
  const bool claims = has(text, "hfu") || has(text, "incl. recompute") ||
                      has(text, "includes recompute") || has(text, "with recompute") ||
                      has(text, "including recompute");
  count.counts_recompute = has(named, "hfu") || (!has(named, "mfu") && claims && !denies);
  const bool full =
      has(text, "full attention") || has(text, "non-causal") || has(text, "full attn");
  if (has(text, "causal") && !full) {
    count.convention = FlopConvention::kCausalAttention;
  } else if ((has(text, "6n") || has(text, "6*n")) && !full && !has(text, "12")) {
    count.convention = FlopConvention::kSixN;
  }
  return count;
}

MetricText read_metric(const PublishedRun& run) {
  if (!run.value) return refused("no figure was published");
  if (*run.value <= 0) return refused("the published figure is not positive");
  auto result = read_kind(run);
  if (result.metric) {
    result.metric->flops = read_flop_count(run.flops_convention, run.metric, run.notes);
  }
  return result;
}

}  // namespace weft::validation
