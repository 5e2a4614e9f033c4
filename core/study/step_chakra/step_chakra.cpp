#include "weft/step_chakra/step_chakra.h"

#include <fmt/format.h>

#include "stage_nodes.h"
#include "weft/base/diagnostics.h"
#include "weft/chakra/write.h"
#include "weft/cluster/cluster.h"

namespace weft::step_chakra {

namespace {

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
  throw base::InputError({{{}, 1, message, hint}});
}

void require_one_part(const TracedStep& step) {
  if (step.cluster.parts() == 1) return;
  refuse(fmt::format("{} is of unlike parts, which a Chakra trace does not tell apart",
                     step.cluster.label),
         "trace a cluster of one kind");
}

void require_few(std::int64_t nodes, std::int64_t ranks, std::int64_t most) {
  if (nodes <= most) return;
  refuse(
      fmt::format("the Chakra traces of this step have at least {} nodes on {} ranks, more than {}",
                  nodes, ranks, most),
      "trace a job with a smaller global_batch, or fewer devices");
}

// Known before they are made.
std::int64_t least_nodes(const TracedStep& step) {
  std::size_t nodes = 2 * step.timeline.sends.size();
  for (const auto& stage : step.timeline.stages) nodes += stage.operations.size();
  return static_cast<std::int64_t>(nodes) * step.plan.devices_of_stage();
}

chakra::Facts facts_of(const TracedStep& step, int stage) {
  return {{"schema", "1.0.2-chakra.0.0.4"},
          {"written_by", "weft"},
          {"cluster", step.cluster.label},
          {"plan", plan::to_text(step.plan)},
          {"stage", std::to_string(stage)}};
}

// Bound to one rank: the names of its groups, and who it talks to.
void write_rank(const std::vector<StageNode>& nodes, const chakra::Facts& facts, int stage,
                std::int64_t place, Teams& teams, const Put& put) {
  chakra::TraceWriter writer(put, teams.rank(stage, place), facts);
  for (const auto& node : nodes) {
    auto operation = node.operation;
    if (node.team != Team::kNone) operation.group = teams.name(node.team, stage, place);
    const bool is_message =
        operation.kind == chakra::Kind::kSend || operation.kind == chakra::Kind::kReceive;
    if (is_message) operation.peer = teams.rank(node.peer, place);
    writer.add(operation, node.data, node.control);
  }
  writer.end();
}

}  // namespace

StepFiles write_step(const TracedStep& step,
                     const std::function<void(std::int64_t rank, const WriteRank& write)>& open,
                     std::int64_t most) {
  require_one_part(step);
  const auto& plan = step.plan;
  Teams teams(plan);
  LayerWork work(step, teams);
  StepFiles files;
  files.ranks = plan.devices();
  require_few(least_nodes(step), files.ranks, most);
  std::vector<std::vector<StageNode>> stages;
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    stages.push_back(nodes_of_stage(step, stage, work));
    files.nodes += static_cast<std::int64_t>(stages.back().size()) * plan.devices_of_stage();
  }
  require_few(files.nodes, files.ranks, most);
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    const auto facts = facts_of(step, stage);
    for (std::int64_t place = 0; place < plan.devices_of_stage(); ++place) {
      open(teams.rank(stage, place), [&](const Put& put) {
        write_rank(stages[static_cast<std::size_t>(stage)], facts, stage, place, teams, put);
      });
    }
  }
  files.groups = teams.groups();
  return files;
}

}  // namespace weft::step_chakra
