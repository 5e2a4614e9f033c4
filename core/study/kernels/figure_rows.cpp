// Rows of published figures: id,chip,op,m,n,k_or_seq,precision,metric,value,unit,...
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "draft.h"
#include "weft/validation/free_text.h"

namespace weft::kernels {

namespace {

struct Unit {
  std::string_view name;  // lower case
  Figure figure;
  double size;
};
constexpr std::array kUnits = std::to_array<Unit>({{"ns", Figure::kTime, 1e-9},
                                                   {"us", Figure::kTime, 1e-6},
                                                   {"µs", Figure::kTime, 1e-6},
                                                   {"ms", Figure::kTime, 1e-3},
                                                   {"s", Figure::kTime, 1},
                                                   {"gflops", Figure::kWorkRate, 1e9},
                                                   {"tflops", Figure::kWorkRate, 1e12},
                                                   {"tflop/s", Figure::kWorkRate, 1e12},
                                                   {"tops", Figure::kWorkRate, 1e12},
                                                   {"top/s", Figure::kWorkRate, 1e12},
                                                   {"pflops", Figure::kWorkRate, 1e15},
                                                   {"gb/s", Figure::kBandwidth, 1e9},
                                                   {"tb/s", Figure::kBandwidth, 1e12},
                                                   {"w", Figure::kPower, 1},
                                                   {"%", Figure::kShareOfPeak, 0.01}});

struct Reason {
  const char* pattern;
  const char* reason;
};
constexpr const char* kBetweenDevices = "a transfer between devices: a matter of the links";
constexpr const char* kWithHost = "a transfer between host and device: a matter of the links";
constexpr const char* kFixedCost = "a fixed cost of the host or its runtime, no kernel";

// Operations that no kernel model stands behind; the first that matches says why.
constexpr std::array kOperations = std::to_array<Reason>({
    {"*fit over*", "a fit to measurements, no measurement"},
    {"*in_step*", "measured inside a training step"},
    {"*idle*", "idle power: a figure of the chip's document"},
    {"static op cost*", "an assumption of another simulator"},
    {"*launch*", kFixedCost},
    {"host *", kFixedCost},
    {"*doorbell*", kFixedCost},
    {"*completion notice*", kFixedCost},
    {"*allgather*gemm*", "a product fused with a transfer between devices"},
    {"*gemm*allgather*", "a product fused with a transfer between devices"},
    {"*gemm*reduce*scatter*", "a product fused with a transfer between devices"},
    {"*allreduce*", kBetweenDevices},
    {"*all_reduce*", kBetweenDevices},
    {"*allgather*", kBetweenDevices},
    {"*all_gather*", kBetweenDevices},
    {"*reduce_scatter*", kBetweenDevices},
    {"*alltoall*", kBetweenDevices},
    {"*all_to_all*", kBetweenDevices},
    {"*broadcast*", kBetweenDevices},
    {"*collective*", kBetweenDevices},
    {"*deepep*", kBetweenDevices},
    {"*p2p*", kBetweenDevices},
    {"*peer*", kBetweenDevices},
    {"*h2d*", kWithHost},
    {"*d2h*", kWithHost},
    {"*l2-resident*", "reads that L2 serves: not modelled"},
    {"*mte2*", "the time of the DMA engine alone"},
    {"*sparse*", "sparse attention: what is computed is not given"},
});

constexpr std::array kNotes = std::to_array<Reason>({
    {"*untuned*", "an untuned kernel: models are of library kernels"},
    {"*intermediate tuning*", "an untuned kernel: models are of library kernels"},
    {"*idle gaps*", "a mean that includes idle gaps"},
});

constexpr std::array kMetrics = std::to_array<Reason>({
    {"*range*", "one end of a range over shapes that are not given"},
    {"*_low", "one end of a range over shapes that are not given"},
    {"*_high", "one end of a range over shapes that are not given"},
    {"*aggregate*", "a rate of several devices"},
});

template <std::size_t N>
const char* reason_in(const std::array<Reason, N>& table, const std::string& text) {
  const auto* found = std::find_if(table.begin(), table.end(), [&](const Reason& row) {
    return validation::matches(row.pattern, text);
  });
  return found == table.end() ? nullptr : found->reason;
}

const Unit* unit_named(const std::string& name) {
  const auto* found = std::find_if(kUnits.begin(), kUnits.end(),
                                   [&](const Unit& unit) { return unit.name == name; });
  return found == kUnits.end() ? nullptr : found;
}

Draft draft_of(const Row& row) {
  Draft draft{row,
              lower(row.text("op")),
              lower(row.text("notes")),
              precision_of(row.text("precision")),
              {}};
  auto& point = draft.point;
  point.id = row.text("id");
  if (point.id.empty()) point.id = fmt::format("line {}", row.line());
  point.line = row.line();
  point.chip = row.text("chip");
  point.operation = row.text("op");
  point.group = kOtherGroup;
  point.precision = draft.precision ? chips::name_of(*draft.precision) : row.text("precision");
  if (point.precision.empty()) point.precision = "-";
  point.metric = row.text("metric");
  point.unit = row.text("unit");
  point.split = split_of(row);
  point.source = row.text("source");
  point.notes = row.text("notes");
  point.confidence = row.text("confidence");
  return draft;
}

// What was measured beside a power: a time, or the rate in the notes.
double latency_of(const KernelPoint& point) {
  switch (point.figure) {
    case Figure::kTime:
      return point.published;
    case Figure::kWorkRate:
      return point.work.si() / point.published;
    case Figure::kBandwidth:
      return point.traffic.si() / point.published;
    case Figure::kPower:
    case Figure::kShareOfPeak:
      break;
  }
  constexpr double kTera = 1e12;
  const auto rate = number_before(point.notes, "tflops");
  return rate && *rate > 0 ? point.work.si() / (*rate * kTera) : 0.0;
}

void read_operation(Draft& draft) {
  if (read_no_kernel(draft)) return;
  if (read_gemm(draft) || read_attention(draft) || read_stream(draft)) return;
  draft.point.reason = fmt::format("the operation '{}' has no kernel model", draft.row.text("op"));
}

}  // namespace

bool read_no_kernel(Draft& draft) {
  const char* reason = reason_in(kOperations, draft.operation);
  if (reason == nullptr) reason = reason_in(kMetrics, lower(draft.point.metric));
  if (reason == nullptr) reason = reason_in(kNotes, draft.notes);
  if (reason == nullptr) return false;
  draft.point.reason = reason;
  return true;
}

void read_figure(const Row& row, std::vector<KernelPoint>& points) {
  auto draft = draft_of(row);
  auto& point = draft.point;
  const auto* unit = unit_named(lower(point.unit));
  if (unit != nullptr) {
    point.figure = unit->figure;
    point.unit_size = unit->size;
  }
  read_operation(draft);
  const bool has_kernel = point.reason.empty() || point.reason == kNoShape;
  if (has_kernel && unit == nullptr) {
    point.reason = fmt::format("a figure in '{}' is not of a kernel", point.unit);
  } else if (has_kernel) {
    const auto value = row.positive("value");
    if (!value) return;
    point.published = *value * unit->size;
  } else {
    // Ranges and words are welcome where nothing is compared.
    point.published = number_of(row.text("value")).value_or(0) * point.unit_size;
  }
  if (point.reason.empty()) point.latency = base::Time(latency_of(point));
  points.push_back(std::move(point));
}

}  // namespace weft::kernels
