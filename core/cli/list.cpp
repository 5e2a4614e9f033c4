#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

#include "weft/cli/commands.h"

namespace weft::cli {

namespace {

struct ListOptions {
  std::string kind;
  bool names = false;
  std::vector<std::filesystem::path> configs;
};

// A name a line, for programs.
int list_names(const base::Catalog& catalog, const std::string& kind) {
  for (const auto& one : base::Catalog::kinds()) {
    if (!kind.empty() && one != kind) continue;
    for (const auto& name : catalog.names(one)) std::cout << name << "\n";
  }
  return kAnswer;
}

// What a document calls itself.
std::string title_of(const base::Catalog& catalog, const std::string& kind,
                     const std::string& name) {
  const auto document = catalog.load(kind, name, std::nullopt);
  const auto title = document.root().find("name");
  return title ? std::string(title->text()) : std::string();
}

int list(const ListOptions& options) {
  const auto catalog = make_catalog(options.configs);
  if (options.names) return list_names(catalog, options.kind);
  if (options.kind.empty()) {
    for (const auto& kind : base::Catalog::kinds()) {
      std::cout << fmt::format("{:10} {}\n", kind, catalog.names(kind).size());
    }
    return kAnswer;
  }
  const auto names = catalog.names(options.kind);
  std::size_t width = 0;
  for (const auto& name : names) width = std::max(width, name.size());
  for (const auto& name : names) {
    const auto title = title_of(catalog, options.kind, name);
    std::cout << (title.empty() ? name : fmt::format("{:{}}  {}", name, width, title)) << "\n";
  }
  return kAnswer;
}

}  // namespace

Command add_list(CLI::App& app) {
  auto options = std::make_shared<ListOptions>();
  auto* command = app.add_subcommand("list", "the chips, clusters, models … that have a name");
  command
      ->add_option("KIND", options->kind,
                   "one of the kinds; without it, how many there are of each")
      ->check(CLI::IsMember(base::Catalog::kinds()).description("KIND"));
  command->add_flag("--names", options->names, "names alone, of all kinds without KIND");
  add_configs_option(*command, options->configs);
  return [options] { return list(*options); };
}

}  // namespace weft::cli
