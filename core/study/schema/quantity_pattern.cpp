#include "quantity_pattern.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <tuple>
#include <vector>

#include "weft/base/unit_words.h"

namespace weft::schema {

namespace {

using base::Dimension;

constexpr const char* kNumber = R"([-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?)";
constexpr const char* kNoun = "[kMGTPEZ]?[A-Za-z]{3,}";
constexpr const char* kSquared = R"((\^?2|²))";
constexpr const char* kPlusMinus = R"( *(±|\+/-|\+-) *)";

// Units of one dimension, one of them twice or none, as a pattern.
struct Factor {
  Dimension dimension;
  bool is_money = false;
  std::string pattern;
};

Dimension sum(const Dimension& a, const Dimension& b, int sign) {
  return {a.time + sign * b.time, a.data + sign * b.data, a.work + sign * b.work,
          a.energy + sign * b.energy, a.length + sign * b.length};
}

std::string any_of(const std::vector<std::string>& words) {
  return fmt::format("({})", fmt::join(words, "|"));
}

// "(k|M|G)?(W)" for each set of units that take the same prefixes.
std::string with_prefixes(const std::map<std::vector<std::string>, std::vector<std::string>>& all) {
  std::vector<std::string> parts;
  for (const auto& [prefixes, names] : all) {
    const auto before = prefixes.empty() ? std::string() : any_of(prefixes) + "?";
    parts.push_back(before + any_of(names));
  }
  return any_of(parts);
}

// What may stand above or below a fraction bar.
std::vector<Factor> factors() {
  using Groups = std::map<std::vector<std::string>, std::vector<std::string>>;
  std::map<std::tuple<int, int, int, int, int, bool>, Groups> by_dimension;
  for (const auto& word : base::unit_words()) {
    const auto& d = word.dimension;
    if (d == Dimension{} && !word.is_money) continue;  // of plain numbers
    by_dimension[{d.time, d.data, d.work, d.energy, d.length, word.is_money}][word.prefixes]
        .push_back(word.name);
  }
  std::vector<Factor> all = {{{}, false, fmt::format("({})?", kNoun)}};
  for (const auto& [key, groups] : by_dimension) {
    const auto [time, data, work, energy, length, is_money] = key;
    const Dimension one{time, data, work, energy, length};
    const auto pattern = with_prefixes(groups);
    all.push_back({one, is_money, pattern});
    if (length != 0) all.push_back({sum(one, one, 1), is_money, pattern + kSquared});
  }
  return all;
}

// Units of a dimension made of at most `most` factors.
std::vector<std::string> units_of(const Dimension& dimension, bool is_money, int most) {
  static const auto kFactors = factors();
  std::vector<std::string> units;
  for (const auto& above : kFactors) {
    if (above.is_money != is_money) continue;
    if (above.dimension == dimension) units.push_back(above.pattern);
    for (const auto& below : kFactors) {
      if (most < 2 || below.is_money || below.dimension == Dimension{}) continue;
      const auto rest = sum(above.dimension, below.dimension, -1);
      if (rest == dimension) units.push_back(above.pattern + " */ *" + below.pattern);
      for (const auto& further : kFactors) {
        if (most < 3 || further.is_money || further.dimension == Dimension{}) continue;
        if (!(sum(rest, further.dimension, -1) == dimension)) continue;
        units.push_back(above.pattern + " */ *" + below.pattern + " */ *" + further.pattern);
      }
    }
  }
  return units;
}

// Something counted may stand above where nothing else does, and below all of it.
std::string unit_pattern(const Dimension& dimension, bool is_money) {
  // 600 CNY/kW/month is a price of energy too.
  std::vector<std::string> units = units_of(dimension, is_money, is_money ? 3 : 2);
  if (units.empty()) units = units_of(dimension, is_money, 3);
  return fmt::format("{}( */ *{})?", any_of(units), kNoun);
}

std::string count_prefix() { return any_of(base::count_prefixes()); }

}  // namespace

std::string quantity_pattern(const Dimension& dimension, bool is_money) {
  if (dimension == Dimension{} && !is_money) {
    const auto one = fmt::format("{} *(%|x|×|{})?", kNumber, count_prefix());
    return fmt::format("^{0}({1}{0})?$", one, kPlusMinus);
  }
  auto unit = unit_pattern(dimension, is_money);
  if (is_money) unit = fmt::format("({} +)?{}", count_prefix(), unit);
  return fmt::format("^{0}( *{2}({1}{0} *({2}|%))?|{1}{0} *{2})$", kNumber, kPlusMinus, unit);
}

std::string count_pattern(const std::string& noun) {
  auto stem = noun;
  if (stem.ends_with('s')) stem.pop_back();
  const auto counted = noun.empty() ? std::string() : fmt::format("( *{}s?)?", stem);
  const auto one = fmt::format("{} *{}?{}", kNumber, count_prefix(), counted);
  return fmt::format("^{0}({1}{0})?$", one, kPlusMinus);
}

}  // namespace weft::schema
