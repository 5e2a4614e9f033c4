#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "check_file.h"
#include "lint.h"
#include "questions.h"
#include "weft/cli/commands.h"
#include "weft/cost/question.h"
#include "weft/study/check.h"
#include "weft/supply_study/question.h"
#include "weft/validation/rules.h"

namespace weft::cli {

namespace {

struct CheckOptions {
  std::vector<std::filesystem::path> files;
  bool strict = false;
  std::vector<std::filesystem::path> configs;
};

// Supply is of a room above the studies too.
void check_supply(const base::Document& study, const base::Catalog& catalog) {
  if (!study.root().find("supply")) return;
  base::Reading reading;
  supply_study::read_question(study, catalog, reading);
  reading.throw_if_any();
}

// And so is cost.
void check_cost(const base::Document& study, const base::Catalog& catalog) {
  if (!study.root().find("cost")) return;
  base::Reading reading;
  cost::read_question(study, catalog, reading);
}

}  // namespace

std::string check_file(const std::filesystem::path& file, const base::Catalog& catalog) {
  if (const auto* question = question_kind(file, catalog)) {
    question->check(catalog.load_file(file, question->name), catalog);
    return question->name;
  }
  auto kind = study::check_file(file, catalog);
  // Rules are of a room above the studies.
  if (kind == "rules") {
    base::Reading reading;
    validation::read_rules(catalog.load_file(file, kind), reading);
    reading.throw_if_any();
  }
  if (kind == "supply_line") supply_study::load_line(catalog.load_file(file, kind), catalog);
  if (kind == "study") check_supply(catalog.load_file(file, kind), catalog);
  if (kind == "study") check_cost(catalog.load_file(file, kind), catalog);
  return kind;
}

namespace {

bool is_fit(const std::filesystem::path& file) { return file.stem().extension() == ".fit"; }

// The YAML files in a folder and below, or the file itself, in the order of their names.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& place) {
  if (!std::filesystem::is_directory(place)) return {place};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(place)) {
    if (entry.is_regular_file() && entry.path().extension() == ".yaml") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

struct Found {
  int errors = 0;
  int warnings = 0;
};

void check_one(const std::filesystem::path& file, const base::Catalog& catalog, Found& found) {
  try {
    const auto kind = check_file(file, catalog);
    std::cout << fmt::format("{}: a valid {}\n", file.string(), kind);
    if (is_fit(file)) return;
    for (const auto& warning : warnings_of(catalog.load_file(file, kind), kind, catalog)) {
      std::cerr << warning_text(warning);
      ++found.warnings;
    }
  } catch (const base::InputError& error) {
    std::cerr << error.what() << "\n";
    ++found.errors;
  }
}

int check(const CheckOptions& options) {
  const auto catalog = make_catalog(options.configs);
  Found found;
  std::size_t files = 0;
  for (const auto& place : options.files) {
    for (const auto& file : files_in(place)) {
      check_one(file, catalog, found);
      ++files;
    }
  }
  if (files == 0) std::cerr << "no YAML file is there\n";
  const bool is_bad = files == 0 || found.errors > 0 || (options.strict && found.warnings > 0);
  return is_bad ? kBadInput : kAnswer;
}

}  // namespace

Command add_check(CLI::App& app) {
  auto options = std::make_shared<CheckOptions>();
  auto* command =
      app.add_subcommand("check", "reads files of any kind and says what is wrong in them");
  command->add_option("FILE", options->files, "YAML files, or folders of them")
      ->required()
      ->type_name("FILE");
  command->add_flag("--strict", options->strict, "warnings count as errors (exit code 2)");
  command->footer(
      "Errors are what `weft run` would refuse. Warnings are told besides: figures without source\n"
      "or confidence, a file with the name of a shipped one, a batch that shares no divisor with\n"
      "the devices.\n");
  add_configs_option(*command, options->configs);
  return [options] { return check(*options); };
}

}  // namespace weft::cli
