// What has been published about failures, checkpoints, spares and yield, beside what the rooms
// below say: `weft campaign --published`, and a golden file of the tests.
#pragma once

#include <string>
#include <vector>

#include "weft/base/catalog.h"

namespace weft::weeks {

struct PublishedPoint {
  std::string id;  // "V3", with a letter where a source gives several figures
  std::string what;
  std::string unit;  // "" for shares and counts
  double low = 0;    // published, from … to; a bound has the other end open (infinite)
  double high = 0;
  double predicted = 0;
  // An input was chosen so that this comes out: it checks the code, not the model.
  bool by_construction = false;
  std::string how;  // which model
  std::string source;

  // 0 within what is published, else relative to the nearer end.
  [[nodiscard]] double error() const;
};

// All of them, in the order of their ids. Reads the studies llama3_54_days, mttf_16k_131k and
// ft_hsdp_98k and the campaign mature, and plays a few hundred short campaigns; the same for any
// number of threads.
std::vector<PublishedPoint> published_points(const base::Catalog& catalog, int threads);

}  // namespace weft::weeks
