// Points about wafers, checkpoints and hazards of single parts.
#include <cmath>

#include "published_parts.h"
#include "weft/campaign/campaign.h"
#include "weft/chips/chip.h"
#include "weft/manufacturing/die_yield.h"
#include "weft/workload/model.h"

namespace weft::weeks {

namespace {

using base::kDay;
using base::kHour;
using base::kYear;

constexpr const char* kYieldHow = "negative binomial law, clustering 2";

campaign::Policy mature(const base::Catalog& catalog) {
  base::Reading reading;
  auto policy = campaign::read_policy(catalog.load("campaign", "mature", std::nullopt), reading);
  reading.throw_if_any();
  return policy;
}

base::Rate hazard_of(const campaign::Policy& policy, const std::string& name) {
  for (const auto& component : policy.components) {
    if (component.name == name) return component.hazard;
  }
  throw std::invalid_argument("the campaign 'mature' has no component '" + name + "'");
}

double parameters_of(const base::Catalog& catalog, const std::string& name) {
  base::Reading reading;
  const auto model = workload::read_model(catalog.load("model", name, std::nullopt), reading);
  reading.throw_if_any();
  return workload::count_parameters(model).total;
}

double yield_at(const manufacturing::Manufacturing& made, double per_cm2) {
  return manufacturing::perfect_yield(made, base::ArealDensity(per_cm2 * 1e4));
}

void add_recovery(PublishedPoints& points, const campaign::Policy& policy) {
  const auto cold = [&](std::int64_t devices) {
    return (campaign::recovery_time(policy.recovery, devices, base::Time(0)) -
            policy.recovery.detect)
        .si();
  };
  constexpr const char* kHow = "line through the published points, in `mature`";
  constexpr const char* kSource = "FT-HSDP, arXiv 2602.00277";
  points.push_back({"V13a", "cold recovery at 16,384 GPUs", "s", 200, 200, cold(16384),
                    Inputs::kChosen, kHow, kSource});
  points.push_back({"V13b", "cold recovery at 98,304 GPUs", "s", 900, 900, cold(98304),
                    Inputs::kChosen, kHow, kSource});
}

void add_sizes(PublishedPoints& points, const base::Catalog& catalog,
               const campaign::Policy& policy) {
  points.push_back({"V14", "checkpoint of BLOOM on 57 GB/s", "s", 40, 40,
                    parameters_of(catalog, "bloom_176b") * 13.1 / 57e9, Inputs::kChosen,
                    "bandwidth from the same run", "BLOOM chronicles (bigscience)"});
  struct Size {
    const char* id;
    const char* model;
    const char* what;
    double published;
  };
  constexpr std::array<Size, 3> kModels = {
      {{"V15a", "llama3_8b", "checkpoint of Llama 3 8B", 105},
       {"V15b", "llama3_70b", "checkpoint of Llama 3 70B", 912},
       {"V15c", "llama3_405b", "checkpoint of Llama 3 405B", 5290}}};
  for (const auto& size : kModels) {
    const double parameters = parameters_of(catalog, size.model);
    const auto bytes = campaign::checkpoint_bytes(policy.checkpoint, parameters);
    points.push_back({size.id, size.what, "GB", size.published, size.published, bytes.si() / 1e9,
                      Inputs::kApart, "parameters × bytes of `mature`", "MLPerf Storage, Table 2"});
  }
}

void add_parts(PublishedPoints& points, const campaign::Policy& policy) {
  const double month = (kYear / 12.0) * (2.0 * hazard_of(policy, "optics"));
  points.push_back({"V16", "failures of NIC-ToR links a month", "%", 0.057, 0.057, 100 * month,
                    Inputs::kChosen, "two modules of `mature`", "Alibaba HPN, SIGCOMM 2024"});
  const campaign::WeibullShape corroded{2.64, 2596 * kDay};
  const auto yearly = [&](double years) {
    return 100 * corroded.hazard(years * kYear.si()) * kYear.si();
  };
  constexpr const char* kWeibull = "Weibull 2.64, 2,596 d, fitted to all years";
  constexpr const char* kTitan = "OLCF TitanGPULife (SC20)";
  points.push_back({"V17a", "hazard of Titan's old batch in its fourth year", "%/year", 13, 16,
                    yearly(3.5), Inputs::kSameRun, kWeibull, kTitan,
                    "theirs leaps in the third year and then stays; a Weibull rises all the way"});
  points.push_back({"V17b", "the same in its first months", "%/year", 0, 1, yearly(0.25),
                    Inputs::kSameRun, kWeibull, kTitan});
  const double fit = 62.0 / (25127 * kYear.si()) * kHour.si() * 1e9;
  points.push_back({"V17c", "hazard of Titan's new batch", "FIT", 281, 281, fit, Inputs::kChosen,
                    "deaths over GPU-years", kTitan});
}

}  // namespace

void add_manufacturing_points(PublishedPoints& points, const base::Catalog& catalog) {
  points.push_back({"V18a", "Ascend 910C of 13 M stacks of HBM", "M", 1.6, 1.6, 13.0 / 8,
                    Inputs::kApart, "eight stacks a package", "SemiAnalysis, via the press"});
  points.push_back({"V18b", "Ascend 910C of 2 M stacks a year", "K", 250, 250, 2000.0 / 8,
                    Inputs::kApart, "eight stacks a package", "SemiAnalysis, via the press"});
  base::Reading reading;
  const auto chip = chips::read_chip(catalog.load("chip", "ascend_910c", std::nullopt), reading);
  reading.throw_if_any();
  if (!chip.manufacturing) throw std::invalid_argument("ascend_910c does not say how it is made");
  auto made = *chip.manufacturing;
  made.law = &manufacturing::law_named("negative_binomial");
  made.parameters.clustering = 2;
  made.systematic = 1;
  constexpr const char* kYieldPress = "Reuters 2024; Financial Times, February 2025";
  points.push_back({"V19a", "yield of the 910C's die at 0.372 defects/cm2", "", 0.2, 0.2,
                    yield_at(made, 0.372), Inputs::kChosen, kYieldHow, kYieldPress});
  points.push_back({"V19b", "the same at 0.175 defects/cm2", "", 0.4, 0.4, yield_at(made, 0.175),
                    Inputs::kChosen, kYieldHow, kYieldPress});
  points.push_back({"V19c", "the same at N7's 0.09 defects/cm2, against the aim", "", 0.6, 0.6,
                    yield_at(made, 0.09), Inputs::kApart, kYieldHow, kYieldPress});
}

void add_checkpoint_points(PublishedPoints& points, const base::Catalog& catalog) {
  const auto policy = mature(catalog);
  add_recovery(points, policy);
  add_sizes(points, catalog, policy);
  add_parts(points, policy);
}

}  // namespace weft::weeks
