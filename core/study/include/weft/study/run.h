// `weft run`: one job on one or more clusters, the whole path of data for each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/parallel.h"
#include "weft/campaign/campaign.h"
#include "weft/cluster/cluster.h"
#include "weft/plan/memory.h"
#include "weft/plan/space.h"
#include "weft/populated/slow_down.h"
#include "weft/population/population.h"
#include "weft/site/site.h"
#include "weft/step/ledger.h"
#include "weft/study/campaign_request.h"
#include "weft/study/power_limit.h"
#include "weft/study/power_request.h"
#include "weft/study/search.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::study {

// kPer is told when it is asked for.
enum class Section { kStep, kMemory, kPower, kFailures, kCost, kPer };
inline constexpr int kSectionCount = 6;
const char* name_of(Section section);

// One column of a study.
struct Case {
  cluster::Cluster cluster;
  workload::Software software;
  plan::Request request;
  CampaignRequest campaign;
  campaign::Policy policy;  // of its first variant
  site::Site site;
  // Its devices, where they are not all as the chip's document has them.
  std::optional<population::Population> population;
  std::optional<PowerLimit> power_limit;  // at the meter of its site
};

struct Study {
  std::string file;
  workload::Job job;
  std::vector<Case> cases;
  std::vector<Section> sections;
  plan::AxesRequest search;
  std::optional<Objective> objective;
  base::Position objective_position;  // where it is given
  PowerRequest power;
};

// A document of kind `study`. Keys: job, clusters, plan (for all, or in an entry of clusters),
// search (what is varied where the plan is left open: plan::read_axes(), and objective), campaign,
// report. Errors go to the reading.
Study read_study(const base::Document& document, const base::Catalog& catalog,
                 base::Reading& reading);

// Reads the job and the plans of a document anew, for a study that was read from one which is the
// same but for its `job`, its `plan` and its `search`: clusters, software and sites stay as they
// are.
void read_job_again(Study& study, const base::Document& document, const base::Catalog& catalog,
                    base::Reading& reading);

// What stands behind a predicted step: published runs to which the stack's numbers were fitted, or
// nothing but the mechanisms, for the reason given.
struct Evidence {
  bool is_fitted = false;
  // What is new: "chip", "ZeRO-3", "schedule" (the stack does not ship it); empty when fitted.
  std::string reason;
};
Evidence evidence_of(const Case& study_case, const plan::Plan& plan);

// What lies on one part of a cluster.
struct PartOutcome {
  std::int64_t devices_used = 0;
  std::int64_t devices_idle = 0;
  int stages = 0;
  int layers = 0;       // of the model
  plan::Memory memory;  // of its stage that has least left
  step::Ledger ledger;  // mean over its devices in use
  base::WorkRate peak;  // of one device, in the job's precision
};

// Everything known about one case with a plan.
struct Outcome {
  plan::Plan plan;
  Evidence evidence;
  plan::Memory memory;  // of the stage that needs most; in a mixed cluster, that has least left
  step::Ledger ledger;
  std::vector<PartOutcome> parts;  // of the cluster; one unless it is mixed
  // What unlike devices cost; the ledger has it in it.
  std::optional<populated::Outcome> populated;
  campaign::Goodput goodput;
  site::Bill bill;

  std::int64_t devices_used = 0;
  std::int64_t devices_idle = 0;
  double tokens_per_second = 0;  // while stepping
  base::WorkRate achieved;       // model FLOP/s of one device in use, causal attention
  // Of the matrix peak of the job's precision, devices in use; in a mixed cluster of the sum of
  // their peaks.
  double mfu = 0;
  // In use and idle, of all parts.
  double packages_used = 0, packages_idle = 0;
  double dies_used = 0, dies_idle = 0;
};

// Why no plan was legal: how far from fitting the nearest was; where none got as far as memory, the
// last rule about what the user fixed, else the one that refused most, with an example.
std::string why_nothing(const workload::Job& job, const Case& study_case,
                        const plan::SpaceCount& count);

// The path of data for a given plan. Throws std::invalid_argument when the plan is not legal.
Outcome evaluate(const workload::Job& job, const Case& study_case, const plan::Plan& plan);

// A case with its answer; `outcome` is empty when no plan is legal, and `reason` says why.
struct CaseResult {
  Search search;
  std::optional<Outcome> outcome;
  std::string reason;
  std::optional<LimitHeld> limit;  // of a case with a power limit
};

// The case as it ran: with its devices capped where that holds its power limit.
Case as_run(const Case& study_case, const CaseResult& result);

// The best plan of a case by the study's objective. Throws base::InputError for kPareto, which is
// no one plan.
Search one_best_plan(const Study& study, const Case& study_case, const base::ThreadTeam& team);

// A plan of which nothing is left to search.
plan::Plan plan_of(const plan::Request& request);
// The same; on a mixed cluster with stages placed and layers split where the request leaves that
// open.
plan::Plan plan_of(const workload::Job& job, const Case& study_case);

// Throws base::InputError, with the nearest legal plan, for explicit plans that are not legal.
void require_legal_plans(const Study& study);

// One case of run(): with the plan `kept`, else the one that its request says, else the best. A
// plan that is given must be legal.
CaseResult run_case(const Study& study, const Case& study_case, const base::ThreadTeam& team,
                    const std::optional<plan::Plan>& kept = std::nullopt);

// `auto` found nothing for any case (exit code 3) is seen by all outcomes being empty. An explicit
// plan that is not legal throws base::InputError with the nearest legal plan.
std::vector<CaseResult> run(const Study& study, const base::ThreadTeam& team);

}  // namespace weft::study
