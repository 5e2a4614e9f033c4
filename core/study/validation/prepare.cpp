#include "weft/validation/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "draft.h"
#include "weft/base/diagnostics.h"
#include "weft/validation/free_text.h"

namespace weft::validation {

namespace {

std::string find_cluster(Draft& draft) {
  auto name = draft.run.cluster;
  const auto& known = draft.documents.names("cluster");
  for (const auto& rule : draft.rules.clusters) {
    if (rule.use.empty() || contains(known, name)) continue;
    for (const auto& pattern : rule.names) {
      if (!matches(pattern, draft.run.cluster) || !contains(known, rule.use)) continue;
      name = rule.use;
      draft.fill("cluster", name, rule.why);
      break;
    }
  }
  if (!contains(known, name)) {
    const auto near = base::nearest(name, known);
    return fmt::format("no cluster '{}' is known{}", name,
                       near.empty() ? "" : fmt::format("; the nearest is '{}'", near));
  }
  const auto entry = draft.documents.one_host(name);
  if (!entry->error.empty()) return entry->error;
  draft.cluster_name = name;
  draft.hosts = &entry->value;
  draft.out.cluster = entry;
  draft.out.vendor = vendor_name(entry->value.chip.vendor);
  return "";
}

void find_model(Draft& draft) {
  const auto name = model_of(draft.run.model, draft.rules, draft.documents.names("model"));
  if (!name.empty()) {
    draft.known_entry = draft.documents.model(name);
    if (draft.known_entry->error.empty()) draft.known = &draft.known_entry->value;
  }
  const bool blank_shape = !draft.run.hidden;
  const bool known_moe = blank_shape && draft.known != nullptr && draft.known->moe;
  draft.out.kind = draft.run.experts.value_or(0) > 1 || known_moe ? "moe" : "dense";
}

std::string refusal(const Draft& draft) {
  for (const auto& rule : draft.rules.refusals) {
    if (!holds(rule.when, draft.traits)) continue;
    const auto& metrics = rule.metric;
    const bool of_metric =
        metrics.empty() || std::any_of(metrics.begin(), metrics.end(), [&](const auto& pattern) {
          return matches(pattern, draft.run.metric);
        });
    if (of_metric) return rule.reason;
  }
  return "";
}

std::string find_stack(Draft& draft) {
  const auto choice =
      stack_of(draft.run, draft.traits, draft.rules, draft.documents.names("software"));
  draft.out.stack = choice.name;
  if (choice.name != draft.run.software) draft.fill("software", choice.name, choice.why);
  if (!contains(draft.documents.names("software"), choice.name)) {
    return fmt::format("no software '{}' is known", choice.name);
  }
  const auto entry = draft.documents.software(choice.name);
  if (!entry->error.empty()) return entry->error;
  draft.out.software = entry->value;
  draft.out.inputs = entry->inputs;
  return "";
}

void add_inputs(PreparedRun& out, const std::vector<base::UncertainInput>& inputs) {
  for (const auto& input : inputs) {
    const bool known = std::any_of(out.inputs.begin(), out.inputs.end(),
                                   [&](const auto& other) { return other.path == input.path; });
    if (!known) out.inputs.push_back(input);
  }
}

std::string steps_to_a_run(Draft& draft) {
  auto metric = read_metric(draft.run);
  auto reason = find_cluster(draft);
  find_model(draft);
  draft.traits = {draft.run.source, draft.run.software, draft.out.vendor, draft.out.kind,
                  draft.run.model,  draft.run.cluster,  draft.run.unit,   draft.run.zero};
  if (const auto refused = refusal(draft); !refused.empty()) return refused;
  draft.out.metric = metric.metric;
  if (!metric.metric) return metric.reason;
  if (!reason.empty()) return reason;
  reason = find_stack(draft);
  if (!reason.empty()) return reason;
  draft.traits.software = draft.out.stack;
  read_notes(draft);
  fill_shape(draft);
  fill_blanks(draft.run, draft.traits, draft.rules, draft.out.filled);
  for (const auto step : {make_job, make_plan, make_cluster}) {
    reason = step(draft);
    if (!reason.empty()) return reason;
  }
  if (draft.known_entry) add_inputs(draft.out, draft.known_entry->inputs);
  add_inputs(draft.out, draft.out.cluster->inputs);
  return "";
}

}  // namespace

std::string vendor_name(const std::string& vendor) {
  return vendor == "Huawei" ? "Ascend" : vendor;
}

PreparedRun prepare_run(const PublishedRun& run, const Rules& rules, const Documents& documents) {
  PreparedRun out;
  out.unplaced = run.unplaced;
  out.stack = run.software;
  Draft draft{run, {}, rules, documents, nullptr, nullptr, nullptr, "", out};
  try {
    out.reason = steps_to_a_run(draft);
  } catch (const std::exception& error) {
    out.reason = fmt::format("cannot be prepared: {}", error.what());
  }
  return out;
}

std::vector<PreparedRun> prepare(const RunsTable& table, const Rules& rules,
                                 const Documents& documents, const base::ThreadTeam& team) {
  std::vector<PreparedRun> all(table.runs.size());
  team.for_each(all.size(), [&](std::size_t index, int) {
    all[index] = prepare_run(table.runs[index], rules, documents);
  });
  return all;
}

}  // namespace weft::validation
