#include "json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

namespace weft::imports {

namespace {

// Takes everything and keeps nothing but the first error.
class Checker : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*size*/) override { return true; }
  bool key(string_t& /*value*/) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t /*size*/) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string& last,
                   const nlohmann::detail::exception& /*error*/) override {
    // The position is that of the last character of the token.
    const std::size_t taken = std::min(position, std::max<std::size_t>(last.size(), 1));
    offset = position - taken;
    return false;
  }

  std::optional<std::size_t> offset;
};

}  // namespace

base::Document read_json(const base::PlainText& file) {
  Checker checker;
  nlohmann::json::sax_parse(file.bytes(), &checker);
  if (checker.offset) {
    throw base::InputError({{file.position(*checker.offset), 1, "this is not JSON", ""}});
  }
  // Inside of brackets YAML allows tabs nowhere, JSON everywhere between tokens; in a string a tab
  // would be written \t.
  std::string text(file.bytes());
  std::replace(text.begin(), text.end(), '\t', ' ');
  return base::Document::parse(std::move(text), file.source()->name);
}

}  // namespace weft::imports
