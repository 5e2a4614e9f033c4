#include "weft/base/csv.h"

#include <csv.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "utf8.h"

namespace weft::base {

namespace {

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

// Characters, not bytes.
int characters(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), starts_character));
}

// What the callbacks of libcsv write to. Bytes are fed one by one, so `at` is the place in the
// file.
struct State {
  CsvRows* result = nullptr;
  std::vector<CsvField> row;
  std::string_view text;
  std::size_t at = 0;          // of the byte being fed
  std::size_t field = 0;       // where the field began
  std::size_t line_start = 0;  // of the line in which `counted` is
  std::size_t counted = 0;
  int line = 1;

  // Where the field that ends at `at` begins, with lines counted up to there.
  Position begin() {
    while (field < at && (text[field] == '\n' || text[field] == '\r' || text[field] == ' ')) {
      ++field;
    }
    for (; counted < field; ++counted) {
      if (text[counted] != '\n') continue;
      ++line;
      line_start = counted + 1;
    }
    const int column = characters(text.substr(line_start, field - line_start)) + 1;
    return {result->source, line, column};
  }
};

void end_field(void* bytes, std::size_t size, void* data) {
  auto& state = *static_cast<State*>(data);
  CsvField field;
  field.position = state.begin();
  field.text.assign(static_cast<const char*>(bytes), size);
  const auto raw = state.text.substr(state.field, state.at - state.field);
  field.length = characters(raw.substr(0, raw.find('\n')));
  state.row.push_back(std::move(field));
  state.field = state.at + 1;
}

void end_row(int, void* data) {
  auto& state = *static_cast<State*>(data);
  state.result->rows.push_back(std::move(state.row));
  state.row.clear();
}

class Parser {
 public:
  Parser() {
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0) {
      throw std::runtime_error("libcsv cannot start");
    }
  }
  ~Parser() { csv_free(&parser_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  void feed(State& state) {
    for (state.at = 0; state.at < state.text.size(); ++state.at) {
      if (csv_parse(&parser_, &state.text[state.at], 1, end_field, end_row, &state) != 1) {
        if (csv_error(&parser_) != CSV_EPARSE) throw std::bad_alloc();
        throw InputError({{state.begin(), 1, "a stray quote in this field",
                           "put the field in quotes and write each of its own twice"}});
      }
    }
    if (csv_fini(&parser_, end_field, end_row, &state) != 0) {
      throw InputError({{state.begin(), 1, "this quote is never closed", ""}});
    }
  }

 private:
  csv_parser parser_{};
};

}  // namespace

CsvRows read_csv(std::string text, std::string name) {
  if (text.starts_with(detail::kByteOrderMark)) text.erase(0, detail::kByteOrderMark.size());
  CsvRows result;
  result.source = std::make_shared<SourceText>(SourceText{std::move(name), std::move(text)});
  State state;
  state.result = &result;
  state.text = result.source->bytes;
  Parser().feed(state);
  return result;
}

std::string whole_text(const std::filesystem::path& file) {
  const auto fail = [&](int code) {
    throw std::system_error(code == 0 ? EIO : code, std::generic_category(), file.string());
  };
  std::error_code unknown;
  if (std::filesystem::is_directory(file, unknown)) fail(EISDIR);
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream.is_open()) fail(errno);
  std::string text;
  try {
    text.assign(std::istreambuf_iterator<char>(stream), {});
  } catch (const std::ios_base::failure&) {  // of the buffer itself: it does not name the file
    fail(errno);
  }
  return text;
}

}  // namespace weft::base
