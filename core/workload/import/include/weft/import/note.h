// What an importer has to say about what it read.
#pragma once

#include <string>
#include <vector>

#include "weft/base/diagnostics.h"

namespace weft::imports {

// Something in the file that the result does not hold.
struct Note {
  base::Position position;
  std::string word;  // the key or flag
  std::string text;  // why; empty for words that are not known
};

// "FILE:LINE:COLUMN: WORD: TEXT"
std::string to_text(const Note& note);

struct Notes {
  std::vector<std::string> comments;  // what was filled in, and from where
  std::vector<Note> understood;       // known, but nothing in a model, job or plan can hold it
  std::vector<Note> unknown;          // not known, not used
};

}  // namespace weft::imports
