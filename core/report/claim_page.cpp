// Claims in Markdown.
#include <fmt/format.h>

#include <stdexcept>
#include <string>

#include "claim_text.h"
#include "weft/report/claim.h"

namespace weft::report {

namespace {

constexpr std::size_t kMoversOnPage = 2;
constexpr std::size_t kNeedsOnPage = 2;

// A cell may not hold what ends it.
std::string table_cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.insert(at, "\\");
  }
  return text;
}

std::string table_row(const claim::Claim& claim, const std::string& label,
                      const std::string& claimed, const std::string& predicted,
                      const std::string& verdict) {
  const auto name = label.empty() ? claim.id : claim.id + ": " + label;
  return fmt::format("| {} | {}, {} | {} | {} | {} |\n", table_cell(name),
                     table_cell(claim.claimant), claim.date, table_cell(claimed),
                     table_cell(predicted), verdict);
}

// What would have to be true for a claim that is missed, or what would undo one that is met.
std::string needs_on_page(const claim::TestAnswer& answer) {
  if (answer.needs.empty()) return "";
  const bool is_met = answer.claimed && claim::is_met(*answer.claimed, answer.predicted.mode);
  std::string text;
  std::size_t told = 0;
  for (const auto& need : answer.needs) {
    if (!need.needed || told == kNeedsOnPage) continue;
    text += (told++ > 0 ? "; or " : is_met ? " Just so with " : " True with ") + need_text(need);
  }
  if (told > 0) return text + ".";
  return is_met ? " None of these inputs alone undoes it." : " No input alone makes it true.";
}

std::string test_block(const claim::Test& test, const claim::TestAnswer& answer) {
  const auto label = test.label.empty() ? figure_name(answer, test) : test.label;
  auto text = fmt::format("- **{}**: claimed {}; weft predicts **{}**: *{}*", label,
                          claimed_text(test, answer), predicted_text(test, answer),
                          claim::name_of(answer.verdict));
  if (!answer.is_known()) return text + " (" + answer.reason + ")\n";
  if (answer.share_met) {
    text += fmt::format(", {:.0f} % of draws meet it", *answer.share_met * 100);
  }
  text += ".";
  if (!test.read_as.empty()) text += " Read as: " + test.read_as + ".";
  const bool percent = is_in_percent(test, answer);
  for (std::size_t m = 0; m < answer.movers.size() && m < kMoversOnPage; ++m) {
    const auto& mover = answer.movers[m];
    text += fmt::format("{} `{}` ({} to {})", m == 0 ? " Hangs most on" : ",", mover.input,
                        claim_figure(mover.at_low, answer.unit, percent),
                        claim_figure(mover.at_high, answer.unit, percent));
  }
  if (!answer.movers.empty()) text += ".";
  return text + needs_on_page(answer) + "\n";
}

std::string between(std::string page, const std::string& name, const std::string& text) {
  const auto begin = "<!-- " + name + ": begin -->";
  const auto at = page.find(begin);
  if (at == std::string::npos) return page;
  const auto from = at + begin.size();
  const auto until = page.find("<!-- " + name + ": end -->", from);
  if (until == std::string::npos) throw std::invalid_argument("no end of '" + name + "'");
  return page.replace(from, until - from, "\n" + text);
}

}  // namespace

std::string claims_table(const Claims& claims) {
  std::string text =
      "| claim | who, when | claimed | weft predicts (90 %) | verdict |\n|---|---|---|---|---|\n";
  for (const auto& answer : claims) {
    const auto& claim = answer.claim;
    if (!claim.is_testable()) text += table_row(claim, "", "-", "-", "not testable");
    for (std::size_t t = 0; t < answer.tests.size(); ++t) {
      const auto& test = claim.tests[t];
      text +=
          table_row(claim, test.label, claimed_text(test, answer.tests[t]),
                    predicted_text(test, answer.tests[t]), claim::name_of(answer.tests[t].verdict));
    }
  }
  return text;
}

std::string claim_block(const claim::Answer& answer) {
  const auto& claim = answer.claim;
  auto text = fmt::format("{}, {}: \"{}\". Verdict: **{}**.\n\n", claim.claimant, claim.date,
                          claim.says, claim::name_of(answer.verdict));
  if (!claim.is_testable()) text += "Not testable: " + claim.because + "\n";
  for (std::size_t t = 0; t < answer.tests.size(); ++t) {
    text += test_block(claim.tests[t], answer.tests[t]);
  }
  if (!claim.note.empty()) text += "\n" + claim.note + "\n";
  return text;
}

std::string filled_page(std::string page, const Claims& claims) {
  page = between(std::move(page), "claims", claims_table(claims));
  for (const auto& answer : claims) {
    page = between(std::move(page), "claim " + answer.claim.id, claim_block(answer));
  }
  return page;
}

}  // namespace weft::report
