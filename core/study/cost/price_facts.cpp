#include "price_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace weft::cost {

namespace {

constexpr std::array<std::string_view, 14> kOfSite = {"electricity",
                                                      "colocation",
                                                      "staff",
                                                      "finance.rate",
                                                      "finance.life",
                                                      "finance.residual",
                                                      "finance.maintenance",
                                                      "finance.network_share",
                                                      "finance.storage_share",
                                                      "finance.installation_share",
                                                      "finance.build",
                                                      "carbon_kg_per_kwh",
                                                      "water_litres_per_kwh",
                                                      "pue"};

void add(PriceFact fact, std::vector<PriceFact>& facts) {
  if (std::find(facts.begin(), facts.end(), fact) == facts.end()) facts.push_back(std::move(fact));
}

// The date beside a value: facts() has none.
std::string date_at(const base::Node& root, std::string_view path) {
  auto node = std::optional<base::Node>(root);
  while (!path.empty() && node && node->is_map()) {
    const auto dot = path.find('.');
    node = node->find(path.substr(0, dot));
    path = dot == std::string_view::npos ? "" : path.substr(dot + 1);
  }
  const auto date = node && node->is_map() ? node->find("date") : std::nullopt;
  return date ? std::string(date->text()) : "";
}

// The document that a value is written in, which others may extend.
std::string owner_of(const base::Fact& fact) {
  return std::filesystem::path(fact.position.source->name).stem().string();
}

template <class Wanted>
void add_facts(const base::Document& document, Wanted wanted, std::vector<PriceFact>& facts) {
  for (const auto& fact : base::facts(document)) {
    if (!wanted(fact.path)) continue;
    add({fmt::format("{}: {}", owner_of(fact), fact.path), fact.value,
         date_at(document.root(), fact.path), fact.source, fact.confidence},
        facts);
  }
}

void add_table(const site::PriceTable& table, std::vector<PriceFact>& facts) {
  const auto tax = table.tax > 0
                       ? fmt::format(", tax of {:g} % included, taken off", 100 * table.tax)
                       : std::string();
  for (const auto& point : table.points) {
    add({fmt::format("{}: per {}{}", table.id, site::name_of(table.unit), tax), point.written.value,
         point.written.date, point.written.source, point.written.confidence},
        facts);
  }
  if (!table.trend) return;
  const auto& trend = table.trend_written;
  add({table.id + ": trend outside these, a year", trend.value, trend.date, trend.source,
       trend.confidence},
      facts);
}

}  // namespace

void add_price_facts(const Case& one, const Terms& terms, const base::Catalog& catalog,
                     std::vector<PriceFact>& facts) {
  const bool rents_by_cluster = one.rent && !one.rent->table && !one.rent->written;
  const auto of_cluster = [&](const std::string& path) {
    return (path == "prices.per_host" && !one.buy) ||
           (path == "prices.rent_per_package_hour" && rents_by_cluster);
  };
  if (!one.name.empty()) {
    add_facts(catalog.load("cluster", one.name, std::nullopt), of_cluster, facts);
  }
  if (one.rent && one.rent->written) add(*one.rent->written, facts);
  if (one.buy) add_table(*one.buy, facts);
  if (one.rent && one.rent->table) add_table(*one.rent->table, facts);
  const auto of_site = [&](const std::string& path) {
    if (path == "finance.maintenance" && terms.maintenance) return false;
    if (path == "finance.network_share" && one.cluster.prices.includes_network) return false;
    return path.starts_with("money.per_usd.") ||
           std::find(kOfSite.begin(), kOfSite.end(), path) != kOfSite.end();
  };
  add_facts(catalog.load("site", one.cluster.facility, std::nullopt), of_site, facts);
}

void add_study_facts(const base::Document& study, std::vector<PriceFact>& facts) {
  add_facts(
      study,
      [](const std::string& path) {
        return path.starts_with("cost.") && !path.starts_with("cost.labs");
      },
      facts);
}

}  // namespace weft::cost
