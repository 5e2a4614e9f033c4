// Documents written in a test, and the links that are shipped.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/interconnect/link.h"
#include "weft/interconnect/topology.h"

namespace weft::interconnect::testing {

// As written by hand, which is where single collectives are; fits beside it are to whole steps.
inline base::Catalog shipped() { return base::Catalog({WEFT_CONFIGS}, base::Fits::kIgnore); }

// A link of configs/links, with errors thrown.
inline Link shipped_link(const std::string& name) {
  base::Reading reading;
  Link link = read_link(shipped().load("link", name, std::nullopt), reading);
  reading.throw_if_any();
  return link;
}

inline Link parsed_link(std::string text) {
  base::Reading reading;
  Link link = read_link(base::Document::parse(std::move(text), "link.yaml"), reading);
  reading.throw_if_any();
  return link;
}

// Tiers of one map, with errors thrown.
inline std::vector<Tier> parsed_tiers(std::string text, std::int64_t devices_inside = 1,
                                      std::int64_t devices_per_host = 8) {
  const base::Document document = base::Document::parse(std::move(text), "tier.yaml");
  const base::Catalog catalog = shipped();
  base::Reading reading;
  std::vector<Tier> tiers = read_tiers(base::Fields(document.root(), reading, "tier"),
                                       {&catalog, devices_inside, devices_per_host});
  reading.throw_if_any();
  return tiers;
}

}  // namespace weft::interconnect::testing
