#include <fmt/format.h>

#include <cmath>
#include <map>

#include "parts.h"
#include "weft/base/unit_text.h"

namespace weft::pages {

namespace {

using claim::Verdict;

constexpr std::size_t kMostMovers = 12;
// Predictions further from what is claimed are not drawn with the others: 50 %.
constexpr double kFarOff = 0.5;

bool in_percent(const claim::Test& test) {
  return test.value && test.value->text().find('%') != std::string_view::npos;
}

// As Section payloads name units.
std::string unit_of(const claim::Test& test, const claim::TestAnswer& answer) {
  return answer.unit.empty() && in_percent(test) ? "%" : answer.unit;
}

const char* mark_of(Verdict verdict) {
  if (verdict == Verdict::kConsistent || verdict == Verdict::kModest) return "good";
  return verdict == Verdict::kImplausible ? "bad" : "doubt";
}

std::string name_of(const claim::Answer& answer, std::size_t test) {
  const auto& label = answer.claim.tests[test].label;
  return label.empty() ? answer.tests[test].metric : label;
}

double middle(const uncertainty::Interval& interval) {
  return std::isfinite(interval.median) ? interval.median : interval.mode;
}

Json interval_row(const std::string& name, const claim::TestAnswer& answer, double over) {
  const auto& predicted = answer.predicted;
  Json row = {{"name", name},
              {"low", number(predicted.low / over)},
              {"mid", number(middle(predicted) / over)},
              {"high", number(predicted.high / over)},
              {"verdict", claim::name_of(answer.verdict)}};
  if (answer.claimed) {
    row["mark"] = number(answer.claimed->value / over);
    row["mark_name"] = "claimed";
  }
  return row;
}

std::string written(double value, const std::string& unit) {
  if (unit == "%") return base::percent_text(value);
  return report::in_unit(value, unit);
}

std::string claimed_words(const claim::Test& test, const claim::TestAnswer& answer) {
  if (!answer.claimed) return test.value ? std::string(test.value->text()) : "no number";
  const auto value = written(answer.claimed->value, unit_of(test, answer));
  if (test.sense == claim::Sense::kAtLeast) return "at least " + value;
  return test.sense == claim::Sense::kAtMost ? "at most " + value : value;
}

std::string predicted_words(const claim::Test& test, const claim::TestAnswer& answer) {
  if (!answer.is_known()) return "no answer: " + answer.reason;
  const auto unit = unit_of(test, answer);
  const auto& p = answer.predicted;
  if (!std::isfinite(p.low) || p.low == p.high) return written(middle(p), unit);
  return fmt::format("{} ({})", written(middle(p), unit),
                     span(written(p.low, unit), written(p.high, unit)));
}

// One claim in words.
std::vector<std::string> words(const claim::Answer& answer) {
  std::vector<std::string> all;
  const auto& claim = answer.claim;
  all.push_back(fmt::format("{} ({}): {}.", claim.claimant, claim.date, claim.says));
  if (!claim.is_testable()) {
    all.push_back("Not testable: " + claim.because + ".");
    return all;
  }
  for (std::size_t t = 0; t < answer.tests.size(); ++t) {
    const auto& test = answer.tests[t];
    all.push_back(fmt::format("{}: {} claimed, {} predicted: {}.", name_of(answer, t),
                              claimed_words(claim.tests[t], test),
                              predicted_words(claim.tests[t], test), claim::name_of(test.verdict)));
  }
  if (!claim.note.empty()) all.push_back(claim.note);
  return all;
}

void add_tests(html::Page& page, const claim::Answer& answer) {
  for (std::size_t t = 0; t < answer.tests.size(); ++t) {
    const auto& test = answer.tests[t];
    const auto unit = unit_of(answer.claim.tests[t], test);
    const auto name = name_of(answer, t);
    const auto of = answer.tests.size();
    const auto& said = answer.claim.tests[t];
    if (!test.is_known()) {
      page.sections.push_back(
          {id_of("test", t, of), name, "There is no prediction.", "text", text({test.reason})});
      continue;
    }
    Json data = {{"unit", unit}, {"rows", Json::array({interval_row(name, test, 1)})}};
    page.sections.push_back(
        {id_of("test", t, of), of > 1 ? "Test: " + name : "What is claimed, and what is predicted",
         fmt::format(
             "It is about the {} of {}{}. Claimed: {}. Predicted, with 90 % of the draws of "
             "uncertain "
             "inputs: {}. Verdict: {}.{}",
             test.meaning, test.row, test.against_row.empty() ? "" : " against " + test.against_row,
             claimed_words(said, test), predicted_words(said, test), claim::name_of(test.verdict),
             said.read_as.empty() ? "" : " How words became a number: " + said.read_as + "."),
         "intervals", std::move(data)});
  }
}

void add_movers(html::Page& page, const claim::Answer& answer) {
  for (std::size_t t = 0; t < answer.tests.size(); ++t) {
    const auto& test = answer.tests[t];
    if (!test.is_known() || test.movers.empty()) continue;
    Json inputs = Json::array();
    for (const auto& mover : test.movers) {
      if (inputs.size() == kMostMovers) break;
      inputs.push_back({{"name", mover.input},
                        {"low", "5 %"},
                        {"high", "95 %"},
                        {"low_value", number(mover.at_low)},
                        {"high_value", number(mover.at_high)}});
    }
    page.sections.push_back(
        {id_of("hangs-on", t, answer.tests.size()),
         "What it hangs on: " + name_of(answer, t),
         "Each uncertain input at its 5 % and its 95 % quantile, all others at their modes.",
         "tornado",
         {{"unit", unit_of(answer.claim.tests[t], test)},
          {"base", number(test.predicted.mode)},
          {"inputs", inputs}}});
  }
}

void add_needs(html::Page& page, const claim::Answer& answer) {
  Table table({"test", "input", "now", "it would have to be", "times"}, 4);
  for (std::size_t t = 0; t < answer.tests.size(); ++t) {
    for (const auto& need : answer.tests[t].needs) {
      table.row({name_of(answer, t), need.input, need.now,
                 need.needed ? Json(*need.needed)
                             : marked("none does", "bad", "from a tenth to ten times as much"),
                 need.needed ? fmt::format("{:.3g}", need.factor) : "–"});
    }
  }
  if (table.empty()) return;
  page.sections.push_back({"needs", "What would have to be true",
                           "One input at a time, all others at their modes, until the prediction "
                           "is what is claimed.",
                           "table", table.data()});
}

html::Page page_of_one(const claim::Answer& answer) {
  html::Page page;
  const auto& claim = answer.claim;
  page.title = claim.claimant + ": " + claim.says;
  page.subtitle = fmt::format("{}, {} ({})", claim.date, claim.source, claim.confidence);
  page.headlines.push_back({"verdict", claim::name_of(answer.verdict), "", ""});
  if (!claim.is_testable()) {
    page.sections.push_back(
        {"because", "Why it cannot be tested", "", "text", text({claim.because})});
  }
  add_tests(page, answer);
  add_movers(page, answer);
  add_needs(page, answer);
  if (!claim.note.empty()) {
    page.sections.push_back({"note", "Note", "", "text", text({claim.note})});
  }
  return page;
}

Json table_of(const report::Claims& claims) {
  Table table({"claim", "by", "published", "predicted (90 %)", "verdict"}, 5);
  for (const auto& answer : claims) {
    const auto verdict = marked(claim::name_of(answer.verdict), mark_of(answer.verdict));
    if (answer.tests.empty()) {
      table.row({answer.claim.says, answer.claim.claimant, "–", "–", verdict});
    }
    for (std::size_t t = 0; t < answer.tests.size(); ++t) {
      const auto& test = answer.tests[t];
      const auto& label = answer.claim.tests[t].label;
      table.row({t == 0 ? answer.claim.says : "… " + label, t == 0 ? answer.claim.claimant : "",
                 claimed_words(answer.claim.tests[t], test),
                 predicted_words(answer.claim.tests[t], test),
                 marked(claim::name_of(test.verdict), mark_of(test.verdict))});
    }
  }
  return table.data();
}

html::Page page_of_all(const report::Claims& claims) {
  html::Page page;
  std::map<Verdict, int> count;
  Json rows = Json::array();
  int far_off = 0;
  for (const auto& answer : claims) {
    ++count[answer.verdict];
    for (std::size_t t = 0; t < answer.tests.size(); ++t) {
      const auto& test = answer.tests[t];
      // Figures of all units on one axis: over what is claimed.
      if (!test.is_known() || !test.claimed || test.claimed->value == 0) continue;
      const double ratio = middle(test.predicted) / test.claimed->value;
      if (!(std::abs(ratio - 1) < kFarOff)) {
        ++far_off;
        continue;
      }
      const auto& label = answer.claim.tests[t].label;
      rows.push_back(interval_row(answer.claim.id + (label.empty() ? "" : ", " + label), test,
                                  test.claimed->value));
    }
  }
  page.title = fmt::format("{} published claims put to the test", claims.size());
  page.subtitle = "Predictions with 90 % of the draws of their uncertain inputs.";
  for (const auto& [verdict, times] : count) {
    page.headlines.push_back({claim::name_of(verdict), std::to_string(times), "", ""});
  }
  page.sections.push_back(
      {"claims", "Claimed and predicted",
       "Each claim with the figure that it comes to. Consistent: within 90 % of "
       "the draws on the side that helps who claims it.",
       "table", table_of(claims)});
  page.sections.push_back(
      {"intervals",
       "Predictions over what is claimed",
       fmt::format("Each figure over the number that is claimed: at 1 the claim "
                   "holds as it was made. {} that are less than half of it or "
                   "more than one and a half are in the table alone.",
                   far_off),
       "intervals",
       {{"unit", "×"}, {"rows", rows}}});
  for (const auto& answer : claims) {
    if (answer.claim.id.rfind("press_", 0) != 0) continue;
    page.sections.push_back({answer.claim.id, answer.claim.says, "", "text", text(words(answer))});
  }
  return page;
}

}  // namespace

html::Page claims_page(const report::Claims& claims) {
  return claims.size() == 1 ? page_of_one(claims.front()) : page_of_all(claims);
}

}  // namespace weft::pages
