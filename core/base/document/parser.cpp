// From the events of yaml-cpp to a tree. The events, not yaml-cpp's own tree: that one forgets
// duplicate keys and where things stand.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/node/node.h>  // for clang-tidy: parser.h only names YAML::Node
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tree.h"

namespace weft::base::detail {
namespace {

using Tree = Node::Tree;

constexpr std::size_t kMostLevels = 64;
constexpr std::size_t kMostErrors = 50;

// The word that yaml-cpp would read as null.
bool is_null_word(std::string_view word) {
  return word == "~" || word == "null" || word == "Null" || word == "NULL";
}

std::string_view first_line(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// Bytes of the quoted scalar that `text` begins with, or 0 when its quote is never closed.
std::size_t quoted_size(std::string_view text) {
  const char quote = text.front();
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      const bool doubled = quote == '\'' && at + 1 < text.size() && text[at + 1] == '\'';
      if (!doubled) return at + 1;
      ++at;
    }
  }
  return 0;
}

class Builder : public YAML::EventHandler {
 public:
  explicit Builder(const Tree::Source& source) : bytes_(source.text->bytes) {
    tree_->sources.push_back(source);
  }

  std::shared_ptr<const Tree> finish() {
    errors_.throw_if_any();
    const bool nothing = tree_->entries.empty() || tree_->entries[0].kind == Tree::Kind::kNull;
    if (nothing) fail(0, 1, "nothing is written in this document");
    return tree_;
  }

  [[noreturn]] void fail(std::size_t offset, int length, std::string message,
                         std::string hint = "") {
    report(offset, length, std::move(message), std::move(hint));
    errors_.throw_if_any();
    throw std::logic_error("unreachable");
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    const std::size_t at = offset(mark);
    if (bytes_.substr(at).starts_with("---") || after_document_end(at)) {
      fail(at, 3, "a second document starts here; one file holds one document");
    }
    fail(at, 1, "this is not part of what stands above; check the indentation");
  }
  void OnDocumentEnd() override {}

  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    report(offset(mark), count_characters(name) + 1, "anchors (&) are not allowed",
           "write the value out, or use extends");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    alias(offset(mark));
    null_at(offset(mark));
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { null_at(offset(mark)); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    const std::size_t at = skip_properties(offset(mark), tag);
    if (expects_key()) return take_key(at, value);
    Tree::Entry entry = entry_at(at, Tree::Kind::kScalar);
    entry.length = scalar_length(at, value, entry.quoted);
    entry.text = tree_->keep(value);
    add(entry);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, Tree::Kind::kList);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, Tree::Kind::kMap);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  // The innermost bracket that is open at the end of the text.
  [[nodiscard]] std::optional<std::size_t> open_bracket() const {
    for (std::size_t i = frames_.size(); i > 0; --i) {
      const std::size_t at = tree_->entries[frames_[i - 1].index].offset;
      if (bytes_[at] == '[' || bytes_[at] == '{') return at;
    }
    return std::nullopt;
  }

  void alias(std::size_t at) {
    report(at, 1, "aliases (*) are not allowed",
           "write the value out, or quote a text that starts with *");
  }

 private:
  // A map or list that is still open.
  struct Frame {
    std::uint32_t index = 0;
    bool is_map = false;
    bool is_key = false;  // of the map around it, which is wrong, but told only when it is closed
    bool has_key = false;
    bool has_odd_keys = false;
    Tree::Span key;
    std::uint32_t key_offset = 0;
    int key_length = 0;
    std::vector<std::uint32_t> members;
  };

  void report(std::size_t offset, int length, std::string message, std::string hint = "") {
    errors_.add({tree_->position(0, static_cast<std::uint32_t>(offset)), length, std::move(message),
                 std::move(hint)});
    if (++error_count_ >= kMostErrors) errors_.throw_if_any();
  }

  // yaml-cpp counts bytes.
  [[nodiscard]] std::size_t offset(const YAML::Mark& mark) const {
    return mark.pos < 0 ? 0 : std::min(static_cast<std::size_t>(mark.pos), bytes_.size());
  }

  // Whether the last word before `at` is the "..." that ends a document.
  [[nodiscard]] bool after_document_end(std::size_t at) const {
    const std::size_t last =
        at == 0 ? std::string_view::npos : bytes_.find_last_not_of(" \t\r\n", at - 1);
    return last != std::string_view::npos && last >= 2 && bytes_.substr(last - 2, 3) == "...";
  }

  // Reports a tag. Plain scalars come with the tag "?", quoted ones with "!", written or not.
  std::size_t skip_properties(std::size_t at, const std::string& tag) {
    const bool written = at < bytes_.size() && bytes_[at] == '!';
    if (written || (tag != "?" && tag != "!" && !tag.empty())) {
      report(at, 1, "tags (!) are not allowed", "quote a text that starts with !");
    }
    return at;
  }

  [[nodiscard]] bool expects_key() const {
    return !frames_.empty() && frames_.back().is_map && !frames_.back().has_key;
  }

  void take_key(std::size_t at, const std::string& value) {
    Frame& frame = frames_.back();
    bool quoted = false;
    frame.key_length = static_cast<int>(scalar_length(at, value, quoted));
    if (value == "<<" && !quoted) {
      report(at, 2, "merge keys (<<) are not allowed", "use extends");
    }
    if (value.empty()) report(at, frame.key_length, "a key is empty");
    frame.key = tree_->keep(value);
    frame.key_offset = static_cast<std::uint32_t>(at);
    frame.has_key = true;
  }

  // Characters to underline, within the line where the scalar starts.
  std::uint32_t scalar_length(std::size_t at, const std::string& value, bool& quoted) {
    const std::string_view rest = bytes_.substr(at);
    if (rest.empty()) return 1;
    if (rest.front() == '|' || rest.front() == '>') return 1;
    std::size_t size = value.size();
    if (rest.front() == '"' || rest.front() == '\'') {
      quoted = true;
      size = quoted_size(rest);
      if (size == 0) fail(at, 1, "this quote is never closed");
    }
    const int shown = count_characters(first_line(rest.substr(0, size)));
    return static_cast<std::uint32_t>(std::max(shown, 1));
  }

  [[nodiscard]] static Tree::Entry entry_at(std::size_t at, Tree::Kind kind) {
    Tree::Entry entry;
    entry.kind = kind;
    entry.offset = static_cast<std::uint32_t>(at);
    return entry;
  }

  std::uint32_t add(Tree::Entry entry) {
    const auto index = static_cast<std::uint32_t>(tree_->entries.size());
    if (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.is_map) {
        entry.key = frame.key;
        entry.key_offset = frame.key_offset;
        frame.has_key = false;
      }
      frame.members.push_back(index);
    }
    return add_apart(entry);
  }

  std::uint32_t add_apart(const Tree::Entry& entry) {
    tree_->entries.push_back(entry);
    return static_cast<std::uint32_t>(tree_->entries.size() - 1);
  }

  // The word at `at` when it is a written null; yaml-cpp gives the place of the next word when
  // nothing is written.
  [[nodiscard]] std::string_view written_null(std::size_t at) const {
    const std::string_view rest = bytes_.substr(at);
    const std::string_view start = rest.substr(0, 5);  // the longest is "null" and what ends it
    const std::string_view word = start.substr(0, start.find_first_of(" ,:]}#\r\n"));
    if (!is_null_word(word)) return {};
    const std::size_t next = rest.find_first_not_of(' ', word.size());
    return next != std::string_view::npos && rest[next] == ':' ? std::string_view() : word;
  }

  void null_at(std::size_t at) {
    const std::string_view word = written_null(at);
    if (expects_key()) {
      report(at, 1, "a key is missing before the colon");
      return take_key(at, "~");
    }
    Tree::Entry entry = entry_at(at, Tree::Kind::kNull);
    if (!word.empty()) {
      entry.text = tree_->keep(word);
      entry.length = static_cast<std::uint32_t>(word.size());
    } else if (!frames_.empty() && frames_.back().is_map) {
      entry.offset = frames_.back().key_offset;
      entry.length = static_cast<std::uint32_t>(frames_.back().key_length);
    } else if (!frames_.empty() && at > 0) {
      // The dash of an empty list member stands before what follows.
      const std::size_t last = bytes_.find_last_not_of(" \t\r\n", at - 1);
      if (last != std::string_view::npos && bytes_[last] == '-') {
        entry.offset = static_cast<std::uint32_t>(last);
      }
    }
    add(entry);
  }

  void open(const YAML::Mark& mark, const std::string& tag, Tree::Kind kind) {
    const std::size_t at = skip_properties(offset(mark), tag);
    if (frames_.size() == kMostLevels) {
      fail(at, 1, "more than " + std::to_string(kMostLevels) + " levels of maps and lists");
    }
    Frame frame;
    frame.is_key = expects_key();
    frame.is_map = kind == Tree::Kind::kMap;
    frame.index = frame.is_key ? add_apart(entry_at(at, kind)) : add(entry_at(at, kind));
    frames_.push_back(std::move(frame));
  }

  void close() {
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    tree_->set_members(frame.index, frame.members);
    if (frame.is_map && !frame.has_odd_keys) find_duplicates(frame.index);
    if (!frame.is_key) return;
    // At the end of a text yaml-cpp takes an open bracket for a key, so only now is it one.
    report(tree_->entries[frame.index].offset, 1, "a key must be a word, not a map or a list");
    frames_.back().has_key = true;
    frames_.back().has_odd_keys = true;
  }

  void find_duplicates(std::uint32_t map) {
    const Tree::Span span = tree_->entries[map].members;
    std::uint32_t first = span.first;
    for (std::uint32_t i = span.first + 1; i < span.first + span.size; ++i) {
      const Tree::Entry& known = tree_->entries[tree_->by_key[first]];
      const Tree::Entry& entry = tree_->entries[tree_->by_key[i]];
      const std::string_view key = tree_->view(entry.key);
      if (tree_->view(known.key) != key) {
        first = i;
        continue;
      }
      report(entry.key_offset, count_characters(key),
             "the key '" + std::string(key) + "' was already given in line " +
                 std::to_string(tree_->position(0, known.key_offset).line));
    }
  }

  std::string_view bytes_;
  std::shared_ptr<Tree> tree_ = std::make_shared<Tree>();
  std::vector<Frame> frames_;
  Diagnostics errors_;
  std::size_t error_count_ = 0;
  int documents_ = 0;
};

// What yaml-cpp says, and the same in words of its users.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kWords = {{
    {"end of map not found", "this does not continue the map above; check the indentation"},
    {"end of sequence not found", "this does not continue the list above; check the indentation"},
    {"end of map flow not found", "a '}' or ',' is missing before here"},
    {"end of sequence flow not found", "a ']' or ',' is missing before here"},
    {"illegal map value", "a ':' is not allowed here; check the indentation, or quote the text"},
    {"illegal tab when looking for indentation", "indent with spaces, not with tabs"},
    {"illegal block entry", "a list cannot start in this line; put '-' in a line of its own"},
    {"illegal map key", "'?' is not allowed here; quote the text"},
    {"illegal flow end", "this bracket does not close the one that is open"},
    {"unknown token", "a text cannot start with this character; quote it"},
}};

std::string explained(const std::string& message) {
  for (const auto& [theirs, ours] : kWords) {
    if (message == theirs) return std::string(ours);
  }
  return "this is not YAML: " + message;
}

// A tab in the indentation of the line of `at`.
std::optional<std::size_t> find_tab_indent(std::string_view bytes, std::size_t at) {
  const std::size_t end_before = at == 0 ? std::string_view::npos : bytes.rfind('\n', at - 1);
  const std::size_t start = end_before == std::string_view::npos ? 0 : end_before + 1;
  const std::size_t word = bytes.find_first_not_of(" \t", start);
  const std::size_t tab = bytes.find('\t', start);
  return tab < word && tab < at + 1 ? std::optional(tab) : std::nullopt;
}

}  // namespace

std::shared_ptr<const Tree> parse_yaml(const Tree::Source& source) {
  Builder builder(source);
  std::istringstream stream(source.text->bytes);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const std::string_view bytes = source.text->bytes;
    const std::size_t at =
        error.mark.is_null() ? 0 : std::min<std::size_t>(error.mark.pos, bytes.size());
    if (bytes.substr(at).starts_with('*')) {
      builder.alias(at);
      return builder.finish();
    }
    if (const auto tab = find_tab_indent(bytes, at)) {
      builder.fail(*tab, 1, "indent with spaces, not with tabs");
    }
    const bool at_end = bytes.find_first_not_of(" \t\r\n", at) == std::string_view::npos;
    if (const auto bracket = builder.open_bracket(); at_end && bracket) {
      builder.fail(*bracket, 1, "this bracket is never closed");
    }
    builder.fail(at, 1, explained(error.msg));
  }
  return builder.finish();
}

}  // namespace weft::base::detail
