#include "weft/schema/json_schema.h"

#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "check_file.h"
#include "output.h"
#include "weft/cli/commands.h"

namespace weft::cli {

namespace {

namespace fs = std::filesystem;

struct SchemaOptions {
  std::string kind;
  fs::path folder;
  std::vector<fs::path> configs;
};

// Every document that has a name, read as its command reads it.
void read_all(const base::Catalog& catalog) {
  for (const auto& kind : base::Catalog::kinds()) {
    for (const auto& name : catalog.names(kind)) {
      try {
        static_cast<void>(check_file(catalog.load(kind, name, std::nullopt).file(), catalog));
      } catch (const base::InputError&) {  // what was read until then counts
      }
    }
  }
}

// Files that use keys which no shipped document does.
void read_samples(const std::vector<fs::path>& folders, const base::Catalog& catalog) {
  std::set<fs::path> files;  // in one order everywhere
  for (const auto& folder : folders) {
    for (const auto* name : {"starters", "schemas/samples"}) {
      if (!fs::is_directory(folder / name)) continue;
      for (const auto& entry : fs::directory_iterator(folder / name)) {
        if (entry.path().extension() == ".yaml") files.insert(entry.path());
      }
    }
  }
  for (const auto& file : files) static_cast<void>(check_file(file, catalog));
}

int schema(const SchemaOptions& options) {
  const auto catalog = make_catalog(options.configs);
  const auto places = weft::schema::recorded([&] {
    read_all(catalog);
    read_samples(config_folders(options.configs), catalog);
  });
  const auto names = [&](const std::string& kind) {
    const auto& kinds = base::Catalog::kinds();
    const bool is_known = std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
    return is_known ? catalog.names(kind) : std::vector<std::string>();
  };
  if (!options.kind.empty()) {
    write_answer("-", weft::schema::json_schema(places, options.kind, names));
    return kAnswer;
  }
  fs::create_directories(options.folder);
  for (const auto& kind : base::Catalog::kinds()) {
    write_answer((options.folder / (kind + ".json")).string(),
                 weft::schema::json_schema(places, kind, names));
  }
  return kAnswer;
}

}  // namespace

Command add_schema(CLI::App& app) {
  auto options = std::make_shared<SchemaOptions>();
  auto* command = app.add_subcommand(
      "schema", "JSON Schema of a kind of file, so that editors complete and check it");
  command->footer(
      "Made of what the readers of weft ask for. Editors with a YAML language server use it when\n"
      "the first line of a file names it:\n"
      "  # yaml-language-server: $schema=/usr/share/weft/configs/schemas/study.json\n"
      "`weft new` writes that line.\n");
  auto* kind = command->add_option("KIND", options->kind, "one of the kinds; printed")
                   ->check(CLI::IsMember(base::Catalog::kinds()).description("KIND"));
  command->add_option("--all", options->folder, "write those of all kinds into this folder")
      ->type_name("DIR")
      ->excludes(kind);
  add_configs_option(*command, options->configs);
  return [options, command] {
    if (options->kind.empty() && options->folder.empty()) {
      std::cerr << command->help();
      return kBadInput;
    }
    return schema(*options);
  };
}

}  // namespace weft::cli
