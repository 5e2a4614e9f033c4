#include "ways.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace weft::traffic {

namespace {

// Finalizer of splitmix64.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

int tier_between(const interconnect::Fabric& fabric, std::int64_t a, std::int64_t b) {
  int tier = 0;
  const int last = static_cast<int>(fabric.tiers().size()) - 1;
  while (tier < last && a / fabric.unit_size(tier) != b / fabric.unit_size(tier)) ++tier;
  return tier;
}

bool is_striped(const interconnect::Tier& tier) {
  return tier.kind == interconnect::TierKind::kSwitch || tier.kind == interconnect::TierKind::kPair;
}

WayIndex::WayIndex(std::int32_t devices, bool has_labels) : devices_(devices) {
  if (devices <= kMostSquare && !has_labels) {
    square_.resize(static_cast<std::size_t>(devices_ * devices_), -1);
  } else {
    slots_.resize(1024);
  }
}

std::int32_t WayIndex::find_or_add(std::int32_t from, std::int32_t to, std::int32_t label,
                                   std::int32_t fresh) {
  if (!square_.empty()) {
    // Pairs of one step of a shifted exchange stand side by side.
    const std::int64_t ahead = to >= from ? to - from : to - from + devices_;
    std::int32_t& way = square_[static_cast<std::size_t>(ahead * devices_ + from)];
    if (way < 0) way = fresh;
    return way;
  }
  const auto wide = [](std::int32_t x) { return static_cast<std::uint64_t>(x); };
  const std::uint64_t pair = wide(from) << 32 | wide(to);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash(pair, label) & mask;
  while (slots_[at].way >= 0) {
    if (slots_[at].pair == pair && slots_[at].label == label) return slots_[at].way;
    at = (at + 1) & mask;
  }
  slots_[at] = {pair, label, fresh};
  if (2 * ++used_ > slots_.size()) grow();
  return fresh;
}

std::size_t WayIndex::hash(std::uint64_t pair, std::int32_t label) {
  return mix(pair + 0x9e3779b97f4a7c15ULL * static_cast<std::uint32_t>(label));
}

void WayIndex::clear() {
  std::fill(square_.begin(), square_.end(), -1);
  std::fill(slots_.begin(), slots_.end(), Slot{});
  used_ = 0;
}

void WayIndex::grow() {
  std::vector<Slot> old(2 * slots_.size());
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.way < 0) continue;
    std::size_t at = hash(slot.pair, slot.label) & mask;
    while (slots_[at].way >= 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

Ways::Ways(const Network& network, const RunOptions& options)
    : network_(network),
      graph_(network.graph()),
      routing_(options.routing),
      changes_(options.changes),
      index_(graph_.devices(), routing_.policy == graph::Policy::kEcmp),
      asked_(network.fabric().tiers().size()) {
  routing_.threads = std::max(routing_.threads, options.threads);
  if (changes_.empty()) return;
  alive_.assign(routing_.alive.begin(), routing_.alive.end());
  alive_.resize(static_cast<std::size_t>(graph_.links()), 1);
  routing_.alive = alive_;
}

std::int32_t Ways::add_way() {
  ways_.emplace_back();
  return static_cast<std::int32_t>(ways_.size()) - 1;
}

std::int32_t Ways::between(std::int32_t from, std::int32_t to, std::int32_t label) {
  // Only a hash tells labels apart.
  const int tier = tier_between(network_.fabric(), from, to);
  const bool is_hashed =
      routing_.policy == graph::Policy::kEcmp && !is_striped(network_.fabric().tiers()[tier]);
  if (!is_hashed) label = 0;
  const auto fresh = static_cast<std::int32_t>(ways_.size());
  const std::int32_t way = index_.find_or_add(from, to, label, fresh);
  if (way == fresh) {
    add_way();
    asked_[tier].add({from, to, static_cast<std::uint64_t>(label)}, way);
  }
  return way;
}

std::int32_t Ways::through_switch(std::int32_t device, int tier) {
  std::vector<flow::LinkId> links;
  std::vector<double> shares;
  double capacity = 0;
  for (const graph::LinkId link : graph_.out(device)) {
    const bool leads_up = graph_.cable_of(link).tier == tier &&
                          graph_.kind(graph_.to(link)) == graph::NodeKind::kSwitch;
    if (leads_up) capacity += graph_.cable_of(link).capacity;
  }
  for (const graph::LinkId link : graph_.out(device)) {
    const bool leads_up = graph_.cable_of(link).tier == tier &&
                          graph_.kind(graph_.to(link)) == graph::NodeKind::kSwitch;
    if (!leads_up) continue;
    for (const flow::LinkId way : {link, link ^ 1}) {
      links.push_back(way);
      shares.push_back(graph_.cable_of(link).capacity / capacity);
    }
  }
  if (links.empty()) {
    throw std::invalid_argument(
        fmt::format("{} has no switch of its own to reduce in; in-switch reduction is known in "
                    "closed form only",
                    graph_.name(device)));
  }
  const std::int32_t way = add_way();
  ways_[way].route = routes_.add(links, shares);
  return way;
}

std::vector<std::uint8_t> Ways::alive_up_to(int tier) const {
  std::vector<std::uint8_t> alive(routing_.alive.begin(), routing_.alive.end());
  alive.resize(static_cast<std::size_t>(graph_.links()), 1);
  for (graph::LinkId link = 0; link < graph_.links(); ++link) {
    if (graph_.cable_of(link).tier > tier) alive[link] = 0;
  }
  return alive;
}

void Ways::expect(std::size_t ways) {
  ways_.reserve(ways_.size() + ways);
  // Those of an all-to-all nearly all cross the outermost tier.
  asked_.back().pairs.reserve(ways);
  asked_.back().ways.reserve(ways);
}

void Ways::settle() {
  for (std::size_t tier = 0; tier < asked_.size(); ++tier) {
    const Asked asked = std::exchange(asked_[tier], {});
    if (asked.pairs.empty()) continue;
    Asked lost;
    settle_within(static_cast<int>(tier), asked,
                  tier + 1 < asked_.size() ? asked_[tier + 1] : lost);
  }
}

void Ways::settle_within(int tier, const Asked& asked, Asked& further) {
  graph::RoutingOptions routing = routing_;
  if (is_striped(network_.fabric().tiers()[tier])) routing.policy = graph::Policy::kSpray;
  std::vector<std::uint8_t> alive;
  if (tier + 1 < static_cast<int>(network_.fabric().tiers().size())) {
    alive = alive_up_to(tier);
    routing.alive = alive;
  }
  graph::Routed routed = graph::route(graph_, asked.pairs, routing);
  std::vector<double> latencies;  // s, when ways may detour
  if (detours_.any() && routing.policy != graph::Policy::kDetour) {
    latencies = detours_.spread(graph_, asked.pairs, routing.alive, routed.routes);
  }
  auto lost = routed.unreachable.begin();
  const flow::RouteId first = routes_.append(std::move(routed.routes));
  for (std::size_t i = 0; i < asked.pairs.size(); ++i) {
    if (lost != routed.unreachable.end() && *lost == static_cast<std::int32_t>(i)) {
      further.add(asked.pairs[i], asked.ways[i]);
      ++lost;
      continue;
    }
    Way& way = ways_[asked.ways[i]];
    way.route = first + static_cast<flow::RouteId>(i);
    way.latency = latencies.empty() ? graph::latency_of(graph_, routes_.links(way.route),
                                                        routes_.shares(way.route))
                                    : latencies[i];
  }
}

bool Ways::see_changes(double now) {
  bool changed = false;
  const double moment = now + 1e-12 * now;
  for (; next_change_ < changes_.size() && changes_[next_change_].time <= moment; ++next_change_) {
    const flow::LinkChange& change = changes_[next_change_];
    const std::uint8_t alive = change.capacity > 0 ? 1 : 0;
    changed = changed || alive_[change.link] != alive;
    lost_links_ = lost_links_ || alive == 0;
    alive_[change.link] = alive;
  }
  if (changed) index_.clear();
  return changed;
}

std::vector<double> Ways::bytes_by_link() const {
  std::vector<double> bytes(static_cast<std::size_t>(graph_.links()), 0.0);
  for (const Way& way : ways_) {
    if (way.route < 0 || way.bytes == 0) continue;
    const auto links = routes_.links(way.route);
    const auto shares = routes_.shares(way.route);
    for (std::size_t i = 0; i < links.size(); ++i) {
      bytes[links[i]] += shares.empty() ? way.bytes : way.bytes * shares[i];
    }
  }
  return bytes;
}

}  // namespace weft::traffic
