#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "population_cells.h"
#include "weft/report/power.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;
using power_study::PowerAnswer;

Json statistics_json(const power::Statistics& s) {
  return {{"mean_W", s.mean},      {"p5_W", s.p5},         {"p95_W", s.p95},
          {"peak_W", s.peak},      {"trough_W", s.trough}, {"swing_W", s.swing()},
          {"ramp_W_per_s", s.ramp}};
}

Json parts_json(const site::MeterPower& power) {
  return {{"chips_W", power.devices.si()},    {"hosts_W", power.hosts.si()},
          {"network_W", power.fabric.si()},   {"other_it_W", power.other_it.si()},
          {"cooling_W", power.facility.si()}, {"total_W", power.total().si()}};
}

Json host_json(const power_study::HostReadings& host) {
  return {{"meter_s", host.meter.si()},     {"mean_W", host.mean.si()},
          {"p5_W", host.p5.si()},           {"p95_W", host.p95.si()},
          {"highest_W", host.highest.si()}, {"evaluating_W", host.evaluating.si()}};
}

Json smoothing_json(const PowerAnswer& answer) {
  Json all = Json::array();
  for (const auto& one : answer.smoothing) {
    all.push_back({{"what", one.what},
                   {"statistics", statistics_json(one.statistics)},
                   {"energy_J", one.energy.si()},
                   {"added_J", one.added.si()},
                   {"withheld_J", one.withheld.si()},
                   {"lost_s", one.lost.si()}});
  }
  return all;
}

Json answer_json(const PowerAnswer& answer) {
  Json json{{"cluster", answer.study_case->cluster.label}};
  if (!answer.result.outcome) {
    json["reason"] = answer.result.reason;
    return json;
  }
  json["plan"] = plan::to_text(answer.result.outcome->plan);
  const auto& populated = answer.result.outcome->populated;
  if (populated) json["population"] = population_json(*populated);
  json["window_s"] = answer.window.si();
  json["interval_s"] = answer.interval.si();
  json["step_s"] = answer.step.si();
  json["site"] = statistics_json(answer.statistics);
  json["strongest_line"] = {{"frequency_Hz", answer.line.frequency},
                            {"share", answer.line.share},
                            {"resolution_Hz", answer.line.resolution}};
  json["mean_by_part"] = parts_json(answer.mean);
  json["host"] = host_json(answer.host);
  json["tokens"] = answer.tokens;
  json["energy_J"] = answer.energy.si();
  json["energy_of_hosts_J"] = answer.energy_of_hosts.si();
  json["energy_per_token_J"] = answer.tokens > 0 ? Json(answer.per_token().si()) : Json();
  json["carbon_kg"] = answer.carbon_kg;
  json["carbon_per_token_kg"] = answer.tokens > 0 ? Json(answer.carbon_per_token()) : Json();
  json["energy_by_cause"] = Json::array();
  for (const auto& one : answer.shares) {
    json["energy_by_cause"].push_back({{"cause", one.cause},
                                       {"energy_J", one.energy.si()},
                                       {"share", one.energy / answer.energy},
                                       {"lost", one.is_lost}});
  }
  if (answer.events) {
    json["campaign"] = {{"stops", answer.events->stops},
                        {"checkpoints", answer.events->checkpoints},
                        {"time_in_steps", answer.events->working},
                        {"time_in_steps_that_count", answer.events->kept},
                        {"ettr_of_campaign", answer.events->ettr}};
  }
  json["smoothing"] = smoothing_json(answer);
  json["notes"] = answer.notes;
  return json;
}

}  // namespace

std::string to_json(const PowerReport& report) {
  Json json{
      {"schema", kPowerSchema}, {"model", report.study.job.model.name}, {"cases", Json::array()}};
  for (const auto& answer : report.answers) json["cases"].push_back(answer_json(answer));
  return json.dump(2) + "\n";
}

std::string to_csv(const PowerReport& report) {
  std::string text = "case,time_s,site_W,devices_W,hosts_W,smooth_W\n";
  auto out = std::back_inserter(text);
  for (const auto& answer : report.answers) {
    if (!answer.result.outcome) continue;
    std::string name;
    for (const char c : answer.study_case->cluster.label) name += c == '"' ? '\'' : c;
    const auto& trace = answer.trace;
    for (std::size_t i = 0; i < trace.site.power.size(); ++i) {
      fmt::format_to(out, "\"{}\",{:.6g},{:.9g},{:.9g},{:.9g},", name,
                     static_cast<double>(i) * trace.site.interval, trace.site.power[i],
                     trace.devices.power[i], trace.hosts.power[i]);
      if (answer.smooth) fmt::format_to(out, "{:.9g}", answer.smooth->power[i]);
      text += '\n';
    }
  }
  return text;
}

}  // namespace weft::report
