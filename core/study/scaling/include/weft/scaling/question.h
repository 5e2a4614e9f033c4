// What `weft scaling` is asked: one job on one kind of cluster, at several sizes or with one value
// of its parts varied.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/study/run.h"

namespace weft::scaling {

// How the global batch goes with the size: kStrong keeps it, kWeak grows it with the devices.
enum class Grow { kStrong, kWeak };
const char* name_of(Grow grow);

// kReoptimised: the best plan at each point. kFixed: that of the first point everywhere; a larger
// cluster has more data-parallel replicas of it.
enum class PlanRule { kReoptimised, kFixed };
const char* name_of(PlanRule rule);

// What is compared with the first point: tokens a second of a device while it steps, or with what
// failures and checkpoints cost taken off.
enum class Linearity { kStep, kGoodput };
const char* name_of(Linearity linearity);

// One size, or one value.
struct Point {
  std::string label;         // "512 devices", "53 GB/s"
  std::int64_t devices = 0;  // of the cluster, used or not
  study::Study study;        // of one case: `weft run` answers it alike
};

struct Question {
  std::string of;  // the cluster, without its size
  Grow grow = Grow::kStrong;
  PlanRule plan = PlanRule::kReoptimised;
  Linearity linearity = Linearity::kStep;
  std::string varied;         // "devices", "hosts", "racks", "pods", or the path of `against`
  std::vector<Point> points;  // the first is the base
};

// A document of kind `scaling`. Keys: job; cluster: an entry as in `clusters:` of a study, or a
// name; one of devices, hosts, racks, pods (a list that grows) and against: {path:, values:}; grow;
// plan: re-optimised, fixed, or a map as in a study; linearity: step or goodput; and as in a study
// search, campaign. Errors go to the reading; throws base::InputError where what follows could not
// be read.
Question read_question(const base::Document& document, const base::Catalog& catalog,
                       base::Reading& reading);

}  // namespace weft::scaling
