// The `cost:` of a study: when, for how long, how much of it is used, on what terms.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/money.h"
#include "weft/base/quantity.h"

namespace weft::cost {

using ByteTime = base::Quantity<1, 1>;  // bytes kept for a time

// The share of hours in which the machines are used: from `start` evenly to `steady` in so many
// months, then steady.
struct Use {
  double start = 1;
  double steady = 1;
  double ramp_months = 0;

  [[nodiscard]] double at(int month) const;  // in its middle; months count from 0
  [[nodiscard]] double mean(int months) const;
};

// What a cloud bills besides machines, for the whole cluster.
struct CloudExtras {
  base::Bandwidth egress;
  base::Price<base::Bytes> egress_price;
  base::Bytes stored;
  base::Price<ByteTime> stored_price;
};

// A component of the campaign that is replaced when it fails, after a share of its failures.
struct ReplacedPart {
  std::string component;
  base::Money price;
  double replaced = 1;
  base::Node node;  // where it is written
};

// A company that rents: what it paid in a period, beside what it earned.
struct Lab {
  std::string name;
  double from = 0;  // a year
  int months = 12;
  base::Money compute;
  base::Money revenue;
  std::string source;
  std::string confidence;
};

struct Terms {
  std::optional<double> start;  // a year; none: prices have no date
  std::string start_text;
  int months = 12;  // looked at
  Use use;
  double goodput = 1;  // of used hours; of studies without a job
  std::optional<base::Currency> report;
  double commitment_years = 0;  // of rent; 0: by the hour
  CloudExtras extras;
  std::optional<double> maintenance;  // a year, without parts
  std::vector<ReplacedPart> parts;
  base::Time lead_time;  // until a replaced part is on the shelf again
  std::vector<Lab> labs;
};

// Keys: start, term, utilisation, goodput, report, rent: {commitment, egress, egress_price, stored,
// stored_price}, own: {maintenance, parts, lead_time}, labs. Errors go to the reading.
Terms read_terms(base::Fields fields, bool has_job);

}  // namespace weft::cost
