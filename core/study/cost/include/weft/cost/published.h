// Published energy of training runs and cost of owning, beside what the rooms below say: `weft cost
// --published`, and golden files of the tests.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"

namespace weft::cost {

// How a figure is made of hours of packages.
//   limit: hours · watts (else the devices' limit) · PUE of the site, "GPU-hours × TDP"
//   site:  the meter of the cluster at a share `load` of the devices' limit; PUE 1 without a site
//   own:   owning a package, an hour of use
enum class Style { kLimit, kSite, kOwn };

struct PublishedRow {
  std::string id;
  std::string what;
  std::string unit;           // MWh, t of CO2e, a currency an hour
  std::optional<double> low;  // published, from … to; none: a prediction
  std::optional<double> high;
  double predicted = 0;
  // Of energy and carbon, in both ways of counting; none: the row has no inputs for it.
  std::optional<double> by_limit;
  std::optional<double> at_meter;
  // Its inputs are of the same source: it checks the arithmetic, not the model.
  bool by_construction = false;
  Style style = Style::kLimit;
  std::string cluster;  // as an entry of a study: "use: dgx_h100, hosts: 64"; may be empty
  std::string site;     // may be empty
  double hours = 0;     // of packages
  double watts = 0;     // of a package; 0: its limit
  double load = 1;
  std::string source;

  // 0 within what is published, else relative to the nearer end; none: nothing is published.
  [[nodiscard]] std::optional<double> error() const;
};

// The tables that ship, in configs/validation.
inline constexpr const char* kEnergyRuns = "energy_runs.csv";
inline constexpr const char* kOwnership = "ownership.csv";
std::filesystem::path shipped_table(const base::Catalog& catalog, const char* name);

// Reads the inputs of a table and predicts each row. Throws base::InputError.
std::vector<PublishedRow> published_rows(const std::filesystem::path& file,
                                         const base::Catalog& catalog);

}  // namespace weft::cost
