// The leaves of a document and where they come from.
#include <utility>

#include "annotations.h"
#include "weft/base/catalog.h"

namespace weft::base {
namespace {

// The text of any value in one line.
std::string flat(const Node& node) {
  if (node.is_scalar()) return std::string(node.text());
  std::string text;
  for (std::size_t i = 0; i < node.size(); ++i) {
    if (i > 0) text += ", ";
    if (node.is_map()) text += std::string(node.key(i)) + ": ";
    const Node item = node.item(i);
    text += item.is_list()  ? "[" + flat(item) + "]"
            : item.is_map() ? "{" + flat(item) + "}"
                            : flat(item);
  }
  return text;
}

class Collector {
 public:
  std::vector<Fact> take() { return std::move(facts_); }

  void collect(const Node& node) {
    around_.push_back(node);
    if (node.is_map() && !detail::is_annotated_value(node)) {
      collect_map(node);
    } else if (node.is_list() && has_maps(node)) {
      for (std::size_t i = 0; i < node.size(); ++i) collect(node.item(i));
    } else {
      add(node);
    }
    around_.pop_back();
  }

 private:
  void collect_map(const Node& map) {
    const bool is_root = around_.size() == 1;
    for (std::size_t i = 0; i < map.size(); ++i) {
      const std::string_view key = map.key(i);
      if (detail::is_annotation(key) || (is_root && key == "kind")) continue;
      const Node member = map.item(i);
      // `key: ~` takes a value of the base away.
      if (member.is_null() && !member.text().empty()) continue;
      collect(member);
    }
  }

  static bool has_maps(const Node& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list.item(i).is_map() || list.item(i).is_list()) return true;
    }
    return false;
  }

  void add(const Node& leaf) {
    const Node value = value_of(leaf);
    Fact fact;
    fact.path = leaf.path();
    fact.value = text(leaf, value);
    fact.position = value.position();
    if (const auto source = nearest_note("source", value)) fact.source = flat(*source);
    if (const auto confidence = nearest_note("confidence", value))
      fact.confidence = flat(*confidence);
    if (const auto disputed = nearest_note("disputed", value)) {
      fact.disputed = disputed->text() == "true" || disputed->text() == "yes";
    }
    facts_.push_back(std::move(fact));
  }

  // The number in {mode: 780 W, low: ..., high: ...}.
  static Node value_of(const Node& leaf) {
    if (!leaf.is_map()) return leaf;
    const auto mode = leaf.find("mode");
    const auto value = leaf.find("value");
    return mode ? *mode : value ? *value : leaf;
  }

  static std::string text(const Node& leaf, const Node& value) {
    std::string result = flat(value);
    if (!leaf.is_map()) return result;
    const auto low = leaf.find("low");
    const auto high = leaf.find("high");
    if (low && high) result += " (" + flat(*low) + " to " + flat(*high) + ")";
    return result;
  }

  // The annotation written nearest around a value, in the file that the value is from: a source
  // says nothing about a number that another file put in its place.
  [[nodiscard]] std::optional<Node> nearest_note(std::string_view key, const Node& value) const {
    for (std::size_t i = around_.size(); i > 0; --i) {
      auto note = around_[i - 1].find(key);
      if (note && note->source() == value.source()) return note;
    }
    return std::nullopt;
  }

  std::vector<Node> around_;
  std::vector<Fact> facts_;
};

}  // namespace

std::vector<Fact> facts(const Document& document) {
  Collector collector;
  collector.collect(document.root());
  return collector.take();
}

}  // namespace weft::base
