// Errors in what a user wrote: collected, located, and shown with the line they stand in.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace weft::base {

// The text of one file, shared by all positions in it.
struct SourceText {
  std::string name;   // as a user would type it
  std::string bytes;  // the whole file
};

// A place in a file. Lines and columns count from 1; columns count characters, not bytes.
struct Position {
  std::shared_ptr<const SourceText> source;
  int line = 0;
  int column = 0;
};

// One thing that is wrong.
struct Diagnostic {
  Position position;
  int length = 1;       // characters to underline
  std::string message;  // what is wrong and what was expected
  std::string hint;     // "did you mean 'bandwidth'?", or empty
};

// Thrown for bad input, with every diagnostic that was found, sorted by file and position. what()
// is the full text (of the first fifty), each as
//   FILE:LINE:COLUMN: error: MESSAGE
//     4 | excerpt
//       | ^~~~ hint
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Diagnostic> diagnostics);
  [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  struct Ordered {};
  InputError(std::vector<Diagnostic> diagnostics, Ordered);

  std::vector<Diagnostic> diagnostics_;
};

// Collects diagnostics, so that one run reports every mistake at once.
class Diagnostics {
 public:
  void add(Diagnostic diagnostic) { all_.push_back(std::move(diagnostic)); }
  [[nodiscard]] bool empty() const { return all_.empty(); }
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  // Throws InputError, sorted by file and position, when anything was added.
  void throw_if_any() const;

 private:
  std::vector<Diagnostic> all_;
};

// The candidate closest to `word` by edit distance (case folded), or "" when none is near enough to
// be a slip of the hand (more than a third of the letters differ).
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace weft::base
