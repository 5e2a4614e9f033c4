// What `weft compare` is asked: one job, two or more builds, and what is held equal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/money.h"
#include "weft/study/run.h"

namespace weft::compare {

// What all builds have as much of.
enum class Footing {
  kDevices,
  kPackages,
  kDies,
  kPeak,   // matrix FLOP/s of all devices, in the format that each trains in
  kPower,  // at the meter, mean while training
  kMoney,  // paid once
  kTime,   // to train, failures and all
  kWafers  // of logic, as they yield
};
inline constexpr int kFootingCount = 8;
const char* name_of(Footing footing);

// kSame: the job's format. kBest: each build trains in the one of BF16 (else FP16) and the 8-bit
// formats of its chip that is fastest for it.
enum class PrecisionRule { kSame, kBest };
const char* name_of(PrecisionRule rule);

// kSame: the job's batch. kCritical: builds may double it as often as that shortens the run, with
// the tokens that a larger batch takes (critical_batch.h).
enum class BatchRule { kSame, kCritical };
const char* name_of(BatchRule rule);

// kScaled: each build is resized to the footing. kStated: all keep their size, figures are per unit
// of the footing.
enum class Sizes { kScaled, kStated };
const char* name_of(Sizes sizes);

// B_crit, in tokens.
struct CriticalBatch {
  double tokens = 0;
  std::string source;
};

// One of the builds, as the document states it.
struct Build {
  base::Node entry;
  std::string unit;             // "host", "rack", "pod"
  std::int64_t unit_hosts = 1;  // hosts in one
  int scale_up_tiers = 0;       // of its fabric, from the inside out
};

struct Question {
  base::Document document;
  study::Study stated;  // the job, and a case a build at its stated size
  std::vector<Build> builds;
  std::vector<Footing> footings;
  bool says_footings = false;  // else all that can be had
  PrecisionRule precision = PrecisionRule::kSame;
  BatchRule batch = BatchRule::kSame;
  Sizes sizes = Sizes::kScaled;
  std::optional<CriticalBatch> critical;
  base::Currency currency;  // of all money

  [[nodiscard]] const workload::Job& job() const { return stated.job; }
};

// A document of kind `compare`. Keys: job; builds: two or more entries as in `clusters:` of a study
// or names of clusters, the first is the base; footing; precision; batch; critical_batch; sizes;
// and as in a study plan, search, campaign. Errors go to the reading; throws base::InputError where
// what follows could not be read.
Question read_question(const base::Document& document, const base::Catalog& catalog,
                       base::Reading& reading);

// A build at a size.
struct Variant {
  std::size_t build = 0;
  std::int64_t hosts = 0;                                    // 0: as stated
  std::optional<chips::Precision> precision = std::nullopt;  // none: the job's
  std::int64_t batch = 0;                                    // sequences; 0: the job's
  friend bool operator==(const Variant&, const Variant&) = default;
};

// The study of one case that a variant is, as a document: `weft run` answers it alike.
base::Document study_of(const Question& question, const Variant& variant);

}  // namespace weft::compare
