#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "campaign_text.h"

namespace weft::report {

namespace {

// Throughput from now on, and hosts that are waited for; empty where a happening has neither.
std::string amounts_of(const campaign::TimelineEntry& entry) {
  using campaign::Happening;
  const auto number = fmt::format("{:.9g}", entry.amount);
  switch (entry.happening) {
    case Happening::kRunning:
    case Happening::kDegraded:
    case Happening::kShrunk:
    case Happening::kRegrown:
      return number + ",";
    case Happening::kWaits:
      return "," + number;
    case Happening::kStopped:
    case Happening::kCorrupted:
    case Happening::kRepaired:
      break;
  }
  return ",";
}

}  // namespace

std::string to_csv(const CampaignReport& report) {
  std::string text = "cluster";
  for (const auto& axis : report.study.cases.front().campaign.axes) text += "," + csv_cell(axis);
  text +=
      ",step_s,good_packages_per_wafer,p_latent,ettr,ettr_half_width,goodput,goodput_half_width,"
      "wall_s,interruptions,interruptions_half_width,stops_per_week,mean_time_between_s,spares_99,"
      "closed_form_ettr,"
      "costliest_cause,costliest_share\n";
  for (const auto& answer : report.answers) {
    for (const auto& variant : answer.variants) {
      const auto& outlook = variant.outlook;
      text += csv_cell(answer.study_case->cluster.label);
      for (const auto& value : variant.variant->values) text += "," + csv_cell(value);
      const auto* worst = costliest(outlook);
      text += fmt::format(
          ",{:.9g},{},{},{:.9g},{:.3g},{:.9g},{:.3g},{:.9g},{:.9g},{:.3g},{:.9g},{},{},{},{},{}\n",
          answer.result.outcome->ledger.step.si(),
          variant.bins ? fmt::format("{:.9g}", variant.bins->good_packages) : "",
          variant.bins ? fmt::format("{:.9g}", variant.bins->p_latent) : "", outlook.ettr.mean,
          outlook.ettr.half_width, outlook.goodput.mean, outlook.goodput.half_width,
          outlook.wall.mean, outlook.interruptions.mean, outlook.interruptions.half_width,
          stops_a_week(variant),
          base::is_finite(outlook.mean_time_between)
              ? fmt::format("{:.9g}", outlook.mean_time_between.si())
              : "",
          outlook.spares_for(kSpareLevel),
          outlook.closed_form ? fmt::format("{:.9g}", *outlook.closed_form) : "",
          worst != nullptr ? csv_cell(worst->name) : "",
          worst != nullptr ? fmt::format("{:.9g}", worst->loss.mean) : "");
    }
  }
  return text;
}

std::string campaign_timeline_csv(const CampaignReport& report) {
  std::string text = "cluster,variant,time_s,happening,cause,throughput,hosts_missing\n";
  for (const auto& answer : report.answers) {
    for (const auto& variant : answer.variants) {
      const auto begin = csv_cell(answer.study_case->cluster.label) + "," +
                         csv_cell(variant_text(answer, variant));
      for (const auto& entry : variant.outlook.timeline) {
        text += fmt::format("{},{:.3f},{},{},{}\n", begin, entry.time,
                            campaign::happening_name(entry.happening), csv_cell(entry.cause),
                            amounts_of(entry));
      }
    }
  }
  return text;
}

}  // namespace weft::report
