#include "weft/flow/max_min.h"

#include <stdexcept>

#include "components.h"
#include "fill.h"

namespace weft::flow {
namespace {

struct MaxMinArrays {
  std::vector<std::int64_t> first;  // links + 1 offsets into `members`
  std::vector<Member> members;
  std::vector<double> level;
};

MaxMinArrays arrays_of(const Problem& problem) {
  MaxMinArrays out;
  const auto links = problem.capacity.size();
  out.first.assign(links + 1, 0);
  for (const LinkId link : problem.links) ++out.first[static_cast<std::size_t>(link) + 1];
  for (std::size_t link = 0; link < links; ++link) out.first[link + 1] += out.first[link];
  std::vector<std::int64_t> next(out.first.begin(), out.first.end() - 1);
  out.members.resize(problem.links.size());
  for (std::int64_t flow = 0; flow < problem.flows(); ++flow) {
    for (auto at = problem.first[flow]; at < problem.first[flow + 1]; ++at) {
      out.members[next[problem.links[at]]++] = {
          static_cast<std::int32_t>(flow), static_cast<std::int32_t>(at - problem.first[flow])};
    }
  }
  out.level.assign(static_cast<std::size_t>(problem.flows()), kUndecided);
  return out;
}

// What Filling wants to know, of a Problem.
template <bool Plain>
struct StaticNetwork {
  static constexpr bool kPlain = Plain;
  const Problem& problem;
  MaxMinArrays& arrays;

  double capacity(LinkId link) const { return problem.capacity[link]; }
  std::span<const Member> members(LinkId link) const {
    return {arrays.members.data() + arrays.first[link],
            arrays.members.data() + arrays.first[link + 1]};
  }
  std::span<const LinkId> links(std::int32_t flow) const {
    return {problem.links.data() + problem.first[flow],
            problem.links.data() + problem.first[flow + 1]};
  }
  double weight(std::int32_t flow) const {
    return problem.weight.empty() ? 1.0 : problem.weight[flow];
  }
  double load(std::int32_t flow, std::int32_t entry) const {
    const double share = problem.share.empty() ? 1.0 : problem.share[problem.first[flow] + entry];
    const double multiplicity = problem.multiplicity.empty() ? 1.0 : problem.multiplicity[flow];
    return weight(flow) * share * multiplicity;
  }
  double limit(std::int32_t flow) const {
    return problem.cap.empty() ? kUncapped : problem.cap[flow] / weight(flow);
  }
  double level(std::int32_t flow) const { return arrays.level[flow]; }
  void decide(std::int32_t flow, double level, LinkId) { arrays.level[flow] = level; }
};

template <bool Plain>
std::vector<double> solved(const Problem& problem, int threads) {
  MaxMinArrays arrays = arrays_of(problem);
  StaticNetwork<Plain> network{problem, arrays};
  std::vector<LinkFill> state(problem.capacity.size());
  std::vector<LinkId> links(problem.capacity.size());
  for (std::size_t link = 0; link < links.size(); ++link) links[link] = static_cast<LinkId>(link);
  Teamwork(threads).fill(network, links, std::span(state));
  for (std::int64_t flow = 0; flow < problem.flows(); ++flow) {
    double& level = arrays.level[flow];
    const auto id = static_cast<std::int32_t>(flow);
    if (level == kUndecided) level = network.limit(id);
    if (level < kUncapped) level *= network.weight(id);
    if (!problem.cap.empty()) level = std::min(level, problem.cap[flow]);
  }
  return std::move(arrays.level);
}

void check_sizes(const Problem& problem) {
  const auto flows = static_cast<std::size_t>(problem.flows());
  const auto fits = [](std::size_t size, std::size_t wanted) {
    return size == 0 || size == wanted;
  };
  const auto entries = problem.first.empty() ? 0 : static_cast<std::size_t>(problem.first.back());
  if (!fits(problem.weight.size(), flows) || !fits(problem.cap.size(), flows) ||
      !fits(problem.multiplicity.size(), flows) ||
      !fits(problem.share.size(), problem.links.size()) || entries != problem.links.size()) {
    throw std::invalid_argument("max_min_rates: the arrays of the problem differ in length");
  }
}

}  // namespace

std::vector<double> max_min_rates(const Problem& problem, int threads) {
  check_sizes(problem);
  const bool plain =
      problem.share.empty() && problem.weight.empty() && problem.multiplicity.empty();
  return plain ? solved<true>(problem, threads) : solved<false>(problem, threads);
}

}  // namespace weft::flow
