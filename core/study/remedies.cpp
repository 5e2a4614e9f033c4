// What makes a plan fit, by what it costs.
#include <fmt/format.h>

#include <algorithm>

#include "weft/base/unit_text.h"
#include "weft/step/evaluator.h"
#include "weft/study/memory_study.h"

namespace weft::study {

std::vector<TimedRemedy> remedies_by_time(const workload::Job& job, const Case& c,
                                          const plan::Plan& plan) {
  step::Evaluator evaluator(c.cluster, job, c.software);
  const auto before = evaluator.time(plan);
  std::vector<TimedRemedy> timed;
  for (auto& remedy : plan::remedies(c.cluster, job, c.software, plan)) {
    const auto step = evaluator.time(remedy.plan);
    timed.push_back({std::move(remedy), step, step / before});
  }
  std::stable_sort(timed.begin(), timed.end(),
                   [](const TimedRemedy& a, const TimedRemedy& b) { return a.step < b.step; });
  return timed;
}

std::string remedy_text(const TimedRemedy& remedy) {
  return fmt::format("{} (saves {}, step {:+.1f} %)", remedy.remedy.change,
                     base::to_text(remedy.remedy.saved), 100 * (remedy.step_ratio - 1));
}

std::string misfit_text(const workload::Job& job, const Case& c, const plan::Plan& plan) {
  const auto misfit = plan::misfit_of(c.cluster, job, c.software, plan);
  const auto text = plan::misfit_text(c.cluster, misfit);
  const auto found = remedies_by_time(job, c, plan);
  if (found.empty()) return text + "; no small change makes it fit";
  return text + "; what fits at the least time: " + remedy_text(found.front());
}

}  // namespace weft::study
