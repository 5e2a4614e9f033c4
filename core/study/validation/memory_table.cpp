#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <utility>

#include "phrase_text.h"
#include "weft/base/csv.h"
#include "weft/validation/free_text.h"
#include "weft/validation/memory_points.h"

namespace weft::validation {

namespace {

// One line of any of the tables, by the names of its columns.
using Line = std::map<std::string, std::string>;

struct Named {
  const char* pattern;
  const char* document;
};

// Hardware as tables of memory name it.
constexpr std::array kHardware = {
    Named{"H100-96*", "h100_96g_grand_teton"},
    Named{"*H200*", "dgx_h200"},
    Named{"*H100*", "dgx_h100"},
    Named{"*H800*", "h800_ib"},
    Named{"*H20-*", "h20_ib"},
    Named{"*A800*", "a800_8"},
    Named{"A100-40*", "dgx_a100_40g"},
    Named{"*A100*", "dgx_a100_80g"},
    Named{"*GB300*", "gb300_nvl72"},
    Named{"*GB200*", "gb200_nvl72"},
    Named{"*B300*", "dgx_b300"},
    Named{"*B200*", "dgx_b200"},
    Named{"*V100*", "jean_zay_v100"},
    Named{"*910A*", "atlas_800_910a"},
    Named{"*A3*", "atlas_900_a3"},
    Named{"*910C*", "atlas_900_a3"},
    Named{"*910B*", "atlas_900_a2"},
    Named{"*C500*", "metax_c500_8"},
};

// Sources that are of one stack, where no rule says so.
constexpr std::array kStacks = {
    Named{"*InternEvo*", "internevo"},     Named{"bigscience*", "megatron_deepspeed_bigscience"},
    Named{"*nanotron*", "nanotron"},       Named{"*2205.05198*", "megatron_lm_2022"},
    Named{"*Kempner*", "torchtitan"},      Named{"*torchtitan*", "torchtitan"},
    Named{"*mindformers*", "mindformers"}, Named{"*MindSpeed*", "mindspeed_llm"},
    Named{"*FlagPerf*", "flagperf"},       Named{"MLPerf*", "mlperf_nvidia"},
};

// Models as some tables name them.
constexpr std::array kModels = {
    Named{"deepseekv2*", "deepseek_v2"},
    Named{"deepseekv3*", "deepseek_v3"},
    Named{"GPT-22B", "megatron_22b"},
    Named{"MT-NLG-530B", "megatron_530b"},
    Named{"GPT-1T", "megatron_1t"},
    Named{"gemma2_tp8*", "gemma2_9b"},
    Named{"gemma_7b*", "gemma_7b"},
    Named{"bloom_7b*", "bloom_7b1"},
    Named{"*qwen25_0point5b*", "qwen2_0_5b"},
    Named{"*minicpm_2b*", "minicpm_2b"},
    Named{"grok1*", "grok_1"},
};

// Attention with biases by distance or with capped scores, which fused kernels did not take.
constexpr std::array kUnfused = {"baichuan*13b*", "bloom*", "gemma2*"};

template <std::size_t N>
std::string lookup(const std::array<Named, N>& table, const std::string& text) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Named& row) { return matches(row.pattern, text); });
  return found == table.end() ? "" : found->document;
}

std::string field(const Line& line, const char* column) {
  const auto found = line.find(column);
  return found == line.end() ? "" : found->second;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

std::optional<int> number_after(const std::string& text, const std::string& before) {
  std::smatch found;
  if (!std::regex_search(text, found, std::regex(before + "([0-9]{1,9})"))) return std::nullopt;
  return std::stoi(found[1]);
}

void put(PublishedRun& run, const char* column, const std::string& text) {
  if (text.empty() || text == "-1") return;
  if (!set_column(run, column, text)) run.unplaced.push_back({column, text});
}

// Columns that have the same meaning under the same name.
PublishedRun common(const Line& line) {
  PublishedRun run;
  for (const auto& [column, text] : line) {
    if (is_column(column) && column != "value") put(run, column.c_str(), text);
  }
  const auto hardware = field(line, "hardware");
  if (run.cluster.empty()) run.cluster = lookup(kHardware, hardware);
  if (run.cluster.empty()) run.cluster = hardware;
  if (run.software.empty()) run.software = lookup(kStacks, run.source);
  if (run.sequence_parallel.empty() && matches("*deepspeed*", run.software)) {
    run.sequence_parallel = "false";
  }
  if (const auto known = lookup(kModels, run.model); !known.empty()) run.model = known;
  if (run.metric.empty()) run.metric = "peak memory";
  run.unit = "GiB";
  return run;
}

MemoryPart part_of(const std::string& kind) {
  const auto text = lower(kind);
  if (has(text, "component")) {
    if (has(text, "activations")) return MemoryPart::kActivations;
    if (has(text, "main params")) return MemoryPart::kOptimizer;
    if (has(text, "weights+grads")) return MemoryPart::kWeightsGradients;
    return MemoryPart::kState;
  }
  if (has(text, "reserved")) return MemoryPart::kReserved;
  if (has(text, "smi") || has(text, "gpu memory") || has(text, "device")) {
    return MemoryPart::kDevice;
  }
  return MemoryPart::kAllocated;
}

// Figures with a kind.
void read_figure(const Line& line, int number, std::vector<MemoryPoint>& points) {
  MemoryPoint point;
  point.run = common(line);
  auto& run = point.run;
  run.line = number;
  const auto row = field(line, "row_id");
  run.id = fmt::format("{}{}:{}", row, row.empty() ? "line" : "", number);
  const auto kind = field(line, "kind");
  run.memory_kind = kind;
  point.part = part_of(kind);
  const auto value = field(line, "memory_GiB");
  if (lower(value) == "oom") {
    point.part = MemoryPart::kFits;
    point.fits = false;
    run.value = 1;  // read_metric() asks for a figure
  } else if (!set_column(run, "value", value) || *run.value <= 0) {
    point.refusal = "no figure that could be compared";
  }
  if (has(lower(run.notes), "offload alpha")) {
    point.refusal = "a share of the activations is moved to the host";
  }
  if (!run.tensor && !run.pipeline && !run.data) point.refusal = "the layout is not stated";
  if (!run.sequence) {
    if (const auto usual = number_after(run.notes, "default ")) run.sequence = *usual;
  }
  if (has(kind, "TP only")) run.sequence_parallel = "false";
  points.push_back(std::move(point));
}

// Trials that ran, or ran out of memory.
void read_trial(const Line& line, int number, std::vector<MemoryPoint>& points) {
  MemoryPoint point;
  point.run = common(line);
  auto& run = point.run;
  run.line = number;
  run.id = field(line, "trial");
  run.source = "arXiv 2311.05610";
  run.cluster = "dgx_a100_80g";
  run.software = "megatron_aleph_alpha";
  run.model = std::regex_replace(run.model, std::regex("Llama-"), "aleph_alpha_");
  put(run, "n_devices", field(line, "n_gpu"));
  put(run, "global_batch", field(line, "global_batch_inferred"));
  if (run.sequence_parallel.empty()) run.sequence_parallel = "false";
  run.recompute = field(line, "act_ckpt") == "every_layer" ? "full" : "none";
  run.zero = "ZeRO-1";
  run.precision = "bf16";
  const auto kernel = lower(field(line, "kernel"));
  run.attention = has(kernel, "flash") ? "flash" : "unfused";
  point.fused_norms = has(kernel, "rms");
  point.part = MemoryPart::kFits;
  run.value = 1;  // read_metric() asks for a figure
  const auto status = lower(field(line, "status"));
  if (status == "ok" || has(status, "oom")) {
    point.fits = status == "ok";
  } else {
    point.refusal = fmt::format("neither ran nor ran out of memory: {}", status);
  }
  points.push_back(std::move(point));
}

// What the other features of a logged run do to its memory.
void read_features(const std::string& features, MemoryPoint& point) {
  point.state.reuses_weights = has(features, "reuse-fp32-param");
  point.state.offloads_optimizer = has(features, "swap-optimizer");
  point.groups_experts = has(features, "moe-grouped-gemm");
  point.predictions = number_after(features, "mtp-num-layers=");
  std::smatch found;
  if (!std::regex_search(features, found, std::regex("noop-layers=([0-9,]+)"))) return;
  const std::string list = found[1];
  const std::regex number("[0-9]{1,9}");
  for (std::sregex_iterator at(list.begin(), list.end(), number), end; at != end; ++at) {
    point.left_out.push_back(std::stoi(at->str()));
  }
}

MemoryPoint logged_run(const Line& line, int number) {
  MemoryPoint point;
  point.run = common(line);
  auto& run = point.run;
  run.line = number;
  const auto features = field(line, "other_features");
  run.notes = features;
  put(run, "first_dense_layers", field(line, "first_dense"));
  run.unit = "MiB";
  std::smatch found;
  if (std::regex_search(run.source, found, std::regex("@([0-9A-Za-z.]*[0-9A-Za-z])"))) {
    run.release = std::regex_replace(found[1].str(), std::regex("\\.\\..*"), "");
  }
  point.fused_optimizer = !run.release.empty() && is_from(run.release, "26.0");
  const auto per_chunk = number_after(field(line, "layers_per_vpp_stage"), "^");
  const auto stages = run.pipeline.value_or(1);
  if (per_chunk && run.layers && *run.layers % (stages * *per_chunk) == 0) {
    run.virtual_stages = *run.layers / (stages * *per_chunk);
  }
  // Groups that need more devices than the row has: one replica.
  const auto ranks = run.tensor.value_or(1) * stages * run.context.value_or(1);
  if (run.devices && *run.devices % ranks != 0) run.devices = ranks;
  if (run.experts && !run.expert_tensor) run.expert_tensor = run.tensor;
  const bool unfused = std::any_of(kUnfused.begin(), kUnfused.end(),
                                   [&](const char* model) { return matches(model, run.model); });
  if (unfused) run.attention = "unfused";
  const auto kind = lower(field(line, "kind"));
  if (kind == "lora") run.model += " lora";
  point.state.has_reference = kind == "dpo";
  read_features(features, point);
  if (run.model != field(line, "model")) run.gated.clear();  // scripts have a flag for SwiGLU only
  if (has(features, "moe-fb-overlap") && stages > 1) {
    point.refusal = "two directions through the pipeline: a stage holds both ends of the model";
  }
  if (has(lower(run.model), "reduced") || has(lower(run.model), "-layer")) {
    point.refusal = "a model of fewer layers; what else was cut is not stated";
  }
  if (has(run.model, "qlora")) point.refusal = "weights in 4 bits";
  return point;
}

// Why the peak says nothing where the state still does.
std::string peak_refusal(const Line& line, const MemoryPoint& point) {
  const auto kind = lower(field(line, "kind"));
  if (has(point.run.notes, "swap-attention")) return "activations are moved to the host";
  if (kind != "pretrain" && !has(point.run.model, "pack")) {
    return "samples that are not packed are shorter than the sequence";
  }
  return "";
}

// "0:31026.0/38329.0": rank, held after the first step, peak of it. One point for each pipeline
// stage and figure, of the rank that has most.
void read_ranks(const Line& line, int number, std::vector<MemoryPoint>& points) {
  auto base = logged_run(line, number);
  const auto details = field(line, "rank_details(rank:alloc_now/max_alloc MB)");
  const auto stages = base.run.pipeline.value_or(1);
  const auto per_stage = std::max<std::int64_t>(1, base.run.devices.value_or(stages) / stages);
  std::map<std::int64_t, std::pair<double, double>> found;
  const std::regex rank("([0-9]{1,9}):([0-9.]+)/([0-9.]+)");
  for (std::sregex_iterator at(details.begin(), details.end(), rank), end; at != end; ++at) {
    auto& most = found[std::min<std::int64_t>(std::stoll((*at)[1]) / per_stage, stages - 1)];
    most.first = std::max(most.first, std::stod((*at)[2]));
    most.second = std::max(most.second, std::stod((*at)[3]));
  }
  if (found.empty()) {
    auto point = base;
    point.part = part_of(field(line, "metric") + " " + field(line, "notes"));
    if (!set_column(point.run, "value", field(line, "max_allocated_MB_worst_rank"))) {
      point.refusal = "no figure that could be compared";
    }
    if (has(field(line, "kind"), "SAVED")) point.refusal = "a difference between two runs";
    points.push_back(std::move(point));
    return;
  }
  for (const auto& [stage, values] : found) {
    for (const bool peak : {false, true}) {
      auto point = base;
      point.stage = static_cast<int>(stage);
      point.part = peak ? MemoryPart::kFirstPeak : MemoryPart::kState;
      point.run.value = peak ? values.second : values.first;
      point.run.id += fmt::format(":{}:{}", stage, name_of(point.part));
      if (peak && point.refusal.empty()) point.refusal = peak_refusal(line, base);
      points.push_back(std::move(point));
    }
  }
}

// Rows of published runs.
void read_run(const Line& line, int number, std::vector<MemoryPoint>& points) {
  MemoryPoint point;
  point.run = common(line);
  point.run.line = number;
  point.run.unit = field(line, "unit");
  put(point.run, "value", field(line, "value"));
  if (!has(lower(point.run.metric), "memory") && point.run.memory_kind.empty()) return;
  point.part = part_of(point.run.memory_kind + " " + point.run.metric);
  points.push_back(std::move(point));
}

using ReadLine = void (*)(const Line&, int, std::vector<MemoryPoint>&);

ReadLine reader_for(const std::set<std::string>& header) {
  const auto all = [&](std::initializer_list<const char*> names) {
    return std::all_of(names.begin(), names.end(), [&](const char* n) { return header.count(n); });
  };
  if (all({"trial", "status", "act_ckpt"})) return read_trial;
  if (all({"id", "max_allocated_MB_worst_rank"})) return read_ranks;
  if (all({"memory_GiB", "kind"})) return read_figure;
  if (all({"id", "metric", "value", "unit"})) return read_run;
  return nullptr;
}

}  // namespace

std::vector<MemoryPoint> parse_memory_points(std::string text, std::string name) {
  const auto rows = base::read_csv(std::move(text), std::move(name));
  base::Diagnostics diagnostics;
  std::set<std::string> header;
  if (!rows.rows.empty()) {
    for (const auto& column : rows.rows.front()) header.insert(column.text);
  }
  const auto read = reader_for(header);
  if (read == nullptr) {
    diagnostics.add({{rows.source, 1, 1},
                     1,
                     "no table of memory: a header with memory_GiB and kind, with "
                     "max_allocated_MB_worst_rank, with status and act_ckpt, or that of published "
                     "runs is expected",
                     ""});
    diagnostics.throw_if_any();
  }
  std::vector<MemoryPoint> points;
  const auto& names = rows.rows.front();
  for (std::size_t r = 1; r < rows.rows.size(); ++r) {
    const auto& fields = rows.rows[r];
    if (fields.size() != names.size()) {
      diagnostics.add(
          {fields.front().position, std::max(1, fields.front().length),
           fmt::format("{} columns here, {} in the header", fields.size(), names.size()), ""});
      continue;
    }
    Line line;
    for (std::size_t c = 0; c < names.size(); ++c) line[names[c].text] = fields[c].text;
    read(line, fields.front().position.line, points);
  }
  diagnostics.throw_if_any();
  return points;
}

std::vector<MemoryPoint> read_memory_points(const std::filesystem::path& file) {
  return parse_memory_points(base::whole_text(file), file.string());
}

}  // namespace weft::validation
