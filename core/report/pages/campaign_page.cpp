#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "parts.h"
#include "weft/base/unit_text.h"
#include "weft/details/course.h"

namespace weft::pages {

namespace {

using base::to_text;

constexpr std::size_t kMostCauses = 14;

// A variant of a campaign on a cluster.
struct Row {
  std::string label;
  const weeks::CaseAnswer* of;
  const weeks::VariantAnswer* variant;

  [[nodiscard]] const campaign::Outlook& outlook() const { return variant->outlook; }
};

std::string variant_words(const weeks::CaseAnswer& of, const weeks::VariantAnswer& variant) {
  const auto& axes = of.study_case->campaign.axes;
  std::string text;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    if (variant.variant->values[a].empty()) continue;
    text += ", " + axes[a].substr(axes[a].find_last_of('.') + 1) + " " + variant.variant->values[a];
  }
  return text;
}

std::vector<Row> rows_of(const report::CampaignReport& report) {
  std::vector<Row> rows;
  std::vector<std::string> labels;
  for (const auto& answer : report.answers) {
    for (const auto& variant : answer.variants) {
      labels.push_back(answer.study_case->cluster.label + variant_words(answer, variant));
      rows.push_back({"", &answer, &variant});
    }
  }
  labels = distinct(std::move(labels));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].label = labels[i];
  return rows;
}

std::vector<std::string> labels_of(const std::vector<Row>& rows) {
  std::vector<std::string> labels;
  for (const auto& row : rows) labels.push_back(row.label);
  return labels;
}

// In the order of TimeClass.
constexpr std::array<const char*, campaign::kTimeClasses> kTimeWords{
    "productive",   "communicators",   "start of processes",   "saving checkpoints",
    "loading them", "work done again", "detection and repair", "maintenance",
    "slow parts",   "missing hosts",   "a replica lost",       "a replica back"};

// Of many the worst and the best.
std::vector<Row> told(const std::vector<Row>& rows) {
  constexpr std::size_t kMost = 4;
  if (rows.size() <= kMost) return rows;
  const auto [least, most] = std::minmax_element(
      rows.begin(), rows.end(),
      [](const Row& a, const Row& b) { return a.outlook().ettr.mean < b.outlook().ettr.mean; });
  return {*least, *most};
}

void add_shares(html::Page& page, const std::vector<Row>& rows) {
  std::vector<Series> series;
  for (std::size_t c = 0; c < campaign::kTimeClasses; ++c) {
    Series one{kTimeWords[c], {}};
    double most = 0;
    for (const auto& row : rows) {
      one.values.push_back(row.outlook().time_share[c]);
      most = std::max(most, one.values.back());
    }
    if (most > 0) series.push_back(std::move(one));
  }
  page.sections.push_back({"goodput", "Where the wall clock goes",
                           "Shares of the wall clock, mean over all runs.", "bars",
                           bars("%", labels_of(rows), series)});
}

void add_spread(html::Page& page, const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const auto& row : rows) {
    const auto& ettr = row.outlook().ettr;
    list.push_back({{"name", row.label},
                    {"low", number(ettr.low)},
                    {"mid", number(ettr.mean)},
                    {"high", number(ettr.high)}});
  }
  page.sections.push_back(
      {"spread",
       "How much runs differ",
       "Effective training time ratio: mean over the runs played, and what 90 % "
       "of them lie between.",
       "intervals",
       {{"unit", "%"}, {"rows", list}}});
}

void add_table(html::Page& page, const std::vector<Row>& rows) {
  Table table({"campaign", "runs", "ETTR", "± (95 %)", "goodput of devices", "wall clock",
               "stops a week", "between stops", "checkpoint every"});
  for (const auto& row : rows) {
    const auto& o = row.outlook();
    const double per_week =
        o.wall.mean > 0 ? o.interruptions.mean / o.wall.mean * base::kWeek.si() : 0;
    table.row({row.label, fmt::format("{}", o.replicas), base::percent_text(o.ettr.mean),
               base::percent_text(o.ettr.half_width, 2), base::percent_text(o.goodput.mean),
               days(o.wall.mean), fmt::format("{:.3g}", per_week), to_text(o.mean_time_between),
               to_text(o.interval)});
  }
  page.sections.push_back(
      {"campaigns", "All campaigns", "Means over the runs played.", "table", table.data()});
}

void add_causes(html::Page& page, const std::vector<Row>& rows) {
  const auto& first = rows.front();
  auto causes = first.outlook().by_cause;
  std::stable_sort(causes.begin(), causes.end(), [](const auto& a, const auto& b) {
    return a.interruptions.mean > b.interruptions.mean;
  });
  if (causes.size() > kMostCauses) causes.resize(kMostCauses);
  std::vector<std::string> names;
  Series stops{"stops a week", {}};
  Series loss{"of the wall clock", {}};
  for (const auto& cause : causes) {
    names.push_back(cause.name);
    stops.values.push_back(cause.interruptions.mean / first.outlook().wall.mean * base::kWeek.si());
    loss.values.push_back(cause.loss.mean);
  }
  if (names.empty()) return;
  page.sections.push_back({"failures", "What fails: " + first.label, "Stops of the job a week.",
                           "bars", bars("1/week", names, {stops}, false)});
  page.sections.push_back({"losses", "What it costs in time: " + first.label,
                           "Share of the wall clock that each cause takes.", "bars",
                           bars("%", names, {loss}, false)});
}

void add_months(html::Page& page, const std::vector<Row>& rows) {
  const auto& first = rows.front();
  const auto& months = first.outlook().by_month;
  if (months.size() < 2) return;
  std::vector<std::string> names;
  std::vector<Series> series;
  for (const auto& cause : first.outlook().by_cause) series.push_back({cause.name, {}});
  for (std::size_t m = 0; m < months.size(); ++m) {
    names.push_back(fmt::format("month {}", m + 1));
    for (std::size_t c = 0; c < series.size() && c < months[m].size(); ++c) {
      series[c].values.push_back(months[m][c]);
    }
  }
  std::erase_if(series, [&](const Series& one) {
    return one.values.size() != names.size() ||
           *std::max_element(one.values.begin(), one.values.end()) <= 0;
  });
  page.sections.push_back({"months", "Failures by month: " + first.label,
                           "Mean number that are not tolerated.", "bars",
                           bars("failures", names, series)});
}

void add_progress(html::Page& page, const report::CampaignReport& report) {
  Json series = Json::array();
  Json marks = Json::array();
  for (const auto& answer : report.answers) {
    if (answer.variants.empty() || !answer.result.outcome->goodput.makes_progress) continue;
    const auto weeks =
        details::one_replica(report.study, *answer.study_case, *answer.result.outcome);
    series.push_back(
        {{"name", answer.study_case->cluster.label}, {"points", progress_points(weeks)}});
    if (report.answers.size() == 1) marks = stop_marks(weeks);
  }
  if (series.empty()) return;
  Json data = {{"x", axis("time", "s")}, {"y", axis("done", "%")}, {"series", series}};
  if (!marks.empty()) data["marks"] = marks;
  page.sections.push_back({"progress", "One run, told",
                           "Share of the job's work that is done and kept in the first run played; "
                           "marks are stops, where they can be told apart.",
                           "lines", std::move(data)});
}

void add_effects(html::Page& page, const std::vector<Row>& rows) {
  std::size_t number_of = 0;
  for (const auto& row : rows) {
    if (row.variant->effects.empty()) continue;
    Json inputs = Json::array();
    for (const auto& effect : row.variant->effects) {
      inputs.push_back({{"name", effect.input},
                        {"low", effect.low},
                        {"high", effect.high},
                        {"low_value", number(effect.ettr_low)},
                        {"high_value", number(effect.ettr_high)}});
    }
    page.sections.push_back(
        {fmt::format("assumptions-{}", ++number_of),
         "Assumptions that move the ETTR: " + row.label,
         "Each at the ends of its range, or at half and twice; all draws alike.",
         "tornado",
         {{"unit", "%"}, {"base", number(row.variant->effects_plain)}, {"inputs", inputs}}});
  }
}

}  // namespace

html::Page campaign_page(const report::CampaignReport& report, const Sources& sources) {
  html::Page page;
  page.title = "Weeks of training " + report.study.job.model.name;
  page.subtitle =
      fmt::format("{} tokens, played failure by failure.", to_text(report.study.job.tokens));
  const auto rows = rows_of(report);
  for (const auto& row : told(rows)) {
    const auto& o = row.outlook();
    page.headlines.push_back(
        {"ETTR", base::percent_text(o.ettr.mean),
         span(base::percent_text(o.ettr.low), base::percent_text(o.ettr.high)) + ", 90 % of runs",
         row.label});
  }
  if (!rows.empty()) {
    add_shares(page, rows);
    add_spread(page, rows);
    add_progress(page, report);
    add_causes(page, rows);
    add_months(page, rows);
    add_table(page, rows);
    add_effects(page, rows);
  }
  add_sources(page, sources);
  return page;
}

}  // namespace weft::pages
