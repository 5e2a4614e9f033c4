// Filling of parts of a network that share no link, side by side.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <vector>

#include "fill.h"
#include "weft/base/parallel.h"

namespace weft::flow {

// Below this many links a team of threads costs more than it saves.
inline constexpr std::size_t kLinksWorthThreads = 4096;

// The links of one connected part after another, each part in the order of `links`.
struct Parts {
  std::vector<LinkId> links;
  std::vector<std::size_t> first;  // parts + 1 offsets
};

template <class Network>
Parts parts_of(const Network& network, std::span<const LinkId> links) {
  LinkId highest = 0;
  for (const LinkId link : links) highest = std::max(highest, link);
  std::vector<LinkId> parent(static_cast<std::size_t>(highest) + 1);
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](LinkId link) {
    while (parent[link] != link) link = parent[link] = parent[parent[link]];
    return link;
  };
  for (const LinkId link : links) {
    for (const Member member : network.members(link)) {
      const LinkId a = root(link);
      const LinkId b = root(network.links(member.flow).front());
      parent[std::max(a, b)] = std::min(a, b);
    }
  }
  std::vector<std::int32_t> part(parent.size(), -1);
  Parts out;
  out.first = {0};
  for (const LinkId link : links) {
    std::int32_t& id = part[root(link)];
    if (id < 0) {
      id = static_cast<std::int32_t>(out.first.size()) - 1;
      out.first.push_back(0);
    }
    ++out.first[id + 1];
  }
  std::partial_sum(out.first.begin(), out.first.end(), out.first.begin());
  std::vector<std::size_t> next(out.first.begin(), out.first.end() - 1);
  out.links.resize(links.size());
  for (const LinkId link : links) out.links[next[part[root(link)]]++] = link;
  return out;
}

// Neighbouring parts together until a batch is worth a turn: filling several at once gives each
// what filling it alone does, to the bit.
inline std::vector<std::size_t> batches_of(const Parts& parts, int threads) {
  const std::size_t turn = parts.links.size() / (static_cast<std::size_t>(threads) * 8) + 1;
  std::vector<std::size_t> first{0};
  for (const std::size_t end : parts.first) {
    if (end - first.back() >= turn || (end == parts.links.size() && end > first.back())) {
      first.push_back(end);
    }
  }
  return first;
}

// Fills networks, with a team of threads when they are worth it.
class Teamwork {
 public:
  explicit Teamwork(int threads) : threads_(threads), scratch_(1) {}

  template <class Network>
  void fill(Network& network, std::span<const LinkId> links, std::span<LinkFill> state) {
    if (threads_ <= 1 || links.size() < kLinksWorthThreads) {
      Filling<Network>(network, state, scratch_.front()).run(links);
      return;
    }
    if (!team_) {
      team_ = std::make_unique<base::ThreadTeam>(threads_);
      scratch_.resize(static_cast<std::size_t>(team_->size()));
    }
    const Parts parts = parts_of(network, links);
    const auto first = batches_of(parts, threads_);
    team_->for_each(first.size() - 1, [&](std::size_t batch, int thread) {
      Filling<Network>(network, state, scratch_[thread])
          .run(std::span(parts.links).subspan(first[batch], first[batch + 1] - first[batch]));
    });
  }

 private:
  int threads_;
  std::vector<FillScratch> scratch_;  // of each thread
  std::unique_ptr<base::ThreadTeam> team_;
};

}  // namespace weft::flow
