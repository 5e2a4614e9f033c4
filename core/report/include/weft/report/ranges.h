// Ranges beside an answer's headline: what draws of uncertain inputs make of its figures.
#pragma once

#include <string>

#include "weft/report/terminal.h"
#include "weft/uncertainty/draws.h"

namespace weft::report {

// Figures that move, for all rows; empty where nothing was drawn. `kept`: what draws leave as it
// was found, such as "sizes and plans".
std::string ranges_text(const uncertainty::Draws& draws, const std::string& kept, Colour colour);
// An answer's JSON with the same in its member `ranges`: {draws:, inputs:, rows: [{label:, figures:
// {NAME: {unit:, mode:, low:, median:, high:}}}]}.
std::string with_ranges(const std::string& json, const uncertainty::Draws& draws);

}  // namespace weft::report
