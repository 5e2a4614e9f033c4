// Tables of measured kernels.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/chips/kernel.h"

namespace weft::kernels {

// What a point times. A cast of the activations belongs to narrow GEMMs that were measured with it.
struct MeasuredGemm {
  chips::Gemm shape;
  bool with_cast = false;
};
struct MeasuredGroupedGemm {
  chips::GroupedGemm shape;
  bool with_cast = false;
};
struct MeasuredAttention {
  chips::AttentionSize size;
  chips::Precision precision = chips::Precision::kBf16;
  enum class Pass { kForward, kBackward, kBoth } pass = Pass::kForward;
  bool portable = false;  // without the chip's own instructions (FlashAttention-2)
  bool tuned = false;     // by hand for this chip: starts as fast as a GEMM
  // What an inference engine does before, in the same measurement: it copies new keys and values
  // into the cache, with or without the rotary embedding of these and of the queries.
  enum class Before { kNothing, kCache, kRotaryAndCache } before = Before::kNothing;
};
struct MeasuredOperator {
  chips::MemoryBound shape;
};
// The best of several: a search of which only the winner's rate was published. Times are scaled to
// the work of the first.
struct MeasuredBestGemm {
  std::vector<chips::Gemm> shapes;
  bool with_cast = false;
};
using Measured = std::variant<MeasuredGemm, MeasuredGroupedGemm, MeasuredAttention,
                              MeasuredOperator, MeasuredBestGemm>;

// The figure that was published. Rates of work count the useful FLOPs of the source's convention
// (`work`), rates of traffic its bytes (`traffic`).
enum class Figure { kTime, kWorkRate, kBandwidth, kPower, kShareOfPeak };

struct KernelPoint {
  std::string id;         // of the row, or "line N"
  std::string chip;       // as written
  std::string operation;  // as written: "flash_attn3_fwd"
  std::string group;      // that errors are pooled by, see groups below
  std::string precision;  // name of the format, "bf16", "fp8_block", "-"
  Measured kernel;
  Figure figure = Figure::kTime;
  base::Work work;           // of one kernel, as the source counts it
  base::Bytes traffic;       // the same
  base::Time latency;        // measured, where the table has it beside the figure; else 0
  double published = 0;      // SI
  std::string metric, unit;  // as written
  double unit_size = 1;      // SI of one `unit`
  std::string split;         // "fit", "test" or empty
  std::string source, notes, confidence;
  std::string framework;  // of inference, that has run it; empty: nobody's, or a user's own
  std::string reason;     // why no kernel model stands behind the row; empty: it can be predicted
  int line = 0;
};

// Groups of operations.
inline constexpr const char* kGemmGroup = "gemm";
inline constexpr const char* kFusedGemmGroup = "fused gemm";  // with an epilogue
inline constexpr const char* kGroupedGemmGroup = "grouped gemm";
inline constexpr const char* kBestGemmGroup = "gemm best shape";
inline constexpr const char* kForwardGroup = "attention forward";
inline constexpr const char* kBackwardGroup = "attention backward";  // alone or with the forward
inline constexpr const char* kDecodeGroup = "attention decode";
inline constexpr const char* kMemoryGroup = "memory bound";
inline constexpr const char* kOtherGroup = "other";  // no kernel model stands behind it

struct PointsTable {
  std::string name;
  std::vector<KernelPoint> points;
};

// Reads a table of one of these layouts, told apart by its header:
// id,chip,op,m,n,k_or_seq,precision,metric,value,unit,...; and of ai-dynamo/aiconfigurator:
// dtype,m,n,k,latency_us (GEMM; with power_w, a second point of the same kernel);
// phase,batch,q_len,kv_len,q_heads,kv_heads,head_dim,attn_dtype,kv_dtype,latency_us (attention).
// Throws base::InputError with line and column on broken CSV, unknown layouts and broken numbers.
PointsTable read_points(const std::filesystem::path& file);
PointsTable parse_points(std::string text, std::string name);
// The table that ships.
std::filesystem::path shipped_points(const base::Catalog& catalog);

}  // namespace weft::kernels
