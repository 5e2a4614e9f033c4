// What a device does over time.
#pragma once

#include <vector>

#include "weft/trace/run.h"

namespace weft::trace {

// In the order in which time is accounted to them where several go on at once.
enum class Part { kCompute, kCommunication, kMemory, kHost };
inline constexpr int kPartCount = 4;

struct Interval {
  double start = 0, end = 0;  // s
  Part part = Part::kCompute;
};

// The parts of 0 ... finish; intervals are within it and may overlap.
RankParts parts_of(const std::vector<Interval>& intervals, double finish);
// s, the time within any interval of `part`.
double time_of(const std::vector<Interval>& intervals, Part part);

}  // namespace weft::trace
