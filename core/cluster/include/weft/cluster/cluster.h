// Chips × fabric × hosts as one value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/money.h"
#include "weft/base/quantity.h"
#include "weft/chips/chip.h"
#include "weft/chips/kernel.h"
#include "weft/interconnect/fabric.h"

namespace weft::cluster {

// What stands in a host beside its devices.
enum class HostPart { kCpus, kMemory, kNics, kSwitches, kStorage, kBoards };
inline constexpr std::size_t kHostPartCount = 6;
const char* name_of(HostPart part);  // for a person

// DC power of a part: idle, while a job runs, and at most.
struct Draw {
  base::Power idle, training, limit;
};

// What carries the heat away from a host's boards.
enum class Cooling { kAir, kColdPlate, kImmersion };

// A server (or compute tray): what stands around its packages.
struct Host {
  int packages = 8;
  int devices = 8;
  int cpus = 2;
  int nics = 8;
  base::Power base_training;  // CPUs, memory, NICs, in-host switches, DC side, under load
  base::Power base_idle;
  base::Power base_limit;  // with all of them at their limit; 0: as in training
  // Those of them whose power is known apart; boards and all else are what is left of the three.
  std::array<Draw, kHostPartCount> parts{};
  std::optional<Cooling> cooling;
  base::Power fan_fixed;  // fans: fixed + cubic · (load / rated load)³
  base::Power fan_cubic;
  double psu_efficiency = 1.0;
  base::Bytes memory;                // of its CPUs; 0: not known
  base::Bandwidth memory_bandwidth;  // the same
  double update_share = 0;           // of it that an optimizer on the CPUs reaches
  base::Bandwidth device_link;       // between it and one device, one way; 0: not known
};

struct Storage {
  base::Bandwidth read;  // whole cluster
  base::Bandwidth write;
};

// What it costs to have, without tax: per host, for a cluster of this size.
struct Prices {
  std::optional<base::Money> per_host;  // capital
  bool includes_network = false;        // per_host already holds fabric and racks
  std::optional<base::Money> rent_per_package_hour;
};

// Clocks, caps and what is degraded.
struct OperatingState {
  chips::OperatingPoint point;
};

// How the parts of a mixed cluster reach each other.
struct Joint {
  interconnect::Link link;
  int links_per_host = 0;  // 0: as many as the host has NICs
  int links = 0;           // that all of them share; 0: no fewer than hosts have
  base::Time latency;      // of the way, besides the link's own
};

struct Cluster {
  std::string name;
  std::string label;  // for a person: "1 × CloudMatrix384"
  chips::Chip chip;
  Host host;
  std::int64_t hosts = 1;
  double racks = 0;  // that all hosts and their switches fill; 0: not known
  interconnect::Fabric fabric;
  Storage storage;
  Prices prices;
  std::string facility;  // name of a site document
  std::string software;  // default stack of this kind of cluster
  OperatingState state;
  // A mixed cluster: behind this part further ones, each with its own chips, hosts and fabric and
  // none behind it. A stage of a pipeline lies in one part. All else here is of the first part,
  // but for the label and the facility, which are of the whole.
  std::vector<Cluster> further;
  Joint joint;

  [[nodiscard]] std::int64_t devices() const { return hosts * host.devices; }
  [[nodiscard]] std::int64_t packages() const { return hosts * host.packages; }
  [[nodiscard]] const chips::Device& device() const { return chip.device; }

  [[nodiscard]] bool is_mixed() const { return !further.empty(); }
  [[nodiscard]] int parts() const { return 1 + static_cast<int>(further.size()); }
  [[nodiscard]] const Cluster& part(int number) const {
    return number == 0 ? *this : further[static_cast<std::size_t>(number) - 1];
  }
  // Of all parts.
  [[nodiscard]] std::int64_t all_devices() const;
  // "Ascend 910B2 + Nvidia A100".
  [[nodiscard]] std::string chip_names() const;
};

// One message of each of `devices` devices to their like in another part, all at once: links are
// shared evenly, and the end that has fewer for a device sets the pace.
base::Time joint_time(const Cluster& mixed, int from, int to, std::int64_t devices,
                      base::Bytes bytes);

// Reads one entry of a study's `clusters:`. {mixed: [{use: NAME, …}, …], between: {link: NAME,
// per_host: n, links: n, latency: s}, facility: NAME} is a mixed cluster, whose facility is that of
// its first part unless it is given; without per_host a host reaches the other parts by all its
// NICs. Else it is a map {use: NAME, hosts: n | racks: n | pods: n,
// hosts_per_domain: n, power_cap: W of a package, software: NAME, facility: NAME}. With
// `hosts_per_domain` each scale-up domain is built with that many hosts (16 of the 18 trays of an
// NVL72, so that groups stay even), and racks and pods count only those. The document's `unit:
// {name: rack | pod, hosts: n, racks: n}` says how many racks a pod fills. The caller asks for the
// keys that are its own and then finishes `use`. Errors go to the reading of `use`.
//
// The document's `fabric: {scale_up:, scale_out:, sites:}` has a tier or a list of tiers, from the
// inside out, on either side, and may have a tier of kind long_haul around them. A fat tree without
// `size` that stands outermost in scale_out is built for the domains that the study asks for; any
// other network has the size that is written, and a study uses all of it or a whole part: slices of
// a torus, groups or routers of a dragonfly. Hosts are divided evenly among sites.
Cluster read_cluster(base::Fields& use, const base::Catalog& catalog);

}  // namespace weft::cluster
