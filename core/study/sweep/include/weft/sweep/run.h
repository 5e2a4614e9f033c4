// Computes the cases of a sweep into a file.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

#include "weft/ask/question.h"
#include "weft/sweep/ranks.h"
#include "weft/sweep/sweep.h"

namespace weft::sweep {

struct Options {
  std::filesystem::path file;  // of the answers; FILE.part while they are not all there
  std::string version;         // of the program
  bool fresh = false;          // what is at FILE and FILE.part counts for nothing
  int threads = 0;             // of each rank; 0: all cores
  bool progress = true;        // on a terminal
  // Other than 0: no case is begun any more; what is computed is kept.
  const std::atomic<int>* stop = nullptr;
};

struct Done {
  bool is_whole = false;    // the file is there
  std::int64_t before = 0;  // cases that were there already
  std::int64_t now = 0;
};

// Shares the cases out among all ranks; the first one writes. What is in the file does not depend
// on how many there are. All ranks must call it; `Done` is of the first. Throws std::runtime_error:
// FILE or FILE.part holds another question, or cannot be written; what was written before stays in
// FILE.part, and a further run with the same options goes on there.
Done run(const Sweep& sweep, const ask::Question& question, const std::string& identity,
         const Options& options, const Ranks& ranks);

}  // namespace weft::sweep
