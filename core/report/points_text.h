// What reports on measured points of any kind have in common.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "table.h"
#include "weft/report/text.h"

namespace weft::report {

// The rows with the largest errors, as many as `count`.
template <class Row>
std::vector<const Row*> farthest_off(const std::vector<Row>& rows, std::size_t count) {
  std::vector<const Row*> ran;
  for (const auto& row : rows) {
    if (row.relative_error) ran.push_back(&row);
  }
  std::stable_sort(ran.begin(), ran.end(), [](const auto* a, const auto* b) {
    return std::abs(*a->relative_error) > std::abs(*b->relative_error);
  });
  ran.resize(std::min(ran.size(), count));
  return ran;
}

// Why rows were skipped, each reason once with the first of its rows.
inline std::string skipped_reasons(const std::map<std::string, std::vector<std::string>>& found,
                                   Colour colour) {
  std::string text;
  for (const auto& [reason, ids] : found) {
    text += wrapped(ids.size() == 1
                        ? fmt::format("{}  ({})", reason, ids.front())
                        : fmt::format("{}  ({} points, {} ...)", reason, ids.size(), ids.front()),
                    2);
  }
  return text.empty() ? "" : bold("skipped", colour) + text;
}

}  // namespace weft::report
