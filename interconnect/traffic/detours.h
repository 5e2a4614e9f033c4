// Detours over third children of a full mesh, for jobs that take them. Internal to the room.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/traffic/run.h"

namespace weft::traffic {

// Shares as detours.cpp of the room below derives them: equal loads on all links when a job's
// members send alike to each other, and it is alone or jobs of as many members fill the mesh.
class Detours {
 public:
  Detours() = default;
  Detours(const Network& network, std::span<const Job> jobs);

  // Whether any job detours.
  [[nodiscard]] bool any() const { return !job_of_.empty(); }
  // Routes of pairs, their links over tiers with detours spread over third children by links that
  // are alive. Returns their latencies: of a way's last part to arrive, of each pair [s].
  std::vector<double> spread(const graph::Graph& graph, std::span<const graph::Pair> pairs,
                             graph::Alive alive, flow::Routes& routes) const;

 private:
  // Devices that a tier joins with each other.
  struct Row {
    graph::NodeId first = 0;
    graph::NodeId stride = 1;
    int count = 1;
  };
  struct Spread {
    std::vector<graph::LinkId> links;  // each once
    std::vector<double> shares;
    double latency = 0;  // s, that the detours add
    void add(graph::LinkId link, double share);
  };
  [[nodiscard]] Row row_of(int tier, graph::NodeId device) const;
  [[nodiscard]] int peers(const Row& row, std::int32_t job) const;
  void spread_route(const graph::Graph& graph, graph::NodeId from, graph::Alive alive,
                    std::span<const graph::LinkId> links, std::span<const double> shares,
                    Spread& spread) const;
  void spread_link(const graph::Graph& graph, std::int32_t job, graph::Alive alive,
                   graph::LinkId link, double share, Spread& spread) const;

  const interconnect::Fabric* fabric_ = nullptr;
  std::vector<std::int32_t> job_of_;  // by device, -1: none; empty: no job detours
  std::vector<std::uint8_t> takes_;   // by job
};

}  // namespace weft::traffic
