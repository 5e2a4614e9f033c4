// `weft size`: the cluster of each offered kind that does it, or what stands in the way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/parallel.h"
#include "weft/cost/answer.h"
#include "weft/size/question.h"
#include "weft/study/run.h"

namespace weft::size {

// A target and what a cluster takes of it: seconds, watts, money, packages, racks.
struct Check {
  Target target = Target::kTime;
  double allowed = 0;
  std::optional<double> needed;  // none: not known (no price, no racks), or it never finishes
  base::Currency currency;       // of money

  [[nodiscard]] bool holds() const { return needed && *needed <= allowed * (1 + 1e-9); }
  // needed / allowed; above 1: by so much it is missed. Infinite where it is not known.
  [[nodiscard]] double use() const;
};

// Hosts out of the job at a time are a Poisson number whatever their times of repair (M/G/∞): as
// many spares as are enough for a share of the time, less the hosts that the plan leaves idle.
struct Spares {
  double out = 0;             // hosts, mean; 0 where a share is given
  std::int64_t wanted = 0;    // hosts
  std::int64_t in_place = 0;  // of the cluster, idle under its plan
  std::int64_t added = 0;     // beside the cluster
  std::string repairs;        // the campaign whose repair times were taken; empty: the job's own
};

// Of checkpoints: with this bandwidth they stop the job for no more than the share asked for.
struct Storage {
  base::Bandwidth write;    // what the cluster has: what is needed, or what its file has if more
  base::Bandwidth written;  // in its file
  base::Bytes bytes;        // of a checkpoint
  double pause = 0;         // share of the run
  bool reaches = true;      // false: not at any bandwidth; it is as written
};

// One layer of the network, from the inside out.
struct FabricLine {
  std::string name;
  int layers = 0;  // of switches of a fat tree; 0: of another kind
  double oversubscription = 1;
  std::int64_t switches = 0;
  std::int64_t links = 0;
  double optical_modules = 0;
};

// One size of an offer with its best plan. Without a plan only what can be counted is filled.
struct Design {
  std::int64_t hosts = 0;                  // of the cluster; spares apart
  std::int64_t packages = 0, devices = 0;  // the same
  double racks = 0;                        // with spares; 0: not known
  std::string label;
  std::size_t variant = 0;      // of Offer::oversubscription
  double oversubscription = 1;  // of the network that grows with the cluster
  Spares spares;
  Storage storage;
  std::vector<FabricLine> fabric;
  std::optional<study::Outcome> outcome;  // its bill has the spares in it
  std::string reason;                     // why there is no plan
  cost::CaseAnswer money;                 // of the cluster with its spares
  std::vector<Check> checks;              // one a target, in their order

  [[nodiscard]] std::int64_t all_packages() const;  // spares in it
  [[nodiscard]] bool meets_all() const;
  [[nodiscard]] bool meets(Target target) const;  // true where it is no target
  // The target that is missed most, or else that has least room.
  [[nodiscard]] const Check* binding() const;
  [[nodiscard]] std::optional<base::Time> wall() const;  // none: no plan, or it never finishes
  [[nodiscard]] std::optional<double> run_cost() const;  // owned, else rented; none: no price
};

struct Found {
  Aim aim = Aim::kSmallest;
  std::size_t design = 0;  // of OfferAnswer::examined
};

// A model, and how it went on the given cluster (Aim::kModel).
struct ModelRow {
  std::string name;
  double parameters = 0, active = 0;
  double tokens = 0;
  std::size_t design = 0;  // of OfferAnswer::examined
};

struct OfferAnswer {
  std::string name;           // of the cluster: "CloudMatrix384"
  std::string unit = "host";  // that sizes are counted in from one unit up
  std::int64_t unit_hosts = 1;
  std::vector<Design> examined;        // by oversubscription as written, then by hosts
  std::vector<Found> found;            // what was asked for and there is
  std::optional<std::size_t> in_time;  // nothing meets all: the smallest that meets the time
  std::optional<std::size_t> within;  // nothing meets all: the quickest that meets all but the time
  std::string limit;                  // why there is nothing larger; empty: not reached
  std::int64_t least_hosts = 1;       // fewer could not do it at the chip's peak
  std::vector<ModelRow> models;       // kModel: by parameters
  double tokens = 0;                  // kTokens: whole steps
  std::vector<cost::PriceFact> facts;  // of what is found, else of what was examined last

  [[nodiscard]] const Design* found_for(Aim aim) const;
};

struct Answer {
  Question question;
  workload::Job job;
  std::vector<OfferAnswer> offers;

  // Whether any offer has what was asked for.
  [[nodiscard]] bool any_found() const;
};

// Uncertain inputs are met, and drawn, by `reading`: the same document with another one is the same
// question in another world. The same for any number of threads. Throws base::InputError.
Answer answer(const base::Document& document, const base::Catalog& catalog, base::Reading& reading,
              const base::ThreadTeam& team);

// What was found in another world: sizes, plans, spares and storage are those of `previous`, an
// answer to the same document; nothing is looked for. Only what was found is filled in, and where
// nothing was, nothing. Throws base::InputError.
Answer answer_again(const Answer& previous, const base::Document& document,
                    const base::Catalog& catalog, base::Reading& reading);

// One unit of each offer with the job, as their entries say it; modes. Throws base::InputError.
std::vector<study::Study> units_of(const base::Document& document, const base::Catalog& catalog);

}  // namespace weft::size
