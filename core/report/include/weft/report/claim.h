// The answers of `weft claim`.
#pragma once

#include <string>
#include <vector>

#include "weft/claim/answer.h"
#include "weft/report/terminal.h"

namespace weft::report {

// The schema of the JSON. Figures are in SI units or money, as `unit` says; null: not known.
inline constexpr const char* kClaimSchema = "weft.claim/1";

using Claims = std::vector<claim::Answer>;

// One after the other, and how many have which verdict where there are several.
std::string to_terminal(const Claims& claims, Colour colour);
std::string to_json(const Claims& claims);
// A line a test.
std::string to_csv(const Claims& claims);
// The same as a table of Markdown: claim, published, predicted, verdict.
std::string claims_table(const Claims& claims);
// One claim as a block of a page for people who do not run weft.
std::string claim_block(const claim::Answer& answer);
// A page with what stands between `<!-- claims: begin -->` and `end` replaced by the table, and
// between `<!-- claim NAME: begin -->` and `end` by the block of that claim; other marks stay.
// Throws std::invalid_argument for a begin without an end.
std::string filled_page(std::string page, const Claims& claims);

}  // namespace weft::report
