// What has been published about power of chips, hosts, systems and sites, beside what the rooms
// below say: `weft power --published`, and a golden file of the tests.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/site/meter.h"

namespace weft::watts {

// What a point says about the model.
enum class Kind {
  kTest,          // nothing of it went into the model
  kFit,           // a figure of a document was chosen so that this comes out
  kConstruction,  // an analyst's sum of ratings, or one with inputs of our own beside it
};

struct PublishedPoint {
  std::string id;  // "V4", with a letter where a source gives several figures
  std::string what;
  std::string unit;
  std::optional<double> low, high;  // published, from … to; no low: at most; neither: a prediction
  double predicted = 0;
  Kind kind = Kind::kTest;
  double bar = 0.15;  // an error that is expected of it; beyond it a note says why
  std::string how;
  std::string source;
  std::string note{};
  std::vector<site::PowerLine> parts{};  // of a system, W

  // 0 within what is published, else relative to the nearer end; none: nothing is published.
  [[nodiscard]] std::optional<double> error() const;
};

// All of them, by id. Reads the study gpt3_power, the clusters it names and the shipped table of
// kernels; the same for any number of threads.
std::vector<PublishedPoint> published_points(const base::Catalog& catalog, int threads);

}  // namespace weft::watts
