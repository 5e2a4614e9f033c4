#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "help_words.h"

namespace weft::cli {

namespace {

// Within single quotes of a shell.
std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4) {
    text.replace(at, 1, "'\\''");
  }
  return text;
}

// Within the brackets and colons of zsh's _arguments.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : quoted(text)) {
    if (c == '[' || c == ']' || c == ':') result += '\\';
    result += c;
  }
  return result;
}

std::vector<std::string> spellings(const OptionWords& option) {
  std::vector<std::string> all = {option.name};
  all.insert(all.end(), option.further.begin(), option.further.end());
  return all;
}

// The call that lists names: of a kind, or all.
std::string listing(const std::string& kind) {
  return "weft list --names" + (kind == "any" ? "" : " " + kind);
}

bool has_words(const OptionWords& option) {
  return !option.choices.empty() || !option.names.empty() || option.value == "DIR";
}

std::string bash_words(const OptionWords& option) {
  if (option.value == "DIR") return R"(compgen -d -- "$cur")";
  const auto words = option.choices.empty()
                         ? fmt::format("$({} 2>/dev/null)", listing(option.names))
                         : fmt::format("{}", fmt::join(option.choices, " "));
  return fmt::format(R"(compgen -W "{}" -- "$cur")", words);
}

std::string bash_case(const std::string& pattern, const std::string& words) {
  return fmt::format("    {}) mapfile -t COMPREPLY < <({}); return ;;\n", pattern, words);
}

// What follows an option.
std::string bash_values(const std::vector<CommandWords>& commands) {
  std::string text;
  for (const auto& command : commands) {
    for (const auto& option : command.options) {
      if (option.is_positional || option.value.empty()) continue;
      std::vector<std::string> places;
      for (const auto& name : spellings(option)) places.push_back(command.name + ":" + name);
      const auto pattern = fmt::format("{}", fmt::join(places, "|"));
      text += has_words(option) ? bash_case(pattern, bash_words(option))
                                : fmt::format("    {}) return ;;\n", pattern);
    }
  }
  return text;
}

std::string bash_options(const std::vector<CommandWords>& commands) {
  std::string text;
  for (const auto& command : commands) {
    std::vector<std::string> words;
    for (const auto& option : command.options) {
      if (option.is_positional) continue;
      for (const auto& name : spellings(option)) words.push_back(name);
    }
    text += "  " + bash_case(command.name,
                             fmt::format(R"(compgen -W "{}" -- "$cur")", fmt::join(words, " ")));
  }
  return text;
}

// Names beside files.
std::string bash_positionals(const std::vector<CommandWords>& commands) {
  std::string text;
  for (const auto& command : commands) {
    for (const auto& option : command.options) {
      if (!option.is_positional || !has_words(option)) continue;
      auto words = bash_words(option);
      if (!option.names.empty()) words += R"(; compgen -f -- "$cur")";
      text += bash_case(command.name, words);
      break;
    }
  }
  return text;
}

std::string zsh_action(const OptionWords& option) {
  if (!option.choices.empty()) return fmt::format("({})", fmt::join(option.choices, " "));
  if (option.value == "DIR") return "_files -/";
  if (!option.names.empty()) {
    return fmt::format(
        "{{_alternative \"names:name:(${{(f)\\\"$({} 2>/dev/null)\\\"}})\" "
        "\"files:file:_files\"}}",
        listing(option.names));
  }
  return "_files";
}

std::string zsh_arguments(const OptionWords& option) {
  if (option.is_positional) {
    return fmt::format(" \\\n        '{}:{}:{}'", option.is_repeated ? "*" : "", option.value,
                       zsh_action(option));
  }
  std::string text;
  for (const auto& name : spellings(option)) {
    const auto value =
        option.value.empty() ? "" : fmt::format(":{}:{}", option.value, zsh_action(option));
    text += fmt::format(" \\\n        '{}{}[{}]{}'", option.is_repeated ? "*" : "", name,
                        escaped(option.help), value);
  }
  return text;
}

}  // namespace

std::string bash_completion(const std::vector<CommandWords>& commands) {
  std::vector<std::string> names;
  for (const auto& command : commands) names.push_back(command.name);
  std::string text = "# bash completion for weft; written by `weft completion bash`\n_weft() {\n";
  text +=
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  local command=${COMP_WORDS[1]}\n  COMPREPLY=()\n"
      "  if ((COMP_CWORD == 1)); then\n";
  text += fmt::format(
      "    mapfile -t COMPREPLY < <(compgen -W \"{} --help --version\" -- "
      "\"$cur\")\n    return\n  fi\n",
      fmt::join(names, " "));
  text += "  case $command:$prev in\n" + bash_values(commands) + "  esac\n";
  text += "  if [[ $cur == -* ]]; then\n    case $command in\n" + bash_options(commands);
  text += "    esac\n  fi\n  case $command in\n" + bash_positionals(commands) + "  esac\n}\n";
  return text + "complete -o filenames -o bashdefault -o default -F _weft weft\n";
}

std::string zsh_completion(const std::vector<CommandWords>& commands) {
  std::string text =
      "#compdef weft\n# zsh completion for weft; written by `weft completion zsh`\n"
      "_weft() {\n  local -a commands\n  commands=(\n";
  for (const auto& command : commands) {
    text += fmt::format("    '{}:{}'\n", command.name, escaped(command.help));
  }
  text +=
      "  )\n  if ((CURRENT == 2)); then\n    _describe command commands\n    return\n  fi\n"
      "  local command=$words[2]\n  shift words\n  ((CURRENT--))\n  case $command in\n";
  for (const auto& command : commands) {
    text += fmt::format("    {})\n      _arguments", command.name);
    for (const auto& option : command.options) text += zsh_arguments(option);
    text += " ;;\n";
  }
  return text +
         "  esac\n}\nif [[ $funcstack[1] == _weft ]]; then _weft \"$@\"; else compdef _weft "
         "weft; fi\n";
}

std::string fish_completion(const std::vector<CommandWords>& commands) {
  std::string text = "# fish completion for weft; written by `weft completion fish`\n";
  for (const auto& command : commands) {
    text += fmt::format("complete -c weft -n __fish_use_subcommand -f -a {} -d '{}'\n",
                        command.name, quoted(command.help));
  }
  for (const auto& command : commands) {
    for (const auto& option : command.options) {
      text += fmt::format("complete -c weft -n '__fish_seen_subcommand_from {}'", command.name);
      for (const auto& name : spellings(option)) {
        if (option.is_positional) break;
        const bool is_long = name.starts_with("--");
        text += (is_long ? " -l " : " -s ") + name.substr(is_long ? 2 : 1);
      }
      if (!option.is_positional && !option.value.empty()) text += " -r";
      if (!option.choices.empty()) {
        text += fmt::format(" -f -a '{}'", fmt::join(option.choices, " "));
      } else if (!option.names.empty()) {
        text += fmt::format(" -a '({} 2>/dev/null)'", listing(option.names));
      }
      text += fmt::format(" -d '{}'\n", quoted(option.help));
    }
  }
  return text;
}

}  // namespace weft::cli
