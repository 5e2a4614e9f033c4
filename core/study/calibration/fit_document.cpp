#include "fit_document.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <functional>

namespace weft::calibration {

namespace {

constexpr std::string_view kFirstComment = "# Written by `weft calibrate";

// The map of one document: nested keys in order, each with its line.
struct Tree {
  std::map<std::string, Tree> members;
  std::string line;
};

void insert(Tree& tree, const std::string& path, const std::string& line) {
  auto* at = &tree;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const auto end = std::min(path.find('.', begin), path.size());
    at = &at->members[path.substr(begin, end - begin)];
    begin = end + 1;
  }
  at->line = line;
}

void print(const Tree& tree, int depth, std::string& text) {
  for (const auto& [key, member] : tree.members) {
    text += fmt::format("{:{}}{}:{}{}\n", "", 2 * depth, key, member.line.empty() ? "" : " ",
                        member.line);
    print(member, depth + 1, text);
  }
}

bool is_value(const base::Node& node) { return node.find("mode") || node.find("value"); }

// Calls `visit` for every {mode: …, source: …} below a node.
void each_value(const base::Node& node, const std::function<void(const base::Node&)>& visit) {
  if (!node.is_map()) return;
  if (is_value(node)) return visit(node);
  for (std::size_t i = 0; i < node.size(); ++i) each_value(node.item(i), visit);
}

std::string source_of(const base::Node& value) {
  const auto source = value.find("source");
  return source && source->is_scalar() ? std::string(source->text()) : "";
}

std::string as_written(const base::Node& value) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto member = value.item(i);
    const char* quote = member.is_quoted() ? "\"" : "";
    text +=
        fmt::format("{}{}: {}{}{}", i == 0 ? "" : ", ", value.key(i), quote, member.text(), quote);
  }
  return "{" + text + "}";
}

// Comments before the first key after `kind`, but the first, which every file has.
std::vector<std::string> comments_of(const std::filesystem::path& file) {
  std::vector<std::string> comments;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("kind:") || line.starts_with(kFirstComment)) continue;
    if (!line.starts_with("#")) break;
    comments.push_back(line);
  }
  return comments;
}

}  // namespace

bool comes_from(std::string_view what, std::string_view source) {
  return source.find(what) != std::string_view::npos;
}

FitDocument read_fit(const std::filesystem::path& file, std::string_view from) {
  FitDocument fit;
  if (!std::filesystem::is_regular_file(file)) return fit;
  each_value(base::Document::load(file).root(), [&](const base::Node& value) {
    if (comes_from(from, source_of(value))) fit.entries[value.path()] = as_written(value);
  });
  if (from == kOfKernels && !fit.entries.empty()) fit.comments = comments_of(file);
  return fit;
}

std::string text_of(const FitDocument& fit, const std::string& name) {
  Tree tree;
  for (const auto& [path, line] : fit.entries) insert(tree, path, line);
  auto text =
      fmt::format("kind: {}\n{} --write`; stands over {}.yaml.\n", fit.kind, kFirstComment, name);
  for (const auto& comment : fit.comments) text += comment + "\n";
  print(tree, 0, text);
  return text;
}

std::filesystem::path fit_file_of(const base::Document& document) {
  auto file = document.file();
  file.replace_extension(".fit.yaml");
  return file;
}

// All fits are marked one by one, so that values beside them keep the sources they have.
std::string entry_text(const std::string& low, const std::string& mode, const std::string& high,
                       std::string_view from, int count, const std::set<std::string>& sources) {
  return fmt::format(
      "{{low: {}, mode: {}, high: {}, source: \"fit of this model to {} {}: {}\", "
      "confidence: derived}}",
      low, mode, high, count, from, fmt::join(sources, ", "));
}

std::set<std::string> paths_from_kernels(const base::Catalog& catalog) {
  std::set<std::string> paths;
  for (const auto& name : catalog.names("chip")) {
    each_value(catalog.load("chip", name, std::nullopt).root(), [&](const base::Node& value) {
      if (comes_from(kOfKernels, source_of(value))) paths.insert(name + "." + value.path());
    });
  }
  return paths;
}

std::optional<base::Node> find(base::Node node, const std::string& path) {
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const auto end = std::min(path.find('.', begin), path.size());
    const auto next = node.find(path.substr(begin, end - begin));
    if (!next) return std::nullopt;
    node = *next;
    begin = end + 1;
  }
  return node;
}

}  // namespace weft::calibration
