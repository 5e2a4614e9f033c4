// What has been published about power of chips, hosts, systems and sites, beside what the rooms
// below say: `weft power --published`, and a golden file of the tests.
#pragma once

#include <filesystem>
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
  // As the table has it: by which way it is predicted, from what, at which site and at which load,
  // shape or figure; `how` says it for a person.
  struct By {
    std::string way, inputs, site, at;
  };
  By by{};
  std::string how;
  std::string source;
  std::string note{};
  std::vector<site::PowerLine> parts{};  // of a system, W

  // What is published is an upper end alone.
  [[nodiscard]] bool is_at_most() const { return high && !low; }
  // 0 within what is published, else relative to the nearer end; none: nothing is published.
  [[nodiscard]] std::optional<double> error() const;
};

// The table that ships: configs/validation/power.csv.
std::filesystem::path shipped_points(const base::Catalog& catalog);

// All rows of a table (the shipped one), in its order; `predicted`, `error` and `parts` in it are
// not read. The same for any number of threads. Throws base::InputError for what is wrong in it.
std::vector<PublishedPoint> published_points(const std::filesystem::path& file,
                                             const base::Catalog& catalog, int threads);
std::vector<PublishedPoint> published_points(const base::Catalog& catalog, int threads);

}  // namespace weft::watts
