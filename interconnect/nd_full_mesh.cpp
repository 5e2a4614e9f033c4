// A full mesh in each of several dimensions (UB-Mesh, arXiv:2503.20377): boards in a rack, racks in
// rows and columns. Each dimension is a tier of its own; traffic that changes its place in several
// is passed on by devices. A spare device of a unit has as many links as the others have inside the
// unit; they lead to switches beside the mesh, through which it takes a failed device's place one
// hop further from the rest. It counts in the inventory only: the graph is of what is at work.

#include <fmt/format.h>

#include "read_lists.h"
#include "tier_kinds.h"

namespace weft::interconnect {

namespace {

// `links: [a, b, …]`, one per dimension, or `link: a` for all.
std::vector<Link> links_of(base::Fields& fields, const TierContext& context, std::size_t count) {
  const char* key = fields.has("links") ? "links" : "link";
  if (!fields.has(key)) fields.text("link");  // for its error
  std::vector<Link> links;
  for (const base::Node& node : text_for_each(fields, key, count)) {
    const bool is_again = !links.empty() && !fields.value(key)->is_list();
    links.push_back(is_again ? links.front()
                             : link_named(base::text_of(node, fields.reading()), node, context,
                                          fields.reading()));
  }
  links.resize(count);
  return links;
}

std::vector<std::string> names_of(base::Fields& fields, std::size_t count) {
  const std::string name = fields.text("name", "mesh");
  std::vector<std::string> names;
  for (const base::Node& node : text_for_each(fields, "names", count)) {
    names.push_back(base::text_of(node, fields.reading()));
  }
  for (std::size_t i = names.size(); i < count; ++i) {
    names.push_back(fmt::format("{} dimension {}", name, i + 1));
  }
  return names;
}

// One number counts for a unit of the outermost dimension, a list for each.
std::vector<int> spares_of(base::Fields& fields, std::size_t count) {
  const auto written = fields.value("spares");
  if (!written || !written->is_list()) {
    std::vector<int> spares(count);
    spares.back() = fields.small_integer("spares", 0, 0);
    return spares;
  }
  std::vector<int> spares;
  for (const double number : number_for_each(fields, "spares", count, 0)) {
    const bool is_count = number >= 0 && number < 1e6 && number == static_cast<int>(number);
    if (!is_count) fields.reading().error(*written, "spares are counted in whole devices");
    spares.push_back(is_count ? static_cast<int>(number) : 0);
  }
  return spares;
}

}  // namespace

std::vector<Tier> read_nd_full_mesh(base::Fields& fields, const TierContext& context) {
  const std::vector<int> sizes = sizes_of(fields, "dimensions");
  const std::size_t count = sizes.size();
  const std::vector<Link> links = links_of(fields, context, count);
  const std::vector<std::string> names = names_of(fields, count);
  const std::vector<double> links_per_device =
      number_for_each(fields, "links_per_device", count, 1);
  const std::vector<int> spares = spares_of(fields, count);
  const bool detours = fields.flag("detours", false);
  std::vector<Tier> tiers(count);
  double ports = 0;  // of a device in this dimension and those inside
  for (std::size_t i = 0; i < count; ++i) {
    tiers[i].kind = TierKind::kFullMesh;
    tiers[i].name = names[i];
    tiers[i].children = sizes[i];
    tiers[i].link = links[i];
    tiers[i].links_per_device = links_per_device[i];
    tiers[i].detours = detours;
    tiers[i].passes_on = true;
    tiers[i].spares = spares[i];
    ports += (sizes[i] - 1) * links_per_device[i];
    tiers[i].spare_links = ports;
  }
  return tiers;
}

}  // namespace weft::interconnect
