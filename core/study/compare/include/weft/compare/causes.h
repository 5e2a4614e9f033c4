// Where the device-time of a token goes, by cause, so that two builds can be told apart.
#pragma once

#include <array>
#include <cstddef>

#include "weft/study/run.h"

namespace weft::compare {

enum class Cause {
  kPeak,     // model FLOPs at the matrix peak
  kKernels,  // matrix kernels below peak, vector units, work that is not in the model FLOPs
  kMemory,   // what kernels would gain if memory were infinitely fast
  kPower,    // what they would gain without a cap of power; the limit of a chip is in its kernels
  kRecompute,
  kHost,      // launches
  kScaleUp,   // exposed communication inside scale-up domains
  kScaleOut,  // exposed communication that would vanish if links between them were free
  kBubbles,
  kOptimizer,
  kOffload,
  kStragglers,
  kIdle,      // devices that no plan uses
  kFailures,  // and checkpoints
  kBatch,     // tokens more than with the job's own batch
};
inline constexpr std::size_t kCauseCount = 15;
const char* name_of(Cause cause);

using ByCause = std::array<double, kCauseCount>;
double sum(const ByCause& causes);

// Device-seconds of a token of `reference`'s run, all devices counted; they sum to devices · wall /
// tokens. Of the ledger of the outcome; kernels and communication are split by what the same step
// takes without a cap of power, then with free memory too, and with free links from tier
// `scale_up_tiers` on. `job` is what the case trains, the same as `reference` but for its batch
// and tokens. The run makes progress.
ByCause causes_of(const workload::Job& job, const workload::Job& reference,
                  const study::Case& study_case, const study::Outcome& outcome, int scale_up_tiers);

// The step of the same plan when links cost nothing.
struct FreeLinks {
  base::Time all;        // no link costs anything: what better links could give at most
  base::Time scale_out;  // those between scale-up domains alone
};
// In proportion to the step of the outcome. Throws as step::Evaluator does.
FreeLinks with_free_links(const workload::Job& job, const study::Case& study_case,
                          const study::Outcome& outcome, int scale_up_tiers);

// From one build to another: cause by cause, in units of the footing times s a token.
struct Waterfall {
  ByCause from{};
  ByCause to{};
  [[nodiscard]] double part(Cause cause) const {
    const auto c = static_cast<std::size_t>(cause);
    return to[c] - from[c];
  }
  // The sum of all parts.
  [[nodiscard]] double gap() const;
  // Of the gap; 0 where there is none.
  [[nodiscard]] double share(Cause cause) const;
};

}  // namespace weft::compare
