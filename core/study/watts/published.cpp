#include "weft/watts/published.h"

#include <algorithm>
#include <cstdlib>

#include "points.h"

namespace weft::watts {

std::optional<double> PublishedPoint::error() const {
  if (low && predicted < *low) return predicted / *low - 1;
  if (high && predicted > *high) return predicted / *high - 1;
  return low || high ? std::optional(0.0) : std::nullopt;
}

cluster::Cluster cluster_of(const std::string& entry, const base::Catalog& catalog) {
  base::Reading reading;
  const auto document = base::Document::parse(entry + "\n", "published power");
  base::Fields use(document.root(), reading, "published power");
  auto cluster = cluster::read_cluster(use, catalog);
  use.finish();
  reading.throw_if_any();
  return cluster;
}

site::Site site_of(const std::string& name, const base::Catalog& catalog) {
  base::Reading reading;
  auto site = site::read_site(catalog.load("site", name, std::nullopt), reading);
  reading.throw_if_any();
  return site;
}

site::Site no_site() {
  site::Site site;
  site.pue = 1;
  site.other_it = 0;
  return site;
}

std::vector<PublishedPoint> published_points(const base::Catalog& catalog, int threads) {
  Points points;
  add_host_points(points, catalog);
  add_step_points(points, catalog, threads);
  add_system_points(points, catalog);
  add_site_points(points, catalog);
  add_kernel_points(points, catalog);
  std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) {
    return std::atoi(a.id.c_str() + 1) < std::atoi(b.id.c_str() + 1);
  });
  return points;
}

}  // namespace weft::watts
