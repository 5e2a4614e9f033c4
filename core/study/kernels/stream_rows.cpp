// Operations that stream, in tables of published figures.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "draft.h"

namespace weft::kernels {

namespace {

// Elements where only a bandwidth is given: long enough that the start does not count. FlagPerf's
// operators run on as many.
constexpr double kManyElements = 1024.0 * 1024 * 1024;
constexpr double kSmallBlock = 128;  // bytes
constexpr double kMega = 1e6;

// Bytes that an operator of PyTorch moves per element of 16 bits, each of its eager kernels reading
// and writing what it must; masks are bytes. Confirmed by the bandwidths that FlagOpen/FlagPerf
// @1b5a030 reports, or by its times.
struct Moves {
  std::string_view name;
  double bytes;
};
constexpr std::array kMoves = std::to_array<Moves>(
    {{"abs", 4},   {"neg", 4},   {"exp", 4},   {"log", 4},  {"sqrt", 4}, {"rsqrt", 4},
     {"sin", 4},   {"cos", 4},   {"tan", 4},   {"pow", 4},  {"div", 4},  {"mul", 4},
     {"clamp", 4}, {"floor", 4}, {"round", 4}, {"ceil", 4}, {"sub", 6},  {"reciprocal", 4},
     {"rsub", 6},  {"add", 6},   {"eq", 5},    {"ne", 5},   {"lt", 5},   {"le", 5},
     {"gt", 5},    {"ge", 5},    {"isnan", 3}, {"sum", 2},  {"mean", 2}, {"isinf", 7},
     {"max", 2},   {"min", 2},   {"amax", 2},  {"amin", 2}, {"prod", 2}, {"dropout", 5}});

// "1 Gi elements (op default)".
std::optional<double> elements_of(const std::string& text) {
  constexpr double kKi = 1024;
  const std::array units = {std::pair{"gi elements", kKi * kKi * kKi},
                            std::pair{"mi elements", kKi * kKi}, std::pair{"ki elements", kKi},
                            std::pair{"elements", 1.0}};
  for (const auto& [unit, size] : units) {
    if (const auto count = number_before(text, unit)) return *count * size;
  }
  return std::nullopt;
}

void set_stream(KernelPoint& point, double bytes, double work, double block) {
  chips::MemoryBound shape;
  shape.traffic = base::Bytes(bytes);
  shape.vector_work = base::Work(work);
  shape.block = base::Bytes(block);
  point.kernel = MeasuredOperator{shape};
  point.work = shape.vector_work;
  point.traffic = shape.traffic;
}

void read_torch(Draft& draft) {
  const auto name = draft.operation.substr(std::string_view("torch.").size());
  const auto* known = std::find_if(kMoves.begin(), kMoves.end(),
                                   [&](const Moves& moves) { return moves.name == name; });
  auto bytes = number_before(draft.notes, "bytes/element");
  if (!bytes && known != kMoves.end()) bytes = known->bytes;
  if (!bytes) {
    draft.point.reason = "what this operator moves, and of how many elements, is not given";
    return;
  }
  const auto elements = elements_of(draft.row.text("k_or_seq")).value_or(kManyElements);
  set_stream(draft.point, *bytes * elements, elements, 0);
}

void read_load(Draft& draft) {
  const bool small = has(draft.operation, "128b") || has(draft.operation, "small block");
  const auto bytes = number_before(draft.notes, "mb").value_or(kManyElements / kMega) * kMega;
  set_stream(draft.point, bytes, 0, small ? kSmallBlock : 0);
}

void read_copy(Draft& draft) {
  constexpr double kReadAndWrite = 2;
  const auto elements = elements_of(draft.row.text("k_or_seq")).value_or(kManyElements);
  const double bytes = draft.precision ? element_bytes(*draft.precision) : sizeof(float);
  set_stream(draft.point, kReadAndWrite * bytes * elements, 0, 0);
}

// Two reads and a write.
void read_add(Draft& draft) {
  const auto elements = elements_of(draft.row.text("k_or_seq")).value_or(kManyElements);
  const double bytes = draft.precision ? element_bytes(*draft.precision) : 2;
  set_stream(draft.point, 3 * bytes * elements, elements, 0);
}

struct Stream {
  std::string_view start;
  void (*read)(Draft&);
};
constexpr std::array kStreams = std::to_array<Stream>({{"torch.", read_torch},
                                                       {"read gm", read_load},
                                                       {"memcpy_d2d", read_copy},
                                                       {"d2d copy", read_copy},
                                                       {"elementwise add", read_add}});

}  // namespace

bool read_stream(Draft& draft) {
  const auto* found = std::find_if(kStreams.begin(), kStreams.end(), [&](const Stream& stream) {
    return draft.operation.rfind(stream.start, 0) == 0;
  });
  if (found == kStreams.end()) return false;
  draft.point.group = kMemoryGroup;
  found->read(draft);
  return true;
}

}  // namespace weft::kernels
