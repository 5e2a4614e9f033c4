// Words for money and ranges. Internal to the room.
#pragma once

#include <functional>
#include <string>

#include "weft/report/cost.h"

namespace weft::report {

// "1.60 USD"; "-" for what is not known.
std::string cost_money(double amount, const base::Currency& currency);
// "1.60 USD (1.40–1.90)": of a figure, with the range that uncertain inputs give it.
std::string cost_money_range(const cost::CaseAnswer& answer, const cost::Ranges& ranges,
                             cost::Figure figure);
// "1.60 USD (1.40–1.90)": any value with the ratios of its ends; "never" for an infinite one.
std::string cost_range(double value, double low_ratio, double high_ratio,
                       const std::function<std::string(double)>& text);
// "66.0 % (50.1–80.2)"; says never above 100 %.
std::string break_even_text(const cost::CaseAnswer& answer, const cost::Ranges& ranges);
// "33.2 months"; "never".
std::string payback_text(const cost::CaseAnswer& answer, const cost::Ranges& ranges);
// What is cheaper over the term, and by how much of the dearer; "-" where one is not known.
std::string cheaper_text(const cost::CaseAnswer& answer);

// What is asked, where prices come from, and what the words mean.
std::string cost_title(const cost::Answer& answer);
std::string cost_prices(const cost::Answer& answer, Colour colour);
std::string cost_notes(const cost::Answer& answer);

double figure_of(const cost::CaseAnswer& answer, cost::Figure figure);

}  // namespace weft::report
