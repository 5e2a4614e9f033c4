// Quantities as people write them: "400 W", "1.6 TB/s", "0.40 CNY/kWh", "8 x", "20 %", and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/base/money.h"
#include "weft/base/quantity.h"

namespace weft::base {

// A number with its unit, reduced to SI. `currency` is set when the unit has money in it to the
// first power ("8.2 MUSD", "0.40 CNY/kWh").
struct ParsedQuantity {
  double si = 0.0;
  Dimension dimension;
  Currency currency;
  std::string unit;          // the unit as written, "" for a bare number
  std::string counted_noun;  // "sequences" in "2304 sequences", else ""
};

// Why a text is not a quantity: what is wrong, from which character on.
struct UnitError {
  std::string message;
  std::size_t offset = 0;  // bytes from the start of the text
};

// Reads `text` as NUMBER [PREFIX][UNIT] (* and / chains, integer exponents as in mm2 or m^2).
// SI prefixes (k M G T P E, m u µ n p f) and binary ones (Ki Mi Gi Ti Pi Ei) differ. Bits ("Gb/s",
// "Gbit/s") are converted to bytes. A bare prefix after a number scales a count ("1 T", "15.6 T
// tokens"). Returns the quantity, or sets `error` and returns nothing.
std::optional<ParsedQuantity> parse_quantity(std::string_view text, UnitError& error);

// Words for a dimension: "a power", and the units to offer: "W, kW, MW".
std::string dimension_name(const Dimension& dimension, bool is_money);
std::string dimension_examples(const Dimension& dimension, bool is_money);

// Three significant digits and the prefix that suits: "352 TFLOP/s", "1.60 TB/s", "15.5 MW", "12.3
// d". `significant` is the number of significant digits.
std::string to_text(Time value, int significant = 3);
std::string to_text(Rate value, int significant = 3);
std::string to_text(Bytes value, int significant = 3);
std::string to_text(Bandwidth value, int significant = 3);
std::string to_text(Work value, int significant = 3);
std::string to_text(WorkRate value, int significant = 3);
std::string to_text(Energy value, int significant = 3);
std::string to_text(Power value, int significant = 3);
std::string to_text(EnergyPerWork value, int significant = 3);
std::string to_text(EnergyPerByte value, int significant = 3);
std::string to_text(Area value, int significant = 3);
std::string to_text(const Money& value, int significant = 3);
// A dimensionless number with an SI prefix where it helps: "1.00 T", "2304", "0.413".
std::string to_text(double value, int significant = 3);
std::string percent_text(double fraction, int significant = 3);

}  // namespace weft::base
