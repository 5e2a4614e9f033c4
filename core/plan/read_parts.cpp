#include "read_parts.h"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <string_view>

#include "read_options.h"
#include "weft/plan/parts.h"

namespace weft::plan {

namespace {

using base::Fields;

std::vector<int> whole_numbers(Fields& fields, const char* key) {
  std::vector<int> numbers;
  if (says_auto(fields, key)) return numbers;
  for (const auto& node : fields.list(key)) {
    const auto text = base::text_of(node, fields.reading());
    int number = -1;
    const auto end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end || number < 0) {
      fields.reading().error(node, fmt::format("'{}' is not a whole number of 0 or more", text));
      return {};
    }
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

void read_parts(Fields& fields, Request& request, const cluster::Cluster& cluster) {
  const bool by_stage = fields.has("parts");
  const bool by_part = fields.has("part_stages");
  if (!by_stage && !by_part) return;
  const char* key = by_stage ? "parts" : "part_stages";
  const auto complain = [&](const std::string& message) {
    fields.reading().error(*fields.value(key), message);
  };
  if (by_stage && by_part) return complain("'part_stages' says where stages are");
  const auto numbers = whole_numbers(fields, key);
  if (numbers.empty()) return;
  if (by_part && static_cast<int>(numbers.size()) != cluster.parts()) {
    return complain(fmt::format("{} entries; the cluster has {} {}", numbers.size(),
                                cluster.parts(), cluster.is_mixed() ? "parts" : "part"));
  }
  Plan plan;
  plan.parts = numbers;
  if (by_part) {
    plan.parts.clear();
    for (std::size_t p = 0; p < numbers.size(); ++p) {
      plan.parts.insert(plan.parts.end(), static_cast<std::size_t>(numbers[p]),
                        static_cast<int>(p));
    }
  }
  plan.pipeline = request.pipeline.value_or(static_cast<int>(plan.parts.size()));
  if (problem_of_parts(cluster, plan)) return complain(parts_problem_text(cluster, plan));
  request.pipeline = plan.pipeline;
  request.parts = plan.parts;
}

}  // namespace weft::plan
