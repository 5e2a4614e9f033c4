#include "read_recompute.h"

#include <algorithm>
#include <string>
#include <vector>

namespace weft::plan {

namespace {

// As many layers as no model has.
constexpr std::int64_t kMostLayers = 1 << 12;

const std::vector<std::string> kKindNames = {"none", "selective", "attention", "full", "auto"};

workload::Modules modules_of(base::Fields& fields) {
  std::vector<std::string> names;
  for (int m = 0; m < workload::kModuleCount; ++m) {
    names.emplace_back(name_of(static_cast<workload::Module>(m)));
  }
  workload::Modules modules;
  for (const auto& node : fields.list("recompute")) {
    const auto which = base::choice_of(node, fields.reading(), names);
    modules = modules | static_cast<workload::Module>(which);
  }
  return modules;
}

int layers_at(const base::Node& node, base::Fields& fields, std::int64_t least) {
  const auto count = base::integer_of(node, fields.reading(), fields.name(), least);
  return static_cast<int>(std::min(count, kMostLayers));
}

}  // namespace

void read_recompute(base::Fields& fields, Request& request) {
  const auto value = fields.value("recompute");
  if (value && value->is_list()) {
    request.recompute = Recompute::kModules;
    request.modules = modules_of(fields);
    if (request.modules.empty()) request.recompute = Recompute::kNone;
  } else {
    const auto kind = fields.choice("recompute", kKindNames, kRecomputeCount);
    if (kind < kRecomputeCount) request.recompute = static_cast<Recompute>(kind);
  }
  for (const auto& stage : fields.list("recompute_layers")) {
    request.recompute_layers.push_back(layers_at(stage, fields, 0));
  }
  if (fields.has("recompute_group")) {
    request.recompute_group = layers_at(*fields.value("recompute_group"), fields, 1);
  }
}

}  // namespace weft::plan
