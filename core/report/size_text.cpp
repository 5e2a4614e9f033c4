#include "size_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "weft/base/unit_text.h"

namespace weft::report {

namespace {

using base::percent_text;

std::string days_text(double seconds) { return fmt::format("{:.3g} d", seconds / 86400); }

std::string missed_text(const size::Design& design) {
  std::vector<std::string> texts;
  for (const auto& check : design.checks) {
    if (!check.holds()) texts.push_back(size_miss(check));
  }
  return fmt::format("{}", fmt::join(texts, "; "));
}

// The smallest that meets all targets with each of the oversubscriptions that were tried.
std::string by_oversubscription(const size::OfferAnswer& offer) {
  std::vector<std::pair<double, const size::Design*>> tried;
  for (const auto& design : offer.examined) {
    if (tried.empty() || tried.back().first != design.oversubscription) {
      tried.emplace_back(design.oversubscription, nullptr);
    }
    if (tried.back().second == nullptr && design.meets_all()) tried.back().second = &design;
  }
  if (tried.size() < 2) return "";
  std::vector<std::string> texts;
  for (const auto& [oversubscription, design] : tried) {
    texts.push_back(fmt::format("{:g}:1 {}", oversubscription,
                                design != nullptr ? size_count(*design) : "none"));
  }
  return fmt::format(" Smallest by oversubscription: {}.", fmt::join(texts, ", "));
}

// Where there is no design in time: the one that comes nearest to it.
const size::Design* quickest_of(const size::OfferAnswer& offer) {
  const size::Design* best = nullptr;
  for (const auto& design : offer.examined) {
    const auto wall = design.wall();
    if (wall && (best == nullptr || *wall < *best->wall())) best = &design;
  }
  return best;
}

}  // namespace

std::string size_amount(const size::Check& check, double amount) {
  switch (check.target) {
    case size::Target::kTime:
      return days_text(amount);
    case size::Target::kPower:
      return base::to_text(base::Power(amount));
    case size::Target::kBudget:
      return base::to_text(base::Money{amount, check.currency});
    case size::Target::kChips:
    case size::Target::kRacks:
      return fmt::format("{:.0f}", amount);
  }
  return "";
}

std::string size_use(const size::Check& check) {
  if (!check.needed) return check.target == size::Target::kTime ? "never" : "not known";
  return fmt::format("{}, {:.0f} %", size_amount(check, *check.needed), 100 * check.use());
}

std::string size_miss(const size::Check& check) {
  const std::string name = size::name_of(check.target);
  if (!check.needed) {
    return check.target == size::Target::kTime
               ? "time: it does not finish"
               : name + " cannot be checked: the files of this cluster do not say";
  }
  return fmt::format("{}: {} needed, {} allowed, {} over", name, size_amount(check, *check.needed),
                     size_amount(check, check.allowed), percent_text(check.use() - 1));
}

// A label is the cluster's name and its size.
std::string size_count(const size::Design& design) {
  const auto comma = design.label.rfind(", ");
  return comma == std::string::npos ? design.label : design.label.substr(comma + 2);
}

std::string size_network(const size::Design& design) {
  if (design.fabric.empty()) return "-";
  const auto& line = design.fabric.back();
  auto text = line.layers > 0
                  ? fmt::format("{} {}", line.layers, line.layers == 1 ? "layer" : "layers")
                  : line.name;
  return text + fmt::format(", {:g}:1", line.oversubscription);
}

std::string size_obstacles(const size::Answer& answer, const size::OfferAnswer& offer) {
  std::string text;
  if (offer.in_time) {
    const auto& design = offer.examined[*offer.in_time];
    text = fmt::format("{} would do it in time, but {}", size_count(design), missed_text(design));
  } else if (const auto* quickest = quickest_of(offer)) {
    text = fmt::format("The quickest that was looked at, {}: {}", size_count(*quickest),
                       missed_text(*quickest));
  } else {
    const auto& examined = offer.examined;
    text = examined.empty() ? "no size can be built" : "no plan: " + examined.back().reason;
  }
  if (!offer.limit.empty()) text += "; " + offer.limit;
  if (!offer.within) return text + ".";
  const auto& design = offer.examined[*offer.within];
  if (!design.meets_all() && answer.question.targets.time) {
    text += fmt::format(". The quickest within the other targets, {}: {}", size_count(design),
                        missed_text(design));
  }
  return text + ".";
}

std::string size_looked_at(const size::Answer& answer, const size::OfferAnswer& offer) {
  if (offer.examined.empty()) return "";
  const auto [least, most] =
      std::minmax_element(offer.examined.begin(), offer.examined.end(),
                          [](const auto& a, const auto& b) { return a.hosts < b.hosts; });
  auto text = fmt::format("{} of {} to {} looked at", offer.examined.size(), size_count(*least),
                          size_count(*most));
  if (offer.least_hosts > 1 && answer.question.targets.time) {
    text +=
        fmt::format("; fewer than {} hosts could not do it at the chips' peak", offer.least_hosts);
  }
  return text + "." + by_oversubscription(offer);
}

}  // namespace weft::report
