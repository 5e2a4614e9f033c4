// The numbers of a chip that measured kernels can tell, and what is known of them beforehand.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/fields.h"
#include "weft/calibration/parameter.h"
#include "weft/chips/chip.h"

namespace weft::calibration {

// A prior where the document gives no range of its own: the value written by hand, times `down` and
// `up`; or, where that value is 0, low ... mode ... high. No fit leaves least ... most.
struct WidePrior {
  double down, up;
  double low, mode, high;
  double least, most;
};

// A kind of number; of one format where it is one per format (the others ignore the argument).
struct KernelFamily {
  const char* path;  // in the document; a format's name follows a path that ends with a dot
  const char* unit;
  double unit_size;    // SI
  WidePrior prior;     // SI
  const char* advice;  // which points would tell it; {} stands for the format
  double (*get)(const chips::Device&, chips::Precision);
  void (*set)(chips::Device&, chips::Precision, double);
};

enum class Family {
  kEfficiency,
  kMemory,
  kFixed,
  kNorm,
  kEdge,
  kGrouped,
  kDroop,
  kWaves,
  kTensorTraffic,
  kTensorFixed,
  kBlockTraffic,
  kBlockFixed,
  kHandover,
  kStream,
  kHalfBlock,
  kSoftmax,
  kAttentionFixed,
  kAttentionEdge,
  kBackward,
  kPortable,
  kPerFlop,
  kPerByte
};
const KernelFamily& family_of(Family family);

// One of them, of one chip.
class KernelParameter {
 public:
  // `chip`: as written by hand, with the ranges that its document gives in `inputs`. `start`: what
  // stands when the points do not tell; a chip that extends another has it from the other's fit.
  KernelParameter(const chips::Chip& chip, const std::vector<base::UncertainInput>& inputs,
                  const chips::Device& start, Family family,
                  chips::Precision precision = chips::Precision::kBf16);

  [[nodiscard]] Family family() const { return family_; }
  [[nodiscard]] chips::Precision precision() const { return precision_; }
  [[nodiscard]] bool is_per_format() const;
  [[nodiscard]] const KernelFamily& traits() const { return family_of(family_); }
  // Behind the chip's name, "kernels.gemm.fixed".
  [[nodiscard]] std::string path() const { return path(precision_); }
  [[nodiscard]] std::string path(chips::Precision precision) const;
  [[nodiscard]] const Parameter& prior() const { return prior_; }
  [[nodiscard]] double start() const { return start_; }
  // What is measured in one 16-bit format counts for the other.
  void stand_for(chips::Precision twin) { twin_ = twin; }
  [[nodiscard]] std::optional<chips::Precision> twin() const { return twin_; }

  // Puts the value at z into the device.
  void apply(chips::Device& device, double z) const { put(device, prior_.value(z)); }
  // An SI value as the document has it: "3.1 us".
  [[nodiscard]] std::string written(double value) const;
  [[nodiscard]] std::string advice() const;

 private:
  void put(chips::Device& device, double value) const;

  Family family_;
  chips::Precision precision_;
  std::optional<chips::Precision> twin_;
  double start_ = 0;
  Parameter prior_;
};

}  // namespace weft::calibration
