// Quantities read from text and written to it.
#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "weft/base/money.h"
#include "weft/base/unit_text.h"

namespace weft::base {
namespace {

ParsedQuantity parsed(std::string_view text) {
  UnitError error;
  const auto result = parse_quantity(text, error);
  EXPECT_TRUE(result) << text << ": " << error.message;
  return result.value_or(ParsedQuantity{});
}

UnitError unit_refused(std::string_view text) {
  UnitError error{"nothing was wrong", 0};
  const auto result = parse_quantity(text, error);
  EXPECT_FALSE(result) << text << " became " << result.value_or(ParsedQuantity{}).si;
  return error;
}

struct Case {
  const char* text;
  double si;
  Dimension dimension;
};

TEST(ParseQuantity, ReducesToSi) {
  const std::vector<Case> cases = {
      {"1", 1.0, {}},
      {"+1.5", 1.5, {}},
      {"-2e3", -2000.0, {}},
      {".5", 0.5, {}},
      {"20 %", 0.2, {}},
      {"95%", 0.95, {}},
      {"8 x", 8.0, {}},
      {"8 ×", 8.0, {}},
      {"1 T", 1e12, {}},
      {"2.5 Ki", 2560.0, {}},
      {"400 W", 400.0, Power::kDimension},
      {"400W", 400.0, Power::kDimension},
      {"  400   W  ", 400.0, Power::kDimension},
      {"15.5 MW", 15.5e6, Power::kDimension},
      {"3 mW", 3e-3, Power::kDimension},
      {"400 Gb/s", 50e9, Bandwidth::kDimension},
      {"400 Gbit/s", 50e9, Bandwidth::kDimension},
      {"1.6 TB/s", 1.6e12, Bandwidth::kDimension},
      {"64 GB", 64e9, Bytes::kDimension},
      {"1 GiB", 1073741824.0, Bytes::kDimension},
      {"1 Kib", 128.0, Bytes::kDimension},
      {"1 EiB", 1152921504606846976.0, Bytes::kDimension},
      {"16 bits", 2.0, Bytes::kDimension},
      {"2 bytes", 2.0, Bytes::kDimension},
      {"353.9 TFLOP/s", 353.9e12, WorkRate::kDimension},
      {"707.8 TOP/s", 707.8e12, WorkRate::kDimension},
      {"6e24 FLOPs", 6e24, Work::kDimension},
      {"3 ZFLOP", 3e21, Work::kDimension},
      {"1.8 GHz", 1.8e9, Rate::kDimension},
      {"3 /s", 3.0, Rate::kDimension},
      {"3/s", 3.0, Rate::kDimension},
      {"1000 FIT", 1000e-9 / 3600.0, Rate::kDimension},
      {"9 %/year", 0.09 / (8760.0 * 3600.0), Rate::kDimension},
      {"5 us", 5e-6, Time::kDimension},
      {"5 µs", 5e-6, Time::kDimension},
      {"5 μs", 5e-6, Time::kDimension},
      {"3 min", 180.0, Time::kDimension},
      {"3 ms", 3e-3, Time::kDimension},
      {"168 h", 604800.0, Time::kDimension},
      {"1 week", 604800.0, Time::kDimension},
      {"2 weeks", 1209600.0, Time::kDimension},
      {"60 d", 5184000.0, Time::kDimension},
      {"1 day", 86400.0, Time::kDimension},
      {"1 month", 730.0 * 3600.0, Time::kDimension},
      {"1 y", 8760.0 * 3600.0, Time::kDimension},
      {"5 years", 5 * 8760.0 * 3600.0, Time::kDimension},
      {"1 kWh", 3.6e6, Energy::kDimension},
      {"7 pJ", 7e-12, Energy::kDimension},
      {"4 pJ/b", 32e-12, EnergyPerByte::kDimension},
      {"0.5 pJ/FLOP", 0.5e-12, EnergyPerWork::kDimension},
      {"7 nm", 7e-9, Length::kDimension},
      {"2 m", 2.0, Length::kDimension},
      {"3 cm", 0.03, Length::kDimension},
      {"665.6 mm2", 665.6e-6, Area::kDimension},
      {"665.6 mm^2", 665.6e-6, Area::kDimension},
      {"665.6 mm²", 665.6e-6, Area::kDimension},
      {"0.1 /cm2", 1000.0, ArealDensity::kDimension},
      {"0.1 cm-2", 1000.0, ArealDensity::kDimension},
      {"0.1 cm^-2", 1000.0, ArealDensity::kDimension},
      {"2 kW*h", 7.2e6, Energy::kDimension},
      {"2 kW·h", 7.2e6, Energy::kDimension},
      {"24 kWh/d", 1000.0, Power::kDimension},
      {"50 W / cm2", 5e5, {-1, 0, 0, 1, -2}},
  };
  for (const Case& c : cases) {
    const ParsedQuantity q = parsed(c.text);
    EXPECT_NEAR(q.si, c.si, 4e-16 * std::abs(c.si)) << c.text;
    EXPECT_EQ(q.dimension, c.dimension) << c.text;
    EXPECT_EQ(q.currency, "") << c.text;
    EXPECT_EQ(q.counted_noun, "") << c.text;
  }
}

TEST(ParseQuantity, KeepsWholeFactorsExact) {
  EXPECT_EQ(parsed("5 us").si, 5e-6);
  EXPECT_EQ(parsed("7 nm").si, 7e-9);
  EXPECT_EQ(parsed("20 %").si, 0.2);
  EXPECT_EQ(parsed("15.6 T").si, 15.6e12);
  EXPECT_EQ(parsed("400 Gb/s").si, 50e9);
}

TEST(ParseQuantity, KnowsMoney) {
  const ParsedQuantity price = parsed("0.40 CNY/kWh");
  EXPECT_DOUBLE_EQ(price.si, 0.4 / 3.6e6);
  EXPECT_EQ(price.currency, "CNY");
  EXPECT_EQ(price.dimension, (Dimension{0, 0, 0, -1, 0}));
  EXPECT_DOUBLE_EQ(parsed("8.2 MUSD").si, 8.2e6);
  EXPECT_DOUBLE_EQ(parsed("8.2 M USD").si, 8.2e6);
  EXPECT_DOUBLE_EQ(parsed("2 GCNY").si, 2e9);
  EXPECT_EQ(parsed("3 kEUR").currency, "EUR");
  const ParsedQuantity rent = parsed("120 USD/kW/month");
  EXPECT_DOUBLE_EQ(rent.si, 120.0 / (1000.0 * 730.0 * 3600.0));
  EXPECT_EQ(rent.dimension, (Dimension{0, 0, 0, -1, 0}));
  EXPECT_EQ(parsed("17 kUSD/wafer").counted_noun, "wafer");
  EXPECT_DOUBLE_EQ(parsed("2 USD/Mtoken").si, 2e-6);
  EXPECT_DOUBLE_EQ(parsed("5 M USD/year").si, 5e6 / kYear.si());
}

TEST(ParseQuantity, CountsThings) {
  const auto expect = [](const char* text, double si, const char* noun) {
    const ParsedQuantity q = parsed(text);
    EXPECT_EQ(q.si, si) << text;
    EXPECT_EQ(q.counted_noun, noun) << text;
    EXPECT_EQ(q.dimension, Dimension{}) << text;
  };
  expect("2304 sequences", 2304, "sequences");
  expect("15.6 T tokens", 15.6e12, "tokens");
  expect("2.3 k sequences", 2300, "sequences");
  expect("48 GPUs", 48, "GPUs");
  expect("3 Mtokens", 3e6, "tokens");
  EXPECT_EQ(parsed("25 k wafers/month").dimension, Rate::kDimension);
  EXPECT_EQ(parsed("25 kwafers/month").counted_noun, "wafers");
}

TEST(ParseQuantity, RemembersTheUnitAsWritten) {
  EXPECT_EQ(parsed("400").unit, "");
  EXPECT_EQ(parsed("0.40 CNY/kWh ").unit, "CNY/kWh");
  EXPECT_EQ(parsed("5 µs").unit, "µs");
}

TEST(ParseQuantity, RefusesWhatIsNoNumber) {
  for (const char* text :
       {"",      " ",        "W",       "nan",   "inf",   "-inf",  "NaN W", "infinity",
        "+-3",   "--3",      "abc",     "e5",    ".",     "-",     "0x10",  "0x1p3",
        "1e999", "1e308 EB", "1,000 W", "1_000", "1.2.3", "1'000", "1.5.W"}) {
    unit_refused(text);
  }
}

TEST(ParseQuantity, RefusesWhatIsNoUnit) {
  for (const char* text :
       {"4 W W",          "4 W h",  "4 W/",      "4 /",           "4 W//s",        "4 W^",
        "4 W^x",          "4 W^0",  "4 W99",     "4 W)",          "4 ;",           "4 w",
        "4 kw",           "4 /USD", "4 USD*USD", "4 USD2",        "4 USD/CNY",     "4 km/hh",
        "4 %2",           "4 k W",  "4 Gbps",    "4 KB",          "4 cs",          "4 kmin",
        "4 mFLOP",        "4 mB",   "4 KiW",     "4 T T",         "4 sequences W", "4 GB/sec",
        "4 tokens per s", "4 µ",    "4 $",       "400 W garbage", "4 two nouns"}) {
    unit_refused(text);
  }
}

TEST(ParseQuantity, SaysWhereAndWhatInstead) {
  EXPECT_EQ(unit_refused("353 TFLOPS").message, "'TFLOPS' is not a unit; write TFLOP/s");
  EXPECT_EQ(unit_refused("353 TOPS").message, "'TOPS' is not a unit; write TOP/s");
  EXPECT_EQ(unit_refused("353 gflops").message, "'gflops' is not a unit; write GFLOP/s");
  EXPECT_EQ(unit_refused("5 kw").message, "'kw' is not a unit; did you mean kW?");
  EXPECT_EQ(unit_refused("400 Gbps").message, "'Gbps' is not a unit; write Gb/s");
  EXPECT_EQ(unit_refused("400 GB/sec").offset, 7U);
  EXPECT_EQ(unit_refused("400 GB/sec").message, "'sec' is not a unit; write s");
  EXPECT_EQ(unit_refused("1,000 W").offset, 1U);
}

TEST(ParseQuantity, NeverCrashesOnRandomText) {
  std::mt19937 random(1);
  const std::string letters = "0123456789.eE+-/*^ kMGTmunpfWhBbsdxUSDCNY%²µ×·_$\t\xff\x80";
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    for (auto size = random() % 12; size > 0; --size) text += letters[random() % letters.size()];
    UnitError error;
    const auto q = parse_quantity(text, error);
    if (q) {
      EXPECT_TRUE(std::isfinite(q->si)) << text;
    } else {
      EXPECT_FALSE(error.message.empty()) << text;
      EXPECT_LE(error.offset, text.size()) << text;
    }
  }
}

TEST(ParseQuantity, IgnoresTheLocale) {
  const char* before = std::setlocale(LC_ALL, nullptr);
  const std::string saved = before == nullptr ? "C" : before;
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8"}) {
    if (std::setlocale(LC_ALL, name) == nullptr) continue;
    EXPECT_EQ(parsed("1.5 W").si, 1.5);
    EXPECT_EQ(to_text(Power(1.5)), "1.50 W");
  }
  std::setlocale(LC_ALL, saved.c_str());
}

TEST(ToText, PicksDigitsAndPrefix) {
  EXPECT_EQ(to_text(WorkRate(352e12)), "352 TFLOP/s");
  EXPECT_EQ(to_text(Bandwidth(1.6e12)), "1.60 TB/s");
  EXPECT_EQ(to_text(Power(15.5e6)), "15.5 MW");
  EXPECT_EQ(to_text(12.345 * kDay), "12.3 d");
  EXPECT_EQ(to_text(Bytes(64e9)), "64.0 GB");
  EXPECT_EQ(to_text(Bytes(0)), "0 B");
  EXPECT_EQ(to_text(Power(-1234)), "-1.23 kW");
  EXPECT_EQ(to_text(Power(999.6)), "1.00 kW");
  EXPECT_EQ(to_text(Power(999.4)), "999 W");
  EXPECT_EQ(to_text(Energy(1.4e-12)), "1.40 pJ");
  EXPECT_EQ(to_text(2.5 * kKilowattHour), "2.50 kWh");
  EXPECT_EQ(to_text(Energy(1.2e6)), "1.20 MJ");
  EXPECT_EQ(to_text(EnergyPerWork(0.5e-12)), "500 fJ/FLOP");
  EXPECT_EQ(to_text(EnergyPerByte(32e-12)), "32.0 pJ/B");
  EXPECT_EQ(to_text(Area(665.6e-6)), "666 mm2");
  EXPECT_EQ(to_text(Area(0.0707)), "70700 mm2");
  EXPECT_EQ(to_text(Area(2.0)), "2.00 m2");
  EXPECT_EQ(to_text(Work(3.8e25)), "38000 ZFLOP");
  EXPECT_EQ(to_text(Bandwidth(1.23456e9), 5), "1.2346 GB/s");
}

TEST(ToText, WritesTimesAsPeopleDo) {
  EXPECT_EQ(to_text(Time(14.7)), "14.7 s");
  EXPECT_EQ(to_text(Time(192)), "192 s");
  EXPECT_EQ(to_text(Time(599)), "599 s");
  EXPECT_EQ(to_text(Time(3000)), "50.0 min");
  EXPECT_EQ(to_text(47.0 * kHour), "47.0 h");
  EXPECT_EQ(to_text(49.0 * kHour), "2.04 d");
  EXPECT_EQ(to_text(5.0 * kYear), "5.00 years");
  EXPECT_EQ(to_text(Time(3.2e-6)), "3.20 us");
  EXPECT_EQ(to_text(Time(0.0123)), "12.3 ms");
  EXPECT_EQ(to_text(Time(0)), "0 s");
}

TEST(ToText, WritesRatesAsPeopleDo) {
  EXPECT_EQ(to_text(Rate(1.8e9)), "1.80 GHz");
  EXPECT_EQ(to_text(Rate(42)), "42.0 /s");
  EXPECT_EQ(to_text(2.0 / kHour), "2.00 /h");
  EXPECT_EQ(to_text(2.0 / kDay), "2.00 /d");
  EXPECT_EQ(to_text(1500.0 * kFit), "1.50 kFIT");
}

TEST(ToText, WritesNumbersAndMoney) {
  EXPECT_EQ(to_text(1e12), "1.00 T");
  EXPECT_EQ(to_text(2304.0), "2304");
  EXPECT_EQ(to_text(0.4127), "0.413");
  EXPECT_EQ(to_text(0.0), "0");
  EXPECT_EQ(to_text(1234.5), "1230");
  EXPECT_EQ(to_text(123456.7), "123 k");
  EXPECT_EQ(to_text(Money{15.5e6, "USD"}), "15.5 MUSD");
  EXPECT_EQ(to_text(Money{0.4, "CNY"}), "0.400 CNY");
  EXPECT_EQ(to_text(Money{}), "0");
  EXPECT_EQ(percent_text(0.4132), "41.3 %");
  EXPECT_EQ(percent_text(1.0), "100 %");
  EXPECT_EQ(percent_text(0.0), "0 %");
}

TEST(ToText, NeverCrashesOnOddNumbers) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double value : {infinity, -infinity, std::nan(""), 5e-324, 1.7e308, -0.0}) {
    for (const int digits : {-1, 0, 1, 3, 100}) {
      EXPECT_FALSE(to_text(Time(value), digits).empty());
      EXPECT_FALSE(to_text(Rate(value), digits).empty());
      EXPECT_FALSE(to_text(Area(value), digits).empty());
      EXPECT_FALSE(to_text(Bytes(value), digits).empty());
      EXPECT_FALSE(to_text(Money{value, "USD"}, digits).empty());
      EXPECT_LT(to_text(value, digits).size(), 40U);
    }
  }
}

// What is printed reads back as the same kind of thing, as close as its digits allow.
template <class Q>
void expect_round_trips(int seed) {
  std::mt19937_64 random(static_cast<unsigned>(seed));
  std::uniform_real_distribution<double> exponent(-20.0, 20.0);
  for (int i = 0; i < 3000; ++i) {
    const double si = std::pow(10.0, exponent(random)) * (random() % 2 == 0 ? 1.0 : -1.0);
    const int digits = 1 + static_cast<int>(random() % 8);
    const std::string text = to_text(Q(si), digits);
    const ParsedQuantity back = parsed(text);
    EXPECT_NEAR(back.si, si, 0.5000001 * std::abs(si) * std::pow(10.0, 1 - digits)) << text;
    EXPECT_EQ(back.dimension, Q::kDimension) << text;
  }
}

TEST(ToText, RoundTripsEveryDimension) {
  expect_round_trips<Time>(1);
  expect_round_trips<Rate>(2);
  expect_round_trips<Bytes>(3);
  expect_round_trips<Bandwidth>(4);
  expect_round_trips<Work>(5);
  expect_round_trips<WorkRate>(6);
  expect_round_trips<Energy>(7);
  expect_round_trips<Power>(8);
  expect_round_trips<EnergyPerWork>(9);
  expect_round_trips<EnergyPerByte>(10);
  expect_round_trips<Area>(11);
}

TEST(ToText, RoundTripsNumbersAndMoney) {
  std::mt19937_64 random(12);
  std::uniform_real_distribution<double> exponent(-9.0, 22.0);
  for (int i = 0; i < 3000; ++i) {
    const double value = std::pow(10.0, exponent(random));
    const std::string number = to_text(value);
    EXPECT_NEAR(parsed(number).si, value, 0.00500001 * value) << number;
    const std::string money = to_text(Money{value, "CNY"});
    EXPECT_NEAR(parsed(money).si, value, 0.00500001 * value) << money;
    EXPECT_EQ(parsed(money).currency, "CNY") << money;
    EXPECT_NEAR(parsed(percent_text(value)).si, value, 0.00500001 * value) << percent_text(value);
  }
}

TEST(DimensionName, KnowsAllAliases) {
  EXPECT_EQ(dimension_name(Power::kDimension, false), "a power");
  EXPECT_EQ(dimension_examples(Power::kDimension, false), "W, kW, MW");
  EXPECT_EQ(dimension_examples(Bandwidth::kDimension, false), "B/s, GB/s, Gb/s");
  const std::vector<Dimension> all = {
      {},
      Time::kDimension,
      Rate::kDimension,
      Bytes::kDimension,
      Bandwidth::kDimension,
      Work::kDimension,
      WorkRate::kDimension,
      Energy::kDimension,
      Power::kDimension,
      EnergyPerWork::kDimension,
      EnergyPerByte::kDimension,
      BytesPerWork::kDimension,
      Length::kDimension,
      Area::kDimension,
      ArealDensity::kDimension,
      {3, -1, 2, 0, 0},
  };
  for (const bool is_money : {false, true}) {
    for (const Dimension& positive : all) {
      const Dimension dimension = is_money
                                      ? Dimension{-positive.time, -positive.data, -positive.work,
                                                  -positive.energy, -positive.length}
                                      : positive;
      EXPECT_FALSE(dimension_name(dimension, is_money).empty());
      // Every example that is offered is understood, and is of the dimension.
      const std::string examples = dimension_examples(dimension, is_money);
      for (std::size_t at = 0; at < examples.size();) {
        const std::size_t end = std::min(examples.find(", ", at), examples.size());
        std::string example = examples.substr(at, end - at);
        if (example.find_first_of("0123456789") != 0) example = "1 " + example;
        EXPECT_EQ(parsed(example).dimension, dimension) << example;
        EXPECT_EQ(parsed(example).currency.empty(), !is_money) << example;
        at = end + 2;
      }
    }
  }
}

TEST(ExchangeRates, Converts) {
  ExchangeRates rates;
  rates.set("CNY", 7.2);
  rates.set("EUR", 0.9);
  EXPECT_DOUBLE_EQ(rates.convert({72.0, "CNY"}, "USD").amount, 10.0);
  EXPECT_DOUBLE_EQ(rates.convert({0.9, "EUR"}, "CNY").amount, 7.2);
  EXPECT_EQ(rates.convert({0.9, "EUR"}, "CNY").currency, "CNY");
  EXPECT_EQ(rates.convert({5.0, "XYZ"}, "XYZ").amount, 5.0);
  EXPECT_EQ(rates.convert({}, "EUR").currency, "EUR");
  EXPECT_THROW(static_cast<void>(rates.convert({1.0, "XYZ"}, "USD")), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(rates.convert({1.0, "USD"}, "XYZ")), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(rates.convert({1.0, ""}, "USD")), std::invalid_argument);
}

TEST(Price, MultipliesToMoney) {
  const Price<Energy> price{{0.4 / 3.6e6, "CNY"}};
  EXPECT_DOUBLE_EQ((price * (10.0 * kKilowattHour)).amount, 4.0);
}

}  // namespace
}  // namespace weft::base
