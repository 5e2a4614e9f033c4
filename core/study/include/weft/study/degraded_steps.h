// How fast a job runs on when something is broken, by the model of the step.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "weft/campaign/step_times.h"
#include "weft/plan/plan.h"
#include "weft/study/run.h"

namespace weft::study {

// Answers campaign::StepTimes. What is broken is put into the cluster, the plan and the job, and
// the step is simulated (F2); where it cannot say, the other way is used:
//   slow device    all devices are as slow: the synchronous groups wait for the slowest
//   slow link      its whole tier is, of those with optical modules (else the outermost) the one
//                  that costs most, as the engine does not say which
//   lost replicas  the plan with fewer, each with as much of the batch as before
//   other hosts    in proportion to the peers that are left (rerouting is none of a plan's own)
class DegradedSteps {
 public:
  // All must outlive it. The plan is legal.
  DegradedSteps(const workload::Job& job, const Case& study_case, const plan::Plan& plan);

  // Useful work per time, over that of the sound job; each state is simulated once. Not for two
  // threads at once.
  double relative(const campaign::Signature& state);
  // What the step could not say, in words.
  [[nodiscard]] const std::set<std::string>& notes() const { return notes_; }

 private:
  [[nodiscard]] base::Time step_of(const cluster::Cluster& cluster, const workload::Job& job,
                                   const plan::Plan& plan) const;
  [[nodiscard]] std::vector<cluster::Cluster> clusters_in(const campaign::Signature& state) const;
  double with_fewer(const campaign::Signature& state);
  double simulated(const campaign::Signature& state);

  const workload::Job* job_;
  const Case* case_;
  const plan::Plan* plan_;
  base::Time sound_;
  std::map<campaign::Signature, double> known_;
  std::set<std::string> notes_;
};

// The tiers of a fabric that a slow link may be in.
std::vector<int> tiers_of_slow_links(const interconnect::Fabric& fabric);

}  // namespace weft::study
