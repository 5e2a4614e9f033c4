// Whether plans fit, for many plans.
#pragma once

#include <memory>

#include "weft/base/quantity.h"
#include "weft/cluster/cluster.h"
#include "weft/plan/memory.h"
#include "weft/plan/plan.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::plan {

// The memory of memory_of_stage(), for many plans: what they have in common is kept, alike stages
// are looked at once. Not for two threads at once. Plans must be legal.
class Fitting {
 public:
  // All of them must outlive it.
  Fitting(const cluster::Cluster& cluster, const workload::Job& job,
          const workload::Software& software);
  Fitting(Fitting&&) noexcept;
  ~Fitting();

  // Drops what plans of the same degrees share, so that a walk takes little memory.
  void forget();

  [[nodiscard]] bool fits(const Plan& plan);
  // Whether weights, gradients and optimizer do: where they do not, nothing of the same degrees,
  // stages, ZeRO and offload of the optimizer fits.
  [[nodiscard]] bool state_fits(const Plan& plan);
  // By the stage that needs most: peak_memory().total().
  [[nodiscard]] base::Bytes needed(const Plan& plan);

 private:
  struct Tables;
  // Calls visit(memory) for one stage of each content, with or without activations.
  template <class Visit>
  void each_content(const Plan& plan, bool with_activations, Visit visit);

  const cluster::Cluster& cluster_;
  const workload::Job& job_;
  const workload::Software& software_;
  std::unique_ptr<Tables> tables_;
};

}  // namespace weft::plan
