#include <cmath>

#include "published_parts.h"
#include "weft/campaign/closed_forms.h"
#include "weft/campaign/interval.h"
#include "weft/campaign/renewal.h"

namespace weft::weeks {

namespace {

using base::kDay;
using base::kHour;
using base::Rate;
using base::Time;

constexpr const char* kRsc = "Kokolis et al., arXiv 2410.21680";
constexpr const char* kFtHsdp = "FT-HSDP, arXiv 2602.00277";
constexpr const char* kUbMesh = "UB-Mesh, arXiv 2503.20377";
constexpr const char* kPress = "Huawei, press of 2025-06-10";

Rate per_day(double value) { return value / kDay; }

// ETTR to first order of 12,000 GPUs with a checkpoint every √(2 w M).
double rsc_ettr(double write_s) {
  const double nodes = 1500;
  const Rate rate = per_day(6.5e-3);
  const Time write(write_s);
  const auto interval = campaign::young_interval(campaign::job_mean_time(nodes, rate), write);
  return campaign::first_order_ettr(nodes, rate, Time(300), interval, write);
}

double best_renewal(Time between, Time pause, Time recovery) {
  return campaign::renewal_ettr(between, campaign::best_interval(between, pause), pause, recovery);
}

void add_rsc(PublishedPoints& points) {
  const auto mean = [](double devices) {
    return campaign::job_mean_time(devices / 8, per_day(6.5e-3)) / kHour;
  };
  const char* how = "nodes × rate of RSC-1";
  points.push_back({"V1a", "mean time to failure of 16,384 GPUs", "h", 1.8, 1.8, mean(16384),
                    Inputs::kChosen, how, kRsc});
  points.push_back({"V1b", "mean time to failure of 131,072 GPUs", "h", 0.23, 0.23, mean(131072),
                    Inputs::kChosen, how, kRsc});
  const char* first = "first-order ETTR, 300 s to restart";
  const auto ettr = [&](const char* id, const char* what, double low, double high, double write_s,
                        const char* note) {
    points.push_back(share_kept(
        {id, what, "", low, high, rsc_ettr(write_s), Inputs::kSameRun, first, kRsc, note}));
  };
  ettr("V4a", "ETTR of 12,000 GPUs, checkpoints of 10 s", 0.9, kOpen, 10, "");
  ettr("V4b", "the same, checkpoints of 60 s", 0, 0.9, 60, "");
  ettr("V5a", "ETTR of large jobs, checkpoints of 60 s", 0.85, 0.9, 60, "");
  ettr("V5b", "the same, checkpoints of 10 s", 0.85, 0.9, 10,
       "how long their checkpoints took is not published: 10 s is what 90 % would need");
}

void add_elastic(PublishedPoints& points) {
  const Time between(18 * kMinute);
  constexpr const char* kStall = "stall over wall time between failures";
  points.push_back(share_kept({"V6a", "ETTR of 98K GPUs, 10 min stall", "", 0.44, 0.44,
                               campaign::stall_only_ettr(between, 10 * kMinute), Inputs::kChosen,
                               kStall, kFtHsdp}));
  points.push_back(share_kept({"V6b", "the same, work done again", "", 0.44, 0.44,
                               best_renewal(between, Time(20), 10 * kMinute), Inputs::kSameRun,
                               "renewal, 20 s checkpoints, 18 min of running", kFtHsdp}));
  points.push_back(
      share_kept({"V7a", "ETTR of 98K GPUs, elastic, 3 min stall", "", 0.8, 0.8,
                  campaign::stall_only_ettr(between, 3 * kMinute), Inputs::kSameRun, kStall,
                  kFtHsdp, "stalls alone: work done again and rebuilding are not in it"}));
  points.push_back(share_kept({"V7b", "the same, work done again", "", 0.8, 0.8,
                               best_renewal(between, Time(0.5), 3 * kMinute), Inputs::kSameRun,
                               "renewal, 0.5 s checkpoints, 18 min of running", kFtHsdp}));
}

void add_standbys(PublishedPoints& points) {
  constexpr const char* kSource = "ByteRobust, arXiv 2509.16293";
  const std::array<std::pair<int, int>, 4> machines = {{{128, 2}, {256, 2}, {512, 3}, {1024, 4}}};
  char letter = 'a';
  for (const auto& [count, published] : machines) {
    points.push_back({std::string("V9") + letter++,
                      "warm standbys of " + std::to_string(count) + " machines", "",
                      static_cast<double>(published), static_cast<double>(published),
                      static_cast<double>(campaign::binomial_quantile(count, 0.0012, 0.99)),
                      Inputs::kChosen, "99 % quantile of a binomial law, share fitted", kSource});
  }
}

void add_availability(PublishedPoints& points) {
  const Time repair(75 * kMinute);
  constexpr const char* kRenewal = "alternating renewal, their MTBF and MTTR";
  points.push_back(share_kept({"V11a", "availability of the network, UB-Mesh 8K", "", 0.988, 0.988,
                               campaign::availability(98.5 * kHour, repair), Inputs::kChosen,
                               kRenewal, kUbMesh}));
  points.push_back(share_kept({"V11b", "the same of a Clos", "", 0.916, 0.916,
                               campaign::availability(13.8 * kHour, repair), Inputs::kChosen,
                               kRenewal, kUbMesh}));
  points.push_back(share_kept(
      {"V12a", "availability of 10,000 cards", "", 0.98, 0.98,
       campaign::availability(24 * kHour, 10 * kMinute), Inputs::kSameRun,
       "their MTBF of 24 h, recovery of 10 min", kPress,
       "their three figures do not fit each other: 98 % at 24 h leaves 29 min a stop, not 10"}));
  points.push_back({"V12b", "MTBF that 98 % at 10 min needs", "h", 0, 24,
                    (0.98 / 0.02) * (10 * kMinute) / kHour, Inputs::kSameRun,
                    "availability turned round", kPress});
}

// Nodes of Delta in repair, how many at once: 106 with A100 are away 0.6 % of the time, 152 with
// H100 0.7 %, and neither stands in for the other.
void add_spares(PublishedPoints& points) {
  const double a100 = 106;
  const double h100 = 152;
  const auto spares = campaign::poisson_quantile(a100 * 0.006, 0.999) +
                      campaign::poisson_quantile(h100 * 0.007, 0.999);
  points.push_back(
      {"V20", "overprovision of 1,056 GPUs", "", 0.05, 0.05,
       static_cast<double>(spares) / (a100 + h100), Inputs::kSameRun,
       "99.9 % quantile of nodes in repair (M/G/∞), A100 and H100 apart", "arXiv 2503.11901",
       "what service level the advised, round 5 % is for is not said; 99.9 % is ours"});
}

void add_counts(PublishedPoints& points) {
  const auto count = [](double per_thousand) { return 2048 * per_thousand / 1000 * 54; };
  points.push_back({"V21a", "interruptions of Llama 3 at the rate of RSC-2", "", 0, 419,
                    count(2.34), Inputs::kApart, "nodes × rate × 54 d",
                    "arXiv 2407.21783; " + std::string(kRsc)});
  points.push_back({"V21b", "the same at the rate of RSC-1", "", 419, kOpen, count(6.5),
                    Inputs::kApart, "nodes × rate × 54 d",
                    "arXiv 2407.21783; " + std::string(kRsc)});
}

}  // namespace

void add_closed_form_points(PublishedPoints& points) {
  add_rsc(points);
  add_elastic(points);
  add_standbys(points);
  add_availability(points);
  add_spares(points);
  add_counts(points);
}

}  // namespace weft::weeks
