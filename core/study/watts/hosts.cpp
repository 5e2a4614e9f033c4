// Hosts at their plug, whole systems and sites.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "points.h"
#include "weft/base/csv_cells.h"
#include "weft/base/fields.h"
#include "weft/base/unit_text.h"
#include "weft/chips/kernel.h"

namespace weft::watts {

namespace {

using base::Power;

// So many hosts at their nameplate with what joins them into one system, without the network
// between systems.
std::vector<site::PowerLine> system_lines(const cluster::Cluster& cluster, const site::Site& site) {
  auto lines = site::nameplate_lines(cluster, site);
  std::vector<std::string> outside;
  for (const auto& tier : cluster.fabric.tiers()) {
    if (tier.kind == interconnect::TierKind::kFatTree) outside.push_back(tier.name + ", ");
  }
  std::erase_if(lines, [&](const site::PowerLine& line) {
    return std::any_of(outside.begin(), outside.end(),
                       [&](const auto& name) { return line.what.starts_with(name); });
  });
  return lines;
}

void set_parts(PublishedPoint& point, std::vector<site::PowerLine> lines, double shared_by = 1) {
  point.parts = std::move(lines);
  point.predicted = site::sum_of(point.parts).si() / shared_by / kKilo;
}

// "960 W" or "85 %".
std::optional<Power> written_power(const std::string& text, Power limit) {
  base::UnitError error;
  const auto written = base::parse_quantity(text, error);
  if (!written || !(written->si > 0) || !written->currency.empty()) return std::nullopt;
  if (written->dimension == Power::kDimension) return Power(written->si);
  const bool is_share = written->unit == "%" && written->si <= 1;
  return is_share ? std::optional(limit * written->si) : std::nullopt;
}

}  // namespace

cluster::Cluster cluster_of(const Row& row, const base::Catalog& catalog) {
  base::Reading reading;
  const auto document =
      base::Document::parse(fmt::format("{{{}}}\n", row.inputs.text), "row " + row.point.id);
  base::Fields use(document.root(), reading, row.point.id);
  auto cluster = cluster::read_cluster(use, catalog);
  use.finish();
  reading.throw_if_any();
  return cluster;
}

site::Site site_of(const Row& row, const base::Catalog& catalog) {
  if (row.site.text.empty()) {
    site::Site none;
    none.pue = 1;
    none.other_it = 0;
    return none;
  }
  base::Reading reading;
  auto site = site::read_site(catalog.load("site", row.site.text, std::nullopt), reading);
  reading.throw_if_any();
  return site;
}

Power device_power(const Row& row, const chips::Device& device) {
  const auto& at = row.at.text;
  if (at == "limit") return device.power.limit;
  if (at == "idle") return device.power.idle;
  if (at == "waiting") return chips::waiting_power(device);
  const auto power = at.empty() ? std::nullopt : written_power(at, device.power.limit);
  if (!power) base::fail_at(row.at, "limit, idle, waiting, 85 % or 960 W is expected here");
  return *power;
}

void predict_host(Context& context, Row& row) {
  const auto cluster = cluster_of(row, context.catalog);
  const auto devices = device_power(row, cluster.device()) * cluster.host.devices;
  row.point.predicted = site::host_power(cluster.host, cluster.device(), devices).si() / kKilo;
}

void predict_system(Context& context, Row& row) {
  const auto cluster = cluster_of(row, context.catalog);
  set_parts(row.point, system_lines(cluster, site_of(row, context.catalog)));
}

void predict_system_and_network(Context& context, Row& row) {
  const auto cluster = cluster_of(row, context.catalog);
  set_parts(row.point, site::nameplate_lines(cluster, site_of(row, context.catalog)));
}

void predict_site(Context& context, Row& row) {
  const auto cluster = cluster_of(row, context.catalog);
  const auto power =
      site::meter_power(cluster, cluster.devices(), device_power(row, cluster.device()),
                        site_of(row, context.catalog));
  row.point.predicted = power.total().si() / static_cast<double>(cluster.packages()) / kKilo;
}

void predict_all_in(Context& context, Row& row) {
  const auto cluster = cluster_of(row, context.catalog);
  set_parts(row.point, site::nameplate_lines(cluster, site_of(row, context.catalog)),
            static_cast<double>(cluster.packages()));
}

}  // namespace weft::watts
