#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "draft.h"
#include "weft/base/quantity.h"
#include "weft/graph/files.h"

namespace weft::graph {
namespace {

using detail::Draft;
using detail::DraftCable;
using detail::Where;

Where place_of(const base::Node& node) { return {node.position(), node.length()}; }

bool is_number(const base::Node& node) {
  const std::string_view text = node.text();
  return node.is_scalar() && !node.is_quoted() && !text.empty() &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Counted, of each kind; networks as a file of cables are much smaller.
constexpr std::int64_t kMostCounted = 1 << 20;

// A list of names, or a number of nodes that are called "device 0", "device 1", ...
void read_nodes(base::Fields& fields, std::string_view key, NodeKind kind, Draft& draft) {
  const auto value = fields.value(key);
  if (!value) return;
  const char* noun = kind == NodeKind::kDevice ? "device" : "switch";
  if (is_number(*value)) {
    const std::int64_t count = fields.integer(key, 0);
    if (count > kMostCounted) {
      fields.reading().error(
          *value,
          fmt::format("at most {} devices and as many switches are possible", kMostCounted));
      return;
    }
    for (std::int64_t i = 0; i < count; ++i)
      draft.nodes.push_back({fmt::format("{} {}", noun, i), place_of(*value), kind, {}, {}});
    return;
  }
  draft.has_names = true;
  for (const base::Node& item : fields.list(key))
    draft.nodes.push_back({base::text_of(item, fields.reading()), place_of(item), kind, {}, {}});
}

// Where devices are numbered, `3` is device 3.
std::string end_of(const std::string& text, bool numbered) {
  const bool is_plain = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return numbered && is_plain ? "device " + text : text;
}

DraftCable read_cable(const base::Node& item, bool numbered, base::Fields& fields) {
  DraftCable cable;
  base::Fields read(item, fields.reading(), fields.name());
  cable.where = place_of(item);
  cable.where_from = cable.where_to = cable.where_bandwidth = cable.where;
  const std::size_t before = fields.reading().diagnostics().size();
  cable.from = end_of(read.text("from"), numbered);
  cable.to = end_of(read.text("to"), numbered);
  cable.bandwidth = read.quantity<base::Bandwidth>("bandwidth").si();
  cable.latency = read.quantity("latency", base::Time(0)).si();
  cable.count = read.integer("count", 1, 1);
  cable.global = read.flag("global", false);
  // What could not be read is no end and no bandwidth to complain of again.
  if (fields.reading().diagnostics().size() > before) cable.bandwidth = std::nan("");
  if (const auto from = item.is_map() ? item.find("from") : std::nullopt)
    cable.where_from = place_of(*from);
  if (const auto to = item.is_map() ? item.find("to") : std::nullopt)
    cable.where_to = place_of(*to);
  if (const auto bandwidth = item.is_map() ? item.find("bandwidth") : std::nullopt)
    cable.where_bandwidth = place_of(*bandwidth);
  read.finish();
  return cable;
}

}  // namespace

Graph read_edge_list(base::Fields& fields) {
  Draft draft;
  draft.where = place_of(fields.node());
  draft.has_names = false;
  if (!fields.has("devices"))
    fields.reading().error(fields.node(), "a graph needs `devices`: their names, or how many");
  read_nodes(fields, "devices", NodeKind::kDevice, draft);
  read_nodes(fields, "switches", NodeKind::kSwitch, draft);
  const auto devices = fields.value("devices");
  const bool numbered = devices && is_number(*devices);
  const bool directed = fields.flag("directed", false);
  if (!fields.has("cables")) fields.reading().error(fields.node(), "a graph needs `cables`");
  const std::size_t before = fields.reading().diagnostics().size();
  for (const base::Node& item : fields.list("cables")) {
    DraftCable cable = read_cable(item, numbered, fields);
    cable.directed = directed;
    draft.cables.push_back(std::move(cable));
  }
  base::Diagnostics& diagnostics = fields.reading().diagnostics();
  draft.is_partial = diagnostics.size() > before;
  std::erase_if(draft.cables, [](const DraftCable& cable) { return std::isnan(cable.bandwidth); });
  if (draft.nodes.empty()) return {};
  return detail::build(draft, diagnostics);
}

}  // namespace weft::graph
