#include "weft/report/text.h"

namespace weft::report {

namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::size_t width_of(const std::string& text) {
  std::size_t width = 0;
  for (const char c : text) width += is_continuation(c) ? 0 : 1;
  return width;
}

std::string fitted(const std::string& text, std::size_t width) {
  const auto own = width_of(text);
  if (own <= width) return text + std::string(width - own, ' ');
  std::string cut;
  std::size_t kept = 0;
  for (const char c : text) {
    if (!is_continuation(c) && ++kept == width) break;
    cut += c;
  }
  return cut + "…";
}

std::string wrapped(const std::string& text, std::size_t indent) {
  std::string all;
  std::string line(indent, ' ');
  bool is_empty = true;
  std::size_t begin = 0;
  while (begin < text.size()) {
    auto end = text.find(' ', begin);
    if (end == std::string::npos) end = text.size();
    const auto word = text.substr(begin, end - begin);
    if (!is_empty && width_of(line) + 1 + width_of(word) > kTerminalColumns) {
      all += line + "\n";
      line.assign(indent + 2, ' ');
      is_empty = true;
    }
    line += (is_empty ? "" : " ") + word;
    is_empty = false;
    begin = end + 1;
  }
  return all + line + "\n";
}

}  // namespace weft::report
