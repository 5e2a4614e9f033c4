// Money carries its currency; amounts of different currencies meet only through exchange rates.
#pragma once

#include <map>
#include <string>

#include "weft/base/quantity.h"

namespace weft::base {

// An ISO 4217 code ("USD", "CNY", "EUR").
using Currency = std::string;

struct Money {
  double amount = 0.0;
  Currency currency;  // empty only for a zero amount
};

// A price per quantity, in money per SI unit of Q (Price<Energy>: money per joule).
template <class Q>
struct Price {
  Money per_si;
  [[nodiscard]] Money operator*(Q q) const { return {per_si.amount * q.si(), per_si.currency}; }
};

// How many units of each currency buy one US dollar. Throws std::invalid_argument from convert()
// when a currency has no rate.
class ExchangeRates {
 public:
  ExchangeRates() : per_usd_{{"USD", 1.0}} {}
  void set(const Currency& currency, double per_usd) { per_usd_[currency] = per_usd; }
  [[nodiscard]] Money convert(const Money& money, const Currency& to) const;
  [[nodiscard]] const std::map<Currency, double>& per_usd() const { return per_usd_; }

 private:
  std::map<Currency, double> per_usd_;
};

}  // namespace weft::base
