// Scale-up domains under a scale-out network, and how many of their hosts a study uses. Internal to
// the room.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "weft/base/fields.h"
#include "weft/interconnect/fabric.h"

namespace weft::cluster {

struct Domains {
  std::vector<interconnect::Tier> scale_up;  // from the inside out
  std::int64_t devices = 1;                  // in one domain
  std::vector<interconnect::Tier> scale_out;
  // The outermost scale-out tier is built for as many domains as a study asks for.
  bool is_open = false;
  std::optional<interconnect::Tier> sites;
};

// Reads `hosts_per_domain`: each domain is built with that many hosts. Returns how many hosts are
// then in a unit of `unit_hosts`. Errors go to the reading of `use`.
std::int64_t use_part_of_each(Domains& domains, std::int64_t devices_per_host,
                              std::int64_t unit_hosts, base::Fields& use);

// The fabric of so many hosts: whole domains, or a part of one; the same at each site. An error
// goes to `use`.
interconnect::Fabric fabric_for(Domains domains, std::int64_t hosts, std::int64_t devices,
                                const base::Fields& use);

}  // namespace weft::cluster
