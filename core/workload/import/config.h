// A `config.json` whose keys are ticked off as they are asked for, internal to the library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/base/document.h"
#include "weft/base/fields.h"
#include "weft/import/note.h"

namespace weft::imports {

// Keys are written "a|b" where a schema has two names for one thing, and "outer.inner" for a key of
// an inner map.
class Config {
 public:
  // `root` is the map that describes the text model; `around` is what it stands in, or the same.
  Config(base::Node root, base::Reading& reading, Notes& notes);

  // The value, also a null one.
  std::optional<base::Node> find(std::string_view keys);
  // The same without nulls: in these files a null stands for the default.
  std::optional<base::Node> value(std::string_view keys);

  // A whole number of at least `minimum`. Without a fallback a missing key is an error.
  std::int64_t number(std::string_view keys, std::int64_t minimum,
                      std::optional<std::int64_t> fallback);
  // The same, small enough for an int.
  int small(std::string_view keys, int minimum, std::optional<int> fallback);
  bool flag(std::string_view keys, bool fallback);
  std::string text(std::string_view keys, const std::string& fallback);
  // Members that are whole numbers; empty when the key is not there.
  std::vector<std::int64_t> numbers(std::string_view keys);
  std::vector<std::string> texts(std::string_view keys);

  void comment(std::string line) { notes_->comments.push_back(std::move(line)); }
  // `keys` is there and says something, but nothing holds it.
  void understood(std::string_view keys, std::string why);
  // An error at the key, or at the map where it is not there.
  void fail(std::string_view keys, std::string message, std::string hint = "");
  [[nodiscard]] base::Reading& reading() { return *reading_; }

  // Notes every key that was never asked for and is not known to leave the shape alone.
  void note_unknown();

 private:
  std::optional<base::Node> at_path(std::string_view path);
  void note_unknown_in(const base::Node& map);

  base::Node root_;
  base::Reading* reading_;
  Notes* notes_;
  std::vector<std::string> asked_;  // paths
};

// Whether a key of these files is known not to bear on the shape of the model.
bool is_neutral(std::string_view key);

}  // namespace weft::imports
