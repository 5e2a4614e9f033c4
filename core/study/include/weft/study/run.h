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
#include "weft/site/site.h"
#include "weft/step/ledger.h"
#include "weft/study/search.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::study {

enum class Section { kStep, kMemory, kPower, kFailures, kCost };
inline constexpr int kSectionCount = 5;
const char* name_of(Section section);

// One column of a study.
struct Case {
  cluster::Cluster cluster;
  workload::Software software;
  plan::Request request;
  campaign::Policy policy;
  site::Site site;
};

struct Study {
  std::string file;
  workload::Job job;
  std::vector<Case> cases;
  std::vector<Section> sections;
  plan::AxesRequest search;
  std::optional<Objective> objective;  // of `weft plan`
};

// A document of kind `study`. Keys: job, clusters, plan (for all, or in an entry of clusters),
// search (what is varied where the plan is left open: plan::read_axes(), and objective), campaign,
// report. Errors go to the reading.
Study read_study(const base::Document& document, const base::Catalog& catalog,
                 base::Reading& reading);

// What stands behind a predicted step: published runs to which the stack's numbers were fitted, or
// nothing but the mechanisms, for the reason given.
struct Evidence {
  bool is_fitted = false;
  // What is new: "chip", "ZeRO-3", "schedule" (the stack does not ship it); empty when fitted.
  std::string reason;
};
Evidence evidence_of(const Case& study_case, const plan::Plan& plan);

// Everything known about one case with a plan.
struct Outcome {
  plan::Plan plan;
  Evidence evidence;
  plan::Memory memory;  // of the stage that needs most
  step::Ledger ledger;
  campaign::Goodput goodput;
  site::Bill bill;

  std::int64_t devices_used = 0;
  std::int64_t devices_idle = 0;
  double tokens_per_second = 0;  // while stepping
  base::WorkRate achieved;       // model FLOP/s of one device in use, causal attention
  double mfu = 0;                // of the matrix peak of the job's precision, devices in use
};

// Why no plan was legal: the rule that refused most, and how far from fitting the nearest was.
std::string why_nothing(const workload::Job& job, const Case& study_case,
                        const plan::SpaceCount& count);

// The path of data for a given plan. Throws std::invalid_argument when the plan is not legal.
Outcome evaluate(const workload::Job& job, const Case& study_case, const plan::Plan& plan);

// A case with its answer; `outcome` is empty when no plan is legal, and `reason` says why.
struct CaseResult {
  Search search;
  std::optional<Outcome> outcome;
  std::string reason;
};

// A plan of which nothing is left to search.
plan::Plan plan_of(const plan::Request& request);

// Throws base::InputError, with the nearest legal plan, for explicit plans that are not legal.
void require_legal_plans(const Study& study);

// `auto` found nothing for any case (exit code 3) is seen by all outcomes being empty. An explicit
// plan that is not legal throws base::InputError with the nearest legal plan.
std::vector<CaseResult> run(const Study& study, const base::ThreadTeam& team);

}  // namespace weft::study
