// Jobs at the meter: what the profile of a step makes of them.
#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <utility>

#include "points.h"
#include "weft/base/csv_cells.h"

namespace weft::watts {

namespace {

using power_study::PowerAnswer;

// A shipped study by its name, or one that is written out in braces.
study::Study study_of(const Row& row, const base::Catalog& catalog) {
  const auto& text = row.inputs.text;
  base::Reading reading;
  const auto document = text.starts_with('{')
                            ? base::Document::parse(text + "\n", "row " + row.point.id)
                            : catalog.load("study", text, std::nullopt);
  auto study = study::read_study(document, catalog, reading);
  reading.throw_if_any();
  return study;
}

const PowerAnswer& answer_of(Context& context, const Row& row) {
  auto& known = context.metered[row.inputs.text];
  if (known == nullptr) {
    known = std::make_unique<Metered>();
    known->study = study_of(row, context.catalog);
    const base::ThreadTeam team(context.threads);
    known->answer = power_study::over_time(known->study, team).front();
    if (!known->answer.result.outcome) {
      base::fail_at(row.inputs, "this study has no plan: " + known->answer.result.reason);
    }
  }
  return known->answer;
}

double fall(double from, double to) { return 100 * (1 - to / from); }

}  // namespace

void predict_step(Context& context, Row& row) {
  using Figure = double (*)(const PowerAnswer&);
  static const std::map<std::string, Figure> kFigures = {
      {"host", [](const PowerAnswer& a) { return a.host.mean.si() / kKilo; }},
      {"all hosts",
       [](const PowerAnswer& a) { return (a.energy_of_hosts / a.window).si() / kKilo; }},
      {"token", [](const PowerAnswer& a) { return a.energy_of_hosts.si() / a.tokens; }},
      {"p5", [](const PowerAnswer& a) { return a.host.p5.si() / kKilo; }},
      {"p95", [](const PowerAnswer& a) { return a.host.p95.si() / kKilo; }},
      {"evaluating", [](const PowerAnswer& a) { return a.host.evaluating.si() / kKilo; }}};
  const auto figure = kFigures.find(row.at.text);
  if (figure == kFigures.end()) {
    base::fail_at(row.at, "host, all hosts, token, p5, p95 or evaluating is expected here");
  }
  row.point.predicted = figure->second(answer_of(context, row));
}

void predict_fall(Context& context, Row& row) {
  std::istringstream names(row.inputs.text);
  std::array<std::string, 2> ids;
  names >> ids[0] >> ids[1];
  std::array<double, 2> ends{};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto found = std::find_if(context.before.begin(), context.before.end(),
                                    [&](const auto& point) { return point.id == ids[i]; });
    if (found == context.before.end()) {
      base::fail_at(row.inputs, "two rows before this one are expected here");
    }
    ends[i] = found->predicted;
  }
  row.point.predicted = fall(ends[0], ends[1]);
}

void predict_training(Context& context, Row& row) {
  auto study = study_of(row, context.catalog);
  study.cases.resize(1);
  const auto results = study::run(study, base::ThreadTeam(context.threads));
  const auto& result = results.front();
  if (!result.outcome) base::fail_at(row.inputs, "this study has no plan: " + result.reason);
  const auto& outcome = *result.outcome;
  row.point.predicted = outcome.bill.mean.it().si() / kKilo;
  row.point.parts =
      site::power_lines(study.cases.front().cluster, outcome.devices_used,
                        outcome.ledger.mean_device_power(), site_of(row, context.catalog));
}

}  // namespace weft::watts
