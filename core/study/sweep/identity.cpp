#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cstring>
#include <deque>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "axis.h"
#include "weft/sweep/sweep.h"

namespace weft::sweep {

namespace {

namespace fs = std::filesystem;

// FNV-1a in 64 bits: tells files apart; nobody attacks it.
class Hash {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) take(static_cast<unsigned char>(byte));
    take(bytes.size());
  }
  void add(double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    take(bits);
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  void take(std::uint64_t bits) {
    value_ ^= bits;
    value_ *= 0x100000001b3ULL;
  }
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

bool is_of_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

// Collects the documents that a text names: every word that is a document's name counts, so that
// rather one too many is taken than one too few.
class Named {
 public:
  explicit Named(const base::Catalog& catalog) : catalog_(catalog) {
    for (const auto& kind : base::Catalog::kinds()) {
      if (kind == "study" || kind == "claim" || kind == "rules") continue;
      for (const auto& name : catalog.names(kind)) kinds_of_[name].push_back(kind);
    }
  }

  void follow(const base::Document& document) {
    walk(document.root());
    while (!waiting_.empty()) {
      const auto next = std::move(waiting_.front());
      waiting_.pop_front();
      walk(next.root());
    }
  }

  // By kind and name, or by file.
  [[nodiscard]] const std::map<std::string, std::string>& texts() const { return texts_; }

 private:
  void walk(const base::Node& node) {
    if (node.is_scalar()) words(node, node.text());
    for (std::size_t i = 0; i < node.size(); ++i) {
      if (node.is_map()) words(node, node.key(i));
      walk(node.item(i));
    }
  }

  void words(const base::Node& node, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = at;
      while (end < text.size() && is_of_name(text[end])) ++end;
      if (end > at && seen_.insert(std::string(text.substr(at, end - at))).second) {
        word(node, std::string(text.substr(at, end - at)));
      }
      at = end + 1;
    }
  }

  void word(const base::Node& node, const std::string& name) {
    if (const auto known = kinds_of_.find(name); known != kinds_of_.end()) {
      for (const auto& kind : known->second) {
        keep(kind + " " + name, [&] { return catalog_.load(kind, name, std::nullopt); });
      }
    }
    const auto beside = fs::path(node.source()->name).parent_path() / (name + ".yaml");
    std::error_code ignored;
    if (!fs::is_regular_file(beside, ignored)) return;
    keep("file " + name, [&] { return catalog_.load_file(beside, ""); });
  }

  template <class Load>
  void keep(const std::string& key, const Load& load) {
    if (texts_.contains(key)) return;
    try {
      auto document = load();
      texts_.emplace(key, text_of(document.root()));
      waiting_.push_back(std::move(document));
    } catch (const base::InputError&) {
      // A word that happens to be the name of a file that is wrong: whoever needs it says so.
    }
  }

  const base::Catalog& catalog_;
  std::map<std::string, std::vector<std::string>> kinds_of_;  // by name
  std::set<std::string> seen_;
  std::deque<base::Document> waiting_;
  std::map<std::string, std::string> texts_;
};

}  // namespace

std::string identity_of(const Sweep& sweep, const ask::Question& question,
                        const base::Catalog& catalog, const std::string& version) {
  Hash hash;
  hash.add(version);
  hash.add(text_of(sweep.document.root()));
  hash.add(text_of(sweep.base.root()));
  Named named(catalog);
  named.follow(sweep.base);
  named.follow(sweep.document);
  for (const auto& [name, text] : named.texts()) {
    hash.add(name);
    hash.add(text);
  }
  for (const auto& column : question.columns()) hash.add(column.name);
  for (const auto& row : question.base()) {
    hash.add(row.label);
    hash.add(row.plan);
    for (const double value : row.values) hash.add(value);
  }
  return fmt::format("{:016x}", hash.value());
}

}  // namespace weft::sweep
