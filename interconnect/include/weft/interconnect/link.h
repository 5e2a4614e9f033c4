// One kind of link: NVLink, HCCS, UB, RoCE, InfiniBand, the bridge between two dies.
#pragma once

#include <optional>
#include <string>

#include "weft/base/fields.h"
#include "weft/base/money.h"
#include "weft/base/quantity.h"

namespace weft::interconnect {

// Reduction inside the switch (NVLS, SHARP). Only all-reduce gains: every port sends its vector
// once to be summed and once its share of the result, (1 + 1/n)·S instead of 2(n-1)/n·S.
struct InSwitchReduction {
  int minimum_ranks = 2;    // smaller groups do not use it
  double efficiency = 1.0;  // share of the port's nominal bandwidth that those bytes reach
  base::Time latency;       // of one such all-reduce, all its steps
};

// What an optical link adds to the bill and to the failures. A copper link has no modules.
struct Optics {
  double modules_per_link = 0;  // both ends counted
  base::Power module_power;
  std::optional<base::Money> module_price = std::nullopt;
  // What drives the light: retimed (by a DSP or a CDR), linear (LPO) or coherent. Empty: not said.
  std::string kind{};
};

// A way to send that gives up bandwidth for short steps (NCCL's LL: a flag beside every four bytes
// instead of a fence), in use where it is faster. Messages take no half_size.
struct LowLatency {
  base::Time latency;       // one step of a collective
  double efficiency = 1.0;  // share of nominal
};

// Bandwidth is per direction. A message of s bytes occupies one link for
//   (s + half_size) / (bandwidth · efficiency)
// and arrives `latency` later, which is the curve bandwidth · efficiency · s / (s + half_size) that
// measurements of all-reduce show; a collective call costs `call_overhead` once on top of its
// steps.
struct Link {
  std::string name;
  base::Bandwidth bandwidth;  // one link, one direction, nominal
  int lanes = 1;              // physical links in one, for counting (18 NVLinks of one GPU)
  base::Time latency;         // one step of a collective: start, wire, first switch, arrival
  base::Time switch_latency;  // each further switch on the way
  double efficiency = 1.0;    // share of nominal that large ring steps reach
  base::Bytes half_size;      // message size at which half of that is reached
  base::Time call_overhead;   // start of one collective call
  double all_to_all_efficiency = 1.0;  // share of nominal that large all-to-all reaches
  std::optional<InSwitchReduction> in_switch_reduction;
  std::optional<LowLatency> low_latency;
  Optics optics;
  // One cable without modules at its ends; a link is as many as it has lanes.
  std::optional<base::Money> cable_price;
  std::optional<base::Money> port_price;  // one port of a switch for it, without optics
  base::EnergyPerByte energy_per_byte;    // of one byte sent once over it, both ends
};

// Reads a document of kind `link`. Errors go to `reading`.
Link read_link(const base::Document& document, base::Reading& reading);

}  // namespace weft::interconnect
