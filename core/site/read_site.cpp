#include <algorithm>
#include <string_view>

#include "weft/site/facility.h"

namespace weft::site {

namespace {

using base::Fields;

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

}  // namespace

Site read_site(const base::Document& document, base::Reading& reading) {
  Fields fields(document.root(), reading, document.file().stem().string());
  fields.text("kind");
  Site site;
  site.name = fields.text("name");
  site.pue = fields.number("pue");
  require(fields, "pue", site.pue >= 1, "a PUE is at least 1");
  site.other_it = share(fields, "other_it", site.other_it);
  site.electricity = read_tariff(fields, "electricity");
  site.colocation = read_tariff(fields, "colocation");
  site.carbon_per_joule = fields.number("carbon_kg_per_kwh") / base::kKilowattHour.si();
  require(fields, "carbon_kg_per_kwh", site.carbon_per_joule >= 0, "must not be negative");
  if (auto finance = fields.maybe_map("finance")) site.finance = read_finance(*finance);
  if (auto money = fields.maybe_map("money")) read_money(*money, site);
  fields.finish();
  return site;
}

}  // namespace weft::site
