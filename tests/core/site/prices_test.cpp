#include "weft/site/prices.h"

#include <cmath>
#include <filesystem>
#include <stdexcept>

#include <gtest/gtest.h>

namespace weft::site {
namespace {

constexpr const char* kTable =
    "kind: prices\nname: Mine\nper: package-hour\ntax: excluded\n"
    "points:\n"
    "  - {value: 4 USD/h, date: 2024-01}\n"
    "  - {low: 0.5 USD/h, mode: 1 USD/h, high: 2 USD/h, date: 2026-01, source: a page}\n";

PriceTable table_of(const std::string& text) {
  base::Reading reading;
  auto table = read_prices(base::Document::parse(text, "mine.yaml"), reading);
  reading.throw_if_any();
  return table;
}

std::string table_complaint(const std::string& text) {
  try {
    table_of(text);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

// The text with one part of it replaced.
std::string with(std::string text, const std::string& part, const std::string& by) {
  return text.replace(text.find(part), part.size(), by);
}

TEST(PriceDates, AreYears) {
  EXPECT_DOUBLE_EQ(*year_of("2024"), 2024.5);
  EXPECT_DOUBLE_EQ(*year_of("2024-01"), 2024);
  EXPECT_NEAR(*year_of("2024-07"), 2024 + 181 / 365.0, 1e-12);
  EXPECT_NEAR(*year_of("2024-12-31"), 2024 + 364 / 365.0, 1e-12);
  for (const char* bad :
       {"", "24", "2024-13", "2024-00", "2024-1", "2024-01-32", "2024-01-01x", "-024", "soon"}) {
    EXPECT_FALSE(year_of(bad)) << bad;
  }
}

TEST(PriceTable, IsGeometricBetweenPoints) {
  const auto table = table_of(kTable);
  EXPECT_DOUBLE_EQ(price_at(table, 2024), 4);
  EXPECT_NEAR(price_at(table, 2025), 2, 1e-12);
  EXPECT_DOUBLE_EQ(price_at(table, 2026), 1);
  EXPECT_EQ(table.currency, "USD");
  EXPECT_EQ(table.points[1].written.value, "1 USD/h (0.5 USD/h to 2 USD/h)");
  EXPECT_EQ(table.points[1].written.source, "a page");
}

// ∫ 4 · 2^{−t} dt over two years, half of it.
TEST(PriceTable, MeanIsTheIntegral) {
  const auto table = table_of(kTable);
  EXPECT_NEAR(mean_price(table, 2024, 2026), 0.5 * (4 - 1) / std::log(2.0), 1e-12);
  EXPECT_DOUBLE_EQ(mean_price(table, 2025, 2025), price_at(table, 2025));
  double sum = 0;
  for (int i = 0; i < 1000; ++i) sum += price_at(table, 2024.5 + (i + 0.5) / 1000);
  EXPECT_NEAR(mean_price(table, 2024.5, 2025.5), sum / 1000, 1e-6);
}

TEST(PriceTable, TrendIsForWhatLiesOutside) {
  const auto plain = table_of(kTable);
  EXPECT_THROW(price_at(plain, 2026.1), std::out_of_range);
  EXPECT_THROW(mean_price(plain, 2023.9, 2025), std::out_of_range);
  const auto table = table_of(std::string(kTable) + "trend: -20 %\n");
  EXPECT_NEAR(price_at(table, 2028), 0.64, 1e-12);
  EXPECT_NEAR(price_at(table, 2023), 5, 1e-12);
  EXPECT_NEAR(price_at(table, 2025), 2, 1e-12);
  EXPECT_NEAR(mean_price(table, 2026, 2027), (1 - 0.8) / -std::log(0.8), 1e-12);
}

TEST(PriceTable, NoTrendIsBelievedForLong) {
  const auto table = table_of(std::string(kTable) + "trend: -20 %\n");
  EXPECT_GT(price_at(table, 2031), 0);
  EXPECT_EQ(last_year(table), 2031);
  EXPECT_EQ(last_year(table_of(kTable)), 2026);
  EXPECT_THROW(price_at(table, 2031.1), std::out_of_range);
  EXPECT_THROW(price_at(table, 2018.9), std::out_of_range);
}

TEST(PriceTable, TaxIsTakenOff) {
  const auto table = table_of(with(kTable, "excluded", "included 13 %"));
  EXPECT_NEAR(price_at(table, 2024) * 1.13, 4, 1e-12);
  EXPECT_DOUBLE_EQ(table.tax, 0.13);
}

TEST(PriceTable, PointsAtMistakes) {
  const std::string text = kTable;
  EXPECT_NE(table_complaint(with(text, "excluded", "included")).find(":4:"), std::string::npos);
  EXPECT_NE(table_complaint(with(text, "tax: excluded\n", "")).find("'tax' is missing"),
            std::string::npos);
  EXPECT_NE(table_complaint(with(text, "2026-01", "2023-01")).find(":7:"), std::string::npos);
  EXPECT_NE(table_complaint(with(text, "2026-01", "soon")).find(":7:"), std::string::npos);
  EXPECT_NE(table_complaint(with(text, "4 USD", "4 CNY")).find("one currency"), std::string::npos);
  EXPECT_NE(table_complaint(with(text, "4 USD", "0 USD")).find(":6:"), std::string::npos);
  EXPECT_NE(table_complaint(with(text, "per: package-hour", "per: packet")).find(":3:"),
            std::string::npos);
  EXPECT_NE(table_complaint(text + "trend: -100 %\n").find(":8:"), std::string::npos);
  EXPECT_NE(table_complaint(text + "commitments: [{term: 1 year, discount: 100 %}]\n").find(":8:"),
            std::string::npos);
}

TEST(PriceTable, ShippedOnesRead) {
  const base::Catalog catalog({WEFT_CONFIGS});
  const auto names = catalog.names("prices");
  EXPECT_GT(names.size(), 10U);
  for (const auto& name : names) {
    base::Reading reading;
    const auto table = read_prices(catalog.load("prices", name, std::nullopt), reading);
    EXPECT_NO_THROW(reading.throw_if_any()) << name;
    for (const auto& chip : table.chips) {
      EXPECT_NO_THROW(catalog.load("chip", chip, std::nullopt)) << name;
    }
    for (const auto& point : table.points) {
      EXPECT_FALSE(point.written.source.empty()) << name << " " << point.written.date;
      EXPECT_FALSE(point.written.confidence.empty()) << name << " " << point.written.date;
    }
  }
}

}  // namespace
}  // namespace weft::site
