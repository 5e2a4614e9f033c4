// A YAML file as a tree that remembers where each word stands.
//
// Limits: 16 MiB, 64 levels. Duplicate keys, anchors, aliases, merge keys and tags are errors. Text
// must be UTF-8 without control characters. All errors are InputError, except a file that cannot be
// read (std::system_error).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/base/diagnostics.h"

namespace weft::base {

class Document;
namespace detail {
struct Access;
}

// A cheap handle on one value of a document; keeps the document's tree alive.
class Node {
 public:
  [[nodiscard]] bool is_map() const;
  [[nodiscard]] bool is_list() const;
  [[nodiscard]] bool is_scalar() const;
  // `key:` with nothing behind it, or `~`.
  [[nodiscard]] bool is_null() const;

  // The scalar as written, without quotes; "~" or "null" for a null so written. Empty for maps,
  // lists and for `key:` with nothing behind it.
  [[nodiscard]] std::string_view text() const;
  // Whether the scalar stood in quotes.
  [[nodiscard]] bool is_quoted() const;
  // Where it starts; its key when nothing is written behind the key.
  [[nodiscard]] Position position() const;
  // Characters to underline: the scalar, or 1 for maps and lists.
  [[nodiscard]] int length() const;

  // Members of a list, or entries of a map in the order written.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] Node item(std::size_t index) const;
  [[nodiscard]] std::string_view key(std::size_t index) const;
  [[nodiscard]] Position key_position(std::size_t index) const;
  [[nodiscard]] std::optional<Node> find(std::string_view key) const;

  // Dotted path from the root: "memory.bandwidth", "clusters[2].hosts".
  [[nodiscard]] std::string path() const;
  // The file that this value comes from (differs inside one tree after `extends`).
  [[nodiscard]] const std::shared_ptr<const SourceText>& source() const;

  struct Tree;  // internal
  Node(std::shared_ptr<const Tree> tree, std::uint32_t index)
      : tree_(std::move(tree)), index_(index) {}

 private:
  friend struct detail::Access;
  [[nodiscard]] std::uint32_t member(std::size_t index) const;

  std::shared_ptr<const Tree> tree_;
  std::uint32_t index_ = 0;
};

class Document {
 public:
  // Throws std::system_error (cannot be read) or InputError.
  static Document load(const std::filesystem::path& file);
  // `name` stands for the file in messages.
  static Document parse(std::string text, std::string name);

  [[nodiscard]] Node root() const;
  // The file it was loaded from; empty for parse().
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  friend struct detail::Access;
  std::filesystem::path file_;
  std::shared_ptr<const Node::Tree> tree_;
};

// `over` on top of `base`: maps merge key by key, everything else is replaced, a number with its
// bounds and source as a whole, and a map that names another `kind` than that of `base`. Every
// value keeps its own position. The key `extends` at the top of `over` is dropped.
Document merge(const Document& base, const Document& over);
// The same with one value of a document on top, such as `job: {extends: NAME, ...}` in a study. The
// result's file() is that of `base`.
Document merge(const Document& base, const Node& over);
// Without the numbers with bounds or source ({mode:, low:, source:}) that `keep` says no to, and
// without maps that have nothing left.
Document pruned(const Document& document, const std::function<bool(const Node& value)>& keep);
// The document with `value` at `path`, written as Node::path() does: "memory.bandwidth",
// "clusters[2].hosts". A value that stands there is replaced as a whole; maps on the way that are
// not there are made. Throws InputError, at `value`, where the path leads through a plain value or
// beyond the end of a list.
Document with_value(const Document& document, std::string_view path, const Node& value);
// One value as a document of its own, with the positions it had. Its file() is empty.
Document subtree(const Node& node);

}  // namespace weft::base
