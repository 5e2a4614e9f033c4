#include "weft/supply/making.h"

#include <algorithm>
#include <cmath>

#include "weft/manufacturing/bins.h"
#include "weft/manufacturing/die_yield.h"

namespace weft::supply {

namespace {

constexpr double kPercent = 0.01;

manufacturing::Manufacturing reporting(manufacturing::Manufacturing made, double yield) {
  auto reported = made.reported.value_or(manufacturing::ReportedYield{});
  reported.value = yield;
  made.reported = reported;
  made.learning.reset();
  made.density.reset();
  return made;
}

DieOutput mixed(const DieOutput& low, const DieOutput& high, double share) {
  const auto between = [share](double a, double b) { return a + share * (b - a); };
  return {between(low.best, high.best), between(low.lesser, high.lesser),
          between(low.untouched, high.untouched)};
}

}  // namespace

double assembled(const manufacturing::Package& package, double stacks) {
  return package.assembly * std::pow(package.attach, stacks);
}

DieOutput output_of(const manufacturing::Manufacturing& made) {
  const auto bins = manufacturing::make_bins(made);
  DieOutput output;
  for (const auto& bin : bins.bins) {
    (bin.sold_as.empty() ? output.best : output.lesser) += bin.die_share * bins.printed_dies;
  }
  const double stacks = made.bins.front().stacks;
  output.untouched = bins.package_yield / assembled(made.package, stacks);
  return output;
}

YieldTable::YieldTable(const manufacturing::Manufacturing& made) : made_(made) {
  const auto any = reporting(made, 1.0);
  most_ = std::min(1.0, manufacturing::predicted_yield(any, base::ArealDensity(0),
                                                       any.reported->scope, any.reported->counts));
  by_percent_.push_back({});  // of no yield, no dies
  for (int percent = 1; percent * kPercent < most_; ++percent) {
    by_percent_.push_back(output_of(reporting(made, percent * kPercent)));
  }
  auto perfect = made;
  perfect.reported.reset();
  perfect.learning.reset();
  perfect.density = base::ArealDensity(0);
  by_percent_.push_back(output_of(perfect));
}

DieOutput YieldTable::at(double yield) const {
  if (yield >= most_) return by_percent_.back();
  const double place = std::max(0.0, yield) / kPercent;
  const auto low = std::min(static_cast<std::size_t>(place), by_percent_.size() - 2);
  const bool is_last = low + 2 == by_percent_.size();
  const double start = static_cast<double>(low);
  const double width = is_last ? most_ / kPercent - start : 1.0;
  return mixed(by_percent_[low], by_percent_[low + 1], (place - start) / width);
}

DieOutput YieldTable::own(base::Time older) const {
  auto made = made_;
  if (made.learning) made.learning->age = std::max(base::Time(0), made.learning->age + older);
  return output_of(made);
}

}  // namespace weft::supply
