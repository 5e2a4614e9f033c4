// One training step in the Trace Event Format, which Perfetto (ui.perfetto.dev) and
// chrome://tracing open:
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
//
// A process for each pipeline stage: it stands for each of the stage's devices, which are alike.
// Its threads are streams: what the device does one after the other, the communication that runs
// behind that by cause, and what it sends to other stages. Events:
//   X  operations of the schedule (category "operation"), in them and beside them what the time
//   goes
//      into (category "part", the parts of the ledger), hidden communication ("hidden"), sends
//      ("send");
//   s, f  from the send to the operation that needs it;
//   C  power (W) and memory (B) of one device; M names and order of processes and threads.
// Times are in µs, to the nanosecond: what is shorter is left out.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/step/timeline.h"

namespace weft::step_trace {

// Viewers become unusable with more events, and files take some 250 MB.
inline constexpr std::size_t kMostEvents = 2'000'000;

struct TracedStep {
  std::string title;               // of the case: a cluster
  std::string plan;                // in words
  std::vector<std::string> notes;  // what the trace does not show
  std::vector<std::string> parts;  // names of the cluster's parts; one unless it is mixed
  step::Timeline timeline;
};

// Events in all, metadata left out; a little more than are written.
std::size_t events_of(std::span<const TracedStep> steps);

// Gives the whole file in pieces. Processes of the second step follow those of the first. Throws
// std::length_error, with the numbers, for more than kMostEvents.
void write_trace(std::span<const TracedStep> steps,
                 const std::function<void(std::string_view piece)>& put);

}  // namespace weft::step_trace
