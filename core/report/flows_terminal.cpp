#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "network_text.h"
#include "weft/report/flows.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using base::to_text;
using network::FlowsAnswer;
using network::FlowTime;

std::string time_or(double seconds, const char* otherwise, int digits) {
  return std::isfinite(seconds) ? to_text(base::Time(seconds), digits) : otherwise;
}

std::string slowest(const FlowsAnswer& answer, std::size_t count, Colour colour) {
  std::vector<const FlowTime*> flows;
  flows.reserve(answer.flows.size());
  for (const auto& flow : answer.flows) flows.push_back(&flow);
  count = std::min(count, flows.size());
  std::stable_sort(flows.begin(), flows.end(),
                   [](const auto* a, const auto* b) { return a->duration > b->duration; });
  flows.resize(count);
  if (flows.empty()) return "";
  auto text = "\n" + bold(fmt::format("{:<26}{:>14}{:>14}{:>14}", "the slowest flows", "size",
                                      "start", "takes"),
                          colour);
  for (const auto* flow : flows) {
    const auto& c = flow->connection;
    text += fmt::format("{:<26}{:>14}{:>14}{:>14}\n", fmt::format("  {} → {}", c.from, c.to),
                        binary_size(c.bytes), time_or(flow->start, "never", 3),
                        time_or(flow->duration, std::isfinite(flow->start) ? "no way" : "", 4));
  }
  return text;
}

}  // namespace

std::string to_terminal(const FlowsAnswer& answer, std::size_t worst, Colour colour) {
  auto text = bold(title(answer.cluster), colour);
  text += fmt::format("  {} flows over {} devices, {}; {} found no way\n", answer.flows.size(),
                      answer.devices, routes_text(answer.question.routes), answer.failed);
  text += parted_text(answer.parted);
  if (answer.never_started > 0) {
    text += fmt::format("  {} never started: nothing fires their triggers\n", answer.never_started);
  }
  const bool is_whole = answer.failed == 0 && answer.never_started == 0;
  const auto time = [](double seconds) { return to_text(base::Time(seconds), 4); };
  text += fmt::format("  completion: least {}, p50 {}, p99 {}, most {}; {} after {}\n",
                      time(answer.least), time(answer.median), time(answer.p99), time(answer.most),
                      is_whole ? "all done" : "the last of those that arrive", time(answer.time));
  return text + hot_links_text(answer.hot_links, colour) + slowest(answer, worst, colour);
}

}  // namespace weft::report
