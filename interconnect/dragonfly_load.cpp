// Traffic of a dragonfly under minimal routing. All groups are alike, so the traffic that leaves
// one group tells the load of every cable: what arrives in a far group arrives so here as well.

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "dragonfly.h"

namespace weft::interconnect {

namespace {

int owners_of(const Dragonfly& shape) { return shape.spines > 0 ? shape.spines : shape.routers; }

// Loads of a group's local cables, from router to router, and of the busiest global one.
class Uniform {
 public:
  explicit Uniform(const Dragonfly& shape)
      : shape_(shape),
        links_(shape),
        local_(static_cast<std::size_t>(shape.routers) * shape.routers),
        flow_(static_cast<double>(shape.devices) * shape.devices /
              std::max(devices_of(shape) - 1, 1.0)) {
    for (int from = 0; from < shape.routers; ++from) {
      for (int to = 0; to < shape.routers; ++to) add(from, to);
    }
  }

  [[nodiscard]] double busiest() const {
    const double local = *std::max_element(local_.begin(), local_.end());
    return std::max(local, global_);
  }
  [[nodiscard]] int switch_hops() const { return switch_hops_; }

 private:
  // From a router of this group to router `to` of this group and of each other.
  void add(int from, int to) {
    if (from != to) {
      local(from, to) += flow_;
      switch_hops_ = std::max(switch_hops_, 2);
    }
    for (int k = 1; k < shape_.groups; ++k) add(from, to, k);
  }

  void add(int from, int to, int k) {
    int fewest = 2;
    int ways = 0;
    for (int c = 0; c < links_.count(k); ++c) {
      const int hops = hops_of(from, to, k, c);
      if (hops < fewest) ways = 0;
      fewest = std::min(fewest, hops);
      if (hops == fewest) ++ways;
    }
    for (int c = 0; c < links_.count(k); ++c) {
      if (hops_of(from, to, k, c) == fewest) carry(from, to, k, c, flow_ / ways);
    }
    switch_hops_ = std::max(switch_hops_, 2 + fewest);
  }

  // Local hops on both sides.
  [[nodiscard]] int hops_of(int from, int to, int k, int c) const {
    return (from != links_.owner(k, c) ? 1 : 0) + (to != links_.far_owner(k, c) ? 1 : 0);
  }

  void carry(int from, int to, int k, int c, double flow) {
    const int out = links_.owner(k, c);
    const int in = links_.far_owner(k, c);
    if (from != out) local(from, out) += flow;
    if (in != to) local(in, to) += flow;
    if (c >= static_cast<int>(by_copy_.size())) by_copy_.resize(c + 1);
    if (by_copy_[c].size() <= static_cast<std::size_t>(k)) by_copy_[c].resize(shape_.groups);
    by_copy_[c][k] += flow;
    global_ = std::max(global_, by_copy_[c][k]);
  }

  double& local(int from, int to) {
    return local_[static_cast<std::size_t>(from) * shape_.routers + to];
  }

  const Dragonfly& shape_;
  GlobalLinks links_;
  std::vector<double> local_;
  std::vector<std::vector<double>> by_copy_;  // of global links, by copy and offset
  double flow_;                               // between two routers
  double global_ = 0;
  int switch_hops_ = 1;
};

// Dragonfly+: every leaf reaches every spine, and spines the groups that their links lead to.
double busiest_of_spines(const Dragonfly& shape, const GlobalLinks& links) {
  const double others = std::max(devices_of(shape) - 1, 1.0);
  const double group = static_cast<double>(shape.routers) * shape.devices;
  std::vector<double> up(shape.spines, (group - shape.devices) / shape.spines);
  double global = 0;
  for (int k = 1; k < shape.groups; ++k) {
    for (int c = 0; c < links.count(k); ++c) up[links.owner(k, c)] += group / links.count(k);
    global = std::max(global, group * group / links.count(k));
  }
  return std::max(*std::max_element(up.begin(), up.end()) * shape.devices, global) / others;
}

// Spines or routers that links to the next group leave from.
int distinct_owners(const Dragonfly& shape, const GlobalLinks& links) {
  std::vector<char> seen(owners_of(shape));
  int distinct = 0;
  for (int c = 0; c < links.count(1); ++c) {
    char& known = seen[links.owner(1, c)];
    if (known == 0) ++distinct;
    known = 1;
  }
  return distinct;
}

// Devices of a child send to those of the next, which may stand behind the next router or in the
// next group.
double neighbour_load(const Dragonfly& shape, const GlobalLinks& links, double inside) {
  const double of_router = std::min<double>(inside, shape.devices);
  const double of_group = std::min(inside, static_cast<double>(shape.routers) * shape.devices);
  double load = 0;
  if (shape.routers > 1) load = of_router / std::max(shape.spines, 1);
  if (shape.groups > 1) {
    load = std::max(load, of_group / links.count(1));
    if (shape.spines > 0) load = std::max(load, of_router / distinct_owners(shape, links));
  }
  return load;
}

int hops_over_spines(const Dragonfly& shape) {
  if (shape.groups > 1) return 4;
  return shape.routers > 1 ? 3 : 1;
}

}  // namespace

GlobalLinks::GlobalLinks(const Dragonfly& shape)
    : groups_(shape.groups), counts_(shape.groups), first_(shape.groups) {
  if (groups_ == 1) return;
  const std::int64_t ports = static_cast<std::int64_t>(owners_of(shape)) * shape.global_links;
  const int others = groups_ - 1;
  if (ports < others) {
    throw std::invalid_argument(
        fmt::format("{} global links of a group do not reach {} other groups", ports, others));
  }
  // Spread evenly; what is left goes to pairs k forward and k back, so that both ends have a port.
  auto left = static_cast<int>(ports % others);
  for (int k = 1; k < groups_; ++k) counts_[k] = static_cast<int>(ports / others);
  for (int k = 1; 2 * k < groups_ && left >= 2; ++k, left -= 2) {
    ++counts_[k];
    ++counts_[groups_ - k];
  }
  if (left == 1 && groups_ % 2 == 0) ++counts_[groups_ / 2];
  std::int64_t total = 0;
  for (int k = 1; k < groups_; ++k) {
    first_[k] = total;
    total += counts_[k];
  }
  // Ports are handed out copy by copy, so that parallel links lie far apart.
  owners_.resize(total);
  std::int64_t port = 0;
  for (int c = 0; port < total; ++c) {
    for (int k = 1; k < groups_; ++k) {
      if (c < counts_[k]) owners_[first_[k] + c] = static_cast<int>(port++ / shape.global_links);
    }
  }
}

DragonflyLoad dragonfly_load(const Dragonfly& shape, std::int64_t devices_inside) {
  DragonflyLoad load;
  const GlobalLinks links(shape);
  load.neighbour = neighbour_load(shape, links, static_cast<double>(devices_inside));
  if (shape.spines > 0) {
    load.all_to_all = busiest_of_spines(shape, links);
    load.switch_hops = hops_over_spines(shape);
    return load;
  }
  const Uniform uniform(shape);
  load.all_to_all = uniform.busiest();
  load.switch_hops = uniform.switch_hops();
  return load;
}

}  // namespace weft::interconnect
