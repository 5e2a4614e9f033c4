// A Chakra trace, and the file of groups beside it (JSON).
#include "target.h"
#include "weft/chakra/trace.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace weft;
  const fuzz::File file(fuzz::text_of(bytes, size));
  if (size > 0 && bytes[0] == '{') {
    fuzz::reads([&] { chakra::read_groups(file.path()); });
    return 0;
  }
  fuzz::reads([&] {
    const auto trace = chakra::read_trace(file.path());
    fuzz::require(chakra::is_alike(trace, trace));
    fuzz::require(chakra::likeness(trace) == chakra::likeness(trace));
    for (const auto& operation : trace.operations) {
      for (const auto before : trace.dependencies_of(operation)) {
        fuzz::require(before < trace.operations.size());
      }
    }
  });
  return 0;
}
