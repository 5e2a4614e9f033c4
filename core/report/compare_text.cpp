#include "compare_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "weft/base/unit_text.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using base::to_text;
using compare::Footing;

// Columns of a bar on one side of the line.
constexpr int kBarColumns = 14;
constexpr std::size_t kCauseColumns = 14;

// Blocks to the left of the line for less, to the right for more.
std::string bar_text(double part, double largest) {
  const double share = largest > 0 ? std::abs(part) / largest : 0.0;
  const int blocks = static_cast<int>(std::lround(share * kBarColumns));
  std::string bar;
  for (int i = 0; i < blocks; ++i) bar += "█";
  const auto side = static_cast<std::size_t>(kBarColumns);
  const std::string blank(side, ' ');
  if (part < 0) return std::string(side - static_cast<std::size_t>(blocks), ' ') + bar + "│";
  return blank + "│" + bar;
}

std::string cause_line(const std::string& name, const std::vector<std::string>& cells,
                       const std::string& bar) {
  auto line = "  " + fitted(name, kCauseColumns);
  for (const auto& cell : cells) {
    const auto width = width_of(cell);
    line += std::string(width < 13 ? 13 - width : 1, ' ') + cell;
  }
  line += "  " + bar;
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string signed_text(const std::string& positive, double value) {
  return (value < 0 ? "-" : "+") + positive;
}

}  // namespace

std::string footing_text(Footing footing) {
  switch (footing) {
    case Footing::kPeak:
      return "peak FLOP/s";
    case Footing::kPower:
      return "power at the meter";
    case Footing::kMoney:
      return "money paid once";
    case Footing::kTime:
      return "time to train";
    case Footing::kWafers:
      return "logic wafers";
    default:
      return name_of(footing);
  }
}

std::string amount_text(Footing footing, const compare::Figures& figures,
                        const base::Currency& currency) {
  const auto amount = compare::amount_of(footing, figures);
  if (!amount) return "not known";
  switch (footing) {
    case Footing::kPeak:
      return to_text(figures.peak);
    case Footing::kPower:
      return to_text(figures.power);
    case Footing::kMoney:
      return to_text(base::Money{*amount, currency});
    case Footing::kTime:
      return fmt::format("{:.3g} d", figures.wall / base::kDay);
    case Footing::kWafers:
      return to_text(*amount);
    default:
      return fmt::format("{:g}", *amount);
  }
}

std::string token_noun(Footing footing) {
  switch (footing) {
    case Footing::kPackages:
      return "package-time";
    case Footing::kDies:
      return "die-time";
    case Footing::kPeak:
      return "FLOPs at peak";
    case Footing::kPower:
      return "energy at the mean power";
    case Footing::kMoney:
      return "capital × time";
    case Footing::kWafers:
      return "wafer-time";
    default:
      return "device-time";
  }
}

std::string token_text(Footing footing, double value, const base::Currency& currency) {
  switch (footing) {
    case Footing::kPeak:
      return to_text(base::Work(value));
    case Footing::kPower:
      return to_text(base::Energy(value));
    case Footing::kMoney:
      return to_text(base::Money{value, currency}) + " s";
    default:
      return to_text(base::Time(value));
  }
}

std::string waterfall_text(const compare::Answer& answer, const compare::OnFooting& on,
                           std::size_t build) {
  const auto& fall = on.waterfalls[build];
  const auto& currency = answer.question.currency;
  const auto cell = [&](double value) { return token_text(on.footing, value, currency); };
  double largest = 0;
  for (std::size_t c = 0; c < compare::kCauseCount; ++c) {
    largest = std::max(largest, std::abs(fall.part(static_cast<compare::Cause>(c))));
  }
  auto text = cause_line("", {"base", "this build", "difference", "of the gap"}, "");
  for (std::size_t c = 0; c < compare::kCauseCount; ++c) {
    const auto cause = static_cast<compare::Cause>(c);
    if (fall.from[c] == 0 && fall.to[c] == 0) continue;
    const double part = fall.part(cause);
    text +=
        cause_line(name_of(cause),
                   {cell(fall.from[c]), cell(fall.to[c]), signed_text(cell(std::abs(part)), part),
                    fmt::format("{:+.1f} %", 100 * fall.share(cause))},
                   bar_text(part, largest));
  }
  return text + cause_line("all",
                           {cell(compare::sum(fall.from)), cell(compare::sum(fall.to)),
                            signed_text(cell(std::abs(fall.gap())), fall.gap()), ""},
                           "");
}

std::string compare_notes(const compare::Answer& answer) {
  const auto& question = answer.question;
  std::string text;
  for (const auto& one : answer.not_had) text += wrapped("No footing of " + one, 2);
  if (question.sizes == compare::Sizes::kScaled) {
    text += wrapped(
        "Builds but the first are taken at whole units near what is equal, at a size that divides "
        "well, with the best plan there; ratios are for the exact amount. Where sizes differ, "
        "comparing the other way round starts from other sizes and is not exactly the inverse.",
        2);
  }
  if (question.critical) {
    text += wrapped(
        fmt::format("Larger batches take more tokens: 1 + batch / {} times the fewest (arXiv "
                    "1812.06162){}.",
                    to_text(question.critical->tokens),
                    question.critical->source.empty()
                        ? std::string()
                        : "; critical batch: " + question.critical->source),
        2);
  }
  return text +
         wrapped(
             "Tokens trained a second count failures and checkpoints. Memory: what kernels would "
             "gain if memory were infinitely fast. Scale-out: exposed communication that free "
             "links between scale-up domains would take away; scale-up: all other. Links for "
             "free: the same plan, and so a bound for it alone.",
             2);
}

}  // namespace weft::report
