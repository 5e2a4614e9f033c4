// What layers, transfers and data-parallel work cost on one part of a cluster, kept by what they
// depend on. Internal to the room.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "weft/plan/flat_table.h"
#include "weft/step/evaluator.h"

namespace weft::step {

// Energy of a layer's passes over one micro-batch, and the time in them that draws less than
// kernels do.
struct PassEnergy {
  base::Energy fixed;  // of kernels, and of what links send
  base::Time exposed;  // waits for communication
  base::Time host;     // waits for the host
  base::Time total;    // of the whole passes
};

// A result handed to another stage.
struct Handover {
  base::Time time;
  Traffic sent{};       // over the tiers of this part
  base::Bytes crossed;  // to another part
  base::Energy energy;  // of what links send
};

// Costs of a plan's layers and transfers.
struct PartCosts {
  // One layer, by LayerKind: s.
  struct Layer {
    PassTimes pass;    // forward and backward
    double again = 0;  // s, what is made again before the backward pass
    base::Time again_window;
    Openings again_open;
  };
  std::array<Layer, 4> layers{};
  std::array<PassEnergy, 4> energy{}, again_energy{};
  std::vector<Handover> handovers;          // to a stage on [part]
  std::array<const LayerCost*, 4> costs{};  // by LayerKind
};

class PartPrices {
 public:
  // All of them must outlive it.
  PartPrices(const cluster::Cluster& mixed, int part, const workload::Job& job,
             const workload::Software& software);

  // Of a plan that has `stages` of its stages on this part. `rest` stands for the fields of the
  // plan that are in no key: the same number, the same fields. Stays until forget().
  const PartCosts& look_up(const plan::Plan& plan, int stages, std::uint32_t rest);
  // Which groups the plan looked up last has.
  [[nodiscard]] std::uint32_t groups() const { return groups_number_; }
  void forget();

  // For the plan looked up last.
  [[nodiscard]] DataParallelWork data_work(const plan::Plan& plan,
                                           const workload::ShardedParameters& parameters,
                                           int copies) const;
  // An all-reduce of the first and the last of the plan's stages on this part, rank by rank.
  [[nodiscard]] base::Time sum_over_ends(const plan::Plan& plan, int stages, base::Bytes bytes);
  [[nodiscard]] base::Energy energy_sent(const Traffic& sent) const;

  [[nodiscard]] const cluster::Cluster& cluster() const { return cluster_; }
  [[nodiscard]] const workload::Software& software() const { return software_; }

 private:
  int group(std::int64_t used, std::int64_t stride, int size);
  int intern(const interconnect::GroupShape& shape);
  [[nodiscard]] GroupShapes shapes() const;
  void find_groups(const plan::Plan& plan, int stages);
  void find_reordered_groups(const plan::Plan& plan, int stages);
  const LayerCost& layer(const plan::Plan& plan, workload::LayerKind kind);
  [[nodiscard]] PartCosts make_costs(const plan::Plan& plan);
  void add_layer(const plan::Plan& plan, workload::LayerKind kind, PartCosts& costs);
  [[nodiscard]] PassEnergy energy_of(const PassCost& pass) const;
  [[nodiscard]] Handover handover(const plan::Plan& plan, int to) const;

  const cluster::Cluster& mixed_;
  const int part_;
  const cluster::Cluster& cluster_;
  const workload::Job& job_;
  const workload::Software& software_;

  std::vector<interconnect::GroupShape> shapes_;
  std::unordered_map<GroupKey, int, KeyHash> groups_;
  std::unordered_map<LayerKey, LayerCost, KeyHash> layers_;
  plan::FlatTable<2, Groups> found_groups_;
  plan::FlatTable<2, PartCosts> costs_;
  // Of the plan looked up last.
  Groups in_use_;
  std::uint32_t groups_number_ = 0;
  int stages_ = 1;
};

inline PassEnergy operator+(const PassEnergy& a, const PassEnergy& b) {
  return {a.fixed + b.fixed, a.exposed + b.exposed, a.host + b.host, a.total + b.total};
}
inline PassEnergy operator*(const PassEnergy& a, double n) {
  return {a.fixed * n, a.exposed * n, a.host * n, a.total * n};
}

}  // namespace weft::step
