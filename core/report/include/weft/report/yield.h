// The answer of `weft yield`, for a person and for a program, and wafers as pictures.
#pragma once

#include <string>

#include "weft/report/terminal.h"
#include "weft/yield/yield.h"

namespace weft::report {

std::string to_terminal(const yield::Answer& answer, Colour colour);

// The schema, "weft.yield/1". Keys end in their SI unit; money is {amount, currency}; an interval
// is [low, high] of 90 % of the samples.
std::string to_json(const yield::Answer& answer);

// One wafer as characters, a die each: the number of its bin, a point for scrap.
std::string wafer_text(const manufacturing::SimulatedWafer& wafer);
// The same as an SVG picture by itself: dies by bin, defects as dots, latent ones as rings.
std::string wafer_svg(const yield::Answer& answer, const manufacturing::SimulatedWafer& wafer);

}  // namespace weft::report
