// What a campaign assumes: how often each component stops the job, how the job comes back, and how
// it is checkpointed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/quantity.h"

namespace weft::campaign {

// What a hazard counts. kPackage is the "GPU slot" of published failure tables: rates per slot are
// per package, also where software sees each die as a device.
enum class Unit { kDevice, kPackage, kMemoryByte, kHost, kNic, kSwitch, kOpticalModule, kJob };

// One cause of interruptions, with a constant hazard.
struct Component {
  std::string name;
  Unit unit = Unit::kDevice;
  base::Rate hazard;       // of one unit: failures that would stop the job
  double tolerated = 0.0;  // share of these that the job survives without stopping
};

// From a failure to the first step after it, without loading the checkpoint.
struct Recovery {
  base::Time detect;
  base::Time restart_fixed;
  base::Time restart_per_device;
};

struct Checkpoint {
  base::Bytes bytes_per_parameter{14};  // BF16 weight, FP32 master, two Adam moments
  base::Time blocking_fixed;            // pause of the job on top of the writing
  bool asynchronous = false;            // writing does not stop the job
  std::optional<base::Time> interval;   // none: the best one
};

struct Policy {
  std::string name;
  std::vector<Component> components;
  Recovery recovery;
  Checkpoint checkpoint;
};

// Reads a document of kind `campaign`. Errors go to `reading`.
Policy read_policy(const base::Document& document, base::Reading& reading);

}  // namespace weft::campaign
