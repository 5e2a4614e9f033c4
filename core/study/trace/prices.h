// What each operation of a trace takes on a cluster.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "meetings.h"
#include "weft/trace/run.h"

namespace weft::trace {

// What traces left out, counted.
struct Gaps {
  std::int64_t only_recorded = 0;  // kernels without work and bytes, with a time
  std::int64_t nothing_known = 0;  // without these three
  std::int64_t not_recorded = 0;   // --recorded-times, and there is none
};

struct ExchangePrice {
  interconnect::CollectiveCost cost;
  interconnect::Collective collective = interconnect::Collective::kAllReduce;
  base::Bytes bytes;  // as Fabric::cost takes them
};

class Prices {
 public:
  // Throws base::InputError for a precision that the chip does not have.
  Prices(const cluster::Cluster& cluster, const TraceQuestion& question);

  // s, of what a device does by itself; `times` of these count towards the gaps.
  double alone(const chakra::Operation& operation, std::int64_t times);
  ExchangePrice exchange(const Meetings& meetings, const Meeting& meeting);
  [[nodiscard]] const Gaps& gaps() const { return gaps_; }

 private:
  [[nodiscard]] double kernel(double work, double bytes) const;
  [[nodiscard]] interconnect::GroupShape shape_of(const Meetings& meetings,
                                                  const Meeting& meeting) const;

  const cluster::Cluster& cluster_;
  const TraceQuestion& question_;
  Gaps gaps_;
  // By group, collective and bytes; of messages by sender, receiver and bytes.
  std::map<std::tuple<bool, std::int64_t, std::int64_t, double>, ExchangePrice> known_;
};

}  // namespace weft::trace
