// Rows of the measurements in ai-dynamo/aiconfigurator (systems/data).
#include <fmt/format.h>

#include <utility>

#include "draft.h"

namespace weft::kernels {

namespace {

constexpr double kMicro = 1e-6;
constexpr const char* kPublic = "ai-dynamo/aiconfigurator @095f58a";

// Of the public measurements, which name the framework that has run the kernels; else a user's own.
bool is_public(const Row& row) { return !row.text("framework").empty(); }

std::string either(const std::string& text, const std::string& otherwise) {
  return text.empty() ? otherwise : text;
}

// The public measurements of narrow products include the cast of A.
bool with_cast(const Row& row) {
  const auto text = lower(row.text("with_cast"));
  if (text == "yes" || text == "no") return text == "yes";
  if (!text.empty()) {
    row.error("with_cast", fmt::format("'{}' in column 'with_cast'; yes or no is expected", text));
  }
  return is_public(row);
}

KernelPoint common(const Row& row) {
  KernelPoint point;
  point.id = fmt::format("line {}", row.line());
  point.line = row.line();
  point.chip = row.text("chip");
  point.split = split_of(row);
  point.source = either(row.text("source"), is_public(row) ? kPublic : row.table());
  point.framework = row.text("framework");
  point.notes = point.framework;
  if (const auto version = row.text("version"); !version.empty()) point.notes += " " + version;
  point.confidence = either(row.text("confidence"), is_public(row) ? "primary" : "");
  return point;
}

void set_time(KernelPoint& point, double seconds) {
  point.figure = Figure::kTime;
  point.metric = "latency";
  point.unit = "us";
  point.unit_size = kMicro;
  point.published = seconds;
  point.latency = base::Time(seconds);
}

void set_power(KernelPoint& point, double watts) {
  point.id += " power";
  point.figure = Figure::kPower;
  point.metric = "power_mean";
  point.unit = "W";
  point.unit_size = 1;
  point.published = watts;
}

std::string unknown_format(const std::string& text) { return fmt::format("the format '{}'", text); }

}  // namespace

// TensorRT-LLM fuses the rotary embedding into its call; the others have an operator for it.
MeasuredAttention::Before before_of(const std::string& framework) {
  using Before = MeasuredAttention::Before;
  if (framework.empty()) return Before::kNothing;  // a user's own kernel
  return framework.find("TRTLLM") != std::string::npos ? Before::kRotaryAndCache : Before::kCache;
}

void read_gemm_grid(const Row& row, std::vector<KernelPoint>& points) {
  const auto m = row.count("m");
  const auto n = row.count("n");
  const auto k = row.count("k");
  const auto latency = row.positive("latency_us");
  if (!m || !n || !k || !latency) return;
  auto point = common(row);
  point.operation = kGemmGroup;
  point.group = kGemmGroup;
  const auto precision = precision_of(row.text("dtype"));
  point.precision = precision ? chips::name_of(*precision) : row.text("dtype");
  if (precision) {
    chips::Gemm shape;
    shape.m = *m;
    shape.n = *n;
    shape.k = *k;
    shape.precision = *precision;
    set_gemm(point, shape, with_cast(row));
  } else {
    point.reason = unknown_format(row.text("dtype"));
  }
  set_time(point, *latency * kMicro);
  points.push_back(point);
  if (row.text("power_w").empty()) return;
  const auto power = row.positive("power_w");
  if (!power) return;
  set_power(point, *power);
  points.push_back(std::move(point));
}

void read_attention_grid(const Row& row, std::vector<KernelPoint>& points) {
  chips::AttentionSize size;
  bool complete = true;
  const auto read = [&](const char* column, double& into) {
    const auto value = row.count(column);
    complete = complete && value.has_value();
    into = value.value_or(0);
  };
  read("batch", size.batch);
  read("q_len", size.queries);
  read("kv_len", size.keys);
  read("q_heads", size.heads);
  read("kv_heads", size.kv_heads);
  read("head_dim", size.head_dim);
  const auto latency = row.positive("latency_us");
  if (!complete || !latency) return;
  size.value_head_dim = size.head_dim;
  const auto phase = lower(row.text("phase"));
  const bool context = phase == "context";
  if (!context && phase != "generation") {
    row.error("phase",
              fmt::format("the phase '{}'; context or generation is expected", row.text("phase")));
    return;
  }
  size.causal = context;

  auto point = common(row);
  point.operation = "attention " + phase;
  point.group = context ? kForwardGroup : kDecodeGroup;
  const auto precision = precision_of(row.text("attn_dtype"));
  point.precision = precision ? chips::name_of(*precision) : row.text("attn_dtype");
  if (!precision) {
    point.reason = unknown_format(row.text("attn_dtype"));
  } else if (precision_of(row.text("kv_dtype")) != precision) {
    point.reason = "queries and keys in different formats are computed in FP8 by some kernels";
  } else {
    MeasuredAttention kernel;
    kernel.size = size;
    kernel.precision = *precision;
    if (context) kernel.before = before_of(row.text("framework"));
    point.kernel = kernel;
    point.work = base::Work(attention_work(size));
    point.traffic = base::Bytes(key_value_bytes(size, *precision));
  }
  set_time(point, *latency * kMicro);
  points.push_back(std::move(point));
}

}  // namespace weft::kernels
