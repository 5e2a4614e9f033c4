#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "network_text.h"
#include "weft/report/collective.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using base::to_text;
using network::CollectiveAnswer;
using network::CollectiveQuestion;
using network::CollectiveRow;
using network::Fidelity;

std::string algorithm_text(const CollectiveRow& row) {
  return std::string(name_of(row.algorithm)) + (row.low_latency ? ", low latency" : "");
}

std::string how(const CollectiveQuestion& q) {
  if (q.fidelity == Fidelity::kClosed) return "closed forms";
  return "flows on the graph, " + routes_text(q.routes);
}

std::string heading(const CollectiveAnswer& answer, Colour colour) {
  const auto& q = answer.question;
  auto text = bold(
      title(fmt::format("{}: {} of {} devices", answer.cluster, name_of(q.collective), q.ranks)),
      colour);
  if (q.stride > 1) text += fmt::format("  one device in {}\n", q.stride);
  if (q.groups > 1) text += fmt::format("  {} groups at once\n", q.groups);
  if (q.skew != 0) {
    text += fmt::format("  destinations skewed by {:.3g}, seed {}\n", q.skew, q.routes.seed);
  }
  return text + "  " + how(q) + "\n";
}

std::string tiers_text(const CollectiveRow& row, Colour colour) {
  const bool has_cables = !row.tiers.empty() && row.tiers.front().cable_bytes.has_value();
  auto text =
      "\n" + bold(fmt::format("{:<32} {:<24}{}", "bytes over each tier", "a device sends, mean",
                              has_cables ? "over all cables, each crossing" : ""),
                  colour);
  for (const auto& tier : row.tiers) {
    if (tier.bytes > 0 || tier.cable_bytes.value_or(0) > 0) {
      text += fmt::format("  {} {:<24}{}\n", fitted(tier.tier, 30), binary_size(tier.bytes),
                          has_cables ? binary_size(*tier.cable_bytes) : "");
    }
  }
  return text;
}

std::string one_size(const CollectiveAnswer& answer, Colour colour) {
  const auto& row = answer.rows.front();
  auto text = fmt::format("  {}, {}: {}\n", binary_size(row.bytes.si()), algorithm_text(row),
                          std::isfinite(row.time.si()) ? to_text(row.time, 4) : "never ends");
  if (row.bus_bandwidth.si() > 0) {
    text += fmt::format("  algorithm bandwidth {}, bus bandwidth {}\n",
                        to_text(row.algorithm_bandwidth, 4), to_text(row.bus_bandwidth, 4));
  }
  text += fmt::format("  no algorithm can take less than {}\n", to_text(row.lower_bound, 4));
  if (row.events) {
    text += fmt::format("  {} messages arrived, {} found no way\n", *row.events, row.failed);
  }
  text += parted_text(row.parted);
  text += tiers_text(row, colour);
  return text + hot_links_text(row.hot_links, colour);
}

// The columns of nccl-tests, with what it cannot tell.
std::string sweep(const CollectiveAnswer& answer, Colour colour) {
  auto text = "\n" + bold(fmt::format("{:>12}{:>14}{:>12}{:>12}{:>14}  {}", "size", "time", "algbw",
                                      "busbw", "least time", "algorithm"),
                          colour);
  text +=
      fmt::format("{:>12}{:>14}{:>12}{:>12}{:>14}\n", "(B)", "(us)", "(GB/s)", "(GB/s)", "(us)");
  for (const auto& row : answer.rows) {
    text += fmt::format("{:>12.0f}{:>14.2f}{:>12.2f}{:>12.2f}{:>14.2f}  {}\n", row.bytes.si(),
                        row.time.si() / kMicro, row.algorithm_bandwidth.si() / kGiga,
                        row.bus_bandwidth.si() / kGiga, row.lower_bound.si() / kMicro,
                        algorithm_text(row));
  }
  const auto parted = std::find_if(answer.rows.begin(), answer.rows.end(),
                                   [](const auto& row) { return row.parted.has_value(); });
  if (parted != answer.rows.end()) text += parted_text(parted->parted);
  return text;
}

}  // namespace

std::string to_terminal(const CollectiveAnswer& answer, Colour colour) {
  const auto text = heading(answer, colour);
  return text + (answer.rows.size() == 1 ? one_size(answer, colour) : sweep(answer, colour));
}

}  // namespace weft::report
