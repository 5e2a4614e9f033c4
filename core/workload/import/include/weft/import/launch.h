// A run from what launches it: Megatron-LM, Megatron-Core or MindSpeed-LLM arguments.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/plain_text.h"
#include "weft/chips/precision.h"
#include "weft/import/note.h"
#include "weft/workload/model.h"

namespace weft::imports {

// What a launch file does not say.
struct LaunchSettings {
  // Variables of the environment, and the script's arguments as "1", "2", …
  std::map<std::string, std::string> variables;
  std::optional<std::int64_t> devices;     // wins over nodes times processes of the launcher
  std::optional<std::int64_t> vocabulary;  // of the tokenizer, where the flags name only a file
  std::optional<double> tokens;            // of the whole run
};

// Degrees as in a study's `plan:`.
struct ImportedPlan {
  int tensor = 1;
  int context = 1;
  int data = 1;
  int pipeline = 1;
  int virtual_stages = 1;
  int expert = 1;
  int expert_tensor = 1;
  int micro_batch = 1;
  int zero = 0;
  bool sequence_parallel = false;
  std::string schedule;          // empty: 1F1B
  std::string recompute;         // none, selective, attention, full, or modules in brackets
  std::vector<int> layers;       // of each virtual stage; empty: even
  int recompute_layers = 0;      // of each pipeline stage; 0: all
  int recompute_group = 1;       // layers that keep one input together
  std::string context_exchange;  // ring, all_gather, ulysses; empty: not said
  std::string rank_order;        // axes in brackets; empty: tensor, context, data, pipeline
  int zero_ranks = 0;            // over which ZeRO shards; 0: all
  double gradient_bytes = 0;     // 0: not said
  double optimizer_offload = 0, activation_offload = 0;  // shares
};

struct Launch {
  workload::Job job;  // with the model; `job.model.name` is the `name` given
  ImportedPlan plan;
  std::int64_t devices = 0;
  std::string software;  // the stack whose flags these are
  std::string source;    // the file
  Notes notes;
};

// `file` is a shell script (variables, arrays, arithmetic, conditions and loops are carried out;
// commands are not), or a list of arguments that starts with a flag. The last command that has
// flags of a model is the launch; two of them are an error. A flag that is known but that nothing
// can hold is noted, and so is one that is not known. Throws InputError, also where a value that is
// read depends on a variable that is not set or on what a command prints.
Launch read_launch(const base::PlainText& file, const std::string& name,
                   const LaunchSettings& settings);

// What a study runs on.
struct ClusterUse {
  std::string name;
  std::int64_t hosts = 0;
};

// A document of kind `study`: the job with the model called `model`, the plan, and one cluster, or
// none with a comment that says so.
std::string study_document(const Launch& launch, const std::string& model,
                           const std::optional<ClusterUse>& cluster);

}  // namespace weft::imports
