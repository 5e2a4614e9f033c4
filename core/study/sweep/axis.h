// Axes of a sweep as they are written. Internal to the room.
#pragma once

#include <optional>
#include <string>

#include "weft/sweep/design.h"

namespace weft::sweep {

// Of a grid a range becomes levels; other schemes draw from it.
std::optional<Axis> read_axis(std::string path, const base::Node& node, Scheme scheme,
                              base::Reading& reading);

// A number of a span in its unit: "200 GB/s".
std::string text_of(const Span& span, double number);

// In SI units, money in its currency; not a number for what is no quantity.
double si_of(const std::string& text);

// "{use: dgx_h100, hosts: 8}"
std::string text_of(const base::Node& node);

}  // namespace weft::sweep
