// What `weft cost` is asked: a study, with a job or without one, and its terms.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/campaign/policy.h"
#include "weft/cluster/cluster.h"
#include "weft/cost/terms.h"
#include "weft/site/facility.h"
#include "weft/site/prices.h"
#include "weft/study/run.h"

namespace weft::cost {

// A price or another fact that money hangs on, as it is written.
struct PriceFact {
  std::string what;   // "dgx_h100: prices.per_host"
  std::string value;  // "270 kUSD (230 kUSD to 310 kUSD)"
  std::string date;
  std::string source;
  std::string confidence;
  friend bool operator==(const PriceFact&, const PriceFact&) = default;
};

// What renting one package costs: a table over time, or one price.
struct Rent {
  std::optional<site::PriceTable> table{};
  base::Money flat{};                  // an hour, without a table
  std::optional<PriceFact> written{};  // the same, where the study says it
};

struct Case {
  std::string name;  // of the cluster's document
  cluster::Cluster cluster;
  site::Site site;
  std::optional<Rent> rent;                // none: no price known
  std::optional<site::PriceTable> buy;     // none: the price of the cluster's document
  double load = 0.9;                       // of the devices' limit while in use; without a job
  std::optional<campaign::Policy> policy;  // where parts are counted
};

struct Question {
  std::string name;  // of the study; may be empty
  Terms terms;
  std::optional<study::Study> study;  // of the job; its cases have the prices of these
  std::vector<Case> cases;
  std::vector<PriceFact> facts;  // each once
};

// A document of kind `study`. An entry of its clusters may say `rent` (the name of a document of
// kind prices, or a price an hour of a package) and `buy` (such a name); without a job also `load`,
// a share of the devices' limit. Without `cost` its terms are those by default. Errors go to the
// reading.
Question read_question(const base::Document& document, const base::Catalog& catalog,
                       base::Reading& reading);

}  // namespace weft::cost
