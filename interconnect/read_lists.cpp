#include "read_lists.h"

#include <climits>

#include <fmt/format.h>

#include "weft/interconnect/group.h"

namespace weft::interconnect {

namespace {

// The members of a list of the right length, or none with an error. A single value for all is
// repeated when `count` are asked for.
std::vector<base::Node> members(base::Fields& fields, const char* key, std::size_t count) {
  const auto written = fields.value(key);
  if (!written) return {};
  if (!written->is_list()) return std::vector<base::Node>(count, *written);
  std::vector<base::Node> nodes = fields.list(key);
  if (nodes.size() == count) return nodes;
  fields.reading().error(*written, fmt::format("{} values for {} dimensions", nodes.size(), count));
  return {};
}

}  // namespace

std::vector<double> numbers_of(base::Fields& fields, const char* key, std::size_t least,
                               std::size_t most) {
  const std::vector<base::Node> nodes = fields.list(key);
  if (nodes.size() < least || nodes.size() > most) {
    const auto written = fields.value(key);
    fields.reading().error(
        written ? *written : fields.node(),
        fmt::format("'{}' has {} to {} values, not {}", key, least, most, nodes.size()));
    return std::vector<double>(least);
  }
  std::vector<double> numbers;
  numbers.reserve(nodes.size());
  for (const base::Node& node : nodes) {
    numbers.push_back(base::number_of(node, fields.reading(), fields.name() + "." + key));
  }
  return numbers;
}

std::vector<int> sizes_of(base::Fields& fields, const char* key) {
  const std::vector<base::Node> nodes = fields.list(key);
  const auto written = fields.value(key);
  if (nodes.empty() || nodes.size() > static_cast<std::size_t>(kMaxTiers)) {
    fields.reading().error(
        written ? *written : fields.node(),
        fmt::format("'{}' is a list of 1 to {} sizes, such as [4, 4, 4]", key, kMaxTiers));
    return {1};
  }
  std::vector<int> sizes;
  sizes.reserve(nodes.size());
  for (const base::Node& node : nodes) {
    const auto size = base::integer_of(node, fields.reading(), fields.name() + "." + key, 1);
    if (size > INT_MAX) fields.reading().error(node, "too large");
    sizes.push_back(size > INT_MAX ? 1 : static_cast<int>(size));
  }
  return sizes;
}

std::vector<double> number_for_each(base::Fields& fields, const char* key, std::size_t count,
                                    double fallback) {
  std::vector<double> numbers(count, fallback);
  const std::vector<base::Node> nodes = members(fields, key, count);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    numbers[i] = base::number_of(nodes[i], fields.reading(), fields.name() + "." + key);
  }
  return numbers;
}

std::vector<base::Node> text_for_each(base::Fields& fields, const char* key, std::size_t count) {
  return members(fields, key, count);
}

}  // namespace weft::interconnect
