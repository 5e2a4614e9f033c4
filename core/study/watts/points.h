// The parts of the table. Internal to the room.
#pragma once

#include <string>
#include <vector>

#include "weft/cluster/cluster.h"
#include "weft/site/facility.h"
#include "weft/watts/published.h"

namespace weft::watts {

using Points = std::vector<PublishedPoint>;

inline constexpr double kKilo = 1e3;
inline constexpr const char* kSmcLogs = "mlcommons/training_results_v4.0 @62f111b, smc-ac-power";

// An entry of a study: "{use: dgx_h100, hosts: 1}".
cluster::Cluster cluster_of(const std::string& entry, const base::Catalog& catalog);
site::Site site_of(const std::string& name, const base::Catalog& catalog);
// PUE 1, no other IT.
site::Site no_site();

void add_host_points(Points& points, const base::Catalog& catalog);               // V1 to V3, V8
void add_step_points(Points& points, const base::Catalog& catalog, int threads);  // V4 to V7, V15
void add_system_points(Points& points, const base::Catalog& catalog);             // V9, V14, V16
void add_site_points(Points& points, const base::Catalog& catalog);               // V10 to V13
void add_kernel_points(Points& points, const base::Catalog& catalog);             // V14c

}  // namespace weft::watts
