// Words for sizes and targets. Internal to the room.
#pragma once

#include <string>

#include "weft/report/size.h"

namespace weft::report {

// "60.0 d", "40.0 MW", "2.00 GCNY", "10000", "400": an amount of a target.
std::string size_amount(const size::Check& check, double amount);
// "57.1 d, 95 %": what is needed, and its share of what is allowed.
std::string size_use(const size::Check& check);
// "power: 62.0 MW needed, 40.0 MW allowed, 55 % over".
std::string size_miss(const size::Check& check);
// "12 pods", "272 hosts".
std::string size_count(const size::Design& design);
// "2 layers, 1:1": the network that grows with the cluster.
std::string size_network(const size::Design& design);
// What stands in the way of an offer of which nothing meets all; more than one sentence.
std::string size_obstacles(const size::Answer& answer, const size::OfferAnswer& offer);
// Which sizes were looked at.
std::string size_looked_at(const size::Answer& answer, const size::OfferAnswer& offer);

}  // namespace weft::report
