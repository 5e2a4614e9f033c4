#include <algorithm>
#include <charconv>

#include "annotations.h"
#include "tree.h"

namespace weft::base {
namespace {

using Tree = Node::Tree;

// Keys of one kind mean nothing to another: a fat tree's `rails` is unknown to a torus.
bool is_of_another_kind(const Node& base, const Node& over) {
  const auto before = base.find("kind");
  const auto kind = over.find("kind");
  if (!before || !kind || !before->is_scalar() || !kind->is_scalar()) return false;
  return before->text() != kind->text();
}

// One step of a path: a key, or (without one) a place in a list.
struct PathStep {
  std::string key;
  std::size_t index = 0;
};

std::vector<PathStep> steps_of(std::string_view path, const Node& value) {
  std::vector<PathStep> steps;
  const auto fail = [&] {
    throw InputError(
        {{value.position(), value.length(),
          "'" + std::string(path) + "' is no path (power.tdp, clusters[0].hosts)", ""}});
  };
  std::size_t at = 0;
  while (at < path.size()) {
    if (path[at] == '[') {
      std::size_t index = 0;
      const auto* const end = path.data() + path.size();
      const auto read = std::from_chars(path.data() + at + 1, end, index);
      if (read.ec != std::errc() || read.ptr == end || *read.ptr != ']') fail();
      steps.push_back({"", index});
      at = static_cast<std::size_t>(read.ptr - path.data()) + 1;
      if (at < path.size() && path[at] == '.') ++at;
      continue;
    }
    const auto end = std::min(path.find_first_of(".[", at), path.size());
    if (end == at) fail();
    steps.push_back({std::string(path.substr(at, end - at)), 0});
    at = end + (end < path.size() && path[end] == '.' ? 1 : 0);
  }
  if (steps.empty() || path.ends_with('.')) fail();
  return steps;
}

// Builds a tree out of values of others.
class Merger {
 public:
  explicit Merger(std::string_view dropped) : dropped_(dropped) {}

  std::shared_ptr<const Tree> tree() { return tree_; }

  // A copy of `node`, with the key it has.
  std::uint32_t copy(const Node& node) {
    const std::uint32_t index = add(node);
    std::vector<std::uint32_t> members;
    for (std::size_t i = 0; i < node.size(); ++i) {
      if (!drops(index, node, i)) members.push_back(copy(node.item(i)));
    }
    if (!node.is_scalar()) tree_->set_members(index, members);
    return index;
  }

  std::uint32_t merge(const Node& base, const Node& over) {
    // A number is replaced as a whole: bounds and source of another value say nothing of this one.
    if (!base.is_map() || !over.is_map() || detail::is_annotated_value(over)) return copy(over);
    if (is_of_another_kind(base, over)) return copy(over);
    const std::uint32_t index = add(over);
    std::vector<std::uint32_t> members;
    for (std::size_t i = 0; i < base.size(); ++i) {
      const auto replacement = over.find(base.key(i));
      const bool kept = !replacement || (index == 0 && base.key(i) == dropped_);
      members.push_back(kept ? copy(base.item(i)) : merge(base.item(i), *replacement));
    }
    for (std::size_t i = 0; i < over.size(); ++i) {
      if (drops(index, over, i) || base.find(over.key(i))) continue;
      members.push_back(copy(over.item(i)));
    }
    tree_->set_members(index, members);
    return index;
  }

  // A copy with `value` at what is left of a path. `key` is written where an entry is new.
  std::uint32_t replace(const Node& node, const std::vector<PathStep>& path, std::size_t at,
                        const Node& value) {
    if (at == path.size()) return named(copy(value), node);
    const auto& step = path[at];
    require_way(node, step, value);
    const std::uint32_t index = add(node);
    tree_->entries[index].kind = step.key.empty() ? Tree::Kind::kList : Tree::Kind::kMap;
    std::vector<std::uint32_t> members;
    bool found = false;
    for (std::size_t i = 0; i < node.size(); ++i) {
      const bool is_next = step.key.empty() ? i == step.index : node.key(i) == step.key;
      found = found || is_next;
      members.push_back(is_next ? replace(node.item(i), path, at + 1, value) : copy(node.item(i)));
    }
    if (!found) members.push_back(grown(path, at, value));
    tree_->set_members(index, members);
    return index;
  }

  // A copy without the values that `keep` says no to; nothing for a map that they were all of.
  std::optional<std::uint32_t> prune(const Node& node,
                                     const std::function<bool(const Node&)>& keep) {
    const bool is_value = node.is_map() && detail::is_annotated_value(node);
    if (is_value && !keep(node)) return std::nullopt;
    if (is_value || !node.is_map()) return copy(node);
    const std::uint32_t index = add(node);
    std::vector<std::uint32_t> members;
    for (std::size_t i = 0; i < node.size(); ++i) {
      if (const auto member = prune(node.item(i), keep)) members.push_back(*member);
    }
    if (members.empty() && index != 0) return std::nullopt;
    tree_->set_members(index, members);
    return index;
  }

 private:
  // `index` under the key that `like` has.
  std::uint32_t named(std::uint32_t index, const Node& like) {
    const Tree& from = *detail::Access::tree(like);
    const auto& entry = from.entries[detail::Access::index(like)];
    tree_->entries[index].key = tree_->keep(from.view(entry.key));
    point_key_at_value(index);
    return index;
  }

  // The key of a value that is laid over is written elsewhere, as a part of a path.
  void point_key_at_value(std::uint32_t index) {
    tree_->entries[index].key_offset = tree_->entries[index].offset;
  }

  static void require_way(const Node& node, const PathStep& step, const Node& value) {
    const bool is_way = step.key.empty() ? node.is_list() && step.index < node.size()
                                         : node.is_map() || node.is_null();
    if (is_way) return;
    const auto to = step.key.empty() ? "[" + std::to_string(step.index) + "]" : step.key;
    const auto what = node.is_list()  ? "a list of " + std::to_string(node.size())
                      : node.is_map() ? std::string("a map")
                                      : "'" + std::string(node.text()) + "'";
    const auto place = node.path().empty() ? std::string("the document") : node.path();
    throw InputError({{value.position(), value.length(),
                       "'" + to + "' leads nowhere: " + place + " is " + what, ""}});
  }

  // An entry that is not there yet, with maps around the value as the path says.
  std::uint32_t grown(const std::vector<PathStep>& path, std::size_t at, const Node& value) {
    std::uint32_t index = 0;
    if (at + 1 == path.size()) {
      index = copy(value);
    } else {
      require_way(subtree_of_nothing(), path[at + 1], value);
      index = add(value);
      tree_->entries[index].kind = Tree::Kind::kMap;
      tree_->entries[index].text = {};
      const std::vector<std::uint32_t> members{grown(path, at + 1, value)};
      tree_->set_members(index, members);
    }
    tree_->entries[index].key = tree_->keep(path[at].key);
    point_key_at_value(index);
    return index;
  }

  static Node subtree_of_nothing() { return Document::parse("{}\n", "").root(); }

  [[nodiscard]] bool drops(std::uint32_t index, const Node& map, std::size_t member) const {
    return index == 0 && map.is_map() && !dropped_.empty() && map.key(member) == dropped_;
  }

  std::uint32_t add(const Node& node) {
    const Tree& from = *detail::Access::tree(node);
    Tree::Entry entry = from.entries[detail::Access::index(node)];
    entry.text = tree_->keep(from.view(entry.text));
    entry.key = tree_->keep(from.view(entry.key));
    entry.source = source(from.sources[entry.source]);
    entry.members = {};
    entry.parent = 0;
    entry.slot = 0;
    tree_->entries.push_back(entry);
    return static_cast<std::uint32_t>(tree_->entries.size() - 1);
  }

  std::uint32_t source(const Tree::Source& wanted) {
    for (std::uint32_t i = 0; i < tree_->sources.size(); ++i) {
      if (tree_->sources[i].text == wanted.text) return i;
    }
    tree_->sources.push_back(wanted);
    return static_cast<std::uint32_t>(tree_->sources.size() - 1);
  }

  std::string_view dropped_;
  std::shared_ptr<Tree> tree_ = std::make_shared<Tree>();
};

}  // namespace

Document merge(const Document& base, const Node& over) {
  Merger merger("extends");
  merger.merge(base.root(), over);
  return detail::Access::document(base.file(), merger.tree());
}

Document merge(const Document& base, const Document& over) {
  Merger merger("extends");
  merger.merge(base.root(), over.root());
  return detail::Access::document(over.file(), merger.tree());
}

Document pruned(const Document& document, const std::function<bool(const Node& value)>& keep) {
  Merger merger("");
  merger.prune(document.root(), keep);
  return detail::Access::document(document.file(), merger.tree());
}

Document with_value(const Document& document, std::string_view path, const Node& value) {
  Merger merger("");
  merger.replace(document.root(), steps_of(path, value), 0, value);
  return detail::Access::document(document.file(), merger.tree());
}

Document subtree(const Node& node) {
  Merger merger("");
  merger.copy(node);
  return detail::Access::document({}, merger.tree());
}

}  // namespace weft::base
