#include <nlohmann/json.hpp>
#include <string>

#include "json_value.h"
#include "weft/report/compare.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;

Json figures_json(const compare::Figures& figures) {
  return {{"devices", figures.devices},
          {"devices_idle", figures.devices_idle},
          {"packages", figures.packages},
          {"dies", figures.dies},
          {"peak_FLOP_per_s", figures.peak.si()},
          {"step_s", figures.step.si()},
          {"mfu", figures.mfu},
          {"tokens_per_s", figures.tokens_per_second},
          {"trained_tokens_per_s", figures.rate},
          {"goodput", figures.goodput},
          {"wall_s", figures.wall.si()},
          {"power_W", figures.power.si()},
          {"energy_per_token_J", figures.energy_per_token.si()},
          {"capital", number_or_null(figures.capital)},
          {"own_per_million_tokens", number_or_null(figures.own_million)},
          {"wafers", number_or_null(figures.wafers)},
          {"batch_tokens", figures.batch_tokens},
          {"tokens_over_job", figures.more_tokens},
          {"tokens_over_least", number_or_null(figures.over_least)},
          {"replicas", figures.data_parallel},
          {"replicas_at_most", figures.most_replicas},
          {"step_links_free_s", figures.free_links.si()},
          {"step_scale_out_free_s", figures.free_scale_out.si()}};
}

Json causes_json(const compare::ByCause& causes) {
  Json json = Json::object();
  for (std::size_t c = 0; c < compare::kCauseCount; ++c) {
    json[name_of(static_cast<compare::Cause>(c))] = causes[c];
  }
  return json;
}

Json run_json(const compare::Run& run) {
  Json json{{"build", run.variant.build},
            {"cluster", run.study_case.cluster.label},
            {"hosts", run.study_case.cluster.hosts},
            {"chip", run.study_case.cluster.chip.name},
            {"precision", name_of(run.job.precision)},
            {"global_batch", run.job.global_batch}};
  if (!run.is_known()) {
    json["reason"] = run.reason;
    return json;
  }
  json["plan"] = plan::to_text(run.result.outcome->plan);
  json["figures"] = figures_json(run.figures);
  json["device_seconds_per_token"] = causes_json(run.causes);
  return json;
}

Json waterfall_json(const compare::Waterfall& fall) {
  compare::ByCause parts{};
  compare::ByCause shares{};
  for (std::size_t c = 0; c < compare::kCauseCount; ++c) {
    parts[c] = fall.part(static_cast<compare::Cause>(c));
    shares[c] = fall.share(static_cast<compare::Cause>(c));
  }
  return {{"base", causes_json(fall.from)},
          {"build", causes_json(fall.to)},
          {"difference", causes_json(parts)},
          {"share_of_gap", causes_json(shares)},
          {"gap", fall.gap()}};
}

// What a token takes: the unit of a waterfall.
const char* unit_of(compare::Footing footing) {
  using compare::Footing;
  switch (footing) {
    case Footing::kPackages:
      return "package-s";
    case Footing::kDies:
      return "die-s";
    case Footing::kPeak:
      return "FLOP";
    case Footing::kPower:
      return "J";
    case Footing::kMoney:
      return "money-s";
    case Footing::kWafers:
      return "wafer-s";
    default:
      return "device-s";
  }
}

Json footing_json(const compare::OnFooting& on) {
  Json json{{"footing", name_of(on.footing)},
            {"unit_per_token", unit_of(on.footing)},
            {"builds", Json::array()}};
  for (std::size_t b = 0; b < on.standings.size(); ++b) {
    const auto& standing = on.standings[b];
    Json one{{"run", standing.run ? Json(*standing.run) : Json()}};
    if (standing.is_known()) {
      one["amount"] = standing.amount;
      one["remainder"] = standing.remainder;
      one["scale_to_equal"] = standing.scale;
      one["ratio"] = standing.ratio;
      one["waterfall"] = waterfall_json(on.waterfalls[b]);
    } else {
      one["reason"] = standing.reason;
    }
    json["builds"].push_back(one);
  }
  return json;
}

}  // namespace

std::string to_json(const compare::Answer& answer) {
  const auto& question = answer.question;
  Json json{{"schema", kCompareSchema},
            {"precision", name_of(question.precision)},
            {"batch", name_of(question.batch)},
            {"sizes", name_of(question.sizes)},
            {"currency", question.currency},
            {"critical_batch_tokens", question.critical ? Json(question.critical->tokens) : Json()},
            {"runs", Json::array()},
            {"footings", Json::array()},
            {"in_place_of_one", Json::array()},
            {"left_out", answer.not_had}};
  for (const auto& run : answer.runs) json["runs"].push_back(run_json(run));
  for (const auto& one : answer.footings) json["footings"].push_back(footing_json(one));
  for (const auto& one : answer.replacements) {
    json["in_place_of_one"].push_back(
        one ? Json{{"devices", one->devices}, {"packages", one->packages}, {"dies", one->dies}}
            : Json());
  }
  return json.dump(2) + "\n";
}

}  // namespace weft::report
