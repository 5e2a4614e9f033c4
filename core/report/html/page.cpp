#include "weft/html/page.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <stdexcept>
#include <string_view>

#include "assets.h"

namespace weft::html {

namespace {

constexpr std::array<std::string_view, 11> kKinds{"text",     "table",   "bars",     "waterfall",
                                                  "lines",    "scatter", "timeline", "roofline",
                                                  "topology", "tornado", "intervals"};

// Nothing is fetched, whatever a document's texts may hold.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'";

bool is_word(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
}

void check(const Page& page) {
  std::set<std::string> ids;
  for (const auto& section : page.sections) {
    if (std::find(kKinds.begin(), kKinds.end(), section.kind) == kKinds.end()) {
      throw std::invalid_argument("a page's section has the unknown kind '" + section.kind + "'");
    }
    if (!is_word(section.id)) {
      throw std::invalid_argument("a page's section has the id '" + section.id +
                                  "', which is no word");
    }
    if (!ids.insert(section.id).second) {
      throw std::invalid_argument("two sections of a page have the id '" + section.id + "'");
    }
  }
}

Json value_of(const Page& page) {
  Json headlines = Json::array();
  for (const auto& headline : page.headlines) {
    headlines.push_back({{"label", headline.label},
                         {"value", headline.value},
                         {"range", headline.range},
                         {"of", headline.of}});
  }
  Json sections = Json::array();
  for (const auto& section : page.sections) {
    sections.push_back({{"id", section.id},
                        {"title", section.title},
                        {"says", section.says},
                        {"kind", section.kind},
                        {"data", section.data}});
  }
  return {{"title", page.title},   {"subtitle", page.subtitle}, {"question", page.question},
          {"answer", page.answer}, {"headlines", headlines},    {"sections", sections}};
}

// `text` with each `from` written as its `to`.
std::string escaped(std::string_view text,
                    std::initializer_list<std::pair<char, std::string_view>> table) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    const auto* row =
        std::find_if(table.begin(), table.end(), [c](const auto& each) { return each.first == c; });
    if (row == table.end()) {
      out += c;
    } else {
      out += row->second;
    }
  }
  return out;
}

// In JSON '<' stands in texts alone, and without it no text can end or hide the element.
std::string payload(const Page& page) {
  const auto text = value_of(page).dump(-1, ' ', false, Json::error_handler_t::replace);
  return escaped(text, {{'<', "\\u003c"}});
}

std::string element_text(std::string_view text) {
  return escaped(text, {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}});
}

}  // namespace

bool is_available() { return !page_script().empty(); }

std::string to_html(const Page& page) {
  if (!is_available()) throw std::logic_error("this build has no pages");
  check(page);
  std::string out;
  const auto add = [&out](std::string_view text) { out += text; };
  add("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
  add("<meta http-equiv=\"Content-Security-Policy\" content=\"");
  add(kPolicy);
  add("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  add("<meta name=\"generator\" content=\"weft\">\n<title>");
  add(element_text(page.title));
  add("</title>\n<style>\n");
  add(page_style());
  add("</style>\n</head>\n<body>\n<noscript><p>This page draws its figures with a script of its "
      "own; scripts are switched off here.</p></noscript>\n"
      "<script type=\"application/json\" id=\"weft-page\">");
  add(payload(page));
  add("</script>\n<script>\n");
  add(page_script());
  add("</script>\n</body>\n</html>\n");
  return out;
}

}  // namespace weft::html
