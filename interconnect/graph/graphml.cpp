// GraphML, the part of it that describes networks: one graph, nodes, edges, data.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <pugixml.hpp>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "draft.h"
#include "weft/base/quantity.h"
#include "weft/base/unit_text.h"
#include "weft/graph/files.h"

namespace weft::graph {
namespace {

using detail::Draft;
using detail::DraftCable;
using detail::DraftNode;
using detail::Where;

constexpr std::size_t kMaxBytes = std::size_t{1} << 28;

std::shared_ptr<const base::SourceText> load(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::system_error(errno, std::generic_category(), file);
  auto source = std::make_shared<base::SourceText>();
  source->name = file;
  std::string& bytes = source->bytes;
  std::vector<char> block(std::size_t{1} << 16);
  while (stream && bytes.size() <= kMaxBytes) {
    stream.read(block.data(), static_cast<std::streamsize>(block.size()));
    bytes.append(block.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) throw std::system_error(EIO, std::generic_category(), file);
  if (bytes.size() > kMaxBytes) {
    throw base::InputError(
        {{{source, 1, 1}, 1, fmt::format("larger than {} MiB", kMaxBytes >> 20U), ""}});
  }
  return source;
}

// A `key` of the file: what its data is called.
struct Key {
  std::string name;
  bool is_number = false;
  std::string fallback;
};

class Reader {
 public:
  explicit Reader(const std::string& file);
  Graph run();

 private:
  using Data = std::map<std::string, std::pair<std::string, Where>>;
  base::Position position(std::ptrdiff_t offset);
  Where where(const pugi::xml_node& node);
  void error(const Where& where, std::string message, std::string hint = "");
  void read_keys(const pugi::xml_node& root);
  Data data_of(const pugi::xml_node& node, const char* of);
  void read_node(const pugi::xml_node& node);
  void read_edge(const pugi::xml_node& edge, bool directed);
  double number(const Data& data, const char* name, double fallback,
                const base::Dimension& dimension);
  std::optional<int> small(const Data& data, const char* name);

  std::shared_ptr<const base::SourceText> source_;
  std::vector<std::ptrdiff_t> lines_;  // where they start
  std::ptrdiff_t counted_ = 0;         // up to here, on its line
  int column_ = 1;
  pugi::xml_document document_;
  std::array<std::map<std::string, Key>, 2> keys_;  // of nodes, of edges; by id
  std::map<std::string, std::string> name_of_id_;
  base::Diagnostics diagnostics_;
  Draft draft_;
};

Reader::Reader(const std::string& file) : source_(load(file)) {
  lines_.push_back(0);
  const std::string& bytes = source_->bytes;
  for (std::size_t at = bytes.find('\n'); at != std::string::npos; at = bytes.find('\n', at + 1))
    lines_.push_back(static_cast<std::ptrdiff_t>(at + 1));
}

// Columns count characters: bytes that do not continue one (UTF-8). Places come in the order of the
// file; counting goes on from the last, or a long line would be counted again for each.
base::Position Reader::position(std::ptrdiff_t offset) {
  offset = std::clamp<std::ptrdiff_t>(offset, 0, std::ssize(source_->bytes));
  const auto line = std::upper_bound(lines_.begin(), lines_.end(), offset) - 1;
  if (offset < counted_ || counted_ < *line) {
    counted_ = *line;
    column_ = 1;
  }
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  column_ += static_cast<int>(
      std::count_if(source_->bytes.begin() + counted_, source_->bytes.begin() + offset, is_start));
  counted_ = offset;
  return {source_, static_cast<int>(line - lines_.begin()) + 1, column_};
}

Where Reader::where(const pugi::xml_node& node) {
  return {position(node.offset_debug()), static_cast<int>(std::strlen(node.name()))};
}

void Reader::error(const Where& where, std::string message, std::string hint) {
  diagnostics_.add({where.position, where.length, std::move(message), std::move(hint)});
}

void Reader::read_keys(const pugi::xml_node& root) {
  for (const pugi::xml_node& key : root.children("key")) {
    const std::string type = key.attribute("attr.type").value();
    Key read{key.attribute("attr.name").value(),
             type == "double" || type == "float" || type == "int" || type == "long",
             key.child_value("default")};
    if (read.name.empty()) read.name = key.attribute("id").value();
    const std::string_view of = key.attribute("for").value();
    const bool all = of.empty() || of == "all";
    if (of == "node" || all) keys_[0][key.attribute("id").value()] = read;
    if (of == "edge" || all) keys_[1][key.attribute("id").value()] = read;
  }
}

// By name. Names that nothing here asks for are skipped: other programs write colours and shapes.
Reader::Data Reader::data_of(const pugi::xml_node& node, const char* of) {
  const std::map<std::string, Key>& keys = keys_[std::string_view(of) == "edge" ? 1 : 0];
  Data data;
  for (const auto& [id, key] : keys)
    if (!key.fallback.empty()) data[key.name] = {key.fallback, where(node)};
  for (const pugi::xml_node& child : node.children("data")) {
    const auto key = keys.find(child.attribute("key").value());
    if (key == keys.end()) {
      error(where(child),
            fmt::format("no `key` of {}s has the id '{}'", of, child.attribute("key").value()));
      continue;
    }
    data[key->second.name] = {child.child_value(), where(child)};
  }
  if (node.child("graph")) error(where(node.child("graph")), "graphs in a node are not read");
  return data;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

// SI when it is bare.
double Reader::number(const Data& data, const char* name, double fallback,
                      const base::Dimension& dimension) {
  const auto found = data.find(name);
  if (found == data.end()) return fallback;
  const auto& [text, place] = found->second;
  base::UnitError wrong;
  const auto parsed = base::parse_quantity(trimmed(text), wrong);
  if (!parsed) {
    error(place, fmt::format("{} '{}': {}", name, trimmed(text), wrong.message));
    return std::nan("");
  }
  const bool is_bare = parsed->unit.empty() && parsed->dimension == base::Dimension{};
  if (!is_bare && parsed->dimension != dimension) {
    error(place, fmt::format("{} '{}' is no {}", name, trimmed(text),
                             base::dimension_name(dimension, false)));
    return std::nan("");
  }
  return parsed->si;
}

std::optional<int> Reader::small(const Data& data, const char* name) {
  const auto found = data.find(name);
  if (found == data.end()) return std::nullopt;
  const std::string_view text = trimmed(found->second.first);
  int value = -1;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault == std::errc() && end == text.data() + text.size() && value >= -1 && value <= 127)
    return value;
  error(found->second.second, fmt::format("{} '{}' is no number up to 127", name, text));
  return std::nullopt;
}

void Reader::read_node(const pugi::xml_node& node) {
  DraftNode draft;
  draft.where = where(node);
  const std::string id = node.attribute("id").value();
  const Data data = data_of(node, "node");
  const auto name = data.find("name");
  draft.name = name == data.end() ? id : name->second.first;
  if (id.empty()) {
    error(draft.where, "a node needs an id");
    return;
  }
  if (!name_of_id_.try_emplace(id, draft.name).second)
    return error(draft.where, fmt::format("the id '{}' is there twice", id));
  if (const auto kind = data.find("kind"); kind != data.end()) {
    const std::string_view text = trimmed(kind->second.first);
    if (text == "device") draft.kind = NodeKind::kDevice;
    if (text == "switch") draft.kind = NodeKind::kSwitch;
    if (text == "port") draft.kind = NodeKind::kPort;
    if (!draft.kind) {
      const std::string close = base::nearest(std::string(text), {"device", "switch", "port"});
      error(kind->second.second, fmt::format("the kind '{}' is not device, switch or port", text),
            close.empty() ? "" : fmt::format("did you mean '{}'?", close));
    }
  }
  draft.tier = small(data, "tier");
  draft.layer = small(data, "layer");
  // A device has none; it is written as -1.
  if (draft.tier && *draft.tier < 0) draft.tier.reset();
  if (draft.layer && *draft.layer < 0) draft.layer.reset();
  draft_.nodes.push_back(std::move(draft));
}

void Reader::read_edge(const pugi::xml_node& edge, bool directed) {
  const std::size_t before = diagnostics_.size();
  const Data data = data_of(edge, "edge");
  DraftCable cable;
  cable.where = cable.where_from = cable.where_to = cable.where_bandwidth = where(edge);
  const auto end = [&](const char* which) {
    const std::string id = edge.attribute(which).value();
    if (id.empty()) error(cable.where, fmt::format("an edge needs a {}", which));
    const auto known = name_of_id_.find(id);
    return known == name_of_id_.end() ? id : known->second;
  };
  cable.from = end("source");
  cable.to = end("target");
  const std::string_view own = edge.attribute("directed").value();
  cable.directed = own.empty() ? directed : own == "true";
  if (const auto bandwidth = data.find("bandwidth"); bandwidth != data.end()) {
    cable.where_bandwidth = bandwidth->second.second;
  } else {
    error(cable.where, "an edge needs data for `bandwidth`");
  }
  cable.bandwidth = number(data, "bandwidth", std::nan(""), base::Bandwidth::kDimension);
  cable.latency = number(data, "latency", 0, base::Time::kDimension);
  cable.lanes = number(data, "lanes", 1, {});
  cable.modules = number(data, "modules", 0, {});
  if (!(cable.lanes >= 0) || !(cable.modules >= 0) || !std::isfinite(cable.lanes + cable.modules))
    error(cable.where, "lanes and modules must be 0 or more");
  if (const auto global = data.find("global"); global != data.end())
    cable.global = trimmed(global->second.first) == "true";
  cable.tier = std::max(small(data, "tier").value_or(0), 0);
  if (diagnostics_.size() > before) {
    draft_.is_partial = true;
    return;
  }
  draft_.cables.push_back(std::move(cable));
}

Graph Reader::run() {
  const pugi::xml_parse_result parsed = document_.load_buffer(
      source_->bytes.data(), source_->bytes.size(),
      pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  if (!parsed) {
    throw base::InputError({{position(parsed.offset), 1,
                             fmt::format("this is not XML: {}", parsed.description()), ""}});
  }
  const pugi::xml_node root = document_.child("graphml");
  const pugi::xml_node graph = root.child("graph");
  if (!graph) throw base::InputError({{position(0), 1, "there is no graph in this GraphML", ""}});
  draft_.where = where(graph);
  if (graph.next_sibling("graph"))
    error(where(graph.next_sibling("graph")), "more than one graph in a file");
  read_keys(root);
  const bool directed = std::string_view(graph.attribute("edgedefault").value()) == "directed";
  for (const pugi::xml_node& node : graph.children("node")) read_node(node);
  for (const pugi::xml_node& edge : graph.children("edge")) read_edge(edge, directed);
  if (graph.child("hyperedge")) error(where(graph.child("hyperedge")), "hyperedges are not read");
  if (graph.child("node").empty()) error(draft_.where, "a graph needs nodes");
  if (draft_.nodes.empty()) diagnostics_.throw_if_any();
  Graph result = detail::build(draft_, diagnostics_);
  diagnostics_.throw_if_any();
  return result;
}

}  // namespace

Graph read_graphml(const std::string& file) { return Reader(file).run(); }

}  // namespace weft::graph
