// Rent over time, in the report currency of a case. Internal to the room.
#pragma once

#include "weft/cost/question.h"
#include "weft/site/rent_or_own.h"

namespace weft::cost {

// A package-hour at a time, and its mean over one, without discount. Throw std::out_of_range where
// a table ends.
double rent_at(const Case& one, double year);
double mean_rent(const Case& one, double from, double to);
// Of the commitment that the terms ask for; 0 without one.
double discount_of(const Case& one, const Terms& terms);
// Egress and storage, a package-hour.
double extras_of(const Case& one, const Terms& terms, double packages);
// All that is paid for one package in a month of the terms (they count from 0), used for a share
// `use` of its hours. Committed months are paid in full, at the price of the start less the
// discount; later ones by the hour of use; extras in both. After the last year of a table its price
// stays. Everything that compares rent over months is a sum of these.
double rent_of_month(const Case& one, const Terms& terms, double packages, int month, double use);
// Over the term: at the use of the terms, and as it depends on a steady use.
double rent_of_term(const Case& one, const Terms& terms, double packages);
site::RentedPackage rent_by_use(const Case& one, const Terms& terms, double packages);
// An hour of a run that lasts so long from the start on; other hours of the package are used as
// steadily as the terms say.
double rent_of_run(const Case& one, const Terms& terms, double packages, base::Time wall);

}  // namespace weft::cost
