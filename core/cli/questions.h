// Documents that are questions of their own, whichever command they are handed to. Internal to the
// room.
#pragma once

#include <string>
#include <vector>

#include "study_options.h"
#include "weft/base/document.h"

namespace weft::cli {

// --draws, of answers that have ranges beside them.
void add_draws_option(CLI::App& command, StudyOptions& options);

// Answers a document of that kind; returns the exit code.
int size_command(const StudyOptions& options);
int compare_command(const StudyOptions& options);
int scaling_command(const StudyOptions& options);
int claim_command(const StudyOptions& options);
int sweep_command(const StudyOptions& options);

struct QuestionKind {
  const char* name;
  int (*answer)(const StudyOptions& options);
  // Reads a document of the kind; throws base::InputError.
  void (*check)(const base::Document& document, const base::Catalog& catalog);
};
// Beside `study`.
const std::vector<QuestionKind>& question_kinds();
// Of a file that starts with `kind: NAME`; null for other kinds.
const QuestionKind* question_kind(const std::filesystem::path& file, const base::Catalog& catalog);

}  // namespace weft::cli
