#include "supply_text.h"

#include <algorithm>

namespace weft::report {

std::string limit_text(const supply::ProductFlow& flow) {
  if (!flow.is_made) return "";
  return supply::name_of(flow.binding);
}

const std::string& product_name(const SupplyReport& report, std::size_t product) {
  return report.question.made.chips[product].name;
}

const char* counting_text(std::size_t counting) {
  return counting == static_cast<std::size_t>(supply_study::Counting::kPackages) ? "packages"
                                                                                 : "dies";
}

const char* metric_text(supply_study::Metric metric) {
  switch (metric) {
    case supply_study::Metric::kPeakShare:
      return "dense peak over theirs";
    case supply_study::Metric::kTokenShare:
      return "trained tokens over theirs";
    case supply_study::Metric::kChipsShare:
      return "packages over theirs";
    case supply_study::Metric::kMemoryRatio:
      return "their memory over these";
  }
  return "";
}

std::vector<std::string> supply_not_limits(const SupplyReport& report) {
  const auto& line = report.question.made.line;
  const auto is_free = [](const auto& product) { return product.packaging < 0; };
  std::vector<std::string> all;
  if (std::all_of(line.products.begin(), line.products.end(), is_free)) {
    all.emplace_back("packaging");
    all.emplace_back("interposers");
  }
  if (line.optics.empty()) all.emplace_back("optics");
  return all;
}

bool is_one_reading(const SupplyReport& report) {
  if (!report.question.other) return true;
  const auto& other = *report.question.other;
  const auto products = other.line.products.size();
  for (std::size_t s = 0; s < other.line.shipped.size(); ++s) {
    if (!other.line.shipped[s].counts_dies && other.chips[products + s].dies > 1) return false;
  }
  return true;
}

}  // namespace weft::report
