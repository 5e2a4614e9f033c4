// One size of an offer: its best plan, spares, storage, and what it takes. Internal to the room.
#pragma once

#include "builder.h"
#include "weft/campaign/policy.h"
#include "weft/size/answer.h"

namespace weft::size {

class Designer {
 public:
  // All must outlive it.
  Designer(const Question& question, const campaign::Policy& repairs, const base::ThreadTeam& team)
      : question_(&question), repairs_(&repairs), team_(&team) {}

  // The study has one case.
  [[nodiscard]] Design design(const cost::Question& built) const;
  // What was designed before, built anew: its plan, spares and storage stay.
  [[nodiscard]] Design again(const cost::Question& built, const Design& before) const;
  // The same without looking for a plan: what can be counted, and checked, without one.
  [[nodiscard]] Design counted(const cost::Question& built) const;

 private:
  void add_spares(const study::Case& one, Design& design) const;
  void add_money(const cost::Question& built, const study::Case& one, Design& design) const;
  void add_checks(const study::Case& one, Design& design) const;
  [[nodiscard]] study::CaseResult planned(const study::Study& study) const;

  const Question* question_;
  const campaign::Policy* repairs_;
  const base::ThreadTeam* team_;
};

// Hosts out of the job at a time, mean: by the rates of the job's outcome and the repair times of
// its policy, or of `repairs` where it has none.
double hosts_out(const study::Case& one, const study::Outcome& outcome,
                 const campaign::Policy& repairs);
bool has_repair_times(const campaign::Policy& policy);

// The bandwidth with which checkpoints stop the job for no more than `share` of the run.
Storage storage_for(const study::Case& one, const workload::Job& job, const study::Outcome& outcome,
                    double share);

std::vector<FabricLine> fabric_lines(const interconnect::Fabric& fabric);

}  // namespace weft::size
