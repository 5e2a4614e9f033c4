#include "mixed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>

namespace weft::cluster {

namespace {

using base::Fields;

Joint read_joint(Fields fields, const base::Catalog& catalog) {
  Joint joint;
  const auto link = fields.text("link");
  if (!link.empty()) {
    joint.link =
        interconnect::read_link(catalog.load("link", link, fields.value("link")), fields.reading());
  }
  joint.links_per_host = fields.small_integer("per_host", 1, 0);
  joint.links = fields.small_integer("links", 1, 0);
  joint.latency = fields.quantity<base::Time>("latency", base::Time(0));
  fields.finish();
  return joint;
}

// Keys that belong to a part.
void refuse_keys_of_parts(const Fields& use) {
  for (const char* key : {"use", "software", "power_cap", "hosts", "racks", "pods"}) {
    if (!use.has(key)) continue;
    use.reading().error(*use.node().find(key), fmt::format("'{}' stands in each part", key));
  }
}

void check_ways(const Fields& use, const Cluster& mixed) {
  for (int p = 0; p < mixed.parts(); ++p) {
    if (mixed.joint.links_per_host > 0 || mixed.part(p).host.nics > 0) continue;
    use.reading().error(
        use.node(), fmt::format("{} has no NICs: say 'per_host' in 'between'", mixed.part(p).name));
  }
}

double links_per_device(const Joint& joint, const Host& host) {
  const int links = joint.links_per_host > 0 ? joint.links_per_host : host.nics;
  return static_cast<double>(links) / host.devices;
}

}  // namespace

Cluster read_mixed(Fields& use, const base::Catalog& catalog,
                   const std::function<Cluster(Fields&, const base::Catalog&)>& read_part) {
  auto& reading = use.reading();
  refuse_keys_of_parts(use);
  std::vector<Cluster> parts;
  for (const auto& node : use.list("mixed")) {
    Fields fields(node, reading, use.name());
    parts.push_back(read_part(fields, catalog));
    fields.finish();
  }
  if (parts.size() < 2) {
    reading.error(*use.value("mixed"), "at least two parts are expected here");
    if (parts.empty()) return {};
  }
  const auto joint = use.maybe_map("between");
  if (!joint) {
    reading.error(use.node(), "'between' is missing: the link between the parts, {link: NAME}");
  }
  auto mixed = std::move(parts.front());
  parts.erase(parts.begin());
  mixed.further = std::move(parts);
  for (const auto& part : mixed.further) mixed.label += " + " + part.label;
  if (joint) mixed.joint = read_joint(*joint, catalog);
  mixed.facility = use.text("facility", mixed.facility);
  if (reading.diagnostics().empty()) check_ways(use, mixed);
  return mixed;
}

std::int64_t Cluster::all_devices() const {
  std::int64_t sum = devices();
  for (const auto& part : further) sum += part.devices();
  return sum;
}

std::string Cluster::chip_names() const {
  std::vector<std::string> names;
  for (int p = 0; p < parts(); ++p) {
    const auto& chip_name = part(p).chip.name;
    if (std::find(names.begin(), names.end(), chip_name) == names.end()) {
      names.push_back(chip_name);
    }
  }
  return fmt::format("{}", fmt::join(names, " + "));
}

base::Time joint_time(const Cluster& mixed, int from, int to, std::int64_t devices,
                      base::Bytes bytes) {
  const auto& joint = mixed.joint;
  double links = std::min(links_per_device(joint, mixed.part(from).host),
                          links_per_device(joint, mixed.part(to).host));
  if (joint.links > 0) links = std::min(links, joint.links / static_cast<double>(devices));
  const auto bandwidth = joint.link.bandwidth * (joint.link.efficiency * links);
  return joint.link.call_overhead + joint.latency + joint.link.latency +
         (bytes + joint.link.half_size) / bandwidth;
}

}  // namespace weft::cluster
