#include "weft/validation/covered.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "weft/validation/validate.h"

namespace weft::validation {

namespace {

struct Range {
  std::int64_t least = 0, most = 0;
  void add(std::int64_t value) {
    least = most == 0 ? value : std::min(least, value);
    most = std::max(most, value);
  }
};

// Beyond the largest published value; `both_ways` below the smallest, too.
std::optional<std::string> outside(const char* what, std::int64_t value, const Range& range,
                                   bool both_ways) {
  const std::int64_t most = std::max<std::int64_t>(range.most, 1);
  if (value > most) return fmt::format("{}{}, published up to {}", what, value, most);
  if (both_ways && range.most > 0 && value < range.least) {
    return fmt::format("{}{}, published from {}", what, value, range.least);
  }
  return std::nullopt;
}

bool says(const std::string& text, const std::string& word) {
  const auto same = [](char a, char b) { return std::tolower(a) == std::tolower(b); };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

// What the table of published runs has no column for.
std::vector<std::string> unpublished(const plan::Plan& plan) {
  std::vector<std::string> found;
  if (plan.rank_order != plan::kTensorFirst) found.emplace_back("this order of ranks");
  if (plan.context > 1 && plan.context_exchange != plan::ContextExchange::kRing) {
    found.emplace_back("context ranks without a ring");
  }
  if (plan.optimizer_offload > 0) found.emplace_back("an optimizer on the host");
  if (plan.activation_offload > 0) found.emplace_back("activations on the host");
  return found;
}

}  // namespace

Coverage coverage(const std::vector<CoveredRun>& runs, const std::string& chip,
                  const std::string& stack, const plan::Plan& plan) {
  Coverage result;
  const auto count = [&](bool of_stack) {
    return static_cast<int>(std::count_if(runs.begin(), runs.end(), [&](const CoveredRun& run) {
      return run.chip == chip && (!of_stack || run.stack == stack);
    }));
  };
  result.runs = count(true);
  result.of_stack = result.runs > 0;
  if (!result.of_stack) result.runs = count(false);
  if (result.runs == 0) {
    result.outside = {"the chip"};
    return result;
  }
  Range devices, tensor, pipeline, virtual_stages, context, expert, micro_batch;
  bool has_schedule = plan.pipeline == 1 || plan.schedule == plan::Schedule::kOneForwardOneBackward;
  const auto add = [](Range& range, const std::optional<std::int64_t>& value) {
    if (value && *value > 0) range.add(*value);
  };
  for (const auto& run : runs) {
    if (run.chip != chip || (result.of_stack && run.stack != stack)) continue;
    add(devices, run.devices);
    add(tensor, run.tensor);
    add(pipeline, run.pipeline);
    add(virtual_stages, run.virtual_stages);
    has_schedule = has_schedule || says(run.schedule, plan::name_of(plan.schedule));
    add(context, run.context);
    add(expert, run.expert);
    add(micro_batch, run.micro_batch);
  }
  const auto check = [&](const char* what, std::int64_t value, const Range& range, bool both_ways) {
    if (auto text = outside(what, value, range, both_ways)) result.outside.push_back(*text);
  };
  if (!result.of_stack) result.outside.emplace_back("the stack on this chip");
  check("devices ", plan.devices(), devices, true);
  check("TP", plan.tensor, tensor, false);
  check("PP", plan.pipeline, pipeline, false);
  if (plan.schedule == plan::Schedule::kOneForwardOneBackward) {
    check("virtual stages ", plan.virtual_stages, virtual_stages, false);
  }
  check("CP", plan.context, context, false);
  check("EP", plan.expert, expert, false);
  check("micro-batch ", plan.micro_batch, micro_batch, false);
  if (!has_schedule) result.outside.emplace_back(plan::title_of(plan.schedule));
  const auto rare = unpublished(plan);
  result.outside.insert(result.outside.end(), rare.begin(), rare.end());
  return result;
}

std::vector<CoveredRun> covered_runs(const std::vector<AccuracyRow>& rows, const RunsTable& table) {
  std::map<std::string, const PublishedRun*> by_id;
  for (const auto& run : table.runs) by_id.emplace(run.id, &run);
  std::vector<CoveredRun> covered;
  for (const auto& row : rows) {
    const auto found = by_id.find(row.id);
    if (!row.speed_log_error || found == by_id.end()) continue;
    const auto& run = *found->second;
    covered.push_back({row.chip, row.stack, row.devices, run.tensor, run.pipeline,
                       run.virtual_stages, run.context, run.expert, run.micro_batch, run.schedule});
  }
  return covered;
}

std::vector<CoveredRun> covered_runs(const base::Catalog& catalog) {
  const auto rows = shipped_accuracy(catalog);
  if (!rows) return {};
  return covered_runs(*rows, read_runs(shipped_runs(catalog)));
}

}  // namespace weft::validation
