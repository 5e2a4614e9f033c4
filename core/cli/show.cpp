#include <CLI/CLI.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "weft/base/unit_text.h"
#include "weft/chips/roofline.h"
#include "weft/cli/commands.h"
#include "weft/cluster/cluster.h"
#include "weft/report/cluster_power.h"
#include "weft/report/roofline.h"
#include "weft/report/text.h"

namespace weft::cli {

namespace {

constexpr const char* kChip = "chip";
constexpr const char* kCluster = "cluster";
constexpr const char* kOwnShare = "as written";  // of remote traffic
constexpr int kMostCores = 1'000'000;

struct ShowOptions {
  std::vector<std::string> words;  // NAME, or KIND NAME
  std::string kind;
  int cores = 0;  // what if; 0 and "": as it is
  std::string clock;
  std::string unified;
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

[[noreturn]] void cannot_show(std::string message, std::string hint = "") {
  throw base::InputError({{{}, 1, std::move(message), std::move(hint)}});
}

// In SI units.
double number_of(const std::string& option, const std::string& text,
                 const base::Dimension& dimension) {
  base::UnitError error;
  const auto parsed = base::parse_quantity(text, error);
  if (!parsed) cannot_show(fmt::format("{} {}: {}", option, text, error.message));
  if (parsed->dimension != dimension || !(parsed->si > 0)) {
    cannot_show(fmt::format("{} {}: {} of more than 0 is expected here ({})", option, text,
                            base::dimension_name(dimension, false),
                            base::dimension_examples(dimension, false)));
  }
  return parsed->si;
}

bool is_what_if(const ShowOptions& options) {
  return options.cores != 0 || !options.clock.empty() || !options.unified.empty();
}

// The chip with fewer cores, at another clock, its dies as one device.
chips::Chip changed(chips::Chip chip, const ShowOptions& options) {
  try {
    const int cores = options.cores == 0 ? chip.cores_enabled : options.cores;
    const auto clock =
        options.clock.empty()
            ? chip.clock
            : base::Rate(number_of("--clock", options.clock, base::Rate::kDimension));
    chip = chips::binned(chip, cores, clock);
    if (options.unified.empty()) return chip;
    const double share = options.unified == kOwnShare ? chip.remote_share
                                                      : number_of("--unified", options.unified, {});
    return chips::unified(chip, share);
  } catch (const std::invalid_argument& error) {
    cannot_show(error.what());
  }
}

std::string what_if_text(const chips::Chip& chip, const ShowOptions& options) {
  std::vector<std::string> changes;
  if (options.cores != 0) changes.push_back(fmt::format("{} cores on a die", options.cores));
  if (!options.clock.empty()) changes.push_back("a clock of " + options.clock);
  if (!options.unified.empty()) {
    changes.push_back(fmt::format("all dies as one device, {} of its memory traffic between them",
                                  base::percent_text(chip.remote_share, 2)));
  }
  return fmt::format("\nWhat if: {}", fmt::join(changes, ", "));
}

std::string roofs_text(const base::Document& document, const ShowOptions& options) {
  base::Reading reading;
  auto chip = chips::read_chip(document, reading);
  reading.throw_if_any();
  std::string text;
  if (is_what_if(options)) {
    chip = changed(std::move(chip), options);
    text = report::wrapped(what_if_text(chip, options), 0);
  }
  return text + "\n" + report::to_terminal(chip, report::Colour::kNone);
}

// One unit of a cluster, as a study has it that names nothing but the document.
std::string cluster_text(const base::Document& document, const base::Catalog& catalog) {
  base::Reading reading;
  const auto entry = base::Document::parse(
      fmt::format("{{use: \"{}\"}}\n", document.file().string()), document.file().string());
  base::Fields use(entry.root(), reading, "show");
  const auto cluster = cluster::read_cluster(use, catalog);
  reading.throw_if_any();
  return "\n" + report::power_table(cluster, report::Colour::kNone);
}

// The kinds to show and the name.
std::pair<std::vector<std::string>, std::string> asked_for(const base::Catalog& catalog,
                                                           const ShowOptions& options) {
  if (options.words.size() > 2) cannot_show("one name is expected, or a kind and a name");
  const auto& name = options.words.back();
  auto kind = options.kind;
  if (options.words.size() == 2) {
    kind = options.words.front();
    const auto& kinds = base::Catalog::kinds();
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
      const auto near = base::nearest(kind, {kinds.begin(), kinds.end()});
      cannot_show(fmt::format("'{}' is no kind of document", kind),
                  near.empty() ? "see weft list" : fmt::format("did you mean '{}'?", near));
    }
    if (!options.kind.empty() && options.kind != kind) cannot_show("two kinds are given");
  }
  if (!kind.empty()) return {{kind}, name};
  return {kinds_of(catalog, name), name};
}

int show(const ShowOptions& options) {
  const auto catalog = make_catalog(options.configs);
  const auto [kinds, name] = asked_for(catalog, options);
  if (kinds.empty()) unknown(catalog, name);
  if (is_what_if(options) && std::find(kinds.begin(), kinds.end(), kChip) == kinds.end()) {
    cannot_show("--cores, --clock and --unified are for chips");
  }
  for (const auto& kind : kinds) {
    const auto document = catalog.load(kind, name, std::nullopt);
    auto roofs = kind == kChip ? roofs_text(document, options) : std::string();
    if (kind == kCluster) roofs = cluster_text(document, catalog);
    std::cout << fmt::format("{} {}\n", kind, name);
    print(document);
    std::cout << roofs;
  }
  return kAnswer;
}

}  // namespace

Command add_show(CLI::App& app) {
  auto options = std::make_shared<ShowOptions>();
  auto* command =
      app.add_subcommand("show", "every figure of a document, with source and confidence");
  command->add_option("NAME", options->words, "as printed by weft list; or KIND and NAME")
      ->required();
  command->add_option("--kind", options->kind, "when the name stands for several kinds")
      ->check(CLI::IsMember(base::Catalog::kinds()).description("KIND"));
  command->add_option("--cores", options->cores, "a chip with so many cores on a die")
      ->check(CLI::Range(1, kMostCores));
  command->add_option("--clock", options->clock, "a chip at another clock, such as '1.65 GHz'");
  command
      ->add_option("--unified", options->unified,
                   "a chip's dies as one device, SHARE of its memory traffic crossing")
      ->expected(0, 1)
      ->default_str(kOwnShare)
      ->type_name("[SHARE]");
  add_configs_option(*command, options->configs);
  return [options] { return show(*options); };
}

}  // namespace weft::cli
