// Tables of measured collectives, and the model against them.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/network/cluster_size.h"
#include "weft/network/collective.h"

namespace weft::network {

struct CollectivePoint {
  std::string id;       // of the row, or "line N"
  std::string curve;    // what it is one point of: a name, or hardware and topology
  std::string cluster;  // as its column says; may be empty
  std::string operation;
  Collective collective = Collective::kAllReduce;
  int ranks = 0;
  int nodes = 0;  // 0: not said
  base::Bytes bytes;
  base::Time time;                     // measured, or what a rate comes to
  std::string metric, unit;            // as written
  double published = 0;                // as written
  std::string split;                   // "fit", "test" or empty
  std::optional<Algorithm> algorithm;  // that ran; none: not said
  std::string source, notes, confidence;
  std::string reason;  // why it cannot be compared; empty: it can
  int line = 0;

  // byte/s of nccl-tests.
  [[nodiscard]] base::Bandwidth bus_bandwidth(base::Time of) const;
};

struct PointsTable {
  std::string name;
  std::vector<CollectivePoint> points;
};

// Reads a table of one of these layouts, told apart by its header; both may have the columns
// cluster (a name of a cluster document), algorithm (blank or auto: not said), split, source and
// confidence:
//   curve,ranks,nodes,payload_bytes,elapsed_us_derived (or busbw_GBps), and optionally op
//   id,hardware,topology,n_devices,collective,bytes,metric,value,unit
// Times of expert dispatch and combine ("128 tok x 7168, top-8") are all-to-all of as many bytes.
// Throws base::InputError with line and column on broken CSV, unknown layouts and broken numbers.
PointsTable read_points(const std::filesystem::path& file);
PointsTable parse_points(std::string text, std::string name);
// The table that ships.
std::filesystem::path shipped_points(const base::Catalog& catalog);

// Of points without a split, every third of a curve (in the order of the table) becomes `fit`, the
// others `test`.
void split_by_thirds(PointsTable& table);

// Which clusters stand behind the names in tables: patterns with `*`, first match wins.
class ClusterNames {
 public:
  // configs/validation/collective_clusters.csv of the catalogue.
  explicit ClusterNames(const base::Catalog& catalog);
  // The cluster of a point: its own column, else by its curve. Empty: none.
  [[nodiscard]] std::string cluster_of(const CollectivePoint& point) const;

 private:
  struct Rule {
    std::string pattern, cluster;
  };
  std::vector<Rule> rules_;
};

// Clusters of the points, each read once per size.
class Places {
 public:
  // `cluster`: this one for all points.
  Places(const base::Catalog& catalog, std::optional<std::string> cluster);

  struct Place {
    std::string cluster;  // its document
    std::string reason;   // why there is none
    interconnect::Fabric fabric;
    interconnect::GroupShape group;
  };
  [[nodiscard]] Place place(const CollectivePoint& point);

 private:
  const base::Catalog& catalog_;
  std::optional<std::string> cluster_;
  ClusterNames names_;
  std::map<std::pair<std::string, std::int64_t>, cluster::Cluster> read_;
};

struct PointResult {
  const CollectivePoint* point = nullptr;
  std::string cluster;
  std::string algorithm;
  std::optional<double> predicted;       // s
  std::optional<double> relative_error;  // predicted bus bandwidth / published - 1
  std::string reason;                    // why not
  [[nodiscard]] bool is_skipped() const { return !predicted.has_value(); }
};

struct PointsSummary {
  std::string curve = "all", split = "all";
  int n = 0, skipped = 0;
  double median_abs_error = 0, p90_abs_error = 0, bias = 0;  // of bus bandwidth
};

struct PointsAnswer {
  std::vector<PointResult> rows;
  std::vector<PointsSummary> summaries;  // all, by split, by curve and split
};

// Summaries that the rows of an answer make.
std::vector<PointsSummary> summarise(const std::vector<PointResult>& rows);

PointsAnswer predict_points(const PointsTable& table, const base::Catalog& catalog,
                            const std::optional<std::string>& cluster = {});

}  // namespace weft::network
