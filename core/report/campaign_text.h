// Figures of a campaign that more than one form of its report has.
#pragma once

#include <string>

#include "weft/report/campaign.h"

namespace weft::report {

// "die_yield 40 %, spares 2 %"; "" where nothing is varied.
std::string variant_text(const weeks::CaseAnswer& answer, const weeks::VariantAnswer& variant);
// Stops a week of the wall clock, and half the width of their interval.
double stops_a_week(const weeks::VariantAnswer& variant);
double stops_a_week_half_width(const weeks::VariantAnswer& variant);
// The cause that takes most of the wall clock; nullptr when none takes any.
const campaign::CauseOutlook* costliest(const campaign::Outlook& outlook);

// Quoted where it has to be (RFC 4180).
std::string csv_cell(const std::string& text);

// Shares of the time for which spares are worked out.
inline constexpr double kSpareLevel = 0.99;

}  // namespace weft::report
