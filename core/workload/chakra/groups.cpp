#include "groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "attributes.h"
#include "weft/base/plain_text.h"

namespace weft::chakra {

namespace {

using Json = nlohmann::json;

std::vector<std::int64_t> ranks_of(const Json& list, const std::string& where) {
  if (!list.is_array()) fail(where, "a list of ranks is expected, such as [0, 1, 2, 3]");
  std::vector<std::int64_t> ranks;
  for (const auto& each : list) {
    if (!each.is_number_unsigned() || each.get<std::uint64_t>() > INT32_MAX) {
      fail(where, fmt::format("{} is no rank; a whole number is expected", each.dump()));
    }
    ranks.push_back(each.get<std::int64_t>());
  }
  std::sort(ranks.begin(), ranks.end());
  const auto twice = std::adjacent_find(ranks.begin(), ranks.end());
  if (twice != ranks.end()) fail(where, fmt::format("rank {} stands twice in a group", *twice));
  return ranks;
}

// A group in a metadata node.
void add_group(const Json& item, const std::string& where, Groups& groups) {
  if (!item.is_object() || !item.contains("pg_name") || !item.contains("ranks")) {
    fail(where, "a group with pg_name and ranks is expected", "");
  }
  const auto& name = item.at("pg_name");
  groups[name.is_string() ? name.get<std::string>() : name.dump()] =
      ranks_of(item.at("ranks"), where);
}

// Discarded where it is no JSON, or has a number that no double holds.
Json parsed(const std::string& text) {
  try {
    return Json::parse(text, nullptr, false);
  } catch (const Json::out_of_range&) {
    return Json(Json::value_t::discarded);
  }
}

}  // namespace

void add_groups(const std::string& values, const std::string& where, Groups& groups) {
  const auto begin = values.find("[{");
  const auto end = values.rfind("}]");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return;
  const auto text = values.substr(begin, end + 2 - begin);
  if (text.find("pg_name") == std::string::npos) return;
  const auto json = parsed(text);
  if (json.is_discarded()) fail(where, "the list of process groups is not JSON");
  for (const auto& item : json) add_group(item, where, groups);
}

Groups read_groups(const std::filesystem::path& file) {
  const auto text = base::PlainText::load(file);
  Json json;
  try {
    json = Json::parse(text.bytes());
  } catch (const Json::parse_error& error) {
    // The byte behind the one that is wrong.
    const auto at = error.byte > 0 ? error.byte - 1 : 0;
    throw base::InputError({{text.position(at), 1, "JSON cannot be read from here", ""}});
  } catch (const Json::out_of_range&) {
    fail(file.string(), "a number in this JSON is too large");
  }
  const auto where = file.string();
  if (!json.is_object()) {
    fail(where, R"(groups are expected, such as {"1": [0, 1, 2, 3], "2": [4, 5, 6, 7]})");
  }
  Groups groups;
  for (const auto& [name, ranks] : json.items()) {
    groups[name] = ranks_of(ranks, fmt::format("{}: group '{}'", where, name));
  }
  return groups;
}

}  // namespace weft::chakra
