// The commands and options as their help texts have them: for completion and the manual page, so
// that these say what the program does. Internal to the room.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace weft::cli {

// What stands behind an option, or for itself.
struct OptionWords {
  std::string name;                  // "--json", "-o", or "STUDY" of one without dashes
  std::vector<std::string> further;  // other spellings
  std::string value;                 // "FILE"; empty for a flag
  std::vector<std::string> choices;  // all that it may be, when these are few
  std::string names;                 // the kind of the documents that it names; "any"
  std::string help;
  std::string fallback;
  bool is_positional = false;
  bool is_required = false;
  bool is_repeated = false;
};

struct CommandWords {
  std::string name;
  std::string help;
  std::string footer;
  std::vector<OptionWords> options;
};

// In the order of `weft --help`.
std::vector<CommandWords> command_words(const CLI::App& app);

// A script for a shell (bash, zsh, fish) that completes commands, options, choices and names.
std::string bash_completion(const std::vector<CommandWords>& commands);
std::string zsh_completion(const std::vector<CommandWords>& commands);
std::string fish_completion(const std::vector<CommandWords>& commands);

// The manual page of the whole program, in man(7) macros.
std::string manual_page(const CLI::App& app, const std::string& version);

}  // namespace weft::cli
