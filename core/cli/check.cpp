#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <iostream>
#include <memory>

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

// What is wrong in a file of any kind is thrown; returns what the file is.
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

int check(const CheckOptions& options) {
  const auto catalog = make_catalog(options.configs);
  int code = kAnswer;
  for (const auto& file : options.files) {
    try {
      const auto kind = check_file(file, catalog);
      std::cout << fmt::format("{}: a valid {}\n", file.string(), kind);
    } catch (const base::InputError& error) {
      std::cerr << error.what() << "\n";
      code = kBadInput;
    }
  }
  return code;
}

}  // namespace

Command add_check(CLI::App& app) {
  auto options = std::make_shared<CheckOptions>();
  auto* command =
      app.add_subcommand("check", "reads files of any kind and says what is wrong in them");
  command->add_option("FILE", options->files, "YAML files")->required();
  add_configs_option(*command, options->configs);
  return [options] { return check(*options); };
}

}  // namespace weft::cli
