#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/report/text.h"
#include "weft/report/validation_text.h"

namespace weft::report {

namespace {

constexpr std::size_t kLabel = 14;

std::string entry(const std::string& label, const std::string& text) {
  return wrapped(fitted(label, kLabel) + text, 2);
}

std::string shape(const workload::Job& job) {
  const auto& m = job.model;
  std::string text = fmt::format(
      "{}: {} layers, hidden {}, {} heads of {} ({} key-value), MLP {}{}, vocabulary {}{}", m.name,
      m.layers, m.hidden, m.heads, m.head_dim, m.kv_heads, m.ffn, m.gated ? " gated" : "",
      m.vocabulary, m.tied_embeddings ? " tied" : "");
  if (m.moe) {
    text += fmt::format(", {} experts of {}, top {}, {} shared of {}, first {} dense, every {}",
                        m.moe->experts, m.moe->ffn, m.moe->top_k, m.moe->shared, m.moe->shared_ffn,
                        m.moe->first_dense_layers, m.moe->every);
  }
  if (m.latent) {
    text += fmt::format(", latent attention {}/{}/{}/{}", m.latent->query_rank,
                        m.latent->key_value_rank, m.latent->rotary_dim, m.latent->value_dim);
  }
  if (m.window > 0)
    text += fmt::format(", window {} in {:.0f} %", m.window, 100 * m.windowed_share);
  if (m.prediction_layers > 0) text += fmt::format(", {} prediction layers", m.prediction_layers);
  const auto count = workload::count_parameters(m);
  return text + fmt::format("; {:.2f} G parameters, {:.2f} G active", count.total / 1e9,
                            count.active / 1e9);
}

std::string plan_text(const plan::Plan& plan) {
  auto text = plan::to_text(plan);
  if (!plan.recompute_layers.empty()) {
    text += fmt::format(" of [{}] layers", fmt::join(plan.recompute_layers, ", "));
  }
  if (plan.zero_ranks > 0) text += fmt::format(", sharded over {} ranks", plan.zero_ranks);
  if (plan.expert_tensor > 1) text += fmt::format(", expert tensor {}", plan.expert_tensor);
  return text;
}

std::string software_text(const workload::Software& s) {
  return fmt::format(
      "{}: {} attention x{:.2f}, tensor hidden {:.2f}, expert hidden {:.2f}, gradients {} B{}{}",
      s.id, s.attention == workload::AttentionKernel::kFlash ? "flash" : "unfused",
      s.attention_time, s.fuses_tensor ? s.tensor_hidden_fused : s.tensor_hidden, s.expert_hidden,
      s.gradient_bytes, s.overlap_gradients ? "" : ", gradients not overlapped",
      s.overlap_parameters ? "" : ", parameters not overlapped");
}

std::string ledger_text(const step::Ledger& ledger) {
  std::string text;
  for (std::size_t p = 0; p < step::kPartCount; ++p) {
    const auto part = static_cast<step::Part>(p);
    if (ledger.part(part).si() <= 0 && ledger.hidden[p].si() <= 0) continue;
    auto line =
        fmt::format("{} {:>12} {:>5.1f} %", fitted(step::name_of(part), 22),
                    base::to_text(ledger.part(part)), 100 * (ledger.part(part) / ledger.step));
    if (ledger.hidden[p].si() > 0) line += "   hidden " + base::to_text(ledger.hidden[p]);
    text += "  " + line + "\n";
  }
  return text + fmt::format("  {} {:>12}\n", fitted("step", 22), base::to_text(ledger.step));
}

std::string memory_text(const plan::Memory& m, base::Bytes usable) {
  return entry(
      "memory",
      fmt::format("weights {}, gradients {}, optimizer {}, activations {}, buffers {}, "
                  "reserve {}; {} of {} on stage {}",
                  base::to_text(m.weights), base::to_text(m.gradients), base::to_text(m.optimizer),
                  base::to_text(m.activations), base::to_text(m.buffers), base::to_text(m.reserve),
                  base::to_text(m.total()), base::to_text(usable), m.stage));
}

std::string as_published(const validation::PublishedRun& run, Colour colour) {
  std::string text = bold("as published", colour);
  for (const auto& column : validation::column_names()) {
    const auto value = validation::column_text(run, column);
    if (!value.empty()) text += wrapped(fitted(column, 20) + value, 2);
  }
  return text;
}

std::string as_run(const validation::RowDetail& detail, Colour colour) {
  const auto& p = detail.prepared;
  const auto& cluster = p.cluster->value;
  std::string text = bold("as run", colour);
  text += entry("cluster", fmt::format("{} ({})", cluster.label, cluster.chip.name));
  text += entry("model", shape(p.job));
  text += entry(
      "job",
      fmt::format("sequence {}, batch {} sequences, {}{}", p.job.sequence, p.job.global_batch,
                  chips::name_of(p.job.precision),
                  p.job.training == workload::Training::kLowRank ? ", low-rank adapters" : ""));
  text += entry("plan", plan_text(p.plan));
  text += entry("software", software_text(p.software));
  if (p.metric) text += entry("compared by", validation::name_of(p.metric->measure));
  if (detail.memory) text += memory_text(*detail.memory, cluster.device().memory_usable);
  if (!detail.problem.empty()) text += entry("not legal", detail.problem);
  return text;
}

std::string outcome(const validation::RowResult& row, Colour colour) {
  if (row.is_skipped()) return bold("skipped", colour) + wrapped(row.reason, 2);
  std::string text = bold("outcome", colour);
  text += entry("published", fmt::format("{:.6g} {}", row.published, row.unit));
  text += entry("predicted", fmt::format("{:.6g} {}, {:+.1f} %", row.predicted.value_or(0),
                                         row.unit, 100 * row.relative_error.value_or(0)));
  if (row.speed_log_error) {
    text += entry("speed", fmt::format("{:+.1f} % of ln", 100 * *row.speed_log_error));
  }
  return text;
}

}  // namespace

std::string to_terminal(const validation::PublishedRun& run, const validation::RowDetail& detail,
                        Colour colour) {
  std::string text = as_published(run, colour);
  if (!detail.prepared.filled.empty()) text += bold("filled", colour);
  for (const auto& filled : detail.prepared.filled) {
    text += wrapped(fmt::format("{} = {}: {}", filled.column, filled.value, filled.why), 2);
  }
  if (!detail.prepared.unplaced.empty()) text += bold("not placed", colour);
  for (const auto& unplaced : detail.prepared.unplaced) {
    text += wrapped(fmt::format("{}: {}", unplaced.column, unplaced.text), 2);
  }
  if (!detail.result.is_skipped()) text += as_run(detail, colour);
  if (detail.ledger) text += bold("the step", colour) + ledger_text(*detail.ledger);
  return text + outcome(detail.result, colour);
}

}  // namespace weft::report
