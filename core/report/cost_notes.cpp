// What stands above and below the tables of `weft cost`.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "cost_text.h"
#include "table.h"
#include "weft/base/unit_text.h"

namespace weft::report {

namespace {

using base::percent_text;

std::string use_text(const cost::Use& use) {
  if (use.ramp_months <= 0) return fmt::format("used {} of hours", percent_text(use.steady));
  return fmt::format("used {} of hours at first, {} after {:.3g} months", percent_text(use.start),
                     percent_text(use.steady), use.ramp_months);
}

// What "own, the term" does not hold.
std::string left_to_pay(const cost::Answer& answer) {
  std::set<double> lives;
  for (const auto& one : answer.question.cases) lives.insert(one.site.finance.life_years);
  std::string text;
  for (const double life : lives) {
    const double months = site::kMonthsAYear * life;
    const double left = 1 - answer.question.terms.months / months;
    if (left <= 0) continue;
    text +=
        wrapped(fmt::format("Own, the term, holds {} of the {:g} months over which machines are "
                            "paid off: {} of their annuity is still to be paid then.",
                            answer.question.terms.months, months, percent_text(left)),
                2);
  }
  return text;
}

bool counts_staff(const cost::Answer& answer) {
  return std::any_of(answer.cases.begin(), answer.cases.end(),
                     [](const cost::CaseAnswer& one) { return one.hourly.staff > 0; });
}

}  // namespace

std::string cost_title(const cost::Answer& answer) {
  const auto& terms = answer.question.terms;
  auto text = fmt::format("{}{} months, {}", terms.start ? "from " + terms.start_text + ", " : "",
                          terms.months, use_text(terms.use));
  if (!answer.question.study) text += fmt::format(", goodput {}", percent_text(terms.goodput));
  if (!answer.question.name.empty()) text = answer.question.name + ": " + text;
  return wrapped(text, 0) + "\n";
}

std::string cost_prices(const cost::Answer& answer, Colour colour) {
  auto text = bold("Prices and what else money hangs on", colour);
  for (const auto& fact : answer.question.facts) {
    auto line = fact.what + ": " + fact.value;
    if (!fact.date.empty()) line += ", " + fact.date;
    if (!fact.source.empty()) line += "; " + fact.source;
    line += fmt::format(" ({})", fact.confidence.empty() ? "as given" : fact.confidence);
    text += wrapped(line, 2);
  }
  for (const auto& lab : answer.question.terms.labs) {
    text += wrapped(fmt::format("{}: {} ({})", lab.name, lab.source, lab.confidence), 2);
  }
  return text;
}

std::string cost_notes(const cost::Answer& answer) {
  std::string text = wrapped(
      "An hour of use owned: what is paid anyway, over the share of hours used, and energy. A "
      "useful "
      "hour: over the goodput. Owning wins above: the share of hours used at which both cost the "
      "same over the term. Payback: of rent not paid less upkeep and energy, without interest, at "
      "the mean rent of the term and steady use; as prices go: with rent and use month by month. "
      "Committed months are paid used or not, at the price of the start. Prices are without taxes "
      "that a company gets back.",
      2);
  text += left_to_pay(answer);
  if (!counts_staff(answer))
    text += wrapped("Staff is not counted: no site here gives its cost.", 2);
  if (!answer.question.study) {
    text += wrapped(fmt::format("Without a job, devices in use draw {} of their limit (load).",
                                percent_text(answer.question.cases.front().load)),
                    2);
  }
  return text;
}

}  // namespace weft::report
