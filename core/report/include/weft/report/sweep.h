// The answer of `weft sweep`.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "weft/report/terminal.h"
#include "weft/sweep/results.h"

namespace weft::report {

// The schema of the JSON. Figures are in the unit beside them; null: not known.
inline constexpr const char* kSweepSchema = "weft.sweep/1";

// What came out, in short, and where the rest is.
std::string to_terminal(const sweep::Summary& summary, const std::filesystem::path& file,
                        Colour colour);
std::string to_json(const sweep::Summary& summary, const std::filesystem::path& file);

// Every line of the table `cases`, given to `put` piece by piece.
void sweep_csv(const std::filesystem::path& file, const std::function<void(std::string_view)>& put);

// A value in the unit of a figure, three significant digits: "12.3 s", "1.20 MW", "410 J/token".
std::string in_unit(double value, const std::string& unit);

}  // namespace weft::report
