#include "help_words.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "weft/base/catalog.h"

namespace weft::cli {

namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// The words in "TEXT:{speed,energy,pareto}".
std::vector<std::string> choices_in(const std::string& type) {
  const auto begin = type.find('{');
  const auto end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',');
}

// The kind of the documents that an option of this name takes.
std::string kind_named(const std::string& name) {
  if (name == "NAME") return "any";
  for (const auto& kind : base::Catalog::kinds()) {
    if (upper(kind) == name) return kind == "study" ? "" : kind;
  }
  return "";
}

// "TEXT" of "TEXT:{...}"; says little unless it was given.
std::string value_of(const CLI::Option& option) {
  auto type = option.get_type_name();
  type = type.substr(0, type.find(':'));
  if (type != "TEXT" && !type.empty()) return type;
  return "VALUE";
}

OptionWords words_of(const CLI::Option& option) {
  OptionWords words;
  words.is_positional = option.get_positional();
  words.help = option.get_description();
  words.fallback = option.get_default_str();
  words.is_required = option.get_required();
  words.is_repeated = option.get_expected_max() > 1;
  for (const auto& name : option.get_lnames()) words.further.push_back("--" + name);
  for (const auto& name : option.get_snames()) words.further.push_back("-" + name);
  if (words.is_positional) {
    words.name = words.value = option.get_name();
  } else {
    words.name = words.further.front();
    words.further.erase(words.further.begin());
    if (option.get_expected_max() > 0) words.value = value_of(option);
  }
  words.choices = choices_in(option.get_type_name());
  auto named = upper(words.name);
  named.erase(0, named.find_first_not_of('-'));
  if (named == "KIND") words.choices = base::Catalog::kinds();
  words.names = words.value.empty() ? "" : kind_named(named);
  return words;
}

}  // namespace

std::vector<CommandWords> command_words(const CLI::App& app) {
  std::vector<CommandWords> commands;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    CommandWords words{command->get_name(), command->get_description(), command->get_footer(), {}};
    for (const auto* option : command->get_options()) words.options.push_back(words_of(*option));
    // Those of the program that every command takes too.
    for (const auto* option : app.get_options()) {
      auto shared = words_of(*option);
      const bool is_own = std::any_of(words.options.begin(), words.options.end(),
                                      [&](const auto& own) { return own.name == shared.name; });
      if (!is_own && shared.name != "--version") words.options.push_back(std::move(shared));
    }
    commands.push_back(std::move(words));
  }
  return commands;
}

}  // namespace weft::cli
