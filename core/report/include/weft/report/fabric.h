// The answer of `weft fabric`, for a person and for a program.
#pragma once

#include <string>

#include "weft/network/survey.h"
#include "weft/report/terminal.h"

namespace weft::report {

std::string to_terminal(const network::Survey& survey, Colour colour);

// The schema of to_json(), "weft.fabric/1". Keys end in their SI unit; tiers from the inside out.
std::string to_json(const network::Survey& survey);

}  // namespace weft::report
