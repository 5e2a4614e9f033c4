#include <fmt/format.h>

#include <array>
#include <string>

#include "claim_text.h"
#include "table.h"
#include "weft/report/claim.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

constexpr std::size_t kMoversShown = 4;

std::string verdict_lines(const claim::Test& test, const claim::TestAnswer& answer) {
  const bool percent = is_in_percent(test, answer);
  std::string text = fmt::format("claimed {}, predicted {}: {}", claimed_text(test, answer),
                                 predicted_text(test, answer), claim::name_of(answer.verdict));
  if (answer.margin) {
    text += fmt::format("; claimed over predicted {:.3g}", answer.margin->ratio);
    if (answer.margin->in_widths) {
      text += fmt::format(", {:.2g} half intervals", *answer.margin->in_widths);
    }
  }
  if (answer.share_met) text += fmt::format("; {:.0f} % of draws meet it", *answer.share_met * 100);
  if (answer.claimed) {
    text += "; the best that inputs reach is " + claim_figure(answer.best, answer.unit, percent);
  }
  return wrapped(text, 4);
}

std::string test_lines(const claim::Test& test, const claim::TestAnswer& answer) {
  auto text = wrapped((test.label.empty() ? "" : test.label + ": ") + figure_name(answer, test), 2);
  if (!test.read_as.empty()) text += wrapped("read as: " + test.read_as, 4);
  if (!answer.is_known()) return text + wrapped("no answer: " + answer.reason, 4);
  text += verdict_lines(test, answer);
  if (!answer.plan.empty()) text += wrapped("plan: " + answer.plan, 4);
  const bool percent = is_in_percent(test, answer);
  for (std::size_t m = 0; m < answer.movers.size() && m < kMoversShown; ++m) {
    const auto& mover = answer.movers[m];
    text += wrapped(fmt::format("{} {}: {} to {}", m == 0 ? "hangs on" : "        ", mover.input,
                                claim_figure(mover.at_low, answer.unit, percent),
                                claim_figure(mover.at_high, answer.unit, percent)),
                    4);
  }
  const bool is_met = answer.claimed && claim::is_met(*answer.claimed, answer.predicted.mode);
  for (const auto& need : answer.needs) {
    text += wrapped((is_met ? "just so with " : "true with ") + need_text(need), 4);
  }
  return text;
}

std::string claim_lines(const claim::Answer& answer, Colour colour) {
  const auto& claim = answer.claim;
  auto text = bold(fmt::format("{}: {}", claim.id, claim::name_of(answer.verdict)), colour);
  text += wrapped(fmt::format("{}, {}: {}", claim.claimant, claim.date, claim.says), 2);
  text += wrapped(fmt::format("source: {} ({})", claim.source, claim.confidence), 2);
  if (!claim.is_testable()) text += wrapped("not testable: " + claim.because, 2);
  for (std::size_t t = 0; t < answer.tests.size(); ++t) {
    text += test_lines(claim.tests[t], answer.tests[t]);
  }
  if (!claim.note.empty()) text += wrapped("note: " + claim.note, 2);
  return text;
}

}  // namespace

std::string to_terminal(const Claims& claims, Colour colour) {
  std::string text;
  std::array<int, 6> counts{};
  for (const auto& answer : claims) {
    text += (text.empty() ? "" : "\n") + claim_lines(answer, colour);
    ++counts[static_cast<std::size_t>(answer.verdict)];
  }
  if (claims.size() < 2) return text;
  text += fmt::format("\n{} claims:", claims.size());
  for (std::size_t v = 0; v < counts.size(); ++v) {
    text += fmt::format("{} {} {}", v == 0 ? "" : ",", counts[v],
                        claim::name_of(static_cast<claim::Verdict>(v)));
  }
  return text + "\n";
}

}  // namespace weft::report
