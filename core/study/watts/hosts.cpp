// Hosts at their plug, and whole systems.
#include <algorithm>

#include "points.h"
#include "weft/chips/kernel.h"

namespace weft::watts {

namespace {

using base::Power;

constexpr const char* kRating = "a rating has a margin over the sum of its parts";

double host_kilowatts(const cluster::Cluster& cluster, Power device) {
  const auto devices = device * cluster.host.devices;
  return site::host_power(cluster.host, cluster.device(), devices).si() / kKilo;
}

// So many hosts at their nameplate with what joins them into one system, without the network
// between systems.
std::vector<site::PowerLine> system_lines(const cluster::Cluster& cluster) {
  auto lines = site::nameplate_lines(cluster, no_site());
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

PublishedPoint system_point(PublishedPoint point, std::vector<site::PowerLine> lines) {
  point.predicted = site::sum_of(lines).si() / kKilo;
  point.parts = std::move(lines);
  return point;
}

}  // namespace

void add_host_points(Points& points, const base::Catalog& catalog) {
  const auto immersed = cluster_of("{use: smc_h100_immersion, hosts: 1}", catalog);
  const auto air = cluster_of("{use: dgx_h100, hosts: 1}", catalog);
  const auto water = cluster_of("{use: dgx_b200, hosts: 1}", catalog);
  const auto limit = [](const cluster::Cluster& cluster) { return cluster.device().power.limit; };
  points.push_back({"V1", "host of 8 H100, immersed, compute bound", "kW", 7.26, 7.34,
                    host_kilowatts(immersed, limit(immersed)), Kind::kFit, 0.05,
                    "devices at their limit", kSmcLogs});
  points.push_back({"V2", "host of 8 H100, air, full load", "kW", 8.4, 8.48,
                    host_kilowatts(air, limit(air)), Kind::kFit, 0.05, "devices at their limit",
                    "Latif et al., arXiv 2412.08602"});
  points.push_back({"V3", "host of 8 B200, water, full load", "kW", 10.05, 10.17,
                    host_kilowatts(water, limit(water)), Kind::kFit, 0.05, "devices at their limit",
                    "mlcommons/training_results_v5.0, Lenovo SR780a V3 power logs"});
  points.push_back({"V8a", "host of 8 H100, immersed, processes wait", "kW", 2.07, 2.29,
                    host_kilowatts(immersed, immersed.device().power.idle), Kind::kFit, 0.15,
                    "devices idle", kSmcLogs,
                    "a GPU that holds a context draws 115 to 140 W by these logs, an idle one 75 "
                    "W; the host's own kilowatt is from them"});
  points.push_back({"V8b", "the same, model loaded", "kW", 2.36, 2.64,
                    host_kilowatts(immersed, chips::waiting_power(immersed.device())), Kind::kTest,
                    0.1, "devices wait", kSmcLogs});
}

void add_system_points(Points& points, const base::Catalog& catalog) {
  const auto add = [&](const char* entry, PublishedPoint point) {
    points.push_back(system_point(std::move(point), system_lines(cluster_of(entry, catalog))));
  };
  const char* nameplate = "nameplate: all parts at their limit, fans at full speed";
  add("{use: gb200_nvl72, racks: 1}",
      {"V9", "GB200 NVL72, one rack", "kW", 120, 145, 0, Kind::kTest, 0.1, nameplate,
       "published totals of 120, 132 and 145 kW: awesomeagents.ai; winbuzzer.com 2025-04-20", ""});
  // Its published modules are those of both networks.
  points.push_back(system_point(
      {"V14a", "CloudMatrix384, both networks", "kW", 500, 701, 0, Kind::kConstruction, 0.25,
       nameplate,
       "559 kW: SemiAnalysis, April 2025; 500: capacitymedia.com 2025-07-28; 701: 48 servers of at "
       "most 14.6 kW"},
      site::nameplate_lines(cluster_of("{use: cloudmatrix384}", catalog), no_site())));
  add("{use: atlas_800t_a2, hosts: 1}",
      {"V14b", "Atlas 800T A2, one server", "kW", 5.75, 5.75, 0, Kind::kTest, 0.25, nameplate,
       "racks of 46 kW for 8 servers: China Mobile, Harbin"});
  add("{use: dgx_a100_80g, hosts: 1}",
      {"V16a", "DGX A100", "kW", {}, 6.5, 0, Kind::kTest, 0.15, nameplate, "rating of the server"});
  add("{use: dgx_h100, hosts: 1}",
      {"V16b", "DGX H100", "kW", 8.4, 10.2, 0, Kind::kTest, 0.15, nameplate,
       "measured at full load: arXiv 2412.08602; rating of the server"});
  add("{use: dgx_b200, hosts: 1}",
      {"V16c", "DGX B200", "kW", 10.05, 14.3, 0, Kind::kTest, 0.15, nameplate,
       "measured, water-cooled: mlcommons/training_results_v5.0; rating of the server, air"});
  add("{use: atlas_800t_a3, hosts: 1}", {"V16d",
                                         "Atlas 800T A3, with its switches and optics",
                                         "kW",
                                         {},
                                         14.6,
                                         0,
                                         Kind::kTest,
                                         0.25,
                                         nameplate,
                                         "most input power: Huawei product pages"});
  add("{use: dgx_b300, hosts: 4}",
      {"V16e", "four DGX B300", "kW", 56, 56, 0, Kind::kTest, 0.15, nameplate,
       "a rack of four: docs.nvidia.com/dgx-superpod, reference architecture of DGX B300",
       kRating});
  add("{use: gb200_nvl72, racks: 8}",
      {"V16f", "eight GB200 NVL72, a scalable unit", "kW", 1200, 1200, 0, Kind::kTest, 0.15,
       nameplate, "docs.nvidia.com/dgx-superpod, reference architecture of DGX GB200", kRating});
}

namespace {

double site_kilowatts(const cluster::Cluster& cluster, Power device, const site::Site& site) {
  const auto power = site::meter_power(cluster, cluster.devices(), device, site).total();
  return power.si() / static_cast<double>(cluster.packages()) / kKilo;
}

// All that a site must be able to feed.
PublishedPoint all_in(PublishedPoint point, const cluster::Cluster& cluster,
                      const site::Site& site) {
  point.parts = site::nameplate_lines(cluster, site);
  point.predicted =
      site::sum_of(point.parts).si() / static_cast<double>(cluster.packages()) / kKilo;
  return point;
}

constexpr const char* kAirCooled =
    "theirs is a sum of ratings, 14.3 kW for a host cooled by air; this one is cooled by water";

}  // namespace

void add_site_points(Points& points, const base::Catalog& catalog) {
  const auto own = site_of("us_hyperscale", catalog);
  const auto rented = site_of("us_colocation", catalog);
  const auto at_share = [](const cluster::Cluster& cluster, double share) {
    return cluster.device().power.limit * share;
  };
  const auto meta = cluster_of("{use: gb200_nvl72, racks: 128}", catalog);
  points.push_back({"V10", "a site of 83,000 GB200, a GPU", "kW", 1.81, 1.81,
                    site_kilowatts(meta, Power(960), own), Kind::kTest, 0.15,
                    "every GPU at the 960 W provisioned, site us_hyperscale",
                    "arXiv 2605.24461, abstract: 150 MW",
                    "a feed has a margin over what is drawn"});
  const char* how = "nameplate, site us_colocation";
  const char* source = "SemiAnalysis InferenceX constants";
  points.push_back(all_in(
      {"V11a", "all-in, an H100", "kW", 1.73, 1.73, 0, Kind::kConstruction, 0.15, how, source},
      cluster_of("{use: dgx_h100, hosts: 64}", catalog), rented));
  points.push_back(all_in({"V11b", "all-in, a B200", "kW", 2.17, 2.17, 0, Kind::kConstruction, 0.15,
                           how, source, kAirCooled},
                          cluster_of("{use: dgx_b200, hosts: 64}", catalog), rented));
  points.push_back(
      all_in({"V11c", "all-in, a GB200", "kW", 2.1, 2.1, 0, Kind::kConstruction, 0.15, how, source},
             cluster_of("{use: gb200_nvl72, racks: 8}", catalog), rented));
  const auto a100 = cluster_of("{use: dgx_a100_80g, hosts: 1720}", catalog);
  points.push_back(
      {"V12", "13,760 A100 for 48 days, an A100", "kW", 0.75, 0.75,
       site_kilowatts(a100, at_share(a100, 0.85), own), Kind::kConstruction, 0.15,
       "devices at 85 % of their limit, site us_hyperscale",
       "11.9 GWh: Hamilton, quoted in arXiv 2312.06902; devices and days from memory"});
  const auto bloom = cluster_of("{use: jean_zay_a100, hosts: 48}", catalog);
  points.push_back({"V13", "BLOOM 176B with what idles around it, an A100", "kW", 0.637, 0.637,
                    site_kilowatts(bloom, at_share(bloom, 1), no_site()), Kind::kConstruction, 0.15,
                    "devices at their limit, hosts and network",
                    "Luccioni et al., arXiv 2211.02001: 433.2 and 256.6 MWh of 1,082,990 hours"});
}

}  // namespace weft::watts
