// Words of `weft compare`. Internal to the room.
#pragma once

#include <string>

#include "weft/compare/answer.h"

namespace weft::report {

// "devices", "power at the meter".
std::string footing_text(compare::Footing footing);
// How much of it a run has, with its unit; of time the days that it trains.
std::string amount_text(compare::Footing footing, const compare::Figures& figures,
                        const base::Currency& currency);
// What a token takes of it: "device-time", "energy".
std::string token_noun(compare::Footing footing);
std::string token_text(compare::Footing footing, double value, const base::Currency& currency);

// From the base to a build, cause by cause, with signed bars.
std::string waterfall_text(const compare::Answer& answer, const compare::OnFooting& on,
                           std::size_t build);
// How to read it, what was left out, and where the critical batch is from.
std::string compare_notes(const compare::Answer& answer);

}  // namespace weft::report
