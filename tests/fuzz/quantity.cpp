// A quantity: any text.
#include <cmath>

#include "target.h"
#include "weft/base/unit_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace weft;
  const auto text = fuzz::text_of(bytes, size);
  base::UnitError error;
  const auto quantity = base::parse_quantity(text, error);
  if (quantity) {
    fuzz::require(std::isfinite(quantity->si));
    fuzz::require(!base::to_text(quantity->si).empty());
  } else {
    fuzz::require(!error.message.empty() && error.offset <= text.size());
  }
  return 0;
}
