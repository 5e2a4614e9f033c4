// `weft size`: what is asked. How many of which machines train a job within limits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/money.h"
#include "weft/base/quantity.h"
#include "weft/study/power_limit.h"

namespace weft::size {

// What is sought of a cluster: the fewest hosts, the least cost of the run (owned, else rented), or
// the least power at the meter, of those that meet all targets; the shortest run within limits that
// are not of time. Of a cluster whose size is given: the most tokens in a time, or the largest of
// some models.
enum class Aim { kSmallest, kCheapest, kCoolest, kFastest, kTokens, kModel };
inline constexpr std::size_t kAims = 6;
const char* name_of(Aim aim);

// What a cluster may take. All of it, with its spare hosts.
enum class Target { kTime, kPower, kBudget, kChips, kRacks };
inline constexpr std::size_t kTargets = 5;
const char* name_of(Target target);

// What a budget pays for: having the cluster, owning it for the run, or renting it for the run.
enum class MoneyOf { kCapital, kRun, kRent };
const char* name_of(MoneyOf of);

struct Targets {
  std::optional<base::Time> time;          // wall clock of the run, failures in it
  std::optional<study::PowerLimit> power;  // at the meter of the site
  std::optional<base::Money> budget;
  MoneyOf budget_of = MoneyOf::kCapital;
  std::optional<double> chips;  // packages that exist
  std::optional<double> racks;

  [[nodiscard]] bool has(Target target) const;
};

// Which sizes of an offer are looked at; answers are exact among these.
struct Sizes {
  // Sizes of n units are multiples of the largest power of two that is no more than this share of
  // n: numbers that divide well, no further apart than this. 0: every size.
  double spacing = 1.0 / 32;
  // Sizes that would need a device to do this much more useful work a second than at any size that
  // was looked at are passed over. Infinite: none that the peak of the chip leaves.
  double margin = 0.25;
  std::optional<std::int64_t> most;  // units; none: as many as the network joins
};

// How many spare hosts stand beside the cluster.
struct SpareRule {
  std::optional<double> share;  // of the hosts of the cluster; none: by failures and repairs
  std::string repairs;          // campaign whose repair times count where the job's has none
  double level = 0.99;          // of the time there are enough
};

// One kind of cluster. Keys of its own beside those of an entry of `clusters:` (see
// cluster::read_cluster, cost::read_question): oversubscription (a list: each is tried), most.
struct Offer {
  base::Node node;   // as written
  std::string name;  // of the cluster's document
  // Of the network that grows with the cluster; empty: as its file has it.
  std::vector<base::Node> oversubscription;
  Sizes sizes;
};

struct Question {
  std::string name;
  base::Document document;
  std::vector<Aim> aims;  // of one of the three groups above
  Targets targets;
  std::vector<Offer> offers;
  SpareRule spares;
  double checkpoint_pause = 0.02;       // of the run; what the storage is laid out for
  std::vector<base::Node> models;       // kModel: names
  std::optional<double> per_parameter;  // kModel: tokens for each active parameter; none: the job's

  [[nodiscard]] bool seeks(Aim aim) const;
};

// A document of kind `size`:
//   job, plan, search, campaign, cost   as in a study (weft run, weft cost)
//   targets   {time: 60 d, power: "< 40 MW" | {most: 40 MW, of: mean | peak}, budget: "< 2 GCNY" |
//             {most: 2 GCNY, of: capital | run | rent}, chips: 10000, racks: 400}
//   offer     [NAME, {use: NAME, facility: …, oversubscription: [1, 2, 4], most: 64}, …]
//   find      smallest, cheapest, coolest (or a list of these; all of them where nothing is said),
//             fastest, tokens, model
//   spares    5 % | {repairs: CAMPAIGN, level: 99 %}
//   sizes     {spacing: 3 %, margin: 25 %} | every
//   checkpoint_pause   2 %
//   models, tokens_per_parameter   of `find: model`
// Errors go to the reading.
Question read_question(const base::Document& document, base::Reading& reading);

}  // namespace weft::size
