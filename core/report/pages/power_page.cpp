#include <fmt/format.h>

#include <algorithm>

#include "parts.h"
#include "weft/base/unit_text.h"

namespace weft::pages {

namespace {

using base::to_text;
using power_study::PowerAnswer;

// Samples drawn of a curve; of more each is the mean of some.
constexpr std::size_t kMostSamples = 2000;

std::vector<const PowerAnswer*> with_plan(const report::PowerReport& report) {
  std::vector<const PowerAnswer*> all;
  for (const auto& answer : report.answers) {
    if (answer.result.outcome) all.push_back(&answer);
  }
  return all;
}

void add_energy(html::Page& page, const PowerAnswer& answer, const std::string& id,
                const std::string& label) {
  std::vector<std::string> causes;
  Series series{"energy", {}};
  for (const auto& share : answer.shares) {
    if (share.energy.si() <= 0) continue;
    causes.push_back(share.cause + (share.is_lost ? " (lost)" : ""));
    series.values.push_back(share.energy.si());
  }
  page.sections.push_back(
      {id, "Where the energy goes: " + label,
       fmt::format("At the meter over {}: {}, {} a token.", to_text(answer.window),
                   to_text(answer.energy), to_text(answer.per_token())),
       "bars", bars("J", causes, {series}, false)});
}

void add_smoothing(html::Page& page, const PowerAnswer& answer, const std::string& id,
                   const std::string& label) {
  if (answer.smoothing.empty()) return;
  Table table({"with", "peak", "trough", "swing", "largest ramp", "energy", "work lost"});
  const auto row = [&](const std::string& what, const power::Statistics& s, base::Energy energy,
                       base::Time lost) {
    table.row({what, to_text(base::Power(s.peak)), to_text(base::Power(s.trough)),
               to_text(base::Power(s.swing())), to_text(base::Power(s.ramp)) + "/s",
               to_text(energy), to_text(lost)});
  };
  row("nothing", answer.statistics, answer.energy, base::Time(0));
  for (const auto& one : answer.smoothing) row(one.what, one.statistics, one.energy, one.lost);
  page.sections.push_back({id, "What smooths it: " + label,
                           "Each line with one more way than the "
                           "one before.",
                           "table", table.data()});
}

}  // namespace

Json power_samples(const power::Samples& samples) {
  const std::size_t stride = (samples.power.size() + kMostSamples - 1) / kMostSamples;
  Json points = Json::array();
  double time = 0;
  for (std::size_t i = 0; i < samples.power.size(); i += stride) {
    double energy = 0;
    double length = 0;
    for (std::size_t k = i; k < std::min(samples.power.size(), i + stride); ++k) {
      energy += samples.power[k] * samples.time_of(k);
      length += samples.time_of(k);
    }
    points.push_back({rounded(time), rounded(energy / length)});
    time += length;
  }
  if (!points.empty()) points.push_back({rounded(time), points.back()[1]});
  return points;
}

Json power_lines(const PowerAnswer& answer) {
  Json series = Json::array();
  const auto add = [&](const char* name, const power::Samples& one) {
    series.push_back({{"name", name}, {"points", power_samples(one)}, {"steps", true}});
  };
  add("at the meter", answer.trace.site);
  if (answer.smooth) add("at the meter, smoothed", *answer.smooth);
  add("devices", answer.trace.devices);
  add("hosts beside them", answer.trace.hosts);
  return {{"x", axis("time", "s")}, {"y", axis("power", "W")}, {"series", series}};
}

html::Page power_page(const report::PowerReport& report, const Sources& sources) {
  html::Page page;
  const auto answers = with_plan(report);
  page.title = "Power of training " + report.study.job.model.name;
  page.subtitle = "All hosts of the cluster, at the meter of the site.";
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& answer = *answers[i];
    const auto label = answer.study_case->cluster.label;
    const auto of = answers.size() > 1 ? label : "";
    const auto& s = answer.statistics;
    page.headlines.push_back({"mean", to_text(base::Power(s.mean)), "", of});
    page.headlines.push_back({"5 % to 95 % of samples",
                              span(to_text(base::Power(s.p5)), to_text(base::Power(s.p95))), "",
                              of});
    page.headlines.push_back({"peak", to_text(base::Power(s.peak)), "", of});
    page.sections.push_back(
        {id_of("trace", i, answers.size()), "Power over time: " + label,
         fmt::format("Means over {}, over {} in all; the strongest line of the spectrum is at "
                     "{:.3g} Hz.",
                     to_text(answer.interval), to_text(answer.window), answer.line.frequency),
         "lines", power_lines(answer)});
    add_energy(page, answer, id_of("energy", i, answers.size()), label);
    add_smoothing(page, answer, id_of("smoothing", i, answers.size()), label);
  }
  add_sources(page, sources);
  return page;
}

}  // namespace weft::pages
