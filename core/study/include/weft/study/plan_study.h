// `weft plan`: the best plans of a job on each cluster of a study, and why they are.
#pragma once

#include <string>
#include <vector>

#include "weft/base/parallel.h"
#include "weft/study/run.h"
#include "weft/study/search.h"

namespace weft::study {

// One case. `top` is of search.found, `families` of search.families. Both are empty when no plan is
// legal, and `reason` says why.
struct PlanAnswer {
  Search search;
  std::vector<Outcome> top;
  std::vector<step::Ledger> families;
  std::string reason;
};

// One a case. Throws base::InputError for a complete plan that is not legal.
std::vector<PlanAnswer> search_plans(const Study& study, const SearchOptions& options,
                                     const base::ThreadTeam& team);

// What a search for a study varies: Axes::wide() of its stack and what its `search` map says.
plan::Request searched(const Study& study, const Case& study_case);

// A part of the step and how much longer it is under one plan than under another.
struct PartChange {
  step::Part part = step::Part::kForward;
  base::Time longer;  // mean over devices; may be negative
};
// All parts, those that grow most first.
std::vector<PartChange> changes(const step::Ledger& from, const step::Ledger& to);

}  // namespace weft::study
