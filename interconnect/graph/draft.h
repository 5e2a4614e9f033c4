// A graph as somebody wrote it, with the places of its words, before it is checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/diagnostics.h"
#include "weft/graph/graph.h"

namespace weft::graph::detail {

struct Where {
  base::Position position;
  int length = 1;
};

struct DraftNode {
  std::string name;
  Where where;
  std::optional<NodeKind> kind;  // nothing: by its edges
  std::optional<int> tier;       // nothing: 0
  std::optional<int> layer;      // nothing: by the distance from the devices
};

struct DraftCable {
  std::string from;
  std::string to;
  Where where;
  Where where_from;
  Where where_to;
  Where where_bandwidth;
  double bandwidth = 0;  // byte/s; NaN: an error about it was told already
  double latency = 0;
  std::int64_t count = 1;  // equal cables
  int tier = 0;
  double lanes = 1;
  double modules = 0;
  bool global = false;
  bool directed = false;  // one direction only; the other must be there too
};

struct Draft {
  std::vector<DraftNode> nodes;
  std::vector<DraftCable> cables;
  Where where;              // of the whole
  bool has_names = true;    // names were written, not made
  bool is_partial = false;  // something could not be read, and was told of
};

// Most cables that a file may ask for.
inline constexpr std::int64_t kMaxCables = std::int64_t{1} << 24;

// The graph, as far as the draft is right; tells what is wrong with it.
Graph build(const Draft& draft, base::Diagnostics& diagnostics);

}  // namespace weft::graph::detail
