// Signed counts as places in vectors.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::step {

constexpr std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace weft::step
