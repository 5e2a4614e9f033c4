// A forward and a backward pass of two micro-batches, interwoven.
#pragma once

#include "weft/plan/plan.h"
#include "weft/step/layer_cost.h"

namespace weft::step {

// Whether a schedule interweaves passes (DualPipe, arXiv 2412.19437 §3.2.1; a given order with
// pairs).
bool interweaves(const plan::Plan& plan);

// What a pass on a chunk leaves to another one: s.
struct Openings {
  double open = 0;    // of layers: when such an exchange may run (PassCost::open)
  double expert = 0;  // expert exchange that it waits for when it runs alone
  void add(const Openings& other, double times) {
    open += times * other.open;
    expert += times * other.expert;
  }
};
inline Openings openings_of(const PassCost& pass) {
  return {pass.open.si(), pass.expert.exposed.si()};
}

// What each exchange gives up when it runs behind the kernels of the other pass: s.
struct PairSaving {
  double forward = 0;   // of the exchange of the forward pass
  double backward = 0;  // of that of the backward pass
  [[nodiscard]] double sum() const { return forward + backward; }
};

// Kernels of both passes take turns; the exchange of either runs behind those of the other, as far
// as these are open to it, and takes a share `tax` of the device from them. Pairs hide nothing
// else: stage transfers and tensor exchanges stay what they are.
PairSaving pair_saving(const Openings& forward, const Openings& backward, double tax);

}  // namespace weft::step
