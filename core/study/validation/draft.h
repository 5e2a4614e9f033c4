// A row on its way to a run: each step takes what it needs, or says why there is no run.
#pragma once

#include <string>

#include "weft/validation/documents.h"
#include "weft/validation/prepare.h"
#include "weft/validation/rules.h"

namespace weft::validation {

struct Draft {
  PublishedRun run;  // blanks are filled on the way
  Traits traits;
  const Rules& rules;
  const Documents& documents;
  const workload::Model* known = nullptr;  // the public shape, when the model is known
  std::shared_ptr<const ModelEntry> known_entry;
  const cluster::Cluster* hosts = nullptr;  // one host of the row's cluster
  std::string cluster_name;                 // its document
  PreparedRun& out;

  void fill(const char* column, std::string value, std::string why) {
    out.filled.push_back({column, std::move(value), std::move(why)});
  }
  void unplaced(const char* column, const std::string& rest) {
    if (!rest.empty()) out.unplaced.push_back({column, rest});
  }
};

// Blanks that the notes of the row answer: "GBS 4096", "TP4PP1DP2".
void read_notes(Draft& draft);
// Columns the row leaves blank, where the model is one that everybody knows.
void fill_shape(Draft& draft);
// The model's shape, the sequence and the number format. Returns why there is none, or "".
std::string make_job(Draft& draft);
// Flags and numbers of the stack that the row states.
void make_software(Draft& draft);
// Degrees, batches, recomputation. Returns why the row cannot be laid out, or "".
std::string make_plan(Draft& draft);
// The cluster at the size of the plan.
std::string make_cluster(Draft& draft);

}  // namespace weft::validation
