#include "prices.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "weft/base/diagnostics.h"
#include "weft/chips/kernel.h"
#include "weft/chips/roofline.h"
#include "weft/network/cluster_size.h"

namespace weft::trace {

namespace {

using chakra::Kind;

// The collective of a fabric that moves the same bytes through the same ports. A root of a reduce
// takes in what that of a broadcast sends out; a root of a gather takes in what each rank does of
// an all-gather, and that of a scatter sends out as much as each of a reduce-scatter.
interconnect::Collective collective_of(chakra::Collective collective) {
  using To = interconnect::Collective;
  switch (collective) {
    case chakra::Collective::kAllReduce:
      return To::kAllReduce;
    case chakra::Collective::kAllGather:
    case chakra::Collective::kGather:
      return To::kAllGather;
    case chakra::Collective::kReduce:
    case chakra::Collective::kBroadcast:
      return To::kBroadcast;
    case chakra::Collective::kAllToAll:
      return To::kAllToAll;
    case chakra::Collective::kScatter:
    case chakra::Collective::kReduceScatter:
    case chakra::Collective::kReduceScatterBlock:
      return To::kReduceScatter;
    case chakra::Collective::kBarrier:
      return To::kBarrier;
  }
  return To::kAllReduce;
}

// A trace counts what a rank puts in, a fabric the vector that each rank of an all-gather ends
// with.
double whole_vector(interconnect::Collective collective, double bytes, std::size_t ranks) {
  const bool gathers = collective == interconnect::Collective::kAllGather;
  return gathers ? bytes * static_cast<double>(ranks) : bytes;
}

void require_precision(const chips::Device& device, const std::string& chip,
                       chips::Precision precision) {
  if (chips::attainable(device, precision, std::numeric_limits<double>::infinity()).si() > 0) {
    return;
  }
  std::string known;
  for (const auto& roof : chips::roofline(device).roofs) {
    known += fmt::format("{}{}", known.empty() ? "" : ", ", name_of(roof.precision));
  }
  network::refuse(fmt::format("--precision {}: {} does not have it", name_of(precision), chip),
                  "it has " + known);
}

}  // namespace

Prices::Prices(const cluster::Cluster& cluster, const TraceQuestion& question)
    : cluster_(cluster), question_(question) {
  if (!question.recorded_times) {
    require_precision(cluster.device(), cluster.chip.name, question.precision);
  }
}

// Both roofs of large products; what does no arithmetic streams.
double Prices::kernel(double work, double bytes) const {
  const auto& device = cluster_.device();
  if (work <= 0) {
    chips::MemoryBound stream;
    stream.traffic = base::Bytes(bytes);
    return memory_bound(device, cluster_.state.point, stream).time.si();
  }
  const double intensity = bytes > 0 ? work / bytes : std::numeric_limits<double>::infinity();
  const auto rate = chips::attainable(device, question_.precision, intensity);
  return device.kernels.gemm.fixed.si() + work / rate.si();
}

double Prices::alone(const chakra::Operation& operation, std::int64_t times) {
  const bool is_device = operation.kind == Kind::kCompute || operation.kind == Kind::kMemory;
  if (operation.kind == Kind::kHost) return operation.recorded.value_or(0);
  if (!is_device) return 0;
  if (question_.recorded_times) {
    if (!operation.recorded) gaps_.not_recorded += times;
    return operation.recorded.value_or(0);
  }
  if (operation.work > 0 || operation.bytes > 0) return kernel(operation.work, operation.bytes);
  (operation.recorded ? gaps_.only_recorded : gaps_.nothing_known) += times;
  return operation.recorded.value_or(0);
}

interconnect::GroupShape Prices::shape_of(const Meetings& meetings, const Meeting& meeting) const {
  std::vector<std::int64_t> devices;
  for (const auto& member : meetings.members_of(meeting)) devices.push_back(member.rank);
  std::sort(devices.begin(), devices.end());
  auto shape = cluster_.fabric.shape_of(devices);
  shape.alone = meeting.is_message ? meetings.one_pair : meetings.groups[meeting.group].alone;
  return shape;
}

ExchangePrice Prices::exchange(const Meetings& meetings, const Meeting& meeting) {
  const auto members = meetings.members_of(meeting);
  const auto one = meeting.is_message ? members[0].rank : meeting.group;
  const auto other =
      meeting.is_message ? members[1].rank : static_cast<std::uint32_t>(meeting.collective);
  const auto [entry, is_new] =
      known_.try_emplace({meeting.is_message, one, other, meeting.bytes}, ExchangePrice());
  auto& price = entry->second;
  if (!is_new) return price;
  price.collective = meeting.is_message ? interconnect::Collective::kPointToPoint
                                        : collective_of(meeting.collective);
  price.bytes = base::Bytes(whole_vector(price.collective, meeting.bytes, members.size()));
  const bool is_to_itself = meeting.is_message && one == other;
  if (!is_to_itself) {
    price.cost = cluster_.fabric.cost(price.collective, shape_of(meetings, meeting), price.bytes);
  }
  return price;
}

}  // namespace weft::trace
