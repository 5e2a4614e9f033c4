// The best legal plans of a job on a cluster.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/parallel.h"
#include "weft/cluster/cluster.h"
#include "weft/plan/space.h"
#include "weft/site/facility.h"
#include "weft/step/evaluator.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::study {

// kSpeed: the shortest step, which is most tokens a second. kEnergy: the least energy of a step at
// the meter, idle devices and all overheads too. kPareto: all plans that no other beats in both.
enum class Objective { kSpeed, kEnergy, kPareto };
inline constexpr int kObjectiveCount = 3;
const char* name_of(Objective objective);

struct SearchOptions {
  Objective objective = Objective::kSpeed;
  int top = 1;  // how many plans; of kPareto all
  // Whose meter counts energy, as in a bill; null: devices alone. Must outlive the search.
  const site::Site* site = nullptr;
  bool families = false;  // also the best plan of every value of every axis; not of kPareto
};

// A plan that was replayed (F2).
struct Found {
  plan::Plan plan;
  std::uint64_t place = 0;  // in the space; ties go to the first
  base::Time step;
  base::Energy energy;  // at the meter over a step; 0 when the objective is speed
};

// What a family has in common.
enum class FamilyAxis {
  kTensor,
  kContext,
  kPipeline,
  kExpert,
  kExpertTensor,
  kMicroBatch,
  kSchedule,  // by name, interleaved 1F1B apart
  kZero,
  kRecompute,
  kOffload,  // 1: optimizer, 2: activations, 3: both
};
inline constexpr int kFamilyAxisCount = 10;
const char* name_of(FamilyAxis axis);
// The value of a plan on an axis, and how it is written: "TP8", "ZB-V".
int value_of(FamilyAxis axis, const plan::Plan& plan);
std::string family_text(FamilyAxis axis, const plan::Plan& plan);

struct Family {
  FamilyAxis axis = FamilyAxis::kTensor;
  int value = 0;
  Found best;
};

struct Search {
  std::optional<plan::Plan> best;  // the first of `found`
  std::vector<Found> found;        // best first; of kPareto by step
  std::vector<Family> families;    // by axis and value
  plan::SpaceCount count;
  std::size_t bounded = 0;    // legal plans timed at F1
  std::size_t tightened = 0;  // of these, that came near enough to have the schedule walked for F1
  std::size_t replayed = 0;   // of these, at F2: their F1 did not exceed the best so far
};

// Exact over the space of legal plans: F1 is a lower bound of F2, and every plan whose F1 is not
// above the incumbent is replayed. The same result for any number of threads. Plans are not stored
// but those that come near to the incumbent.
Search best_plans(const cluster::Cluster& cluster, const workload::Job& job,
                  const workload::Software& software, const plan::Request& request,
                  const SearchOptions& options, const base::ThreadTeam& team);

// The shortest step alone.
Search best_plan(const cluster::Cluster& cluster, const workload::Job& job,
                 const workload::Software& software, const plan::Request& request,
                 const base::ThreadTeam& team);

}  // namespace weft::study
