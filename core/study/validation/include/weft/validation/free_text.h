// Tolerant readers for columns in which people write what they like: each takes what it knows out
// of the text and hands back the rest.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/chips/precision.h"
#include "weft/plan/plan.h"
#include "weft/workload/software.h"

namespace weft::validation {

// `*` stands for any run of characters; case does not count.
bool matches(std::string_view pattern, std::string_view text);
// Lower case, whatever is no letter or digit as one underscore: "Llama3.1-70B" is "llama3_1_70b".
// Keeps `*`.
std::string name_key(std::string_view name);
// Parts between commas and semicolons, without what leads up to a colon: "script x.sh: mc2; dp on"
// is "mc2", "dp on". Lower case.
std::vector<std::string> phrases(std::string_view notes);

struct PrecisionText {
  std::optional<chips::Precision> precision;
  std::optional<double> gradient_bytes;
  std::string rest;
};
PrecisionText read_precision(std::string_view text);

// At most one of the three says which layers; none: all of them.
struct RecomputeText {
  std::optional<plan::Recompute> kind;
  workload::Modules modules{};   // with kModules
  std::optional<int> per_chunk;  // first layers of each virtual stage
  std::vector<int> per_stage;
  std::optional<int> every;      // each n-th layer
  bool names_selective = false;  // "selective" without saying what: a matter of the stack
  std::string rest;
};
RecomputeText read_recompute(std::string_view text);

struct ZeroText {
  std::optional<int> stage;
  std::optional<int> ranks;  // hybrid sharding
  bool within_host = false;  // hybrid sharding over the devices of a host
  std::string rest;
};
ZeroText read_zero(std::string_view text);

struct AttentionText {
  std::optional<workload::AttentionKernel> kernel;
  bool is_latent = false;
  std::optional<int> query_rank, key_value_rank, rotary_dim, value_dim, head_dim;
  std::optional<int> window;
  std::optional<double> windowed_share;
  std::string rest;
};
AttentionText read_attention(std::string_view text);

enum class ScheduleName {
  kNone,
  kOneForwardOneBackward,
  kInterleaved,
  kGPipe,
  kZeroBubbleH1,
  kZeroBubbleH2,
  kZeroBubbleV,
  kDualPipe,
  kDualPipeV
};
struct ScheduleText {
  std::optional<ScheduleName> schedule;
  std::string rest;
};
ScheduleText read_schedule(std::string_view text);

struct FlagText {
  std::optional<bool> value;
  std::string rest;
};
FlagText read_flag(std::string_view text);

}  // namespace weft::validation
