#include "weft/size/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "finder.h"
#include "given.h"
#include "weft/campaign/policy.h"

namespace weft::size {

namespace {

// What an aim is least of; none: not known.
std::optional<double> score(const Design& design, Aim aim) {
  const auto wall = design.wall();
  if (!wall) return std::nullopt;
  switch (aim) {
    case Aim::kSmallest:
      return static_cast<double>(design.hosts + design.spares.added);
    case Aim::kCheapest:
      return design.run_cost();
    case Aim::kCoolest:
      return design.outcome->bill.mean.total().si();
    case Aim::kFastest:
    case Aim::kTokens:
    case Aim::kModel:
      return wall->si();
  }
  return std::nullopt;
}

// The first of equals.
template <class Fits>
std::optional<std::size_t> best(const std::vector<Design>& designs, Aim aim, Fits fits) {
  std::optional<std::size_t> found;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t d = 0; d < designs.size(); ++d) {
    if (!fits(designs[d])) continue;
    const auto value = score(designs[d], aim);
    if (!value || *value >= least) continue;
    least = *value;
    found = d;
  }
  return found;
}

void pick(const Question& question, OfferAnswer& answer) {
  const auto all = [](const Design& design) { return design.meets_all(); };
  for (const auto aim : question.aims) {
    if (const auto design = best(answer.examined, aim, all)) answer.found.push_back({aim, *design});
  }
  if (best(answer.examined, Aim::kSmallest, all)) return;
  answer.in_time = best(answer.examined, Aim::kSmallest,
                        [](const Design& design) { return design.meets(Target::kTime); });
  answer.within = best(answer.examined, Aim::kFastest, [](const Design& design) {
    return std::all_of(design.checks.begin(), design.checks.end(), [](const Check& check) {
      return check.target == Target::kTime || check.holds();
    });
  });
}

void require_rate(const Question& question, const Builder& builder, base::Reading& reading) {
  const auto& budget = question.targets.budget;
  const auto& site = builder.one_unit().study->cases.front().site;
  if (!budget || site.rates.per_usd().count(budget->currency) > 0) return;
  const auto where = question.document.root().find("targets")->find("budget");
  reading.error(*where,
                fmt::format("{} has no rate for {} (money: per_usd)", site.name, budget->currency));
  reading.throw_if_any();
}

void look(const Question& question, const Offer& offer, Builder& builder, const Designer& designer,
          OfferAnswer& answer) {
  if (question.seeks(Aim::kTokens)) return most_tokens(question, builder, designer, answer);
  if (question.seeks(Aim::kModel)) return largest_model(question, builder, designer, answer);
  Finder finder(question, offer, builder, designer);
  question.seeks(Aim::kFastest) ? finder.look_for_speed() : finder.look_for_time();
  auto designs = finder.take();
  std::move(designs.begin(), designs.end(), std::back_inserter(answer.examined));
  answer.limit = finder.limit();
  answer.least_hosts = finder.least_hosts();
}

OfferAnswer answer_of(const Question& question, const Offer& offer, const base::Catalog& catalog,
                      base::Reading& reading, const Designer& designer) {
  OfferAnswer answer;
  std::vector<std::optional<base::Node>> variants(offer.oversubscription.begin(),
                                                  offer.oversubscription.end());
  if (variants.empty()) variants.emplace_back();
  for (const auto& variant : variants) {
    Builder builder(question, offer, variant, catalog, reading);
    require_rate(question, builder, reading);
    answer.name = builder.one_unit().study->cases.front().cluster.name;
    answer.unit = builder.unit();
    answer.unit_hosts = builder.unit_hosts();
    answer.facts = builder.one_unit().facts;
    const auto before = answer.examined.size();
    look(question, offer, builder, designer, answer);
    for (std::size_t d = before; d < answer.examined.size(); ++d) {
      answer.examined[d].variant = static_cast<std::size_t>(&variant - variants.data());
    }
  }
  if (answer.models.empty()) pick(question, answer);
  return answer;
}

// What the job of a design was changed to.
JobChange change_of(const Question& question, const OfferAnswer& found, std::size_t design) {
  JobChange change;
  if (question.seeks(Aim::kTokens)) change.tokens = found.tokens;
  for (const auto& row : found.models) {
    if (row.design != design) continue;
    change.model = question.models.at(design);
    if (question.per_parameter) change.tokens = row.tokens;
  }
  return change;
}

OfferAnswer offer_again(const Question& question, const Offer& offer, const OfferAnswer& found,
                        const base::Catalog& catalog, base::Reading& reading,
                        const Designer& designer) {
  auto again = found;
  const bool is_given = question.seeks(Aim::kTokens) || question.seeks(Aim::kModel);
  std::vector<std::size_t> wanted;
  for (const auto& one : found.found) wanted.push_back(one.design);
  if (found.tokens > 0) wanted.push_back(0);
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (const auto d : wanted) {
    const auto& before = found.examined.at(d);
    const auto variant = offer.oversubscription.empty()
                             ? std::nullopt
                             : std::optional(offer.oversubscription.at(before.variant));
    Builder builder(question, offer, variant, catalog, reading);
    const auto change = change_of(question, found, d);
    const auto built =
        is_given ? std::optional(builder.as_offered(change)) : builder.at(before.hosts, change);
    if (!built) builder.give_up();
    again.examined[d] = designer.again(*built, before);
  }
  return again;
}

campaign::Policy repair_policy(const Question& question, const base::Catalog& catalog,
                               base::Reading& reading) {
  const auto spares = question.document.root().find("spares");
  const auto asked = spares && spares->is_map() ? spares->find("repairs") : std::nullopt;
  auto policy =
      campaign::read_policy(catalog.load("campaign", question.spares.repairs, asked), reading);
  reading.throw_if_any();
  return policy;
}

}  // namespace

double Check::use() const {
  return needed ? *needed / allowed : std::numeric_limits<double>::infinity();
}

std::int64_t Design::all_packages() const {
  return packages + (hosts > 0 ? packages / hosts * spares.added : 0);
}

bool Design::meets_all() const {
  return outcome && wall() && std::all_of(checks.begin(), checks.end(), [](const Check& check) {
           return check.holds();
         });
}

bool Design::meets(Target target) const {
  return outcome && std::all_of(checks.begin(), checks.end(), [&](const Check& check) {
           return check.target != target || check.holds();
         });
}

const Check* Design::binding() const {
  const auto most = std::max_element(
      checks.begin(), checks.end(), [](const auto& a, const auto& b) { return a.use() < b.use(); });
  return most == checks.end() ? nullptr : &*most;
}

std::optional<base::Time> Design::wall() const {
  if (!outcome || !outcome->goodput.makes_progress) return std::nullopt;
  return outcome->goodput.wall;
}

std::optional<double> Design::run_cost() const {
  if (!money.run) return std::nullopt;
  if (money.owned) return money.run->own;
  return money.run->rent;
}

const Design* OfferAnswer::found_for(Aim aim) const {
  for (const auto& one : found) {
    if (one.aim == aim) return &examined[one.design];
  }
  return nullptr;
}

bool Answer::any_found() const {
  return std::any_of(offers.begin(), offers.end(),
                     [](const OfferAnswer& offer) { return !offer.found.empty(); });
}

Answer answer(const base::Document& document, const base::Catalog& catalog, base::Reading& reading,
              const base::ThreadTeam& team) {
  Answer answer;
  answer.question = read_question(document, reading);
  reading.throw_if_any();
  const auto repairs = repair_policy(answer.question, catalog, reading);
  const Designer designer(answer.question, repairs, team);
  base::Progress progress("offers sized", answer.question.offers.size(), true);
  for (const auto& offer : answer.question.offers) {
    answer.offers.push_back(answer_of(answer.question, offer, catalog, reading, designer));
    progress.advance(1);
  }
  const Builder first(answer.question, answer.question.offers.front(), std::nullopt, catalog,
                      reading);
  answer.job = first.one_unit().study->job;
  return answer;
}

Answer answer_again(const Answer& previous, const base::Document& document,
                    const base::Catalog& catalog, base::Reading& reading) {
  Answer again;
  again.question = read_question(document, reading);
  reading.throw_if_any();
  again.job = previous.job;
  const auto repairs = repair_policy(again.question, catalog, reading);
  const base::ThreadTeam alone(1);
  const Designer designer(again.question, repairs, alone);
  for (std::size_t o = 0; o < previous.offers.size(); ++o) {
    again.offers.push_back(offer_again(again.question, again.question.offers.at(o),
                                       previous.offers[o], catalog, reading, designer));
  }
  return again;
}

std::vector<study::Study> units_of(const base::Document& document, const base::Catalog& catalog) {
  base::Reading reading;
  const auto question = read_question(document, reading);
  reading.throw_if_any();
  std::vector<study::Study> units;
  for (const auto& offer : question.offers) {
    units.push_back(*Builder(question, offer, std::nullopt, catalog, reading).one_unit().study);
  }
  return units;
}

}  // namespace weft::size
