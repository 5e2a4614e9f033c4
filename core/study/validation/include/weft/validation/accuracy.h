// How far the model was off on each published run, as a table that ships beside the runs: `weft
// run` says from it how published runs near to a case came out, without running any.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "weft/validation/validate.h"

namespace weft::validation {

// One published speed. Texts are empty and numbers 0 where a skipped row does not say.
struct AccuracyRow {
  std::string id;
  std::string vendor, kind;          // as in RowResult
  std::string chip, stack, cluster;  // names of documents
  std::int64_t devices = 0;
  double parameters = 0;  // billions
  std::string precision, split;
  std::optional<double> speed_log_error;  // nothing: the row was skipped
  std::string publication;                // publication_of() its source
  int guessed = 0;                        // columns that a rule of thumb filled
  bool in_doubt = false;
  // The same error as a run of a stack that is not known and was not fitted to; in unseen.csv
  // alone.
  std::optional<double> unknown_log_error;
};

AccuracyRow accuracy_row(const PublishedRun& run, const PreparedRun& prepared,
                         const RowResult& result);

// One a speed, in the order of the runs; figures of memory are left out. `validation` is of
// `table`.
std::vector<AccuracyRow> accuracy_rows(const RunsTable& table, const Validation& validation,
                                       const Rules& rules, const Documents& documents,
                                       const base::ThreadTeam& team);

std::string to_csv(const std::vector<AccuracyRow>& rows);
// Throws base::InputError for what to_csv() does not write. `name` stands for the file.
std::vector<AccuracyRow> parse_accuracy(std::string text, const std::string& name);

// Tables beside the rules: errors of the runs that ship, and of runs whose stack was left out of
// the fit (`weft calibrate --leave-out stacks --write`).
inline constexpr const char* kAccuracyFile = "accuracy.csv";
inline constexpr const char* kUnseenFile = "unseen.csv";
// Nothing when there is no such table. Throws as parse_accuracy() does, and std::system_error when
// it cannot be read.
std::optional<std::vector<AccuracyRow>> shipped_accuracy(const base::Catalog& catalog,
                                                         const char* file = kAccuracyFile);

// The work that a source is part of, without what tells its tables, releases and trials apart:
// "arXiv:2205.05198 Table 5 via ..." is "arXiv:2205.05198".
std::string publication_of(const std::string& source);

}  // namespace weft::validation
