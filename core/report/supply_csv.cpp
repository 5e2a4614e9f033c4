#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "supply_text.h"

namespace weft::report {

namespace {

std::string limit_cell(const supply::ProductFlow& flow, std::size_t limit) {
  const bool is_known = flow.is_made && std::isfinite(flow.limits[limit]);
  return is_known ? fmt::format("{:.9g}", flow.limits[limit]) : "";
}

}  // namespace

std::string to_csv(const SupplyReport& report) {
  std::string text =
      "quarter,product,packages,packages_few_case,packages_p5,packages_p95,packages_many_case,"
      "packages_begun,binding,next,slack,limit_dies,limit_memory,limit_packaging,cumulative_"
      "packages\n";
  const auto& line = report.question.made.line;
  std::vector<double> sum(line.products.size());
  for (const auto& quarter : report.answer.quarters) {
    for (std::size_t p = 0; p < line.products.size(); ++p) {
      const auto& flow = quarter.base.products[p];
      const auto& range = quarter.product[p];
      sum[p] += range.base;
      text += fmt::format(
          "{},{},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g},{},{},{},{},{},{},{:.9g}\n",
          quarter.base.quarter.text(), line.products[p].name, range.base, range.few_case, range.p5,
          range.p95, range.many_case, flow.begun, limit_text(flow),
          flow.next ? supply::name_of(*flow.next) : "",
          flow.next && std::isfinite(flow.slack) ? fmt::format("{:.4g}", flow.slack) : "",
          limit_cell(flow, 0), limit_cell(flow, 1), limit_cell(flow, 2), sum[p]);
    }
  }
  return text;
}

}  // namespace weft::report
