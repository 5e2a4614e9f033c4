#include "unit_table.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "weft/base/unit_words.h"

namespace weft::base::detail {
namespace {

// Which prefixes a unit takes.
enum class Prefixes { kNone, kSmall, kLength, kLarge, kDecimal, kData };

struct UnitRow {
  std::string_view name;
  double factor;
  double divisor;
  Dimension dimension;
  Prefixes prefixes;
  std::string_view currency = {};
};

constexpr Dimension kNumber{};

constexpr std::array kUnits = std::to_array<UnitRow>({
    {"s", 1, 1, Time::kDimension, Prefixes::kSmall},
    {"second", 1, 1, Time::kDimension, Prefixes::kNone},
    {"seconds", 1, 1, Time::kDimension, Prefixes::kNone},
    {"min", 60, 1, Time::kDimension, Prefixes::kNone},
    {"minute", 60, 1, Time::kDimension, Prefixes::kNone},
    {"minutes", 60, 1, Time::kDimension, Prefixes::kNone},
    {"h", kHour.si(), 1, Time::kDimension, Prefixes::kNone},
    {"hour", kHour.si(), 1, Time::kDimension, Prefixes::kNone},
    {"hours", kHour.si(), 1, Time::kDimension, Prefixes::kNone},
    {"d", kDay.si(), 1, Time::kDimension, Prefixes::kNone},
    {"day", kDay.si(), 1, Time::kDimension, Prefixes::kNone},
    {"days", kDay.si(), 1, Time::kDimension, Prefixes::kNone},
    {"week", kWeek.si(), 1, Time::kDimension, Prefixes::kNone},
    {"weeks", kWeek.si(), 1, Time::kDimension, Prefixes::kNone},
    {"month", kYear.si(), 12, Time::kDimension, Prefixes::kNone},
    {"months", kYear.si(), 12, Time::kDimension, Prefixes::kNone},
    {"y", kYear.si(), 1, Time::kDimension, Prefixes::kNone},
    {"year", kYear.si(), 1, Time::kDimension, Prefixes::kNone},
    {"years", kYear.si(), 1, Time::kDimension, Prefixes::kNone},
    {"Hz", 1, 1, Rate::kDimension, Prefixes::kDecimal},
    {"FIT", 1, 3600e9, Rate::kDimension, Prefixes::kLarge},
    {"B", 1, 1, Bytes::kDimension, Prefixes::kData},
    {"byte", 1, 1, Bytes::kDimension, Prefixes::kData},
    {"bytes", 1, 1, Bytes::kDimension, Prefixes::kData},
    {"b", 1, 8, Bytes::kDimension, Prefixes::kData},
    {"bit", 1, 8, Bytes::kDimension, Prefixes::kData},
    {"bits", 1, 8, Bytes::kDimension, Prefixes::kData},
    {"FLOP", 1, 1, Work::kDimension, Prefixes::kLarge},
    {"FLOPs", 1, 1, Work::kDimension, Prefixes::kLarge},
    {"OP", 1, 1, Work::kDimension, Prefixes::kLarge},
    {"OPs", 1, 1, Work::kDimension, Prefixes::kLarge},
    {"W", 1, 1, Power::kDimension, Prefixes::kDecimal},
    {"J", 1, 1, Energy::kDimension, Prefixes::kDecimal},
    {"Wh", 3600, 1, Energy::kDimension, Prefixes::kDecimal},
    {"m", 1, 1, Length::kDimension, Prefixes::kLength},
    {"USD", 1, 1, kNumber, Prefixes::kLarge, "USD"},
    {"CNY", 1, 1, kNumber, Prefixes::kLarge, "CNY"},
    {"EUR", 1, 1, kNumber, Prefixes::kLarge, "EUR"},
    {"%", 1, 100, kNumber, Prefixes::kNone},
    {"x", 1, 1, kNumber, Prefixes::kNone},
    {"\u00d7", 1, 1, kNumber, Prefixes::kNone},
});

struct PrefixRow {
  std::string_view name;
  double factor;
  double divisor = 1.0;
};

constexpr std::array kSmallPrefixes = std::to_array<PrefixRow>({
    {"m", 1, 1e3},
    {"u", 1, 1e6},
    {"\u00b5", 1, 1e6},  // micro sign
    {"\u03bc", 1, 1e6},  // Greek mu
    {"n", 1, 1e9},
    {"p", 1, 1e12},
    {"f", 1, 1e15},
});
constexpr std::array kLargePrefixes = std::to_array<PrefixRow>(
    {{"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"P", 1e15}, {"E", 1e18}, {"Z", 1e21}});
constexpr std::array kBinaryPrefixes = std::to_array<PrefixRow>({
    {"Ki", 0x1p10},
    {"Mi", 0x1p20},
    {"Gi", 0x1p30},
    {"Ti", 0x1p40},
    {"Pi", 0x1p50},
    {"Ei", 0x1p60},
});
constexpr std::array kLengthPrefixes = std::to_array<PrefixRow>({{"c", 1, 1e2}, {"k", 1e3}});

constexpr std::array<std::string_view, 40> kNouns = {
    "device",  "devices",  "chip",   "chips",   "die",    "dies",     "wafer",    "wafers",
    "package", "packages", "host",   "hosts",   "node",   "nodes",    "rack",     "racks",
    "token",   "tokens",   "sample", "samples", "step",   "steps",    "sequence", "sequences",
    "link",    "links",    "port",   "ports",   "switch", "switches", "core",     "cores",
    "GPU",     "GPUs",     "NPU",    "NPUs",    "mask",   "masks",    "person",   "people",
};

const PrefixRow* find_prefix(std::span<const PrefixRow> rows, std::string_view prefix) {
  for (const PrefixRow& row : rows) {
    if (row.name == prefix) return &row;
  }
  return nullptr;
}

const PrefixRow* find_prefix(Prefixes allowed, std::string_view prefix) {
  const bool small =
      allowed == Prefixes::kSmall || allowed == Prefixes::kLength || allowed == Prefixes::kDecimal;
  const bool large =
      allowed == Prefixes::kLarge || allowed == Prefixes::kDecimal || allowed == Prefixes::kData;
  const PrefixRow* row = nullptr;
  if (small) row = find_prefix(kSmallPrefixes, prefix);
  if (row == nullptr && large) row = find_prefix(kLargePrefixes, prefix);
  if (row == nullptr && allowed == Prefixes::kLength) row = find_prefix(kLengthPrefixes, prefix);
  if (row == nullptr && allowed == Prefixes::kData) row = find_prefix(kBinaryPrefixes, prefix);
  return row;
}

std::string folded(std::string_view word) {
  std::string result(word);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

constexpr std::array<std::span<const PrefixRow>, 4> kAllPrefixes = {
    kLargePrefixes, kSmallPrefixes, kBinaryPrefixes, kLengthPrefixes};

// The unit in a word that is a unit behind a prefix, whether or not it may have that prefix.
std::string_view without_prefix(std::string_view word) {
  for (const UnitRow& row : kUnits) {
    if (!word.ends_with(row.name)) continue;
    const std::string_view prefix = word.substr(0, word.size() - row.name.size());
    for (const auto rows : kAllPrefixes) {
      if (find_prefix(rows, prefix) != nullptr) return row.name;
    }
  }
  return {};
}

// The unit and prefix whose spelling is `word` but for upper and lower case.
std::string same_but_for_case(std::string_view word) {
  const std::string lower = folded(word);
  for (const UnitRow& row : kUnits) {
    const std::string name = folded(row.name);
    if (lower == name) return std::string(row.name);
    if (lower.size() <= name.size() || lower.substr(lower.size() - name.size()) != name) continue;
    const std::string prefix = lower.substr(0, lower.size() - name.size());
    for (const auto rows : kAllPrefixes) {
      for (const PrefixRow& candidate : rows) {
        if (folded(candidate.name) == prefix &&
            find_prefix(row.prefixes, candidate.name) != nullptr) {
          return std::string(candidate.name) + std::string(row.name);
        }
      }
    }
  }
  return "";
}

// "GFLOPS" and "gops" stand for a rate in brochures and for an amount elsewhere.
std::string rate_advice(std::string_view word) {
  const std::string lower = folded(word);
  for (const std::string_view name : {"flops", "ops"}) {
    if (lower.size() < name.size() || lower.size() > name.size() + 1 || !lower.ends_with(name))
      continue;
    std::string prefix = lower.substr(0, lower.size() - name.size());
    if (prefix != "k")
      std::transform(prefix.begin(), prefix.end(), prefix.begin(),
                     [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (!prefix.empty() && find_prefix(kLargePrefixes, prefix) == nullptr) continue;
    return prefix + (name == "ops" ? "OP/s" : "FLOP/s");
  }
  const bool bits = word.ends_with("bps");
  if ((bits || word.ends_with("Bps")) && word.size() == 4) {
    return std::string(word.substr(0, 1)) + (bits ? "b/s" : "B/s");
  }
  return "";
}

struct Slang {
  std::string_view written;
  std::string_view advice;
};
constexpr std::array kSlang = std::to_array<Slang>({
    {"sec", "s"},
    {"secs", "s"},
    {"hr", "h"},
    {"hrs", "h"},
    {"yr", "year"},
    {"yrs", "year"},
    {"wk", "week"},
    {"mins", "min"},
    {"msec", "ms"},
    {"usec", "us"},
    {"RMB", "CNY"},
    {"watt", "W"},
    {"watts", "W"},
    {"KB", "kB or KiB"},
    {"kb", "kB or kb"},
    {"$", "USD"},
    {"joule", "J"},
    {"joules", "J"},
});

}  // namespace

std::optional<Unit> find_unit(std::string_view word) {
  // An exact name wins over a prefix and a unit: "min" is minutes, not milli-inches.
  for (const UnitRow& row : kUnits) {
    if (row.name == word) return Unit{row.factor, row.divisor, row.dimension, row.currency};
  }
  for (const UnitRow& row : kUnits) {
    if (word.size() <= row.name.size() || !word.ends_with(row.name)) continue;
    const PrefixRow* prefix =
        find_prefix(row.prefixes, word.substr(0, word.size() - row.name.size()));
    if (prefix == nullptr) continue;
    return Unit{prefix->factor * row.factor, prefix->divisor * row.divisor, row.dimension,
                row.currency};
  }
  return std::nullopt;
}

std::optional<double> find_count_prefix(std::string_view word) {
  const PrefixRow* row = find_prefix(kLargePrefixes, word);
  if (row == nullptr) row = find_prefix(kBinaryPrefixes, word);
  return row == nullptr ? std::nullopt : std::optional<double>(row->factor);
}

bool is_known_noun(std::string_view word) {
  return std::find(kNouns.begin(), kNouns.end(), word) != kNouns.end();
}

std::optional<ScaledNoun> find_scaled_noun(std::string_view word) {
  for (const PrefixRow& prefix : kLargePrefixes) {
    if (!word.starts_with(prefix.name)) continue;
    const std::string_view noun = word.substr(prefix.name.size());
    if (is_known_noun(noun)) return ScaledNoun{prefix.factor, noun};
  }
  return std::nullopt;
}

std::string unit_advice(std::string_view word) {
  if (const std::string rate = rate_advice(word); !rate.empty()) return "write " + rate;
  for (const Slang& slang : kSlang) {
    if (slang.written == word) return "write " + std::string(slang.advice);
  }
  const std::string unit = same_but_for_case(word);
  if (!unit.empty()) return "did you mean " + unit + "?";
  const std::string_view bare = without_prefix(word);
  return bare.empty() ? "" : "'" + std::string(bare) + "' takes no such prefix";
}

}  // namespace weft::base::detail

namespace weft::base {

std::vector<UnitWord> unit_words() {
  std::vector<UnitWord> words;
  for (const auto& row : detail::kUnits) {
    UnitWord word{std::string(row.name), {}, row.dimension, !row.currency.empty()};
    for (const auto prefixes : detail::kAllPrefixes) {
      for (const auto& prefix : prefixes) {
        const bool fits = detail::find_prefix(row.prefixes, prefix.name) != nullptr;
        if (fits) word.prefixes.emplace_back(prefix.name);
      }
    }
    words.push_back(std::move(word));
  }
  return words;
}

std::vector<std::string> count_prefixes() {
  std::vector<std::string> names;
  for (const auto& prefix : detail::kLargePrefixes) names.emplace_back(prefix.name);
  for (const auto& prefix : detail::kBinaryPrefixes) names.emplace_back(prefix.name);
  return names;
}

}  // namespace weft::base
