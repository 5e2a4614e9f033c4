// A cluster as a study asks for it, from what is shipped; errors are thrown.
#pragma once

#include <string>

#include "weft/cluster/cluster.h"

namespace weft::cluster::testing {

inline Cluster parsed(const std::string& text) {
  const auto document = base::Document::parse(text, "study.yaml");
  base::Reading reading;
  base::Fields use(document.root(), reading, "cluster");
  auto cluster = read_cluster(use, base::Catalog({WEFT_CONFIGS}));
  use.finish();
  reading.throw_if_any();
  return cluster;
}

}  // namespace weft::cluster::testing
