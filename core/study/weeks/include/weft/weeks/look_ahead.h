// `weft campaign`: weeks of one job on one or more clusters, the step of each by the same path as
// `weft run`, then the engine of the campaign room.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/parallel.h"
#include "weft/campaign/campaign.h"
#include "weft/campaign/outlook.h"
#include "weft/campaign/scenario.h"
#include "weft/manufacturing/bins.h"
#include "weft/study/run.h"

namespace weft::weeks {

struct Options {
  std::optional<std::int64_t> replicas;  // instead of the study's
  std::optional<std::uint64_t> seed;
  int threads = 0;
  bool sizes = false;           // also the mean time between stops over cluster sizes
  bool only_outlook = false;    // neither the best interval nor effects of assumptions
  bool whole_timeline = false;  // all that happens in the first replica, not its beginning alone
};

// An input that is uncertain or assumed, and the mean ETTR with it at two other values, everything
// else and all draws alike.
struct Effect {
  std::string input;  // "mature.checkpoint.pause"
  std::string value;
  std::string confidence;
  std::string low;  // the two other values: the ends of its range, or half and twice
  std::string high;
  double ettr_low = 0;
  double ettr_high = 0;
};

// The same campaign on more or fewer devices: mean time between stops at the hazards of the
// horizon, units in proportion to devices, but for what is there once.
struct SizePoint {
  double devices = 0;
  base::Time between;
};

// One variant of a campaign on one cluster.
struct VariantAnswer {
  const study::CampaignVariant* variant = nullptr;
  std::optional<manufacturing::Bins> bins;  // of the chip, where its file says how it is made
  double wafers = 0;                        // for the packages in use; 0: not known
  base::Time step;                          // on its devices, where a yield varies their bins
  campaign::Scenario scenario;
  campaign::Outlook outlook;
  std::vector<std::string> notes;  // what degraded states could not say
  // Of the first variant of a cluster alone.
  std::optional<campaign::BestInterval> best;
  double effects_plain = 0;     // ETTR that effects compare with: of fewer replicas
  std::vector<Effect> effects;  // those that move it, largest first
  std::vector<SizePoint> sizes;
};

struct CaseAnswer {
  const study::Case* study_case = nullptr;
  study::CaseResult result;             // its step; no outcome: why there is no plan
  std::vector<VariantAnswer> variants;  // empty without a plan
};

// Plans are searched where the study leaves them open. Throws base::InputError for explicit plans
// that are not legal.
std::vector<CaseAnswer> look_ahead(const study::Study& study, const Options& options,
                                   const base::ThreadTeam& team);

// The parts, for tests.

// A case with a plan that is known.
struct Weeks {
  const study::Study* study = nullptr;
  const study::Case* study_case = nullptr;
  const study::Outcome* outcome = nullptr;
};

// The engine's view: what campaign::scenario_of() makes of a campaign, with packages that fail of
// latent defects as a cause of its own (kLatentDefects) where `made` says how they are made; where
// the cluster has a population, with what that brings (study::add_early_life) instead.
campaign::Scenario scenario_of(const Weeks& weeks, const campaign::Policy& policy,
                               const std::optional<manufacturing::Manufacturing>& made);

// Packages that leave burn-in with a weak die, as units of the engine: their share before burn-in
// and the age that burn-in gave them, so that those alive have the share that is left.
campaign::Cause latent_cause(const manufacturing::Manufacturing& made,
                             const manufacturing::Bins& bins, double packages,
                             const campaign::Policy& policy);

// A scenario on so many times the devices.
campaign::Scenario scaled(const campaign::Scenario& scenario, const campaign::Policy& policy,
                          double times);

inline constexpr const char* kLatentDefects = "latent_defects";

}  // namespace weft::weeks
