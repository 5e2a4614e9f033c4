#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/report/scaling.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::to_text;

std::string scaling_line(const std::string& label, const std::vector<std::string>& cells) {
  constexpr std::size_t kLabel = 16;
  constexpr std::size_t kCell = 10;
  std::string line = "  " + fitted(label, kLabel);
  for (const auto& cell : cells) {
    if (cell.empty()) continue;
    const auto width = width_of(cell);
    line += std::string(width < kCell ? kCell - width : 1, ' ') + cell;
  }
  return line + "\n";
}

bool with_failures(const scaling::Answer& answer) {
  return answer.question.linearity == scaling::Linearity::kGoodput;
}

std::vector<std::string> scaling_cells(const scaling::Answer& answer, std::size_t i) {
  const auto& point = answer.points[i];
  const auto& outcome = point.outcome();
  return {to_text(outcome.ledger.step),
          to_text(point.tokens_per_second),
          to_text(point.per_device),
          percent_text(outcome.mfu),
          percent_text(point.exposed_communication, 2),
          percent_text(point.bubble, 2),
          with_failures(answer) ? percent_text(outcome.goodput.ettr) : "",
          point.linearity ? percent_text(*point.linearity) : "-"};
}

std::string scaling_headline(const scaling::Answer& answer) {
  const auto& question = answer.question;
  const auto& job = question.points.front().study.job;
  return fmt::format("{} on {}, sequence {}, batch {} sequences, {}", job.model.name, question.of,
                     job.sequence, job.global_batch, chips::name_of(job.precision));
}

std::string scaling_rules(const scaling::Answer& answer) {
  const auto& question = answer.question;
  const bool is_size = question.varied.find('.') == std::string::npos;
  return fmt::format(
      "Linearity: tokens a second of a device of the cluster{}, over the first "
      "line's. {}. {}.",
      with_failures(answer) ? ", failures and checkpoints taken off" : "",
      !is_size ? "What differs is " + question.varied
      : question.grow == scaling::Grow::kWeak
          ? "Weak scaling: the batch, given for the first line, grows with the devices"
          : "Strong scaling: the batch stays",
      question.plan == scaling::PlanRule::kFixed
          ? "The plan is that of the first line, with more replicas"
          : "Each line has its own best plan, of those that the question leaves open");
}

}  // namespace

std::string to_terminal(const scaling::Answer& answer, Colour colour) {
  auto text = bold(scaling_headline(answer), colour);
  text += scaling_line("", {"step", "tokens/s", "a device", "MFU", "exposed", "bubble",
                            with_failures(answer) ? "ETTR" : "", "linearity"});
  for (std::size_t i = 0; i < answer.points.size(); ++i) {
    const auto& label = answer.question.points[i].label;
    if (answer.points[i].is_known()) {
      text += scaling_line(label, scaling_cells(answer, i));
    } else {
      text += wrapped(label + ": " + answer.points[i].reason, 2);
    }
  }
  text += bold("Plans", colour);
  for (std::size_t i = 0; i < answer.points.size(); ++i) {
    if (!answer.points[i].is_known()) continue;
    text += wrapped(fitted(answer.question.points[i].label, 16) + "  " +
                        plan::to_text(answer.points[i].outcome().plan),
                    2);
  }
  return text + wrapped(scaling_rules(answer), 2);
}

}  // namespace weft::report
