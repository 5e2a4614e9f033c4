#include "weft/cost/published.h"

#include <fmt/format.h>

#include <map>

#include "weft/base/csv_cells.h"
#include "weft/cost/answer.h"
#include "weft/site/meter.h"

namespace weft::cost {

namespace {

Style style_of(const base::CsvField& field) {
  const std::map<std::string, Style> names = {
      {"limit", Style::kLimit}, {"site", Style::kSite}, {"own", Style::kOwn}};
  const auto found = names.find(field.text);
  if (found == names.end()) base::fail_at(field, "limit, site or own is expected here");
  return found->second;
}

PublishedRow row_of(const base::CsvCells& cells) {
  PublishedRow row;
  row.id = cells.text("id");
  row.what = cells.text("what");
  row.unit = cells.text("unit");
  row.low = cells.number("published_low");
  row.high = cells.number("published_high");
  row.by_construction = cells.text("by_construction") == "yes";
  row.style = style_of(cells.field("style"));
  row.cluster = cells.text("cluster");
  row.site = cells.text("site");
  row.hours = cells.number("hours").value_or(0);
  row.watts = cells.number("watts").value_or(0);
  row.load = cells.number("load").value_or(1);
  row.source = cells.text("source");
  if (row.cluster.empty() && (row.style != Style::kLimit || row.watts <= 0)) {
    base::fail_at(cells.field("cluster"),
                  "without 'watts' a cluster is needed (use: dgx_h100, hosts: 8)");
  }
  return row;
}

site::Site site_of(const std::string& name, const base::Catalog& catalog) {
  base::Reading reading;
  auto site = site::read_site(catalog.load("site", name, std::nullopt), reading);
  reading.throw_if_any();
  return site;
}

cluster::Cluster cluster_of(const PublishedRow& row, const base::Catalog& catalog) {
  base::Reading reading;
  const auto document =
      base::Document::parse(fmt::format("{{{}}}\n", row.cluster), "row " + row.id);
  base::Fields use(document.root(), reading, row.id);
  auto cluster = cluster::read_cluster(use, catalog);
  reading.throw_if_any();
  return cluster;
}

base::Power package_limit(const cluster::Cluster& cluster) {
  return cluster.device().power.limit *
         (static_cast<double>(cluster.devices()) / static_cast<double>(cluster.packages()));
}

// Of one package. None: the row has no inputs for it.
std::optional<base::Power> power_of(const PublishedRow& row, Style style, const site::Site& site,
                                    const base::Catalog& catalog) {
  if (style == Style::kLimit && row.watts > 0) return base::Power(row.watts) * site.pue;
  if (row.cluster.empty()) return std::nullopt;
  const auto cluster = cluster_of(row, catalog);
  if (style == Style::kLimit) return package_limit(cluster) * site.pue;
  const auto device = cluster.device().power.limit * row.load;
  return site::meter_power(cluster, cluster.devices(), device, site).total() /
         static_cast<double>(cluster.packages());
}

double owned(const PublishedRow& row, const base::Catalog& catalog) {
  Case one;
  one.cluster = cluster_of(row, catalog);
  one.site = site_of(row.site.empty() ? one.cluster.facility : row.site, catalog);
  one.load = row.load;
  return evaluate(one, Terms(), nullptr).figures[static_cast<std::size_t>(Figure::kOwnHour)];
}

// Energy, or the carbon of it.
std::optional<double> footprint(const PublishedRow& row, Style style,
                                const base::Catalog& catalog) {
  constexpr double kKilogramsATonne = 1000;
  site::Site site;  // of published figures that name none
  site.pue = 1;
  site.other_it = 0;
  if (!row.site.empty()) site = site_of(row.site, catalog);
  const auto power = power_of(row, style, site, catalog);
  if (!power) return std::nullopt;
  const auto energy = *power * (row.hours * base::kHour);
  if (row.unit == "t") return energy.si() * site.carbon_per_joule / kKilogramsATonne;
  return energy / (1000 * base::kKilowattHour);
}

void predict(PublishedRow& row, const base::Catalog& catalog) {
  if (row.style == Style::kOwn) {
    row.predicted = owned(row, catalog);
    return;
  }
  row.by_limit = footprint(row, Style::kLimit, catalog);
  row.at_meter = footprint(row, Style::kSite, catalog);
  row.predicted = (row.style == Style::kLimit ? row.by_limit : row.at_meter).value();
}

}  // namespace

std::optional<double> PublishedRow::error() const {
  if (!low || !high) return std::nullopt;
  if (predicted < *low) return predicted / *low - 1;
  if (predicted > *high) return predicted / *high - 1;
  return 0.0;
}

std::filesystem::path shipped_table(const base::Catalog& catalog, const char* name) {
  return catalog.load("rules", "rules", std::nullopt).file().parent_path() / name;
}

std::vector<PublishedRow> published_rows(const std::filesystem::path& file,
                                         const base::Catalog& catalog) {
  const auto table = base::read_csv(base::whole_text(file), file.string());
  std::vector<PublishedRow> rows;
  for (std::size_t i = 1; i < table.rows.size(); ++i) {
    rows.push_back(row_of(base::CsvCells(table.rows.front(), table.rows[i])));
    predict(rows.back(), catalog);
  }
  return rows;
}

}  // namespace weft::cost
