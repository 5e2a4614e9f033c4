// Jobs at the meter: what the profile of a step makes of them.
#include <fmt/format.h>

#include "points.h"
#include "weft/power_study/power_over_time.h"

namespace weft::watts {

namespace {

study::Study study_of(const base::Document& document, const base::Catalog& catalog) {
  base::Reading reading;
  auto study = study::read_study(document, catalog, reading);
  reading.throw_if_any();
  return study;
}

power_study::PowerAnswer answer_of(const study::Study& study, int threads) {
  return power_study::over_time(study, base::ThreadTeam(threads)).front();
}

void add_gpt3(Points& points, const base::Catalog& catalog, int threads) {
  const auto study = study_of(catalog.load("study", "gpt3_power", std::nullopt), catalog);
  const auto answer = answer_of(study, threads);
  const auto& host = answer.host;
  const char* how = "profile of the step, study gpt3_power";
  const auto add = [&](const char* id, const char* what, const char* unit, double published,
                       double predicted, double bar) {
    points.push_back(
        {id, what, unit, published, published, predicted, Kind::kTest, bar, how, kSmcLogs});
  };
  add("V4a", "GPT-3 175B on 512 H100, a host", "kW", 6.90, host.mean.si() / kKilo, 0.07);
  add("V4b", "the same, all 64 hosts", "kW", 441,
      (answer.energy_of_hosts / answer.window).si() / kKilo, 0.07);
  add("V5", "the same, energy of a token, hosts", "J", 1.12,
      answer.energy_of_hosts.si() / answer.tokens, 0.1);
  add("V6a", "the same, a host, p5 of readings of 2 s", "kW", 5.84, host.p5.si() / kKilo, 0.12);
  add("V6b", "the same, p95", "kW", 7.24, host.p95.si() / kKilo, 0.12);
  add("V6c", "the same, a host while it evaluates", "kW", 6.39, host.evaluating.si() / kKilo, 0.12);
}

// Low-rank training of Llama-2 70B, strong scaling: 4 GPUs a replica on one host, 8 on more.
double low_rank(int hosts, int context, int data, int batch, const base::Catalog& catalog,
                int threads) {
  const auto text = fmt::format(
      "kind: study\n"
      "job: {{model: llama2_70b, sequence: 8192, global_batch: {}, tokens: 1 G, precision: fp8, "
      "training: low_rank}}\n"
      "clusters: [{{use: smc_h100_immersion, hosts: {}, software: nemo}}]\n"
      "plan: {{tensor: 4, context: {}, data: {}, pipeline: 1, virtual_stages: 1, expert: 1, "
      "micro_batch: 1, zero: 1, recompute: none}}\n",
      batch, hosts, context, data);
  const auto study = study_of(base::Document::parse(text, "published power"), catalog);
  return answer_of(study, threads).host.mean.si() / kKilo;
}

void add_low_rank(Points& points, const base::Catalog& catalog, int threads) {
  const double one = low_rank(1, 1, 2, 8, catalog, threads);
  const double eight = low_rank(8, 2, 8, 8, catalog, threads);
  const double many = low_rank(64, 2, 64, 64, catalog, threads);
  const char* how = "profile of the step, plans assumed";
  const auto add = [&](const char* id, const char* what, double low, double high,
                       double predicted) {
    points.push_back({id, what, "kW", low, high, predicted, Kind::kTest, 0.12, how, kSmcLogs});
  };
  add("V7a", "LoRA of Llama-2 70B, 1 host", 7.26, 7.26, one);
  add("V7b", "the same on 8, a host", 6.23, 6.23, eight);
  add("V7c", "the same on 64, a host", 5.7, 5.9, many);
  points.push_back(
      {"V7d", "fall of a host's power from 1 to 64", "%", 100 * (1 - 5.9 / 7.26),
       100 * (1 - 5.7 / 7.26), 100 * (1 - many / one), Kind::kTest, 0.12, how, kSmcLogs,
       "the direction is right; the plans are assumed, and what loaders and slow hosts "
       "take from steps of half a second is not in the step"});
}

void add_cloudmatrix(Points& points, const base::Catalog& catalog, int threads) {
  const auto study =
      study_of(catalog.load("study", "cloudmatrix_against_nvl72", std::nullopt), catalog);
  auto one = study;
  one.cases.resize(1);
  const auto results = study::run(one, base::ThreadTeam(threads));
  if (!results.front().outcome) return;
  const auto& outcome = *results.front().outcome;
  const auto& cluster = one.cases.front().cluster;
  PublishedPoint point{"V15",
                       "CloudMatrix384 in training, IT",
                       "kW",
                       {},
                       {},
                       outcome.bill.mean.it().si() / kKilo,
                       Kind::kTest,
                       0.25,
                       "study cloudmatrix_against_nvl72",
                       "nothing published"};
  point.parts = site::power_lines(cluster, outcome.devices_used, outcome.ledger.mean_device_power(),
                                  no_site());
  points.push_back(std::move(point));
}

}  // namespace

void add_step_points(Points& points, const base::Catalog& catalog, int threads) {
  add_gpt3(points, catalog, threads);
  add_low_rank(points, catalog, threads);
  add_cloudmatrix(points, catalog, threads);
}

}  // namespace weft::watts
