#include "questions.h"

#include <CLI/CLI.hpp>

#include "weft/base/fields.h"
#include "weft/claim/claim.h"
#include "weft/compare/question.h"
#include "weft/scaling/question.h"
#include "weft/size/question.h"
#include "weft/sweep/sweep.h"

namespace weft::cli {

namespace {

// `read` takes a document, a catalog and a reading.
template <auto read>
void check_with(const base::Document& document, const base::Catalog& catalog) {
  base::Reading reading;
  static_cast<void>(read(document, catalog, reading));
  reading.throw_if_any();
}

void check_size(const base::Document& document, const base::Catalog&) {
  base::Reading reading;
  static_cast<void>(size::read_question(document, reading));
  reading.throw_if_any();
}

void check_sweep(const base::Document& document, const base::Catalog& catalog) {
  static_cast<void>(sweep::read_sweep(document, catalog));
}

}  // namespace

void add_draws_option(CLI::App& command, StudyOptions& options) {
  command
      .add_option("--draws", options.draws,
                  "draws of uncertain inputs for the ranges beside it, plans kept; 0: none")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
}

const std::vector<QuestionKind>& question_kinds() {
  static const std::vector<QuestionKind> kKinds = {
      {"size", size_command, check_size},
      {"compare", compare_command, check_with<compare::read_question>},
      {"scaling", scaling_command, check_with<scaling::read_question>},
      {"claim", claim_command, check_with<claim::read_claim>},
      {"sweep", sweep_command, check_sweep}};
  return kKinds;
}

const QuestionKind* question_kind(const std::filesystem::path& file, const base::Catalog& catalog) {
  const auto document = catalog.load_file(file, "");
  const auto kind = document.root().find("kind");
  for (const auto& one : question_kinds()) {
    if (kind->text() == one.name) return &one;
  }
  return nullptr;
}

}  // namespace weft::cli
