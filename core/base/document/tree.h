// The inside of a document: all values in one array, internal to the library.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "utf8.h"
#include "weft/base/document.h"

namespace weft::base {

// Values refer to each other, to their text and to their place in a file by number.
struct Node::Tree {
  enum class Kind : std::uint8_t { kMap, kList, kScalar, kNull };

  // A piece of one of the arrays below.
  struct Span {
    std::uint32_t first = 0;
    std::uint32_t size = 0;
  };

  struct Entry {
    Kind kind = Kind::kNull;
    bool quoted = false;
    std::uint32_t source = 0;  // in `sources`
    std::uint32_t parent = 0;  // itself for the root
    std::uint32_t slot = 0;    // its number among its parent's members
    std::uint32_t offset = 0;  // its first byte in the source
    std::uint32_t length = 1;  // characters to underline
    std::uint32_t key_offset = 0;
    Span text;     // in `letters`
    Span key;      // in `letters`
    Span members;  // in `members`, and in `by_key` for maps
  };

  struct Source {
    std::shared_ptr<const SourceText> text;
    std::shared_ptr<const std::vector<std::uint32_t>> lines;
  };

  std::vector<Entry> entries;          // the root is the first
  std::vector<std::uint32_t> members;  // in the order written
  std::vector<std::uint32_t> by_key;   // the same, sorted by key in each map
  std::string letters;
  std::vector<Source> sources;

  [[nodiscard]] std::string_view view(const Span& span) const {
    return std::string_view(letters).substr(span.first, span.size);
  }
  [[nodiscard]] Position position(std::uint32_t source, std::uint32_t offset) const;
  Span keep(std::string_view text);
  // Makes `children` the members of a map or list; fixes their parent and slot.
  void set_members(std::uint32_t index, const std::vector<std::uint32_t>& children);
};

namespace detail {

// Lets the library look inside of the handles.
struct Access {
  static const std::shared_ptr<const Node::Tree>& tree(const Node& node) { return node.tree_; }
  static std::uint32_t index(const Node& node) { return node.index_; }
  static Document document(std::filesystem::path file, std::shared_ptr<const Node::Tree> tree) {
    Document result;
    result.file_ = std::move(file);
    result.tree_ = std::move(tree);
    return result;
  }
};

// Reads YAML text that has passed the checks of document.cpp. Throws InputError.
std::shared_ptr<const Node::Tree> parse_yaml(const Node::Tree::Source& source);

}  // namespace detail
}  // namespace weft::base
