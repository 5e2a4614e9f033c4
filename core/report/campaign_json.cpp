#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "campaign_text.h"
#include "weft/base/quantity.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;
using campaign::Estimate;
using campaign::Outlook;
using weeks::CaseAnswer;
using weeks::VariantAnswer;

Json estimate_json(const Estimate& estimate) {
  return {{"mean", estimate.mean},
          {"half_width_95", estimate.half_width},
          {"quantile_5", estimate.low},
          {"quantile_95", estimate.high}};
}

// Infinite where nothing fails.
Json finite_json(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json times_json(const campaign::TimeByClass& times) {
  Json json = Json::object();
  for (std::size_t i = 0; i < campaign::kTimeClasses; ++i) {
    json[std::string(campaign::time_class_name(static_cast<campaign::TimeClass>(i)))] = times[i];
  }
  return json;
}

Json devices_json(const campaign::DevicesByClass& devices) {
  Json json = Json::object();
  for (std::size_t i = 0; i < campaign::kDeviceClasses; ++i) {
    json[std::string(campaign::device_class_name(static_cast<campaign::DeviceClass>(i)))] =
        devices[i];
  }
  return json;
}

Json causes_json(const Outlook& outlook) {
  Json causes = Json::array();
  for (const auto& cause : outlook.by_cause) {
    causes.push_back({{"cause", cause.name},
                      {"interruptions", estimate_json(cause.interruptions)},
                      {"degradations", estimate_json(cause.degradations)},
                      {"silent_corruptions", estimate_json(cause.corruptions)},
                      {"loss", estimate_json(cause.loss)},
                      {"loss_by_class", times_json(cause.loss_by_class)}});
  }
  return causes;
}

Json months_json(const VariantAnswer& variant) {
  Json months = Json::array();
  for (const auto& month : variant.outlook.by_month) {
    Json one = Json::object();
    for (std::size_t i = 0; i < month.size(); ++i) one[variant.scenario.causes[i].name] = month[i];
    months.push_back(one);
  }
  return months;
}

Json bins_json(const VariantAnswer& variant) {
  if (!variant.bins) return {};
  const auto& bins = *variant.bins;
  Json json{{"good_packages_per_wafer", bins.good_packages},
            {"p_latent", bins.p_latent},
            {"wafers", variant.wafers},
            {"bins", Json::array()}};
  for (const auto& bin : bins.bins) {
    json["bins"].push_back({{"name", bin.name},
                            {"cores", bin.cores},
                            {"packages_per_wafer", bin.packages},
                            {"share", bin.share},
                            {"p_latent", bin.p_latent}});
  }
  return json;
}

Json effects_json(const VariantAnswer& variant) {
  Json effects = Json::array();
  for (const auto& effect : variant.effects) {
    effects.push_back({{"input", effect.input},
                       {"value", effect.value},
                       {"confidence", effect.confidence},
                       {"low", effect.low},
                       {"high", effect.high},
                       {"ettr_plain", variant.effects_plain},
                       {"ettr_low", effect.ettr_low},
                       {"ettr_high", effect.ettr_high}});
  }
  return effects;
}

Json sizes_json(const VariantAnswer& variant) {
  Json sizes = Json::array();
  for (const auto& point : variant.sizes) {
    sizes.push_back(
        {{"devices", point.devices}, {"mean_time_between_s", finite_json(point.between.si())}});
  }
  return sizes;
}

Json variant_json(const CaseAnswer& answer, const VariantAnswer& variant) {
  const auto& outlook = variant.outlook;
  Json json{{"varied", Json::object()}};
  const auto& axes = answer.study_case->campaign.axes;
  for (std::size_t i = 0; i < axes.size(); ++i)
    json["varied"][axes[i]] = variant.variant->values[i];
  json["campaign"] = variant.variant->policy.name;
  json["manufacturing"] = bins_json(variant);
  json["step_s"] = variant.step.si();
  json["replicas"] = outlook.replicas;
  json["ettr"] = estimate_json(outlook.ettr);
  json["goodput"] = estimate_json(outlook.goodput);
  json["wall_s"] = estimate_json(outlook.wall);
  json["finished"] = outlook.finished;
  json["interruptions"] = estimate_json(outlook.interruptions);
  json["interruptions_per_week"] = stops_a_week(variant);
  json["mean_time_between_s"] = finite_json(outlook.mean_time_between.si());
  json["expected_between_s"] = finite_json(outlook.expected_between.si());
  json["checkpoint_interval_s"] = finite_json(outlook.interval.si());
  if (variant.best) {
    json["best_interval"] = {{"planned_s", variant.best->planned.si()},
                             {"planned_ettr", variant.best->planned_ettr},
                             {"found_s", variant.best->found.si()},
                             {"found_ettr", variant.best->found_ettr}};
  }
  json["closed_form_ettr"] = outlook.closed_form ? Json(*outlook.closed_form) : Json();
  json["why_not_closed"] = outlook.why_not_closed;
  json["time_share"] = times_json(outlook.time_share);
  json["device_share"] = devices_json(outlook.device_share);
  json["loss_to_checkpoints"] = times_json(outlook.loss_to_checkpoints);
  json["loss_to_maintenance"] = times_json(outlook.loss_to_maintenance);
  json["by_cause"] = causes_json(outlook);
  json["hosts_out"] = estimate_json(outlook.hosts_out);
  json["hosts_out_share"] = outlook.hosts_out_share;
  json["spares_for_99_percent"] = outlook.spares_for(kSpareLevel);
  json["failures_by_month"] = months_json(variant);
  json["waits"] = {{"times", estimate_json(outlook.waits)},
                   {"share", outlook.waiting},
                   {"times_infeasible", outlook.waits_infeasible},
                   {"share_infeasible", outlook.waiting_infeasible}};
  json["spares_failed"] = estimate_json(outlook.spares_failed);
  json["replicas_cut"] = outlook.cut;
  json["degraded_states"] = outlook.states_asked;
  json["infeasible_states"] = outlook.states_infeasible;
  json["notes"] = variant.notes;
  json["effects"] = effects_json(variant);
  json["sizes"] = sizes_json(variant);
  return json;
}

}  // namespace

std::string to_json(const CampaignReport& report) {
  const auto& job = report.study.job;
  Json json{{"schema", kCampaignSchema}, {"model", job.model.name}, {"cases", Json::array()}};
  for (const auto& answer : report.answers) {
    Json one{{"cluster", answer.study_case->cluster.label}};
    if (!answer.result.outcome) {
      one["reason"] = answer.result.reason;
    } else {
      const auto& outcome = *answer.result.outcome;
      one["plan"] = plan::to_text(outcome.plan);
      one["devices"] = outcome.devices_used;
      one["step_s"] = outcome.ledger.step.si();
      for (const auto& variant : answer.variants) {
        one["variants"].push_back(variant_json(answer, variant));
      }
    }
    json["cases"].push_back(one);
  }
  return json.dump(2) + "\n";
}

}  // namespace weft::report
