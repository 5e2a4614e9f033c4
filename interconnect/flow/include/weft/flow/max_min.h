// Max-min fair sharing of links by flows. Knows links as capacities and flows as lists of links;
// nothing of networks, routes or collectives.
//
// Rates x satisfy, for every link l:  Σ_f multiplicity_f · share_fl · x_f ≤ capacity_l ,  x_f ≤
// cap_f , and every flow either runs at its cap or crosses a saturated link on which no flow has a
// larger x/weight (the max-min certificate; Bertsekas and Gallager, Data Networks, 6.5.2).
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace weft::flow {

using LinkId = std::int32_t;

inline constexpr double kUncapped = std::numeric_limits<double>::infinity();

// A static problem over flat arrays. Spans that are empty stand for their default.
struct Problem {
  std::span<const double> capacity;     // byte/s of each link, >= 0
  std::span<const std::int64_t> first;  // flows + 1 offsets into `links`
  std::span<const LinkId> links;        // of the flows, one after another; each at most once a flow
  std::span<const double> share;        // per entry of `links`: part of the flow on it; default 1
  std::span<const double> weight;       // per flow, > 0; default 1
  std::span<const double> cap;          // per flow, byte/s; default kUncapped
  std::span<const double> multiplicity;  // per flow, equal flows that it stands for; default 1

  [[nodiscard]] std::int64_t flows() const {
    return first.empty() ? 0 : static_cast<std::int64_t>(first.size()) - 1;
  }
};

// The rate of each flow [byte/s] (of one of the equal flows that it stands for). A flow over a link
// of no capacity gets 0, one over no link its cap. `threads` work on parts that share no link;
// the result does not depend on it.
std::vector<double> max_min_rates(const Problem& problem, int threads = 1);

}  // namespace weft::flow
