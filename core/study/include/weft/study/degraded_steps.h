// How fast a job runs on when something is broken, by the model of the step.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "weft/campaign/step_times.h"
#include "weft/plan/plan.h"
#include "weft/study/run.h"

namespace weft::study {

// Answers campaign::StepTimes. What is broken is put into the cluster, the plan and the job, and
// the step is simulated (F2):
//   slow device    its pipeline stage is as slow, as its groups wait for it; the other stages of
//   its
//                  replica are sound, other replicas wait at the end of the step
//   slow link      the collectives of its stage that cross its tier are, and all that stages hand
//                  over across it: a ring or an exchange goes at the pace of its slowest link. Of
//                  the tiers with optical modules (else the outermost) the one that costs most
//   lost replicas  the plan with fewer: each with as much of the batch as before, or the whole
//                  batch shared among them (Signature::keeps_batch). Where it breaks a rule, one
//                  that does with still fewer; where it does not fit (shards grow), the quickest
//                  with more made again. Neither: 0, the job cannot run
//   other hosts    in proportion to the peers that are left (rerouting is none of a plan's own)
// The engine does not say where a slow part is: the stage that it costs most at.
class DegradedSteps {
 public:
  // All must outlive it. The plan is legal.
  DegradedSteps(const workload::Job& job, const Case& study_case, const plan::Plan& plan);

  // Useful work per time, over that of the sound job; each state is simulated once. Not for two
  // threads at once.
  double relative(const campaign::Signature& state);
  // What the step could not say, and what shrunken plans need, in words.
  [[nodiscard]] std::set<std::string> notes() const;

 private:
  // A plan for fewer replicas, and the job that it does in a step.
  struct Shrunk {
    plan::Plan plan;
    workload::Job job;
    double done = 1;  // of the whole batch
  };
  [[nodiscard]] base::Time step_in(const campaign::Signature& state, const workload::Job& job,
                                   const plan::Plan& plan) const;
  [[nodiscard]] std::vector<cluster::Cluster> clusters_in(const campaign::Signature& state) const;
  [[nodiscard]] Shrunk shrunk_to(int replicas, bool keeps_batch) const;
  // Makes more again until it fits; false when that does not help.
  bool fit(Shrunk& shrunk);
  [[nodiscard]] std::optional<Shrunk> with_fewer(const campaign::Signature& state);
  double simulated(const campaign::Signature& state);

  const workload::Job* job_;
  const Case* case_;
  const plan::Plan* plan_;
  base::Time sound_;
  std::map<campaign::Signature, double> known_;
  std::set<std::string> notes_;
  std::map<int, std::string> made_again_;  // replicas lost → what is made again so that it fits
  std::optional<int> too_few_;             // the fewest replicas lost with which nothing runs
};

// The tiers of a fabric that a slow link may be in.
std::vector<int> tiers_of_slow_links(const interconnect::Fabric& fabric);

}  // namespace weft::study
