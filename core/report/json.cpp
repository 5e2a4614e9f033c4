#include "weft/report/json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "mixed_parts.h"
#include "plan_value.h"
#include "population_cells.h"
#include "weft/study/per.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const base::Money& money) {
  return {{"amount", money.amount}, {"currency", money.currency}};
}

Json optional_money(const std::optional<base::Money>& money) {
  return money ? to_json(*money) : Json();
}

Json to_json(const step::Ledger& ledger, const cluster::Cluster& cluster) {
  Json json = {{"step_s", ledger.step.si()}, {"fidelity", "F2"}};
  for (std::size_t p = 0; p < step::kPartCount; ++p) {
    const auto name = step::name_of(static_cast<step::Part>(p));
    json["parts_s"][name] = ledger.parts[p].si();
    if (ledger.hidden[p].si() > 0) json["hidden_s"][name] = ledger.hidden[p].si();
  }
  for (std::size_t p = 0; p < step::kEnergyPartCount; ++p) {
    json["device_energy_J"][step::name_of(static_cast<step::EnergyPart>(p))] =
        ledger.energy[p].si();
  }
  const auto& tiers = cluster.fabric.tiers();
  for (std::size_t t = 0; t < tiers.size(); ++t) {
    json["device_sends_bytes"][tiers[t].name] = ledger.sent[t].si();
  }
  json["mean_device_power_W"] = ledger.mean_device_power().si();
  json["highest_phase_device_power_W"] = ledger.highest_phase.si();
  return json;
}

Json to_json(const plan::Memory& memory, const chips::Device& device) {
  return {{"stage", memory.stage},
          {"weights_bytes", memory.weights.si()},
          {"gradients_bytes", memory.gradients.si()},
          {"optimizer_bytes", memory.optimizer.si()},
          {"activations_bytes", memory.activations.si()},
          {"buffers_bytes", memory.buffers.si()},
          {"reserve_bytes", memory.reserve.si()},
          {"total_bytes", memory.total().si()},
          {"usable_bytes", device.memory_usable.si()}};
}

Json to_json(const site::MeterPower& power) {
  return {{"devices_W", power.devices.si()},   {"hosts_W", power.hosts.si()},
          {"fabric_W", power.fabric.si()},     {"other_it_W", power.other_it.si()},
          {"facility_W", power.facility.si()}, {"total_W", power.total().si()}};
}

Json to_json(const campaign::Goodput& goodput) {
  Json json = {{"interruptions_per_week", goodput.interruptions_per_week()},
               {"checkpoint_interval_s", goodput.checkpoint_interval.si()},
               {"checkpoint_pause_s", goodput.checkpoint_pause.si()},
               {"recovery_s", goodput.recovery.si()},
               {"ettr", goodput.ettr},
               {"runs_played", goodput.played},
               {"makes_progress", goodput.makes_progress},
               {"productive_s", goodput.productive.si()},
               {"checkpointing_s", goodput.checkpointing.si()},
               {"lost_s", goodput.lost.si()},
               {"recovering_s", goodput.recovering.si()},
               {"wall_s", goodput.wall.si()}};
  for (const auto& component : goodput.by_component) {
    json["by_component"].push_back({{"component", component.component},
                                    {"units", component.units},
                                    {"per_week", component.rate * base::kWeek}});
  }
  return json;
}

Json to_json(const site::Bill& bill) {
  Json json = {{"mean", to_json(bill.mean)},
               {"peak", to_json(bill.peak)},
               {"idle", to_json(bill.idle)},
               {"rated", to_json(bill.rated)},
               {"energy_J", bill.energy.si()},
               {"energy_per_token_J", bill.per_token.si()},
               {"it_energy_J", bill.it_energy.si()},
               {"limit_energy_J", bill.limit_energy.si()},
               {"carbon_kg", bill.carbon_kg},
               {"water_L", bill.water_litres},
               {"rent", optional_money(bill.rent)},
               {"own_per_package_hour", optional_money(bill.own_per_package_hour)}};
  if (bill.cost) {
    json["cost"] = {{"capital", to_json(bill.cost->capital)},
                    {"capital_share", to_json(bill.cost->capital_share)},
                    {"maintenance", to_json(bill.cost->maintenance)},
                    {"space", to_json(bill.cost->space)},
                    {"staff", to_json(bill.cost->staff)},
                    {"energy", to_json(bill.cost->energy)},
                    {"own", to_json(bill.cost->own)}};
  }
  return json;
}

Json to_json(const study::Sensitivity& sensitivity) {
  Json json;
  for (std::size_t f = 0; f < study::kFigureCount; ++f) {
    json["interval_ratio"][study::name_of(static_cast<study::Figure>(f))] = {sensitivity.low[f],
                                                                             sensitivity.high[f]};
  }
  json["inputs"] = Json::array();
  for (const auto& effect : sensitivity.effects) {
    Json one = {{"input", effect.input},
                {"low", effect.distribution.low},
                {"mode", effect.distribution.mode},
                {"high", effect.distribution.high}};
    for (std::size_t f = 0; f < study::kFigureCount; ++f) {
      one["ratio"][study::name_of(static_cast<study::Figure>(f))] = {effect.low[f], effect.high[f]};
    }
    json["inputs"].push_back(one);
  }
  return json;
}

Json search_json(const study::Search& search) {
  Json json = {{"considered", search.count.considered},
               {"legal", search.count.legal},
               {"replayed", search.replayed}};
  for (std::size_t p = 0; p < search.count.refused.size(); ++p) {
    if (search.count.refused[p] == 0) continue;
    json["refused"][plan::name_of(static_cast<plan::Problem>(p))] = search.count.refused[p];
  }
  return json;
}

Json to_json(const validation::NearestPublished& nearest) {
  if (!nearest.runs) return {{"runs", 0}, {"reason", nearest.reason}};
  const auto& runs = *nearest.runs;
  using validation::Nearness;
  const bool has_chip = runs.nearness <= Nearness::kChip;
  const bool has_kind = runs.nearness != Nearness::kVendorAnyKind;
  const auto or_null = [](bool is_shared, const std::string& text) {
    return is_shared ? Json(text) : Json();
  };
  return {{"level", validation::name_of(runs.nearness)},
          {"runs", runs.runs},
          {"test_runs", runs.test},
          {"vendor", nearest.query.vendor},
          {"chip", or_null(has_chip, nearest.query.chip)},
          {"kind", or_null(has_kind, nearest.query.kind)},
          {"stack", or_null(runs.nearness == Nearness::kStack, nearest.query.stack)},
          {"devices", {runs.fewest_devices, runs.most_devices}},
          {"median_abs_error", runs.median_abs_error},
          {"p90_abs_error", runs.p90_abs_error}};
}

// Ends of the step that hold 90 % of runs such as this, from all published ones.
Json interval_json(const validation::NearestPublished& nearest, base::Time step) {
  if (!nearest.interval) return {};
  const auto& interval = *nearest.interval;
  const double factor = std::exp(interval.half_width);
  return {{"low_s", step.si() / factor},
          {"high_s", step.si() * factor},
          {"runs", interval.runs},
          {"of", interval.of},
          {"stack_known", interval.is_stack_known}};
}

// Line by line, of all parts of the cluster; sums to the mean power at the meter.
Json power_lines_json(const study::Outcome& outcome, const study::Case& c) {
  Json json = Json::array();
  for (int p = 0; p < c.cluster.parts(); ++p) {
    const auto& part = outcome.parts[static_cast<std::size_t>(p)];
    for (const auto& line : site::power_lines(c.cluster.part(p), part.devices_used,
                                              part.ledger.mean_device_power(), c.site)) {
      json.push_back({{"what", line.what}, {"count", line.count}, {"power_W", line.power.si()}});
    }
  }
  return json;
}

Json optional_number(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json per_json(const study::Per& per) {
  return {{"racks", optional_number(per.racks)},
          {"MW", per.megawatts},
          {"capital", optional_number(per.capital)},
          {"logic_wafers", optional_number(per.wafers)},
          {"own_per_million_tokens", optional_number(per.own_million)},
          {"currency", per.currency}};
}

bool asks_for(const study::Study& study, study::Section section) {
  return std::find(study.sections.begin(), study.sections.end(), section) != study.sections.end();
}

Json limit_json(const study::LimitHeld& held, const study::PowerLimit& limit) {
  Json caps = Json::array();
  for (const auto cap : held.caps) caps.push_back(cap.si());
  return {{"most_W", limit.most.si()},       {"of", study::name_of(limit.of)},
          {"device_caps_W", caps},           {"drawn_W", held.drawn.si()},
          {"without_cap_W", held.free.si()}, {"tolerance_W", held.tolerance.si()},
          {"rounds", held.rounds},           {"plan_and_cap_agree", held.agrees}};
}

Json outcome_json(const study::Outcome& outcome, const study::Case& c) {
  const auto counts = [](std::int64_t devices, double packages, double dies) -> Json {
    return {{"devices", devices}, {"packages", packages}, {"dies", dies}};
  };
  Json json = {{"plan", plan_json(outcome.plan)},
               {"evidence", outcome.evidence.is_fitted ? "fitted" : "extrapolated"},
               {"evidence_reason", outcome.evidence.reason},
               {"used", counts(outcome.devices_used, outcome.packages_used, outcome.dies_used)},
               {"idle", counts(outcome.devices_idle, outcome.packages_idle, outcome.dies_idle)},
               {"step", to_json(outcome.ledger, c.cluster)},
               {"tokens_per_s", outcome.tokens_per_second},
               {"achieved_FLOP_per_s_per_device", outcome.achieved.si()},
               {"mfu", outcome.mfu},
               {"mfu_convention", workload::name_of(workload::FlopConvention::kCausalAttention)},
               {"memory", to_json(outcome.memory, c.cluster.part(outcome.memory.part).device())},
               {"failures", to_json(outcome.goodput)},
               {"site", to_json(outcome.bill)}};
  json["site"]["mean_by_part"] = power_lines_json(outcome, c);
  if (c.cluster.is_mixed()) json["cluster_parts"] = parts_of_cluster_json(c, outcome);
  if (outcome.populated) json["population"] = population_json(*outcome.populated);
  return json;
}

}  // namespace

std::string to_json(const study::Study& study, const std::vector<study::CaseResult>& results,
                    const std::vector<study::Sensitivity>& sensitivities,
                    const std::vector<validation::NearestPublished>& nearest) {
  Json json = {{"schema", kRunSchema}};
  json["job"] = {{"model", study.job.model.name},
                 {"parameters", workload::count_parameters(study.job.model).total},
                 {"sequence", study.job.sequence},
                 {"global_batch_sequences", study.job.global_batch},
                 {"tokens", study.job.tokens},
                 {"precision", chips::name_of(study.job.precision)}};
  json["cases"] = Json::array();
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& c = study.cases[i];
    const auto peak = c.cluster.device().peaks.matrix[chips::index_of(study.job.precision)];
    Json one = {{"cluster", c.cluster.name},
                {"label", c.cluster.label},
                {"chip", c.cluster.chip_names()},
                {"software", software_names(c.software)},
                {"site", c.site.name},
                {"campaign", c.policy.name},
                {"peak_FLOP_per_s_per_device", peak.si()},
                {"search", search_json(results[i].search)}};
    if (results[i].limit) one["power_limit"] = limit_json(*results[i].limit, *c.power_limit);
    if (results[i].outcome) {
      one["outcome"] = outcome_json(*results[i].outcome, c);
      one["sensitivity"] = to_json(sensitivities[i]);
      if (asks_for(study, study::Section::kPer)) {
        one["per"] =
            per_json(study::per_of(study.job, c, *results[i].outcome, study::currency_of(study)));
      }
      if (!nearest.empty()) {
        one["nearest_published"] = to_json(nearest[i]);
        one["step_interval"] = interval_json(nearest[i], results[i].outcome->ledger.step);
      }
    } else {
      one["infeasible"] = results[i].reason;
    }
    json["cases"].push_back(one);
  }
  return json.dump(2) + "\n";
}

}  // namespace weft::report
