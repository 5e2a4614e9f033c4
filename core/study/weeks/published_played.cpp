// Points that take the engine.

#include "published_parts.h"
#include "weft/campaign/closed_forms.h"
#include "weft/campaign/renewal.h"
#include "weft/weeks/look_ahead.h"

namespace weft::weeks {

namespace {

using base::kDay;
using base::Time;

constexpr std::int64_t kReplicas = 100;

campaign::Outlook played(const PlainJob& job, int threads) {
  campaign::StepTimes step_times(campaign::proportional_throughput(1));
  campaign::Sampling sampling;
  sampling.replicas = kReplicas;
  sampling.threads = threads;
  sampling.timeline_entries = 0;
  return campaign::look_ahead(plain_scenario(job, 90 * kDay), step_times, sampling);
}

void add_golden(PublishedPoints& points, const char* id, const PlainJob& job, double published,
                int threads) {
  const std::string name(id);
  constexpr const char* kSource = "J. T. Daly, FGCS 22 (2006)";
  const auto what = "ETTR, M " + std::to_string(static_cast<int>(job.between.si())) + " s, R " +
                    std::to_string(static_cast<int>(job.recovery.si())) + " s, checkpoints of 20 s";
  points.push_back(
      share_kept({name + "a", what, "", published, published,
                  campaign::renewal_ettr(job.between, job.interval, job.pause, job.recovery),
                  Inputs::kChosen, "renewal", kSource}));
  points.push_back(
      share_kept({name + "b", "the same", "", published, published, played(job, threads).ettr.mean,
                  Inputs::kApart, "engine, 100 × 90 d", kSource}));
}

// Goodput of Gemini: copies in the memory of peers instead of storage, everything else alike.
void add_gemini(PublishedPoints& points, int threads) {
  const Time between(3 * 3600.0);
  const PlainJob on_storage{between, Time(60), 15 * kMinute, Time(0)};
  const PlainJob in_memory{between, Time(1), 3 * kMinute, Time(0)};
  const double before = 1 - played(on_storage, threads).ettr.mean;
  const double after = 1 - played(in_memory, threads).ettr.mean;
  points.push_back({"V10", "loss, checkpoints on storage over copies in memory", "", 5, 5,
                    before / after, Inputs::kApart,
                    "engine, trend: 3 h between failures, 60 and 1 s, 15 and 3 min",
                    "Gemini 1.0 report: goodput 85 to 97 %",
                    "neither their failures nor their checkpoints are published: all four inputs "
                    "are assumed"});
}

void add_byte_robust(PublishedPoints& points, int threads) {
  // 175 incidents in 90 days; 60 s to detect, 2 to 15 min to localise, 54 s of a hot update.
  const PlainJob job{90 * kDay / 175.0, Time(0.01), Time(60 + 510 + 54), Time(0)};
  points.push_back(share_kept(
      {"V8", "ETTR of 9,600 GPUs", "", 0.97, 0.97, played(job, threads).ettr.mean, Inputs::kSameRun,
       "engine, 175 stops of 1, 8.5 and 0.9 min", "ByteRobust, arXiv 2509.16293",
       "22 min a stop make 97 %: 15 hangs, 12 roll-backs, work by hand have no published times"}));
}

const campaign::CauseOutlook& cause_named(const campaign::Outlook& outlook,
                                          const std::string& name) {
  for (const auto& cause : outlook.by_cause) {
    if (cause.name == name) return cause;
  }
  throw std::invalid_argument("the study llama3_54_days has no cause '" + name + "'");
}

double stops_of(const campaign::Outlook& outlook, std::initializer_list<const char*> causes) {
  double sum = 0;
  for (const char* name : causes) sum += cause_named(outlook, name).interruptions.mean;
  return sum;
}

}  // namespace

void add_played_points(PublishedPoints& points, int threads) {
  add_golden(points, "V22", {Time(11135), Time(20), Time(300), Time(654.1)}, 0.91623, threads);
  add_golden(points, "V23", {Time(1080), Time(20), Time(600), Time(194.7)}, 0.4703, threads);
  add_gemini(points, threads);
  add_byte_robust(points, threads);
}

namespace {

// What a shipped study says; `study` is filled for the answers to point into.
std::vector<CaseAnswer> played_study(const base::Catalog& catalog, const char* name,
                                     study::Study& study, std::int64_t replicas, int threads) {
  base::Reading reading;
  study = study::read_study(catalog.load("study", name, std::nullopt), catalog, reading);
  reading.throw_if_any();
  Options options;
  options.replicas = replicas;
  options.threads = threads;
  options.only_outlook = true;
  return look_ahead(study, options, base::ThreadTeam(threads));
}

}  // namespace

void add_large_points(PublishedPoints& points, const base::Catalog& catalog, int threads) {
  constexpr const char* kRscPaper = "Kokolis et al., arXiv 2410.21680";
  constexpr const char* kFtHsdpPaper = "FT-HSDP, arXiv 2602.00277";
  constexpr std::int64_t kFew = 20;
  study::Study study;
  const auto sizes = played_study(catalog, "mttf_16k_131k", study, kFew, threads);
  const auto hours = [&](std::size_t size) {
    return sizes.at(size).variants.front().outlook.mean_time_between / base::kHour;
  };
  constexpr const char* kByParts = "engine, study mttf_16k_131k: parts of two fabrics";
  points.push_back({"V1c", "the same, by parts, of 16,384", "h", 1.8, 1.8, hours(0),
                    Inputs::kSameRun, kByParts, kRscPaper});
  points.push_back({"V1d", "the same, by parts, of 131,072", "h", 0.23, 0.23, hours(1),
                    Inputs::kSameRun, kByParts, kRscPaper});
  study::Study elastic;
  const auto answers = played_study(catalog, "ft_hsdp_98k", elastic, kFew, threads);
  const auto& variants = answers.front().variants;
  constexpr const char* kElastic = "engine, study ft_hsdp_98k";
  points.push_back(share_kept(
      {"V6c", "the same, played", "", 0.44, 0.44, variants.at(0).outlook.ettr.mean,
       Inputs::kSameRun, kElastic, kFtHsdpPaper,
       "18 min are taken as running time; 44 % comes out where they are wall time, stalls in it"}));
  points.push_back(
      share_kept({"V7c", "the same, played", "", 0.8, 0.8, variants.at(1).outlook.ettr.mean,
                  Inputs::kSameRun, kElastic, kFtHsdpPaper,
                  "how long a lost replica is away is not published; 20 min are assumed"}));
}

void add_llama_points(PublishedPoints& points, const base::Catalog& catalog, int threads) {
  base::Reading reading;
  const auto study =
      study::read_study(catalog.load("study", "llama3_54_days", std::nullopt), catalog, reading);
  reading.throw_if_any();
  Options options;
  options.replicas = kReplicas;
  options.threads = threads;
  options.only_outlook = true;
  const base::ThreadTeam team(threads);
  const auto answers = look_ahead(study, options, team);
  const auto& outlook = answers.front().variants.front().outlook;
  constexpr const char* kSource = "Llama 3, arXiv 2407.21783, Table 5";
  constexpr const char* kHow = "engine, study llama3_54_days";
  points.push_back({"V2a", "unexpected interruptions of 16,384 H100 in 54 d", "", 419, 419,
                    outlook.interruptions.mean, Inputs::kChosen, kHow, kSource});
  points.push_back({"V2b", "of these GPU and its memory", "", 268, 268,
                    stops_of(outlook, {"accelerator", "hbm", "sram", "system_processor",
                                       "thermal_interface", "silent_corruption"}),
                    Inputs::kChosen, kHow, kSource});
  points.push_back({"V2c", "of these network switch and cable", "", 35, 35,
                    stops_of(outlook, {"switch", "optics"}), Inputs::kSameRun,
                    "engine, optics of the same 35, switches of Alibaba HPN", kSource});
  points.push_back({"V2d", "of these host and its upkeep", "", 46, 46,
                    stops_of(outlook, {"host", "host_maintenance"}), Inputs::kChosen, kHow,
                    kSource});
  points.push_back({"V2e", "of these software", "", 63, 63,
                    stops_of(outlook, {"software", "communication_timeout"}), Inputs::kChosen, kHow,
                    kSource});
  points.push_back(
      share_kept({"V3", "effective training time of Llama 3", "", 0.9, kOpen, outlook.ettr.mean,
                  Inputs::kSameRun, kHow, "Llama 3, arXiv 2407.21783, 3.3.4"}));
}

}  // namespace weft::weeks
