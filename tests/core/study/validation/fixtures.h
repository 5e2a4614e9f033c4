// A row that says everything, to be changed by tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shipped.h"
#include "weft/validation/documents.h"
#include "weft/validation/rules.h"
#include "weft/validation/runs_table.h"
#include "weft/validation/validate.h"

namespace weft::validation::test {

inline std::string shipped_table() { return std::string(WEFT_CONFIGS) + "/validation/runs.csv"; }

// Llama-3 8B on one DGX H100 in BF16, plain data parallelism but for a pipeline of two.
inline PublishedRun whole_row() {
  PublishedRun run;
  const std::vector<std::pair<std::string, std::string>> columns = {{"id", "a"},
                                                                    {"cluster", "dgx_h100"},
                                                                    {"software", "megatron_core"},
                                                                    {"n_devices", "8"},
                                                                    {"model", "Made up"},
                                                                    {"layers", "32"},
                                                                    {"hidden", "4096"},
                                                                    {"heads", "32"},
                                                                    {"kv_heads", "8"},
                                                                    {"head_dim", "128"},
                                                                    {"ffn", "14336"},
                                                                    {"gated", "true"},
                                                                    {"vocab", "128256"},
                                                                    {"seq", "8192"},
                                                                    {"global_batch", "32"},
                                                                    {"micro_batch", "1"},
                                                                    {"tp", "1"},
                                                                    {"pp", "2"},
                                                                    {"vpp", "1"},
                                                                    {"dp", "4"},
                                                                    {"cp", "1"},
                                                                    {"attention", "GQA"},
                                                                    {"precision", "BF16"},
                                                                    {"recompute", "none"},
                                                                    {"zero", "ZeRO-1"},
                                                                    {"sequence_parallel", "false"},
                                                                    {"schedule", "1F1B"},
                                                                    {"metric", "throughput"},
                                                                    {"value", "10000"},
                                                                    {"unit", "tokens/s/device"},
                                                                    {"split", "fit"}};
  for (const auto& [column, text] : columns) set_column(run, column, text);
  return run;
}

struct Shelves {
  base::Catalog catalog = weft::test::shipped();
  Rules rules = load_rules(catalog);
  Documents documents{catalog};
};
inline const Shelves& shelves() {
  static const Shelves kShelves;
  return kShelves;
}

}  // namespace weft::validation::test
