// Enough of a shell to find the command that a launch script runs, internal to the library.
//
// Carried out: variables and arrays, arithmetic, quotes, if, for, while, case, functions, &&, ||,
// tests of texts and numbers. Nothing is executed: the output of commands, files and the
// environment are not known, and a word that depends on them is marked as missing.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "weft/base/plain_text.h"
#include "word.h"

namespace weft::imports {

// What a script comes to.
struct Script {
  std::vector<std::vector<Word>> commands;
  std::vector<Word> sourced;  // files that it reads in, which may set anything
};

// Words of every command among whose words `is_wanted` finds one, in the order in which they run.
// Words of a command in a text (`bash -c "…"`, `eval`) are cut at blanks. Throws InputError for
// what no shell takes (quotes and brackets that are never closed), and for a wanted command of
// which nobody can tell here whether it runs.
Script run_script(const base::PlainText& file, const std::map<std::string, std::string>& settings,
                  const std::function<bool(std::string_view)>& is_wanted);

// The words of a file that holds nothing but arguments, over as many lines as it likes; quotes,
// comments and variables as in a script. Throws InputError.
std::vector<Word> arguments_of(const base::PlainText& file,
                               const std::map<std::string, std::string>& settings);

}  // namespace weft::imports
