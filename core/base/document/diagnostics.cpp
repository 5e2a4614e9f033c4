#include "weft/base/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "utf8.h"

namespace weft::base {
namespace {

// Wider excerpts are cut around the mark.
constexpr int kExcerptWidth = 100;
constexpr int kContextBefore = 60;
constexpr std::size_t kMostShown = 50;

std::string_view name_of(const Position& position) {
  return position.source ? std::string_view(position.source->name) : std::string_view();
}

std::tuple<std::string_view, int, int> place_of(const Diagnostic& d) {
  return {name_of(d.position), d.position.line, d.position.column};
}

// The line of the position, without its end; empty when there is none.
std::string_view line_of(const Position& position) {
  if (!position.source || position.line < 1) return {};
  std::string_view rest = position.source->bytes;
  for (int line = 1; line < position.line; ++line) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

// A value may hold control characters by way of escapes; a terminal must not obey them.
std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_control = (byte < 0x20 && c != '\n') || byte == 0x7F;
    shown += is_control ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return shown;
}

// An excerpt and the mark below it, both in terminal columns.
struct Excerpt {
  std::string text;
  int mark_at = 0;
  int mark_width = 0;
};

// One character fit for a terminal: tabs become spaces, everything else that moves the cursor or is
// no character becomes a replacement mark.
std::string_view printable(std::string_view line, std::size_t at, const detail::Character& c) {
  if (c.code == '\t') return " ";
  if (c.bytes == 0 || c.code < 0x20 || (c.code >= 0x7F && c.code < 0xA0)) return "\ufffd";
  return line.substr(at, c.bytes);
}

Excerpt excerpt_of(std::string_view line, int column, int length) {
  const bool cut_before =
      column > kContextBefore + 1 && detail::count_characters(line) > kExcerptWidth;
  const int first = cut_before ? column - kContextBefore : 1;
  Excerpt result;
  int width = 0;
  if (cut_before) {
    result.text = "\u2026";
    width = 1;
  }
  int number = 1;
  for (std::size_t at = 0; at < line.size(); ++number) {
    const detail::Character c = detail::decode(line, at);
    const std::size_t bytes = std::max<std::size_t>(c.bytes, 1);
    if (number >= first) {
      if (width >= kExcerptWidth) {
        result.text += "\u2026";
        break;
      }
      if (number == column) result.mark_at = width;
      const int columns = c.bytes == 0 ? 1 : detail::display_width(c.code);
      if (number >= column && number < column + length) result.mark_width += columns;
      result.text += printable(line, at, c);
      width += columns;
    }
    at += bytes;
  }
  if (column >= number) result.mark_at = width;  // behind the end of the line
  result.mark_width = std::max(result.mark_width, 1);
  return result;
}

std::string text_of(const Diagnostic& d) {
  const Position& at = d.position;
  if (!at.source)
    return fmt::format("error: {}{}{}\n", printable(d.message), d.hint.empty() ? "" : "; ",
                       printable(d.hint));
  std::string text = fmt::format("{}:{}:{}: error: {}\n", at.source->name, at.line, at.column,
                                 printable(d.message));
  const std::string_view line = line_of(at);
  if (line.empty()) return d.hint.empty() ? text : text + "  " + d.hint + "\n";
  const Excerpt excerpt = excerpt_of(line, at.column, d.length);
  const std::string number = fmt::format("{:>3}", at.line);
  text += fmt::format("{} | {}\n", number, excerpt.text);
  text += fmt::format("{} | {}^{}", std::string(number.size(), ' '),
                      std::string(excerpt.mark_at, ' '), std::string(excerpt.mark_width - 1, '~'));
  return text + (d.hint.empty() ? "" : " " + d.hint) + "\n";
}

// In the order of the files' names and of the places in them; what was met twice is told once.
std::vector<Diagnostic> in_order(std::vector<Diagnostic> all) {
  std::stable_sort(all.begin(), all.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return place_of(a) < place_of(b);
  });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return place_of(a) == place_of(b) && a.message == b.message;
  };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

std::string text_of(const std::vector<Diagnostic>& ordered) {
  std::string text;
  const std::size_t shown = std::min(ordered.size(), kMostShown);
  for (std::size_t i = 0; i < shown; ++i) text += text_of(ordered[i]);
  if (shown < ordered.size())
    text += fmt::format("... and {} more errors\n", ordered.size() - shown);
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace

InputError::InputError(std::vector<Diagnostic> diagnostics)
    : InputError(in_order(std::move(diagnostics)), Ordered{}) {}

InputError::InputError(std::vector<Diagnostic> diagnostics, Ordered)
    : std::runtime_error(text_of(diagnostics)), diagnostics_(std::move(diagnostics)) {}

void Diagnostics::throw_if_any() const {
  if (!all_.empty()) throw InputError(all_);
}

}  // namespace weft::base
