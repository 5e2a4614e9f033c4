// Values that may be missing, as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

namespace weft::report {

inline nlohmann::ordered_json number_or_null(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

}  // namespace weft::report
