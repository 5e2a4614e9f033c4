#include "weft/base/money.h"

#include <stdexcept>

namespace weft::base {

Money ExchangeRates::convert(const Money& money, const Currency& to) const {
  if (money.currency == to) return money;
  if (money.currency.empty()) {
    if (money.amount != 0.0) throw std::invalid_argument("an amount of money has no currency");
    return {0.0, to};
  }
  const auto rate = [this](const Currency& currency) {
    const auto found = per_usd_.find(currency);
    if (found == per_usd_.end() || !(found->second > 0.0)) {
      throw std::invalid_argument("no exchange rate for " + currency);
    }
    return found->second;
  };
  return {money.amount * rate(to) / rate(money.currency), to};
}

}  // namespace weft::base
