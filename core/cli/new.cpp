#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <system_error>

#include "output.h"
#include "weft/base/diagnostics.h"
#include "weft/cli/commands.h"

namespace weft::cli {

namespace {

namespace fs = std::filesystem;

const std::vector<std::string>& starter_kinds() {
  static const std::vector<std::string> kKinds = {"study", "size",    "compare", "sweep", "claim",
                                                  "chip",  "cluster", "model",   "link"};
  return kKinds;
}

struct NewOptions {
  std::string kind;
  fs::path file;
  bool force = false;
  std::vector<fs::path> configs;
};

[[noreturn]] void cannot_write(std::string message, std::string hint) {
  throw base::InputError({{{}, 1, std::move(message), std::move(hint)}});
}

// The first of the folders that has a file.
fs::path shipped(const NewOptions& options, const fs::path& name) {
  for (const auto& folder : config_folders(options.configs)) {
    if (fs::is_regular_file(folder / name)) return folder / name;
  }
  return {};
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw std::system_error(errno, std::generic_category(), file.string());
  return text.str();
}

int write_new(const NewOptions& options) {
  const auto starter = shipped(options, fs::path("starters") / (options.kind + ".yaml"));
  if (starter.empty()) throw std::runtime_error("the starter files are not installed");
  if (options.file != "-" && fs::exists(options.file) && !options.force) {
    cannot_write(fmt::format("{} is there already", options.file.string()),
                 "--force writes over it");
  }
  std::string text;
  const auto schema = shipped(options, fs::path("schemas") / (options.kind + ".json"));
  if (!schema.empty()) {
    text =
        fmt::format("# yaml-language-server: $schema={}\n", fs::weakly_canonical(schema).string());
  }
  write_answer(options.file.string(), text + text_of(starter));
  if (options.file != "-") {
    const bool is_question = options.kind == "study" || options.kind == "size" ||
                             options.kind == "compare" || options.kind == "sweep" ||
                             options.kind == "claim";
    std::cout << fmt::format("{}: a {} to change; then: weft {} {}\n", options.file.string(),
                             options.kind, is_question ? "run" : "check", options.file.string());
  }
  return kAnswer;
}

}  // namespace

Command add_new(CLI::App& app) {
  auto options = std::make_shared<NewOptions>();
  auto* command = app.add_subcommand("new", "a commented file to start from, of any kind");
  command->add_option("KIND", options->kind, "what it is")
      ->required()
      ->check(CLI::IsMember(starter_kinds()));
  command->add_option("FILE", options->file, "where; - prints it")->required();
  command->add_flag("--force", options->force, "also over a file that is there");
  add_configs_option(*command, options->configs);
  command->footer(
      "  weft new study mine.yaml && weft run mine.yaml\n"
      "The first line names the JSON Schema of the kind (weft schema): editors with a YAML\n"
      "language server complete keys and mark mistakes by it.\n");
  return [options] { return write_new(*options); };
}

}  // namespace weft::cli
