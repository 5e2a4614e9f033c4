#include "weft/details/sources.h"

#include <array>
#include <string_view>

namespace weft::details {

namespace {

// What a document is called is no input.
bool is_label(std::string_view path) {
  constexpr std::array<std::string_view, 5> kLabels{"kind", "name", "vendor", "announced",
                                                    "extends"};
  for (const auto label : kLabels) {
    if (path == label) return true;
  }
  return false;
}

}  // namespace

std::vector<Source> sources_of(const base::Catalog& catalog) {
  std::vector<Source> sources;
  for (const auto& loaded : catalog.loaded()) {
    Source source{loaded.kind, loaded.name, {}};
    for (auto& fact : base::facts(loaded.document)) {
      if (!is_label(fact.path)) source.facts.push_back(std::move(fact));
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

Evidence evidence_of(const std::vector<Source>& sources) {
  Evidence evidence;
  for (const auto& source : sources) {
    for (const auto& fact : source.facts) {
      ++evidence.facts;
      if (!fact.source.empty()) ++evidence.sourced;
      if (fact.confidence == "assumed") ++evidence.assumed;
      if (fact.disputed) ++evidence.disputed;
    }
  }
  return evidence;
}

}  // namespace weft::details
