#include <fmt/format.h>

#include "parts.h"
#include "weft/base/unit_text.h"

namespace weft::pages {

namespace {

using scaling::PointAnswer;

// Over devices where sizes vary, else over the number of the value.
Json over(const scaling::Answer& answer, const std::string& name, const std::string& unit,
          double (*value)(const PointAnswer&)) {
  const bool is_size = answer.points.size() < 2 || answer.question.points.front().devices !=
                                                       answer.question.points.back().devices;
  if (!is_size) {
    std::vector<std::string> labels;
    Series series{name, {}};
    for (std::size_t i = 0; i < answer.points.size(); ++i) {
      labels.push_back(answer.question.points[i].label);
      series.values.push_back(answer.points[i].is_known() ? value(answer.points[i]) : 0.0);
    }
    return bars(unit, labels, {series}, false);
  }
  Json points = Json::array();
  for (std::size_t i = 0; i < answer.points.size(); ++i) {
    if (!answer.points[i].is_known()) continue;
    points.push_back({answer.question.points[i].devices, number(value(answer.points[i]))});
  }
  return {{"x", axis("devices", "", true)},
          {"y", axis(name, unit)},
          {"series", Json::array({{{"name", answer.question.of}, {"points", points}}})}};
}

double linearity(const PointAnswer& point) { return point.linearity.value_or(0); }
double per_device(const PointAnswer& point) { return point.per_device; }
double exposed(const PointAnswer& point) { return point.exposed_communication; }

Json points_table(const scaling::Answer& answer) {
  Table table({answer.question.varied, "plan", "step", "tokens a second", "of a device",
               "linearity", "exposed communication", "bubble"},
              2);
  for (std::size_t i = 0; i < answer.points.size(); ++i) {
    const auto& point = answer.points[i];
    const auto& label = answer.question.points[i].label;
    if (!point.is_known()) {
      table.row({label, marked("none", "doubt", point.reason), "–", "–", "–", "–", "–", "–"});
      continue;
    }
    const auto& o = point.outcome();
    table.row({label, plan::layout_text(o.plan), base::to_text(o.ledger.step),
               base::to_text(point.tokens_per_second), base::to_text(point.per_device),
               point.linearity ? base::percent_text(*point.linearity) : "–",
               base::percent_text(point.exposed_communication), base::percent_text(point.bubble)});
  }
  return table.data();
}

void add_drawing(html::Page& page, const std::string& id, const std::string& title,
                 const std::string& says, Json data) {
  const std::string kind = data.contains("categories") ? "bars" : "lines";
  page.sections.push_back({id, title, says, kind, std::move(data)});
}

}  // namespace

html::Page scaling_page(const scaling::Answer& answer, const Sources& sources) {
  const auto& question = answer.question;
  html::Page page;
  page.title = fmt::format("How {} scales", question.of);
  page.subtitle = fmt::format(
      "{} scaling over {}; plan {}; linearity compares {}.", scaling::name_of(question.grow),
      question.varied, scaling::name_of(question.plan), scaling::name_of(question.linearity));
  for (std::size_t i = 1; i < answer.points.size(); ++i) {
    const auto& point = answer.points[i];
    if (!point.linearity || i + 1 < answer.points.size()) continue;
    page.headlines.push_back({"linearity", base::percent_text(*point.linearity),
                              "of " + question.points.front().label, question.points[i].label});
  }
  add_drawing(page, "linearity", "Linearity",
              "Throughput of a device over that at the first point: 100 % is perfect.",
              over(answer, "linearity", "%", linearity));
  add_drawing(page, "device", "Throughput of a device", "While stepping, used or not.",
              over(answer, "tokens a second", "", per_device));
  add_drawing(page, "communication", "What is lost to communication",
              "Share of the step that devices wait for communication.",
              over(answer, "of the step", "%", exposed));
  page.sections.push_back({"points", "All points", "", "table", points_table(answer)});
  add_sources(page, sources);
  return page;
}

}  // namespace weft::pages
