#include "weft/scaling/answer.h"

#include <fmt/format.h>

#include <algorithm>

#include "weft/plan/check.h"

namespace weft::scaling {

namespace {

using P = step::Part;

// A plan on another size: more replicas, all else as it is. None: the devices do not divide.
std::optional<plan::Plan> stretched(const plan::Plan& plan, std::int64_t from, std::int64_t to) {
  auto longer = plan;
  const auto replicas = plan.data * to;
  if (replicas % from != 0) return std::nullopt;
  longer.data = static_cast<int>(replicas / from);
  return longer;
}

class Answerer {
 public:
  Answerer(const Question& question, const base::ThreadTeam& team, const std::optional<Plans>& kept)
      : question_(question), team_(team), kept_(kept) {}

  PointAnswer run(std::size_t i) {
    PointAnswer answer;
    const auto plan = plan_of(i, answer.reason);
    if (!answer.is_known()) return answer;
    const auto& study = question_.points[i].study;
    const auto& one = study.cases.front();
    if (plan && !is_legal(study, *plan, answer.reason)) return answer;
    answer.result = study::run_case(study, one, team_, plan);
    answer.reason = answer.result.outcome ? "" : answer.result.reason;
    if (answer.is_known()) add_figures(question_.points[i], answer);
    if (i == 0) first_ = answer.result.search.best;
    return answer;
  }

 private:
  // That is not to be searched; none: it is.
  std::optional<plan::Plan> plan_of(std::size_t i, std::string& reason) const {
    const auto& study = question_.points[i].study;
    const auto& one = study.cases.front();
    if (one.request.is_complete()) return study::plan_of(study.job, one);
    if (kept_) {
      if (!kept_->at(i)) reason = "no plan was found as the document stands";
      return kept_->at(i);
    }
    if (i == 0 || question_.plan != PlanRule::kFixed) return std::nullopt;
    if (!first_) reason = "the first point has no plan";
    if (!first_) return std::nullopt;
    const auto from = question_.points.front().devices;
    const auto plan = stretched(*first_, from, question_.points[i].devices);
    if (!plan) reason = fmt::format("{} replicas do not grow evenly", first_->data);
    return plan;
  }

  static bool is_legal(const study::Study& study, const plan::Plan& plan, std::string& reason) {
    const auto& one = study.cases.front();
    const auto problem = plan::first_problem(one.cluster, study.job, one.software, plan);
    if (!problem) return true;
    reason = plan::explain(*problem, one.cluster, study.job, one.software, plan);
    return false;
  }

  void add_figures(const Point& point, PointAnswer& answer) const {
    const auto& outcome = answer.outcome();
    answer.tokens_per_second = outcome.tokens_per_second;
    answer.per_device = outcome.tokens_per_second / static_cast<double>(point.devices);
    const bool with_failures = question_.linearity == Linearity::kGoodput;
    answer.trained_per_device = answer.per_device * (with_failures ? outcome.goodput.ettr : 1.0);
    base::Time exposed;
    for (const auto part : {P::kTensor, P::kContext, P::kExpert, P::kPipelineTransfer, P::kData}) {
      exposed += outcome.ledger.part(part);
    }
    answer.exposed_communication = exposed / outcome.ledger.step;
    answer.bubble = outcome.ledger.part(P::kBubble) / outcome.ledger.step;
  }

  const Question& question_;
  const base::ThreadTeam& team_;
  const std::optional<Plans>& kept_;
  std::optional<plan::Plan> first_;
};

}  // namespace

bool Answer::any() const {
  return std::any_of(points.begin(), points.end(), [](const auto& p) { return p.is_known(); });
}

Plans plans_of(const Answer& answer) {
  Plans plans;
  for (const auto& point : answer.points) {
    plans.push_back(point.is_known() ? std::optional(point.outcome().plan) : std::nullopt);
  }
  return plans;
}

Answer answer(Question question, const base::ThreadTeam& team, const std::optional<Plans>& kept) {
  Answer answer{std::move(question), {}};
  Answerer answerer(answer.question, team, kept);
  base::Progress progress("points searched", answer.question.points.size(), !kept);
  for (std::size_t i = 0; i < answer.question.points.size(); ++i) {
    answer.points.push_back(answerer.run(i));
    progress.advance(1);
  }
  const auto& first = answer.points.front();
  for (auto& point : answer.points) {
    if (first.is_known() && point.is_known() && first.trained_per_device > 0) {
      point.linearity = point.trained_per_device / first.trained_per_device;
    }
  }
  return answer;
}

}  // namespace weft::scaling
