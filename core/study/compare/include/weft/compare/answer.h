// `weft compare`: builds on equal footing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/parallel.h"
#include "weft/compare/causes.h"
#include "weft/compare/question.h"
#include "weft/study/run.h"

namespace weft::compare {

// Of a build at a size, whole units. Per token: of the job as it is asked, whatever the batch.
struct Figures {
  double devices = 0, packages = 0, dies = 0;  // used and idle
  double devices_idle = 0;
  base::WorkRate peak;           // matrix, of all devices
  double tokens_per_second = 0;  // while stepping
  double rate = 0;  // tokens of the job over the wall time: failures and larger batches counted
  double mfu = 0;
  base::Time step, wall;
  double goodput = 1;  // productive over wall time
  base::Power power;   // at the meter, mean while training
  base::Energy energy_per_token;
  std::optional<double> capital;      // none: no price is known
  std::optional<double> own_million;  // owned, a million tokens
  std::optional<double> wafers;       // none: not known how the chip is made
  double batch_tokens = 0;            // of a step
  double more_tokens = 1;             // tokens of the run over those of the job as asked
  std::optional<double> over_least;   // the same over the fewest; none: no critical batch is given
  double data_parallel = 0;           // replicas of the plan
  double most_replicas = 0;           // that the batch has a sequence for
  base::Time free_links, free_scale_out;  // steps: see FreeLinks
};

// A build at a size, with its plan.
struct Run {
  Variant variant;
  workload::Job job;
  study::Case study_case;
  study::CaseResult result;  // as found
  std::string reason;        // why there are no figures
  Figures figures;
  ByCause causes{};  // device-seconds a token

  [[nodiscard]] bool is_known() const { return reason.empty(); }
};

// A build on a footing.
struct Standing {
  std::optional<std::size_t> run;  // of Answer::runs; none: there is no such size
  std::string reason;              // why there is no ratio; empty: there is one
  double amount = 0;               // of what is held equal, in whole units
  double remainder = 0;            // amount over the base's, less 1
  // The run taken so many times has exactly as much as the base.
  double scale = 1;
  // Tokens a second for a unit of the footing, over the base's; at equal time for a device.
  double ratio = 1;

  [[nodiscard]] bool is_known() const { return reason.empty(); }
};

// What stands for one of the base at equal time: devices, packages and dies of the build.
struct Replacement {
  double devices = 0, packages = 0, dies = 0;
};

struct OnFooting {
  Footing footing = Footing::kDevices;
  std::vector<Standing> standings;    // one a build
  std::vector<Waterfall> waterfalls;  // from the base to each build; zero where not known
};

struct Answer {
  Question question;
  std::vector<Run> runs;  // that footings speak of
  std::vector<OnFooting> footings;
  // One a build: from the footing of equal time, else from the first that knows it.
  std::vector<std::optional<Replacement>> replacements;
  std::vector<std::string> not_had;  // footings left out, and why

  // Null where a standing has none.
  [[nodiscard]] const Run* run_of(const Standing& standing) const {
    return standing.run ? &runs[*standing.run] : nullptr;
  }
  [[nodiscard]] bool any() const;  // whether anything could be compared
};

// Of what a footing holds equal, in SI units or money; none: not known. Of time the rate, tokens/s.
std::optional<double> amount_of(Footing footing, const Figures& figures);

// Builds other than the first are scaled in whole units (hosts where units are too coarse) to
// within a few per cent, at a size that divides well, each with its best plan; ratios are for the
// exact amount. Throws base::InputError.
Answer answer(const base::Document& document, const base::Catalog& catalog, base::Reading& reading,
              const base::ThreadTeam& team);

// The same question with other draws of its uncertain inputs: sizes, formats, batches and plans are
// those of `previous`.
Answer answer_again(const Answer& previous, const base::Document& document,
                    const base::Catalog& catalog, base::Reading& reading);

// The first footing, and that of equal time if there is one, alone.
Answer headline_of(const Answer& whole);

// The waterfall of two runs on a footing, for tests and other rooms. Both known, and the amounts.
Waterfall waterfall(Footing footing, const Run& from, const Run& to);

}  // namespace weft::compare
