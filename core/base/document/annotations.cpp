#include "annotations.h"

#include <algorithm>
#include <utility>

#include "utf8.h"

namespace weft::base::detail {
namespace {

constexpr std::size_t kFewNames = 12;

// What a map may hold that is one value.
constexpr std::array<std::string_view, 4> kValueKeys = {"mode", "value", "low", "high"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

const std::vector<std::string>& confidences() {
  static const std::vector<std::string> kWords = {"primary", "secondary", "derived", "memory",
                                                  "assumed"};
  return kWords;
}

}  // namespace

bool is_annotation(std::string_view key) { return contains(kAnnotations, key); }

bool is_annotated_value(const Node& map) {
  if (!map.is_map() || (!map.find("mode") && !map.find("value"))) return false;
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (!is_annotation(map.key(i)) && !contains(kValueKeys, map.key(i))) return false;
  }
  return true;
}

void check_annotations(const Node& map, Reading& reading) {
  if (const auto confidence = map.find("confidence"))
    choice_of(*confidence, reading, confidences());
  if (const auto disputed = map.find("disputed")) flag_of(*disputed, reading);
}

void check_keys(const Node& map, const std::vector<std::string>& known, Reading& reading) {
  for (std::size_t i = 0; i < map.size(); ++i) {
    const std::string key(map.key(i));
    if (is_annotation(key) || std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string near = nearest(key, known);
    std::string hint;
    if (!near.empty()) {
      hint = "did you mean '" + near + "'?";
    } else if (!known.empty() && known.size() <= kFewNames) {
      hint = "known here: " + joined(known);
    }
    std::string message = "unknown key '" + key + "'";
    if (const std::string path = map.path(); !path.empty()) message += " in '" + path + "'";
    reading.diagnostics().add(
        {map.key_position(i), count_characters(key), std::move(message), std::move(hint)});
  }
}

Node unwrapped(const Node& node, Reading& reading) {
  if (!node.is_map()) return node;
  const auto value = node.find("value");
  if (!value || !is_annotated_value(node)) return node;
  check_annotations(node, reading);
  return *value;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

}  // namespace weft::base::detail
