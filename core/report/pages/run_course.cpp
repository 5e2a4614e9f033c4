// A case over time: power, failures, progress.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "run_parts.h"
#include "weft/base/unit_text.h"
#include "weft/details/course.h"

namespace weft::pages {

namespace {

using base::to_text;

void add_hours(html::Page& page, const study::Study& study, const RunCases& cases) {
  Json series = Json::array();
  std::string says = "The site over hours of the first run of the campaign.";
  for (const auto& c : cases) {
    if (!c.outcome().goodput.makes_progress) continue;
    const auto hours = details::power_over_hours(study, c.ran, *c.result);
    series.push_back({{"name", c.label},
                      {"points", power_samples(hours.smooth ? *hours.smooth : hours.trace.site)},
                      {"steps", true}});
    says += fmt::format(" {}: {:.0f} checkpoints, {:.0f} failures in {}; samples of {}.", c.label,
                        hours.events->checkpoints, hours.events->stops, to_text(hours.window),
                        to_text(hours.interval));
  }
  if (series.empty()) return;
  page.sections.push_back(
      {"power-hours",
       "Power over hours",
       says,
       "lines",
       {{"x", axis("time", "s")}, {"y", axis("at the meter", "W")}, {"series", series}}});
}

}  // namespace

void add_power(html::Page& page, const study::Study& study, const RunCases& cases) {
  std::vector<std::string> categories;
  std::vector<Series> parts{{"devices", {}},
                            {"hosts", {}},
                            {"network", {}},
                            {"other IT", {}},
                            {"cooling and distribution", {}}};
  for (const auto& c : cases) {
    const auto& mean = c.outcome().bill.mean;
    const std::array<base::Power, 5> all{mean.devices, mean.hosts, mean.fabric, mean.other_it,
                                         mean.facility};
    categories.push_back(c.label);
    for (std::size_t p = 0; p < all.size(); ++p) parts[p].values.push_back(all[p].si());
  }
  page.sections.push_back({"power", "Who draws the power",
                           "Mean at the meter of the site while training, idle devices included.",
                           "bars", bars("W", categories, parts)});
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& c = cases[i];
    const auto one = details::power_of_step(study, c.ran, *c.result);
    page.sections.push_back(
        {id_of("power-step", i, cases.size()), "Power over one step: " + c.label,
         fmt::format("All devices in step: the site swings by {} around a mean of {} (samples of "
                     "{}).",
                     to_text(base::Power(one.statistics.swing())),
                     to_text(base::Power(one.statistics.mean)), to_text(one.interval)),
         "lines", power_lines(one)});
  }
  add_hours(page, study, cases);
}

namespace {

void add_wall(html::Page& page, const RunCases& cases) {
  std::vector<std::string> categories;
  std::vector<Series> parts{
      {"productive", {}}, {"checkpoints", {}}, {"work done again", {}}, {"recovery", {}}};
  std::string says = "The wall clock of the run by what it goes into.";
  for (const auto& c : cases) {
    const auto& g = c.outcome().goodput;
    categories.push_back(c.label);
    parts[0].values.push_back(g.productive.si());
    parts[1].values.push_back(g.checkpointing.si());
    parts[2].values.push_back(g.lost.si());
    parts[3].values.push_back(g.recovering.si());
    if (!g.makes_progress) {
      says += fmt::format(" {} fails too often to finish.", c.label);
      continue;
    }
    says += fmt::format(
        " {}: {:.3g} stops a week, a checkpoint every {}, ETTR {} ({}).", c.label,
        g.interruptions_per_week(), to_text(g.checkpoint_interval), base::percent_text(g.ettr),
        g.played > 0 ? fmt::format("{} runs played", g.played) : std::string("closed form"));
  }
  page.sections.push_back({"goodput", "Failures and checkpoints: where the days go", says, "bars",
                           bars("s", categories, parts)});
}

void add_components(html::Page& page, const RunCases& cases) {
  std::vector<std::string> names;
  for (const auto& c : cases) {
    for (const auto& one : c.outcome().goodput.by_component) {
      if (std::find(names.begin(), names.end(), one.component) == names.end()) {
        names.push_back(one.component);
      }
    }
  }
  if (names.empty()) return;
  std::vector<Series> series;
  for (const auto& c : cases) {
    Series one{c.label, std::vector<double>(names.size(), 0.0)};
    for (const auto& component : c.outcome().goodput.by_component) {
      const auto at = std::find(names.begin(), names.end(), component.component) - names.begin();
      one.values[static_cast<std::size_t>(at)] += component.rate * base::kWeek;
    }
    series.push_back(std::move(one));
  }
  page.sections.push_back({"components", "What fails",
                           "Stops of the job a week, by what breaks; what the job survives without "
                           "stopping is not counted.",
                           "bars", bars("1/week", names, series, false)});
}

void add_progress(html::Page& page, const study::Study& study, const RunCases& cases) {
  Json series = Json::array();
  Json marks = Json::array();
  std::string says =
      "The first run that the campaign plays: share of the work that is done and "
      "kept.";
  for (const auto& c : cases) {
    if (!c.outcome().goodput.makes_progress) continue;
    const auto weeks = details::one_replica(study, c.ran, c.outcome());
    auto points = progress_points(weeks);
    if (points.empty()) continue;
    series.push_back({{"name", c.label}, {"points", std::move(points)}});
    double stops = 0;
    for (const double count : weeks.replica.interruptions) stops += count;
    says += fmt::format(" {}: stopped {} in {}.", c.label,
                        stops == 1 ? std::string("once") : fmt::format("{:.0f} times", stops),
                        days(weeks.replica.wall));
    if (cases.size() > 1) continue;
    marks = stop_marks(weeks);
    if (marks.empty() && stops > 0) says += " They are too many to be marked.";
  }
  if (series.empty()) return;
  Json data = {{"x", axis("time", "s")}, {"y", axis("done", "%")}, {"series", series}};
  if (!marks.empty()) data["marks"] = marks;
  page.sections.push_back({"progress", "Progress over the weeks", says, "lines", data});
}

}  // namespace

void add_goodput(html::Page& page, const study::Study& study, const RunCases& cases) {
  add_wall(page, cases);
  add_components(page, cases);
  add_progress(page, study, cases);
}

}  // namespace weft::pages
