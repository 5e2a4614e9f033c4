#include <array>

#include <gtest/gtest.h>

#include "shipped.h"
#include "weft/cost/answer.h"

namespace weft::cost {
namespace {

double ramp_figure(const CaseAnswer& answer, Figure wanted) {
  return answer.figures[static_cast<std::size_t>(wanted)];
}

// What is paid in a month, written down once more: 12 committed months at the price of the start,
// used or not, then the price of the month for the hours used.
struct Months {
  const Question& question;
  const Case& one;
  double discount = 0;

  [[nodiscard]] double rent(int month, double use) const {
    const auto& table = *one.rent->table;
    const double from = *question.terms.start + month / 12.0;
    const double hour = month < 12 ? (1 - discount) * site::price_at(table, *question.terms.start)
                                   : use * site::mean_price(table, from, from + 1 / 12.0);
    const double extras = (100 * 50 + 1000 * 20) / 512.0;  // a package and month
    return 730 * hour + extras;
  }
  [[nodiscard]] double rent_of_36(double use) const {
    double sum = 0;
    for (int month = 0; month < 36; ++month) sum += rent(month, use);
    return sum;
  }
};

Question ramp_study() {
  base::Reading reading;
  const auto file = std::string(WEFT_CONFIGS) + "/studies/own_h100_ramp.yaml";
  return read_question(base::Document::load(file), test::shipped(), reading);
}

TEST(Commitment, ACommitmentIsOneRentInEveryFigure) {
  const auto question = ramp_study();
  const std::array<double, 2> discounts = {0, 0.41};
  for (std::size_t c = 0; c < 2; ++c) {
    const Months months{question, question.cases[c], discounts[c]};
    const auto answer = evaluate(question.cases[c], question.terms, nullptr);
    const auto& owned = *answer.owned;
    const auto owning = [&](double use) { return 730 * 36 * (owned.fixed + owned.variable * use); };
    const double even = ramp_figure(answer, Figure::kBreakEven);
    EXPECT_NEAR(owning(even), months.rent_of_36(even), 1e-6 * owning(even));
    double saved = -owned.capital;
    int month = 0;
    for (; saved < 0; ++month) {
      const double use = question.terms.use.at(month);
      saved += months.rent(month, use) - 730 * (owned.upkeep + owned.variable * use);
    }
    EXPECT_EQ(answer.month, month);
    const double each = months.rent_of_36(0.9) / 36 - 730 * (owned.upkeep + owned.variable * 0.9);
    EXPECT_NEAR(ramp_figure(answer, Figure::kPayback), owned.capital / each, 1e-6);
  }
}

TEST(Commitment, TheCommittedRampPaysBackInMonths) {
  const auto question = ramp_study();
  const auto contract = evaluate(question.cases[0], question.terms, nullptr);
  const auto cloud = evaluate(question.cases[1], question.terms, nullptr);
  EXPECT_EQ(contract.month, 25);
  EXPECT_EQ(cloud.month, 15);
  EXPECT_NEAR(ramp_figure(contract, Figure::kBreakEven), 0.30, 0.01);
  EXPECT_NEAR(ramp_figure(cloud, Figure::kBreakEven), 0.04, 0.01);
}

}  // namespace
}  // namespace weft::cost
