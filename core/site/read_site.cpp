#include <algorithm>
#include <string_view>

#include "weft/site/facility.h"

namespace weft::site {

namespace {

using base::Fields;

constexpr std::size_t kMonths = 12;

void require(Fields& fields, const char* key, bool holds, const char* message) {
  if (holds) return;
  const auto value = fields.value(key);
  fields.reading().error(value ? *value : fields.node(), message);
}

double share(Fields& fields, const char* key, double fallback) {
  const double value = fields.number(key, fallback);
  require(fields, key, value >= 0 && value < 1, "a share from 0 to below 100 % is expected here");
  return value;
}

Finance read_finance(Fields fields) {
  Finance finance;
  finance.rate = share(fields, "rate", finance.rate);
  finance.life_years =
      fields.quantity<base::Time>("life", base::kYear * finance.life_years) / base::kYear;
  require(fields, "life", finance.life_years > 0, "must be longer than nothing");
  finance.residual = share(fields, "residual", finance.residual);
  finance.maintenance = share(fields, "maintenance", finance.maintenance);
  finance.network_share = share(fields, "network_share", finance.network_share);
  finance.storage_share = share(fields, "storage_share", finance.storage_share);
  finance.installation_share = share(fields, "installation_share", finance.installation_share);
  if (fields.has("build")) finance.build = fields.price<base::Power>("build");
  require(fields, "build", finance.build.per_si.amount >= 0, "must not be negative");
  finance.build_life_years =
      fields.quantity<base::Time>("build_life", base::kYear * finance.build_life_years) /
      base::kYear;
  require(fields, "build_life", finance.build_life_years > 0, "must be longer than nothing");
  finance.utilisation = fields.number("utilisation", finance.utilisation);
  require(fields, "utilisation", finance.utilisation > 0 && finance.utilisation <= 1,
          "a share above 0 and up to 100 % is expected here");
  fields.finish();
  return finance;
}

bool is_currency(std::string_view key) {
  return key.size() == 3 &&
         std::all_of(key.begin(), key.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// {CNY: 7.2, EUR: 0.92}: how many buy one US dollar.
void read_rates(Fields fields, base::ExchangeRates& rates) {
  const auto node = fields.node();
  if (!node.is_map()) return;
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string currency(node.key(i));
    if (!is_currency(currency)) continue;  // source and the like; finish() complains of others
    const double per_usd = fields.number(currency);
    require(fields, currency.c_str(), per_usd > 0, "must be above 0");
    rates.set(currency, per_usd);
  }
  fields.finish();
}

void read_money(Fields fields, Site& site) {
  site.report_currency = fields.text("report", site.report_currency);
  if (auto rates = fields.maybe_map("per_usd")) read_rates(*rates, site.rates);
  require(fields, "report", site.rates.per_usd().count(site.report_currency) == 1,
          "this currency has no rate under 'per_usd'");
  fields.finish();
}

base::Price<base::Energy> read_tariff(Fields& fields, const char* key) {
  auto price = fields.price<base::Energy>(key);
  require(fields, key, price.per_si.amount >= 0, "must not be negative");
  return price;
}

// Space is rented or built: a site that says both would pay twice.
void read_space(Fields& fields, Site& site) {
  const bool builds = site.finance.build.per_si.amount > 0;
  if (!builds || fields.has("colocation")) site.colocation = read_tariff(fields, "colocation");
  if (builds && fields.has("colocation")) {
    fields.reading().error(*fields.value("colocation"),
                           "the hall is built (finance: build): write 'colocation: ~'");
  }
}

std::vector<double> read_wet_bulb(Fields& cooling) {
  std::vector<double> values;
  const auto node = cooling.value("wet_bulb_celsius");
  if (!node || !node->is_list()) return {cooling.number("wet_bulb_celsius")};
  for (const auto& one : cooling.list("wet_bulb_celsius")) {
    values.push_back(base::number_of(one, cooling.reading(), cooling.name()));
  }
  if (values.size() == kMonths || values.size() == std::size_t{kHoursADay}) return values;
  cooling.reading().error(*node, "one temperature, 12 of months or 24 of hours are expected here");
  return {0.0};
}

WetBulbCooling read_cooling(Fields fields) {
  WetBulbCooling cooling;
  cooling.fixed = share(fields, "fixed", 0);
  cooling.per_kelvin = share(fields, "per_kelvin", 0);
  cooling.from = fields.number("from_celsius", 0.0);
  cooling.wet_bulb = read_wet_bulb(fields);
  fields.finish();
  return cooling;
}

// A PUE, or what it is made of.
void read_overhead(Fields& fields, Site& site) {
  if (auto cooling = fields.maybe_map("cooling")) site.cooling = read_cooling(*cooling);
  site.distribution = share(fields, "distribution_loss", 0);
  if (!site.cooling) {
    site.pue = fields.number("pue");
    require(fields, "pue", site.pue >= 1, "a PUE is at least 1");
    require(fields, "distribution_loss", !fields.has("distribution_loss"),
            "a PUE has the losses in it: give 'cooling' instead of 'pue'");
    return;
  }
  site.pue = 1 + site.distribution + site.cooling->mean_share();
  require(fields, "pue", !fields.has("pue"),
          "the PUE follows from 'cooling' and 'distribution_loss': write 'pue: ~'");
}

}  // namespace

Site read_site(const base::Document& document, base::Reading& reading) {
  Fields fields(document.root(), reading, document.file().stem().string());
  fields.text("kind");
  Site site;
  site.name = fields.text("name");
  read_overhead(fields, site);
  site.other_it = share(fields, "other_it", site.other_it);
  site.electricity = read_tariff(fields, "electricity");
  if (fields.has("staff")) site.staff = read_tariff(fields, "staff");
  site.carbon_per_joule = fields.number("carbon_kg_per_kwh") / base::kKilowattHour.si();
  require(fields, "carbon_kg_per_kwh", site.carbon_per_joule >= 0, "must not be negative");
  site.carbon_by_hour = read_daily_curve(fields, "carbon_by_hour");
  site.water_per_joule = fields.number("water_litres_per_kwh", 0.0) / base::kKilowattHour.si();
  require(fields, "water_litres_per_kwh", site.water_per_joule >= 0, "must not be negative");
  if (auto finance = fields.maybe_map("finance")) site.finance = read_finance(*finance);
  read_space(fields, site);
  if (auto money = fields.maybe_map("money")) read_money(*money, site);
  fields.finish();
  return site;
}

}  // namespace weft::site
