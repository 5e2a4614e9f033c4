#include "tree.h"

#include <algorithm>
#include <stdexcept>

namespace weft::base {

Position Node::Tree::position(std::uint32_t source, std::uint32_t offset) const {
  const Source& from = sources[source];
  const detail::LineColumn at = detail::locate(from.text->bytes, *from.lines, offset);
  return {from.text, at.line, at.column};
}

Node::Tree::Span Node::Tree::keep(std::string_view text) {
  const Span span{static_cast<std::uint32_t>(letters.size()),
                  static_cast<std::uint32_t>(text.size())};
  letters += text;
  return span;
}

void Node::Tree::set_members(std::uint32_t index, const std::vector<std::uint32_t>& children) {
  entries[index].members = {static_cast<std::uint32_t>(members.size()),
                            static_cast<std::uint32_t>(children.size())};
  for (std::uint32_t slot = 0; slot < children.size(); ++slot) {
    entries[children[slot]].parent = index;
    entries[children[slot]].slot = slot;
  }
  members.insert(members.end(), children.begin(), children.end());
  by_key.insert(by_key.end(), children.begin(), children.end());
  if (entries[index].kind != Kind::kMap) return;
  // Stable, so that of two equal keys the first written comes first.
  std::stable_sort(by_key.end() - static_cast<std::ptrdiff_t>(children.size()), by_key.end(),
                   [this](std::uint32_t a, std::uint32_t b) {
                     return view(entries[a].key) < view(entries[b].key);
                   });
}

bool Node::is_map() const { return tree_->entries[index_].kind == Tree::Kind::kMap; }
bool Node::is_list() const { return tree_->entries[index_].kind == Tree::Kind::kList; }
bool Node::is_scalar() const { return tree_->entries[index_].kind == Tree::Kind::kScalar; }
bool Node::is_null() const { return tree_->entries[index_].kind == Tree::Kind::kNull; }

std::string_view Node::text() const { return tree_->view(tree_->entries[index_].text); }
bool Node::is_quoted() const { return tree_->entries[index_].quoted; }

Position Node::position() const {
  const Tree::Entry& entry = tree_->entries[index_];
  return tree_->position(entry.source, entry.offset);
}

int Node::length() const { return static_cast<int>(tree_->entries[index_].length); }

std::size_t Node::size() const { return tree_->entries[index_].members.size; }

std::uint32_t Node::member(std::size_t index) const {
  const Tree::Span members = tree_->entries[index_].members;
  if (index >= members.size) throw std::out_of_range("Node: no such member");
  return tree_->members[members.first + index];
}

Node Node::item(std::size_t index) const { return {tree_, member(index)}; }

std::string_view Node::key(std::size_t index) const {
  return tree_->view(tree_->entries[member(index)].key);
}

Position Node::key_position(std::size_t index) const {
  const Tree::Entry& entry = tree_->entries[member(index)];
  return tree_->position(entry.source, entry.key_offset);
}

std::optional<Node> Node::find(std::string_view key) const {
  if (!is_map()) return std::nullopt;
  const Tree::Span members = tree_->entries[index_].members;
  const auto begin = tree_->by_key.begin() + members.first;
  const auto end = begin + members.size;
  const auto key_of = [this](std::uint32_t i) { return tree_->view(tree_->entries[i].key); };
  const auto found = std::lower_bound(
      begin, end, key,
      [&](std::uint32_t i, std::string_view wanted) { return key_of(i) < wanted; });
  if (found == end || key_of(*found) != key) return std::nullopt;
  return Node(tree_, *found);
}

std::string Node::path() const {
  std::vector<std::uint32_t> chain;
  for (std::uint32_t at = index_; at != 0; at = tree_->entries[at].parent) chain.push_back(at);
  std::string path;
  for (std::size_t i = chain.size(); i > 0; --i) {
    const Tree::Entry& entry = tree_->entries[chain[i - 1]];
    if (tree_->entries[entry.parent].kind == Tree::Kind::kList) {
      path += "[" + std::to_string(entry.slot) + "]";
    } else {
      path += (path.empty() ? "" : ".") + std::string(tree_->view(entry.key));
    }
  }
  return path;
}

const std::shared_ptr<const SourceText>& Node::source() const {
  return tree_->sources[tree_->entries[index_].source].text;
}

}  // namespace weft::base
