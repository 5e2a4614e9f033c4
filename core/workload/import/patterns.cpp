#include "patterns.h"

#include <fmt/format.h>

#include <charconv>

namespace weft::imports {

namespace {

constexpr std::size_t kMostMembers = 65536;
constexpr int kMostDepth = 16;

// What both languages are made of: a text read from the front.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() {
    skip();
    return text_.empty();
  }
  [[nodiscard]] char peek() { return at_end() ? '\0' : text_.front(); }
  bool take(char c) {
    if (peek() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  char next() {
    const char c = peek();
    if (!text_.empty()) text_.remove_prefix(1);
    return c;
  }
  int number() {
    skip();
    int value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc() || value < 0) throw PatternError("a whole number is expected");
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }

 private:
  void skip() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t')) {
      text_.remove_prefix(1);
    }
  }
  std::string_view text_;
};

template <class Members>
Members repeated(const Members& members, int times) {
  Members result;
  if (members.size() * static_cast<std::size_t>(times) > kMostMembers) {
    throw PatternError(fmt::format("more than {} members", kMostMembers));
  }
  for (int i = 0; i < times; ++i) result.insert(result.end(), members.begin(), members.end());
  return result;
}

std::vector<int> sum(Reader& reader, int depth);

std::vector<int> factor(Reader& reader, int depth) {
  if (depth > kMostDepth) throw PatternError("nested too deeply");
  if (reader.take('(')) {
    auto inner = sum(reader, depth + 1);
    if (!reader.take(')')) throw PatternError("a ')' is missing");
    return inner;
  }
  if (!reader.take('[')) throw PatternError("a '[' is expected");
  std::vector<int> members;
  while (reader.peek() != ']') {
    members.push_back(reader.number());
    if (!reader.take(',')) break;
  }
  if (!reader.take(']')) throw PatternError("a ']' is missing");
  return members;
}

std::vector<int> sum(Reader& reader, int depth) {
  std::vector<int> all;
  do {
    auto part = factor(reader, depth);
    while (reader.take('*')) part = repeated(part, reader.number());
    if (all.size() + part.size() > kMostMembers) throw PatternError("too many members");
    all.insert(all.end(), part.begin(), part.end());
  } while (reader.take('+'));
  return all;
}

// The letters of a layout with all products written out.
std::string flat(Reader& reader, int depth) {
  if (depth > kMostDepth) throw PatternError("nested too deeply");
  std::string all;
  while (!reader.at_end() && reader.peek() != ')') {
    const char c = reader.next();
    std::string part(1, c);
    if (c == ',') continue;
    if (c == '(') {
      part = flat(reader, depth + 1);
      if (!reader.take(')')) throw PatternError("a ')' is missing");
    } else if (std::string_view("EtmL|").find(c) == std::string_view::npos) {
      throw PatternError(fmt::format("'{}' is none of E, t, m, L and |", c));
    }
    if (reader.take('*')) part = repeated(part, reader.number());
    if (all.size() + part.size() > kMostMembers) throw PatternError("too many members");
    all += part;
  }
  return all;
}

}  // namespace

std::vector<int> list_pattern(std::string_view text) {
  Reader reader(text);
  auto members = sum(reader, 0);
  if (!reader.at_end()) throw PatternError(fmt::format("'{}' is not expected", reader.peek()));
  return members;
}

std::vector<int> layout_pattern(std::string_view text) {
  Reader reader(text);
  const std::string letters = flat(reader, 0);
  if (!reader.at_end()) throw PatternError("a ')' that closes nothing");
  std::vector<int> layers = {0};
  for (const char c : letters) {
    if (c == '|') layers.push_back(0);
    if (c == 't') ++layers.back();
  }
  return layers;
}

std::vector<int> number_list(std::string_view text) {
  Reader reader(text);
  std::vector<int> numbers;
  do {
    numbers.push_back(reader.number());
  } while (reader.take(','));
  if (!reader.at_end()) throw PatternError(fmt::format("'{}' is not expected", reader.peek()));
  return numbers;
}

}  // namespace weft::imports
