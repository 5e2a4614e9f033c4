#include "attributes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "weft/base/diagnostics.h"

namespace weft::chakra {

namespace {

using Attribute = wire::AttributeProto;

std::optional<double> number_of(const Attribute& attribute) {
  const auto real = [](auto value) { return std::optional(static_cast<double>(value)); };
  switch (attribute.value_case()) {
    case Attribute::kDoubleVal:
      return attribute.double_val();
    case Attribute::kFloatVal:
      return real(attribute.float_val());
    case Attribute::kInt32Val:
      return real(attribute.int32_val());
    case Attribute::kInt64Val:
      return real(attribute.int64_val());
    case Attribute::kUint32Val:
      return real(attribute.uint32_val());
    case Attribute::kUint64Val:
      return real(attribute.uint64_val());
    case Attribute::kSint32Val:
      return real(attribute.sint32_val());
    case Attribute::kSint64Val:
      return real(attribute.sint64_val());
    case Attribute::kFixed32Val:
      return real(attribute.fixed32_val());
    case Attribute::kFixed64Val:
      return real(attribute.fixed64_val());
    case Attribute::kSfixed32Val:
      return real(attribute.sfixed32_val());
    case Attribute::kSfixed64Val:
      return real(attribute.sfixed64_val());
    case Attribute::kBoolVal:
      return real(attribute.bool_val() ? 1 : 0);
    default:
      return std::nullopt;
  }
}

}  // namespace

void fail(const std::string& where, const std::string& message, const std::string& hint) {
  throw base::InputError({{{}, 1, where + ": " + message, hint}});
}

const Attribute* Attributes::find(const char* name) const {
  const auto& all = node_.attr();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name() == name; });
  return found == all.end() ? nullptr : &*found;
}

std::optional<double> Attributes::amount(const char* name) const {
  const auto* attribute = find(name);
  if (attribute == nullptr) return std::nullopt;
  const auto value = number_of(*attribute);
  if (!value) fail(where_, fmt::format("attribute {}: a number is expected", name));
  if (!(std::isfinite(*value) && *value >= 0)) {
    fail(where_, fmt::format("attribute {} is {}; 0 or more is expected", name, *value));
  }
  return value;
}

std::optional<std::int64_t> Attributes::integer(const char* name) const {
  const auto value = amount(name);
  if (!value) return std::nullopt;
  constexpr double kMost = 9007199254740992.0;  // 2^53: whole numbers that a double holds
  if (std::floor(*value) != *value || *value > kMost) {
    fail(where_, fmt::format("attribute {} is {}; a whole number is expected", name, *value));
  }
  return static_cast<std::int64_t>(*value);
}

std::optional<std::string> Attributes::text(const char* name) const {
  const auto* attribute = find(name);
  if (attribute == nullptr) return std::nullopt;
  if (attribute->value_case() == Attribute::kStringVal) return attribute->string_val();
  return fmt::format("{}", integer(name).value_or(0));
}

bool Attributes::is_set(const char* name) const {
  const auto* attribute = find(name);
  return attribute != nullptr && number_of(*attribute).value_or(0) != 0;
}

bool Attributes::leaves_out(const char* name) const {
  const auto* attribute = find(name);
  if (attribute == nullptr || !attribute->has_bool_list()) return false;
  const auto& values = attribute->bool_list().values();
  return std::find(values.begin(), values.end(), false) != values.end();
}

}  // namespace weft::chakra
