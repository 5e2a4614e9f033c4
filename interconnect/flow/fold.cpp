#include "weft/flow/fold.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

namespace weft::flow {
namespace {

// An order-free digest of a multiset of (colour, share); two words, so that a collision is not to
// be met.
struct Digest {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const Digest&, const Digest&) = default;
};

std::uint64_t mixed(std::uint64_t x) {  // splitmix64
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

void include(Digest& digest, std::uint64_t colour, double value) {
  const std::uint64_t low = mixed(mixed(colour) ^ std::bit_cast<std::uint64_t>(value));
  digest.low += low;
  digest.high += mixed(low ^ 0x5851f42d4c957f2d);
}

struct DigestHash {
  std::size_t operator()(const Digest& digest) const { return digest.low ^ (digest.high >> 1); }
};

// Colours 0, 1, ... in the order in which digests first appear; their number.
std::int32_t recolour(std::span<const Digest> digests, std::vector<std::int32_t>& colours) {
  std::unordered_map<Digest, std::int32_t, DigestHash> known;
  colours.resize(digests.size());
  for (std::size_t i = 0; i < digests.size(); ++i) {
    const auto next = static_cast<std::int32_t>(known.size());
    colours[i] = known.try_emplace(digests[i], next).first->second;
  }
  return static_cast<std::int32_t>(known.size());
}

double at_or(std::span<const double> values, std::size_t at, double otherwise) {
  return values.empty() ? otherwise : values[at];
}

void colour_apart(const Problem& problem, std::span<const std::int32_t> kind, Classes& classes) {
  std::vector<Digest> flows(static_cast<std::size_t>(problem.flows()));
  for (std::size_t flow = 0; flow < flows.size(); ++flow) {
    include(flows[flow], kind.empty() ? 0 : static_cast<std::uint64_t>(kind[flow]), 0);
    // The rest is told apart by its place as well as its value.
    Digest rest;
    include(rest, 1, at_or(problem.weight, flow, 1));
    include(rest, 2, at_or(problem.cap, flow, kUncapped));
    include(rest, 3, at_or(problem.multiplicity, flow, 1));
    include(flows[flow], rest.low, 1);
  }
  std::vector<Digest> links(problem.capacity.size());
  for (std::size_t link = 0; link < links.size(); ++link) {
    include(links[link], 0, problem.capacity[link]);
  }
  classes.flows = recolour(flows, classes.of_flow);
  classes.links = recolour(links, classes.of_link);
}

void refine_once(const Problem& problem, Classes& classes) {
  std::vector<Digest> flows(static_cast<std::size_t>(problem.flows()));
  std::vector<Digest> links(problem.capacity.size());
  constexpr double kOwn = -1;  // no share is negative
  for (std::size_t flow = 0; flow < flows.size(); ++flow) {
    const auto colour = static_cast<std::uint64_t>(classes.of_flow[flow]);
    include(flows[flow], colour, kOwn);
    for (auto at = problem.first[flow]; at < problem.first[flow + 1]; ++at) {
      const LinkId link = problem.links[at];
      const double share = at_or(problem.share, static_cast<std::size_t>(at), 1);
      include(flows[flow], static_cast<std::uint64_t>(classes.of_link[link]), share);
      include(links[link], colour, share);
    }
  }
  for (std::size_t link = 0; link < links.size(); ++link) {
    include(links[link], static_cast<std::uint64_t>(classes.of_link[link]), kOwn);
  }
  classes.flows = recolour(flows, classes.of_flow);
  classes.links = recolour(links, classes.of_link);
}

// The route of a class: that of its first member, over classes of links.
void add_route(const Problem& problem, const Classes& classes, std::int64_t flow, Routes& routes) {
  std::vector<std::pair<LinkId, double>> crossed;
  for (auto at = problem.first[flow]; at < problem.first[flow + 1]; ++at) {
    crossed.emplace_back(classes.of_link[problem.links[at]],
                         at_or(problem.share, static_cast<std::size_t>(at), 1));
  }
  std::sort(crossed.begin(), crossed.end());
  std::vector<LinkId> links;
  std::vector<double> shares;
  bool splits = false;
  for (const auto& [link, share] : crossed) {
    if (!links.empty() && links.back() == link) {
      shares.back() += share;
    } else {
      links.push_back(link);
      shares.push_back(share);
    }
  }
  for (const double share : shares) splits = splits || share != 1;
  if (!splits) shares.clear();
  routes.add(links, shares);
}

}  // namespace

Classes classes_of(const Problem& problem, std::span<const std::int32_t> kind) {
  Classes classes;
  colour_apart(problem, kind, classes);
  for (;;) {
    const auto before = std::pair(classes.flows, classes.links);
    refine_once(problem, classes);
    if (std::pair(classes.flows, classes.links) == before) return classes;
  }
}

Folded fold(const Problem& problem, const Classes& classes) {
  Folded folded;
  folded.capacity.assign(static_cast<std::size_t>(classes.links), 0);
  for (std::size_t link = 0; link < problem.capacity.size(); ++link) {
    folded.capacity[classes.of_link[link]] += problem.capacity[link];
  }
  folded.multiplicity.assign(static_cast<std::size_t>(classes.flows), 0);
  for (std::int64_t flow = 0; flow < problem.flows(); ++flow) {
    double& members = folded.multiplicity[classes.of_flow[flow]];
    // Classes count up in the order of their first members.
    if (members == 0) add_route(problem, classes, flow, folded.routes);
    members += at_or(problem.multiplicity, static_cast<std::size_t>(flow), 1);
  }
  return folded;
}

}  // namespace weft::flow
