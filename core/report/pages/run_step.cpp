// Where the time of a step goes, and why one build takes longer than another.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "run_parts.h"
#include "weft/base/unit_text.h"

namespace weft::pages {

namespace {

using step::Part;

bool is_anywhere(const RunCases& cases, std::size_t part) {
  return std::any_of(cases.begin(), cases.end(),
                     [&](const RunCase& c) { return c.outcome().ledger.parts[part].si() > 0; });
}

std::string largest_loss(const RunCase& c) {
  const auto& ledger = c.outcome().ledger;
  std::size_t largest = static_cast<std::size_t>(Part::kRecompute);
  for (std::size_t p = 0; p < step::kPartCount; ++p) {
    const auto part = static_cast<Part>(p);
    if (part == Part::kForward || part == Part::kBackward || part == Part::kHead) continue;
    if (ledger.parts[p] > ledger.parts[largest]) largest = p;
  }
  return fmt::format("on {} {} takes {}", c.label, step::name_of(static_cast<Part>(largest)),
                     base::percent_text(ledger.parts[largest] / ledger.step, 2));
}

// Seconds of all devices in use for a token.
double device_time(const RunCase& c, base::Time time, double tokens) {
  return time.si() * static_cast<double>(c.outcome().devices_used) / tokens;
}

std::vector<std::string> labels_of(const RunCases& cases) {
  std::vector<std::string> labels;
  for (const auto& c : cases) labels.push_back(c.label);
  return labels;
}

}  // namespace

void add_step(html::Page& page, const RunCases& cases) {
  std::vector<Series> series;
  for (std::size_t p = 0; p < step::kPartCount; ++p) {
    if (!is_anywhere(cases, p)) continue;
    Series one{step::name_of(static_cast<Part>(p)), {}};
    for (const auto& c : cases) one.values.push_back(c.outcome().ledger.parts[p].si());
    series.push_back(std::move(one));
  }
  std::string says =
      "One step by cause, mean over the devices in use; parts add up to the step. What runs behind "
      "kernels takes no time here. Beside work on the model,";
  for (std::size_t i = 0; i < cases.size(); ++i) {
    says += (i > 0 ? ", " : " ") + largest_loss(cases[i]);
  }
  page.sections.push_back(
      {"step", "Where the step goes", says + ".", "bars", bars("s", labels_of(cases), series)});
}

void add_gaps(html::Page& page, const study::Study& study, const RunCases& cases) {
  const double tokens =
      static_cast<double>(study.job.global_batch) * static_cast<double>(study.job.sequence);
  const auto& base = cases.front();
  for (std::size_t i = 1; i < cases.size(); ++i) {
    const auto& other = cases[i];
    const double from = device_time(base, base.outcome().ledger.step, tokens);
    const double to = device_time(other, other.outcome().ledger.step, tokens);
    std::vector<Step> steps;
    for (std::size_t p = 0; p < step::kPartCount; ++p) {
      steps.push_back({step::name_of(static_cast<Part>(p)),
                       device_time(other, other.outcome().ledger.parts[p], tokens) -
                           device_time(base, base.outcome().ledger.parts[p], tokens)});
    }
    page.sections.push_back(
        {id_of("gap", i - 1, cases.size() - 1),
         fmt::format("From {} to {}, by cause", base.label, other.label),
         fmt::format(
             "Device-time of one token: the step times the devices in use, over the tokens "
             "of a step. {} takes {:.3g} times as much as {}. `weft compare` splits kernels "
             "further, on equal footings.",
             other.label, to / from, base.label),
         "waterfall", waterfall("s", {base.label, from}, steps, {other.label, to})});
  }
}

}  // namespace weft::pages
