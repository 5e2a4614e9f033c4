// The devices of a cluster, no two quite alike: classes by the bin of their package, a spread of
// speed within a class, hosts that run slow, parts that will fail early.
//
// Times are relative: 1 is a device as the chip's document has it. Measured runs, and what is
// fitted to them, already hold the ordinary spread of the devices that they ran on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/base/fields.h"
#include "weft/base/quantity.h"
#include "weft/chips/chip.h"
#include "weft/cluster/cluster.h"
#include "weft/manufacturing/survival.h"

namespace weft::population {

// Devices of packages of one bin. Factors are over the chip's own device.
struct DeviceClass {
  std::string bin;
  double share = 1;      // of the packages; those of all classes sum to 1
  int cores = 0;         // enabled, per die; 0: not known
  int stacks = 0;        // of memory, per package; 0: not known
  double compute = 1;    // peaks: cores and clock
  double bandwidth = 1;  // of memory
  double capacity = 1;
  double time = 1;      // of a kernel, in the median device; by its scarcest resource
  double power = 1;     // under load, mean over the class: leakage
  double p_latent = 0;  // per package, after burn-in
};

enum class SpreadShape { kLognormal, kNormal };

// Of times between devices of one class, around the class's own. Lognormal: t · e^{σz}; normal:
// t · (1 + σz).
struct Spread {
  SpreadShape shape = SpreadShape::kLognormal;
  double sigma = 0;
};

// Whole hosts that run slow (0.5 % of the machines, 10 % slower: MegaScale, arXiv 2402.15627 §5).
struct SlowHosts {
  double share = 0;
  double speed = 1;  // of the others'
};

// Static power: lognormal between devices, with median 1.
struct Leakage {
  double share = 0;   // of a median device's power under load
  double spread = 0;  // σ of its logarithm
};

// Hosts that fail again and again.
struct Lemons {
  double share = 0;
  double multiplier = 1;  // of their hazard
};

// What is done with a new cluster before the job.
struct Acceptance {
  double bad_hosts = 0;     // share of the hosts bought that fail it and are sent back
  base::Time time;          // under load
  double finds_lemons = 0;  // share of the lemons that it finds and sends back
};

// How a cluster is filled: kExpected takes as many packages of each class as the shares say (by the
// largest remainder), kSampled draws each package.
enum class Draw { kExpected, kSampled };

struct Population {
  std::vector<DeviceClass> classes;  // as the bins are written: best first
  bool bins_given = false;           // `bins:` says the shares, not the yield
  Spread spread;
  SlowHosts slow;
  Leakage leakage;
  Lemons lemons;
  Acceptance acceptance;
  manufacturing::Survival survival;  // of a weak die
  int devices_per_package = 1;
  int devices_per_host = 8;
  std::string placement = "random";  // see placement.h
  Draw draw = Draw::kSampled;
  int samples = 100;
  std::uint64_t seed = 1;

  // Every device is as its class has it.
  [[nodiscard]] bool is_discrete() const { return spread.sigma == 0; }
  // All are alike.
  [[nodiscard]] bool is_uniform() const;
  // Peaks, mean over all devices, over the cluster's own.
  [[nodiscard]] double mean_compute() const;
  // Of one device under load, mean over all, over the chip's own.
  [[nodiscard]] double mean_power() const;
  // Of memory, of the worst device: what a plan must fit.
  [[nodiscard]] double least_capacity() const;
};

// Of a cluster (or a part of a mixed one) about which nothing else is said: the bins that its
// chip's own yield gives, or one class where the chip's document does not say how it is made.
Population population_of(const cluster::Cluster& cluster);

// Reads {bins: {NAME: share, …}, placement: NAME, clock_spread: σ, clock_shape: lognormal | normal,
// leakage_share:, leakage_spread:, slow: {share:, factor:}, lemons: {share:, multiplier:},
// acceptance: {bad_hosts:, time:, finds_lemons:}, draw: sampled | expected, samples:, seed:}.
// `bins` are those of the chip's document and their shares of the packages that are bought, also
// such as are usually sold as another chip; without it they are what the yield gives. Errors go to
// the reading of `fields`.
Population read_population(base::Fields fields, const cluster::Cluster& cluster);

// Leaves of the devices' memory what the worst of them has, so that every plan that fits fits all.
void limit_memory(const Population& population, cluster::Cluster& cluster);

// Makes the fastest class the cluster's own device and the others relative to it: a cluster of one
// bin is one of that bin's chip, and only what is slower than the best is waited for. Memory is
// limit_memory()'s, power as before.
void adopt_fastest(Population& population, cluster::Cluster& cluster);

// A device of this class, for the models of kernels and power.
chips::Device device_of(const chips::Device& own, const DeviceClass& kind);
// A device that takes `time` as long for every kernel.
chips::Device slowed(const chips::Device& own, double time);

// Whole numbers that sum to `total`, as near to the shares as can be: each gets the whole part of
// its share, and those with the largest remainders one more (the first of equals). Shares sum to 1.
std::vector<std::int64_t> largest_remainder(const std::vector<double>& shares, std::int64_t total);

}  // namespace weft::population
