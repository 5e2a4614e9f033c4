#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "price_facts.h"
#include "weft/cost/question.h"

namespace weft::cost {

namespace {

using base::Fields;
using base::Node;

// Everything that reading a case needs.
struct Context {
  Fields& study;
  const base::Catalog& catalog;
  const Terms& terms;
  base::Reading& reading;
};

// A price that stands in the study.
PriceFact fact_of(const Node& node, const Case& one) {
  PriceFact fact{fmt::format("{}: rent per package-hour", one.name), std::string(node.text()), "",
                 "", "as given"};
  if (!node.is_map()) return fact;
  const auto text = [&](std::string_view key) {
    const auto found = node.find(key);
    return found ? std::string(found->text()) : std::string();
  };
  fact.value = text("value") + text("mode");
  if (node.find("low")) fact.value += fmt::format(" ({} to {})", text("low"), text("high"));
  fact.date = text("date");
  fact.source = text("source");
  fact.confidence = text("confidence");
  return fact;
}

bool is_price(const Node& node) {
  if (node.is_map()) return true;
  const auto text = node.text();
  constexpr std::string_view kStarts = "+-.0123456789";
  return !text.empty() && kStarts.find(text.front()) != std::string_view::npos;
}

// The table names documents of chips; a cluster knows what its chip calls itself.
void require_chip(const site::PriceTable& table, const cluster::Cluster& cluster, const Node& where,
                  const Context& context) {
  if (table.chips.empty()) return;
  const bool fits =
      std::any_of(table.chips.begin(), table.chips.end(), [&](const std::string& chip) {
        const auto name = context.catalog.load("chip", chip, std::nullopt).root().find("name");
        return name && name->text() == cluster.chip.name;
      });
  if (fits) return;
  context.reading.error(
      where, fmt::format("{} has prices of other chips than {}", table.id, cluster.chip.name));
}

// What is looked up must be there: at the start, over the term, or when a lab rented.
void require_covered(const site::PriceTable& table, const Node& where, const Context& context,
                     bool is_rent) {
  const auto& terms = context.terms;
  if (!terms.start) {
    context.reading.error(where, "a table of prices needs 'start' under 'cost' (start: 2025-06)");
    return;
  }
  try {
    site::price_at(table, *terms.start);
    if (!is_rent) return;
    site::price_at(table, *terms.start + terms.months / 12.0);
    for (const auto& lab : terms.labs)
      site::mean_price(table, lab.from, lab.from + lab.months / 12.0);
  } catch (const std::out_of_range& error) {
    context.reading.error(where, error.what());
  }
}

std::optional<site::PriceTable> read_table(const Node& node, const cluster::Cluster& cluster,
                                           const Context& context, bool is_rent) {
  const auto name = base::text_of(node, context.reading);
  auto table = site::read_prices(context.catalog.load("prices", name, node), context.reading);
  context.reading.throw_if_any();
  const bool rents = table.unit == site::PricedUnit::kPackageHour;
  if (rents != is_rent) {
    context.reading.error(node, fmt::format("{} is a price per {}; one {} is expected", name,
                                            site::name_of(table.unit),
                                            is_rent ? "per package-hour" : "per package or host"));
    return std::nullopt;
  }
  require_chip(table, cluster, node, context);
  require_covered(table, node, context, is_rent);
  return table;
}

void require_commitment(const Rent& rent, const Node& where, const Context& context) {
  const double years = context.terms.commitment_years;
  if (years <= 0 || !rent.table) return;
  const auto& offered = rent.table->commitments;
  const bool is_offered = std::any_of(offered.begin(), offered.end(), [&](const auto& c) {
    return c.years > years - 1e-6 && c.years < years + 1e-6;
  });
  if (is_offered) return;
  context.reading.error(where,
                        fmt::format("{} has no discount for {:g} years", rent.table->id, years));
}

void read_rent(Fields& use, Case& result, const Context& context) {
  const auto node = use.value("rent");
  if (!node) {
    const auto& price = result.cluster.prices.rent_per_package_hour;
    if (price) result.rent = Rent{.flat = *price};
    return;
  }
  Rent rent;
  if (is_price(*node)) {
    const auto errors = context.reading.diagnostics().size();
    rent.flat = use.price<base::Time>("rent").per_si;
    rent.flat.amount *= base::kHour.si();
    if (context.reading.diagnostics().size() == errors && rent.flat.amount <= 0) {
      context.reading.error(*node, "a price must be above 0");
    }
    rent.written = fact_of(*node, result);
  } else {
    rent.table = read_table(*node, result.cluster, context, true);
    if (!rent.table) return;
  }
  require_commitment(rent, *node, context);
  result.rent = std::move(rent);
}

void read_buy(Fields& use, Case& result, const Context& context) {
  const auto node = use.value("buy");
  if (!node) return;
  auto& prices = result.cluster.prices;
  result.buy = read_table(*node, result.cluster, context, false);
  if (!result.buy || !context.terms.start) return;
  const auto& table = *result.buy;
  context.reading.throw_if_any();
  const double each = table.unit == site::PricedUnit::kPackage ? result.cluster.host.packages : 1.0;
  prices.per_host = base::Money{each * site::price_at(table, *context.terms.start), table.currency};
  prices.includes_network = table.includes_network;
}

void read_policy(Case& result, const Context& context) {
  if (context.terms.parts.empty()) return;
  const auto request = study::read_campaign(context.study, context.catalog, result.cluster.chip);
  result.policy = request.variants.front().policy;
  const auto& components = result.policy->components;
  std::vector<std::string> names;
  for (const auto& component : components) names.push_back(component.name);
  for (const auto& part : context.terms.parts) {
    if (std::find(names.begin(), names.end(), part.component) != names.end()) continue;
    const auto near = base::nearest(part.component, names);
    context.reading.error(
        part.node,
        fmt::format("the campaign {} has no component '{}'", request.name, part.component),
        near.empty() ? "" : fmt::format("did you mean '{}'?", near));
  }
}

void apply_terms(Case& result, const Context& context, const Node& where) {
  const auto& terms = context.terms;
  if (terms.report) result.site.report_currency = *terms.report;
  if (result.site.rates.per_usd().count(result.site.report_currency) == 0) {
    context.reading.error(where, fmt::format("{} has no rate for {} (money: per_usd)",
                                             result.site.name, result.site.report_currency));
  }
  if (terms.maintenance) result.site.finance.maintenance = *terms.maintenance;
}

// Prices, once the cluster and its site are read.
void complete(Fields& use, Case& result, const Context& context) {
  if (const auto name = use.value("use")) result.name = std::string(name->text());
  if (result.cluster.is_mixed()) {
    context.reading.error(use.node(), "rent or own is asked of one kind of chip at a time");
    return;
  }
  apply_terms(result, context, use.node());
  read_rent(use, result, context);
  read_buy(use, result, context);
  read_policy(result, context);
}

Case read_case(const Node& node, const Context& context) {
  Case result;
  Fields use(node, context.reading, context.study.name());
  result.cluster = cluster::read_cluster(use, context.catalog);
  context.reading.throw_if_any();
  result.site =
      site::read_site(context.catalog.load("site", result.cluster.facility, use.value("facility")),
                      context.reading);
  result.load = use.number("load", result.load);
  if (result.load < 0 || result.load > 1) {
    context.reading.error(*use.value("load"), "a share from 0 (idle) to 100 % is expected here");
  }
  complete(use, result, context);
  use.finish();
  return result;
}

void read_without_job(Question& question, const std::vector<Node>& entries,
                      const Context& context) {
  for (const auto& entry : entries) question.cases.push_back(read_case(entry, context));
  // Those of a job, which this study has not.
  for (const char* key : {"name", "clusters", "campaign", "cost", "report"}) {
    context.study.value(key);
  }
  context.study.finish();
}

void read_with_job(Question& question, const base::Document& document,
                   const std::vector<Node>& entries, const Context& context) {
  question.study = study::read_study(document, context.catalog, context.reading);
  context.reading.throw_if_any();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto& of_study = question.study->cases[i];
    Case result;
    result.cluster = of_study.cluster;
    result.site = of_study.site;
    Fields use(entries[i], context.reading, context.study.name());
    if (use.has("load")) {
      context.reading.error(*use.value("load"), "with a job the load comes from its step");
    }
    complete(use, result, context);
    of_study.cluster.prices = result.cluster.prices;
    of_study.site = result.site;
    question.cases.push_back(std::move(result));
  }
}

}  // namespace

Question read_question(const base::Document& document, const base::Catalog& catalog,
                       base::Reading& reading) {
  Question question;
  Fields fields(document.root(), reading, document.file().stem().string());
  fields.text("kind");
  const bool has_job = document.root().find("job").has_value();
  if (auto terms = fields.maybe_map("cost")) question.terms = read_terms(*terms, has_job);
  reading.throw_if_any();
  const auto entries = fields.list("clusters");
  if (entries.empty()) {
    reading.error(fields.node(), "a study needs at least one entry in 'clusters'");
    reading.throw_if_any();
  }
  if (!has_job) question.name = fields.text("name", "");
  const Context context{fields, catalog, question.terms, reading};
  if (has_job) {
    read_with_job(question, document, entries, context);
  } else {
    read_without_job(question, entries, context);
  }
  reading.throw_if_any();
  add_study_facts(document, question.facts);
  for (const auto& one : question.cases) {
    add_price_facts(one, question.terms, catalog, question.facts);
  }
  return question;
}

}  // namespace weft::cost
