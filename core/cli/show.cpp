#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

#include "weft/cli/commands.h"
#include "weft/report/text.h"

namespace weft::cli {

namespace {

struct ShowOptions {
  std::string name;
  std::string kind;
  std::vector<std::filesystem::path> configs;
};

// The kinds that have a document of this name.
std::vector<std::string> kinds_of(const base::Catalog& catalog, const std::string& name) {
  std::vector<std::string> found;
  for (const auto& kind : base::Catalog::kinds()) {
    const auto names = catalog.names(kind);
    if (std::find(names.begin(), names.end(), name) != names.end()) found.push_back(kind);
  }
  return found;
}

[[noreturn]] void unknown(const base::Catalog& catalog, const std::string& name) {
  std::vector<std::string> all;
  for (const auto& kind : base::Catalog::kinds()) {
    for (auto& other : catalog.names(kind)) all.push_back(std::move(other));
  }
  const auto near = base::nearest(name, all);
  base::Diagnostic diagnostic;
  diagnostic.message = fmt::format("nothing is named '{}'", name);
  diagnostic.hint = near.empty() ? "see weft list" : fmt::format("did you mean '{}'?", near);
  throw base::InputError({diagnostic});
}

void print(const base::Document& document) {
  constexpr std::size_t kValue = 36;  // where values begin
  for (const auto& fact : base::facts(document)) {
    std::string line = report::fitted(fact.path, std::max(kValue, report::width_of(fact.path) + 2));
    line += fact.value;
    if (!fact.confidence.empty()) line += fmt::format("  [{}]", fact.confidence);
    if (fact.disputed) line += "  [disputed]";
    std::cout << (report::width_of(line) <= report::kTerminalColumns ? line + "\n"
                                                                     : report::wrapped(line, 0));
    if (!fact.source.empty()) std::cout << report::wrapped(fact.source, 4);
  }
}

int show(const ShowOptions& options) {
  const auto catalog = make_catalog(options.configs);
  auto kinds = kinds_of(catalog, options.name);
  if (!options.kind.empty()) kinds = {options.kind};
  if (kinds.empty()) unknown(catalog, options.name);
  for (const auto& kind : kinds) {
    std::cout << fmt::format("{} {}\n", kind, options.name);
    print(catalog.load(kind, options.name, std::nullopt));
  }
  return kAnswer;
}

}  // namespace

Command add_show(CLI::App& app) {
  auto options = std::make_shared<ShowOptions>();
  auto* command =
      app.add_subcommand("show", "every figure of a document, with source and confidence");
  command->add_option("NAME", options->name, "as printed by weft list")->required();
  command->add_option("--kind", options->kind, "when the name stands for several kinds")
      ->check(CLI::IsMember(base::Catalog::kinds()));
  add_configs_option(*command, options->configs);
  return [options] { return show(*options); };
}

}  // namespace weft::cli
