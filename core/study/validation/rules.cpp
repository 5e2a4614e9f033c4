#include "weft/validation/rules.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>

#include "weft/validation/free_text.h"

namespace weft::validation {

namespace {

bool any_matches(const std::vector<std::string>& patterns, const std::string& text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const auto& pattern) { return matches(pattern, text); });
}

bool admits(const std::vector<std::string>& patterns, const std::string& text) {
  return patterns.empty() || any_matches(patterns, text);
}

// "1.0.RC3" is 1, 0, -1000 + 3: a candidate comes before its release.
std::vector<int> release_parts(const std::string& release) {
  constexpr int kCandidate = -1000;
  std::vector<int> parts;
  int value = 0;
  bool in_number = false;
  bool candidate = false;
  for (const char c : release + ".") {
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      value = std::min(value, 100000) * 10 + (c - '0');
      in_number = true;
      continue;
    }
    if (in_number) parts.push_back(candidate ? kCandidate + value : value);
    candidate = c == 'r' || c == 'R' || (candidate && (c == 'c' || c == 'C'));
    value = 0;
    in_number = false;
  }
  return parts;
}

}  // namespace

bool contains(const std::vector<std::string>& all, const std::string& name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

bool holds(const Condition& when, const Traits& traits) {
  return admits(when.source, traits.source) && admits(when.software, traits.software) &&
         admits(when.vendor, traits.vendor) && admits(when.kind, traits.kind) &&
         admits(when.model, traits.model) && admits(when.cluster, traits.cluster) &&
         admits(when.unit, traits.unit) && admits(when.zero, traits.zero);
}

const DefaultStack* default_of(const std::string& stack, const Rules& rules) {
  for (const auto& kind : rules.defaults) {
    if (kind.use == stack || any_matches(kind.stands_for, stack)) return &kind;
  }
  return nullptr;
}

bool is_from(const std::string& release, const std::string& first) {
  auto a = release_parts(release);
  auto b = release_parts(first);
  if (a.empty()) return false;
  a.resize(std::max(a.size(), b.size()), 0);
  b.resize(a.size(), 0);
  return !std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

StackChoice stack_of(const PublishedRun& run, const Traits& traits, const Rules& rules,
                     const std::vector<std::string>& known) {
  const bool is_known = contains(known, run.software);
  for (const auto& rule : rules.stacks) {
    // Rules that name a stack say which of its documents; the others are for rows without one.
    const bool names_stack = !rule.when.software.empty();
    if (!names_stack && is_known) continue;
    if (!rule.alias.empty() && !any_matches(rule.alias, run.software)) continue;
    if (!holds(rule.when, traits) || !contains(known, rule.use)) continue;
    if (!rule.from.empty() && !is_from(run.release, rule.from)) continue;
    const bool is_old = !run.year.empty() && is_from(std::to_string(rule.before - 1), run.year);
    if (rule.before > 0 && !is_old) continue;
    return {rule.use, rule.why};
  }
  return {run.software, ""};
}

std::string model_of(const std::string& name, const Rules& rules,
                     const std::vector<std::string>& known) {
  const auto wanted = name_key(name);
  if (wanted.empty()) return "";
  if (contains(known, wanted)) return wanted;
  for (const auto& alias : rules.models) {
    if (any_matches(alias.names, wanted) && contains(known, alias.use)) return alias.use;
  }
  std::string longest;
  for (const auto& document : known) {
    if (wanted.starts_with(document + "_") && document.size() > longest.size()) longest = document;
  }
  return longest;
}

namespace {

// "=tp" stands for what the row has in another column, "=global_batch/n_devices" for a whole
// quotient of two.
std::string value_of(const std::string& value, const PublishedRun& run) {
  if (!value.starts_with('=')) return value;
  const auto slash = value.find('/');
  const auto text = column_text(run, value.substr(1, slash - 1));
  if (slash == std::string::npos || text.empty()) return text;
  const auto under = column_text(run, value.substr(slash + 1));
  const auto whole = std::strtoll(text.c_str(), nullptr, 10);
  const auto parts = std::strtoll(under.c_str(), nullptr, 10);
  return parts > 0 && whole % parts == 0 ? std::to_string(whole / parts) : "";
}

}  // namespace

void fill_blanks(PublishedRun& run, const Traits& traits, const Rules& rules,
                 std::vector<Filled>& filled) {
  std::set<std::string> done;
  for (const auto& fill : rules.fills) {
    if (done.count(fill.column) != 0 || !holds(fill.when, traits)) continue;
    const auto written = column_text(run, fill.column);
    if (fill.written.empty() ? !written.empty() : !matches(fill.written, written)) continue;
    const auto value = value_of(fill.value, run);
    if (value.empty() || !set_column(run, fill.column, value)) continue;
    filled.push_back({fill.column, value, fill.why});
    done.insert(fill.column);
  }
}

}  // namespace weft::validation
