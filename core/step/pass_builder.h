// Adds up one pass of one layer: kernels, what communication beside them is waited for, the host.
#pragma once

#include "weft/chips/kernel.h"
#include "weft/step/layer_cost.h"

namespace weft::step {

// What a pass is like beside its kernels and exchanges.
struct PassSetting {
  double residual = 0;         // share of kernel time that no mechanism names
  base::Time synchronisation;  // for which the host waits for the device
  bool in_pairs = false;       // LayerOptions::in_pairs
};

class PassBuilder {
 public:
  // All but the setting must outlive it.
  PassBuilder(const cluster::Cluster& cluster, const workload::Software& software,
              const GroupShapes& shapes, const PassSetting& setting);

  // `gathered` and `scattered` are bytes of parameters and gradients that data-parallel ranks
  // exchange beside this pass; `offloaded` bytes of activations that go to the host, or come from
  // there, beside it. Once only.
  PassCost build(const workload::Pass& pass, const workload::ShardedParameters& gathered,
                 const workload::ShardedParameters& scattered, base::Bytes offloaded);

 private:
  // What the kernels of a pass take together, and the parts that communication can hide behind.
  struct Kernels {
    base::Time all, matrix, attention, weight;
    base::Energy energy;
    double launches = 0;
  };
  [[nodiscard]] Kernels run(const workload::Pass& pass) const;

  base::Time exchange(interconnect::Collective collective, const interconnect::GroupShape& shape,
                      base::Bytes bytes, double count);
  // The GEMM beside a tensor exchange hides a share of it.
  void tensor(const workload::Pass& pass, base::Time matrix);
  // Ring attention: each block of keys travels while the block before is worked on. Gathering and
  // trading stand before or behind all of the attention.
  void context(const workload::Pass& pass, base::Time attention);
  void expert(const workload::Pass& pass);
  void data(const workload::ShardedParameters& gathered,
            const workload::ShardedParameters& scattered);
  void offload(base::Bytes bytes);
  // The host issues kernels ahead of the device: the slower of the two sets the pace, softly.
  void host(double launches);

  // What runs behind compute takes a share of it away.
  [[nodiscard]] Communication split(base::Time all, base::Time behind) const;
  // Collective calls are launched like kernels; a ring is one call a neighbour.
  [[nodiscard]] double exchange_launches(const workload::Pass& pass) const;
  // When a further exchange of a group can run: during kernels, but not while an exchange on its
  // tier runs behind these already, and while one on another tier is waited for. This is kernels
  // less all that is hidden, but for constants; so faster kernels never make a pass longer.
  [[nodiscard]] base::Time open_on(const interconnect::GroupShape& group) const;
  // In a pair the other pass works while this one waits for experts.
  [[nodiscard]] base::Time given_away() const;

  const cluster::Cluster& cluster_;
  const workload::Software& software_;
  const GroupShapes& shapes_;
  PassSetting setting_;
  double expert_hidden_;
  chips::Device device_;  // with the stack's libraries
  PassCost cost_;
};

}  // namespace weft::step
