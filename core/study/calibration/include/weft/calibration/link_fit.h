// `weft calibrate --link`: the numbers of a link are moved to where measured collectives are met
// best.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/calibration/fit_file.h"
#include "weft/calibration/parameter.h"
#include "weft/network/points.h"

namespace weft::calibration {

// A number of a link that collectives can tell.
struct LinkFamily {
  const char* path;  // in the document
  const char* unit;
  double unit_size;  // SI
  double reach;      // the prior where the document gives no range: its value / reach ... × reach
  double least, most;
  double (*get)(const interconnect::Link&);
  void (*set)(interconnect::Link&, double);
  bool (*applies)(const interconnect::Link&);
};

struct FittedLinkParameter {
  const LinkFamily* family = nullptr;
  Parameter prior;
  double z = 0;          // standard deviations of the prior from its mode
  double deviation = 1;  // of z, posterior
  bool is_written = false;

  // SI; at so many posterior deviations from the median.
  [[nodiscard]] double value(double deviations = 0) const;
  // "3.1 us"
  [[nodiscard]] std::string written(double value) const;
};

// Errors are of bus bandwidth, predicted / published - 1.
struct LinkResidual {
  network::CollectivePoint point;
  std::string cluster;
  double before = 0;  // as written by hand
  double error = 0;
  double predicted = 0;  // s
};

struct LinkErrors {
  std::string curve, split;
  int n = 0;
  double median_before = 0, median = 0;  // of |error|
};

struct LinkFit {
  std::string link;
  std::vector<std::string> tables;
  std::vector<FittedLinkParameter> parameters;
  std::vector<LinkResidual> residuals;  // of fit and test
  std::vector<LinkErrors> errors;       // by split, then by curve and split
  std::set<std::string> sources;        // of the points `fit`
  int points = 0;                       // `fit`
  int elsewhere = 0;                    // points of other links, or that could not be compared
};

// Fits to the points marked `fit` of groups whose outermost link is this one, starting from the
// values written by hand; of tables without a split, to every third point of a curve. Other links
// are as their own fits have them. `cluster`: that all points ran on. Throws base::InputError when
// there is no such link, std::runtime_error when no point is of it.
LinkFit fit_link(std::vector<network::PointsTable> tables, const base::Catalog& catalog,
                 const std::string& link, const std::optional<std::string>& cluster = {});

// NAME.collectives.fit.yaml with what the points tell.
FitFile fit_file(const LinkFit& fit, const base::Catalog& catalog);

}  // namespace weft::calibration
