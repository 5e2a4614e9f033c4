// The block as written, what stands for what is not written, and the errors in it.
#include <cmath>

#include "fixtures.h"

namespace weft::manufacturing {
namespace {

using namespace testing;

const std::string kBlock = R"(wafer: {diameter: 300 mm, edge: 3 mm, scribe: 0.1 mm}
die: {width: 21.3 mm, height: 31.2 mm}
die_yield: 40 %
yield: {scope: package, counts: any}
law: negative_binomial
clustering: 1.5
systematic: 95 %
core_share: 50 %
region: wafer
max_clock: {mean: 1.9 GHz, spread: 4 %, shape: lognormal}
bins:
  - {name: best, cores: 25, clock: 1.85 GHz}
  - {name: rest, cores: 20, clock: 1.5 GHz, stacks: 4, sold_as: other}
latent: {ratio: 0.01, shape: 0.5, life: 2000 h, silent: 10 %}
test: {coverage: 99 %}
package: {known_good_die: false, attach: 99 %, assembly: 90 %}
burn_in: {time: 48 h, acceleration: 5}
prices: {wafer: 10 kUSD, memory: 10 USD/GB, assembly: 300 USD, test: 20 USD, burn_in: 0.5 USD/h}
)";

Design design() {
  auto design = ascend().design;
  design.memory = base::Bytes(128e9);
  return design;
}

Manufacturing parsed(const std::string& text, const Design& of = design()) {
  base::Reading reading;
  const auto document = base::Document::parse(text, "chip.yaml");
  auto made = read_manufacturing(base::Fields(document.root(), reading, "chip"), of);
  reading.throw_if_any();
  return made;
}

std::string with(const std::string& old_text, const std::string& new_text) {
  std::string text = kBlock;
  const auto at = text.find(old_text);
  EXPECT_NE(at, std::string::npos) << old_text;
  return text.replace(at, old_text.size(), new_text);
}

TEST(ReadManufacturing, AsWritten) {
  const auto made = parsed(kBlock);
  EXPECT_DOUBLE_EQ(made.wafer.scribe.si(), 1e-4);
  EXPECT_DOUBLE_EQ(made.die.height.si(), 0.0312);
  EXPECT_STREQ(made.law->name, "negative_binomial");
  EXPECT_EQ(made.parameters.clustering, 1.5);
  EXPECT_EQ(made.systematic, 0.95);
  EXPECT_EQ(made.region, Region::kWafer);
  ASSERT_TRUE(made.reported.has_value());
  EXPECT_EQ(made.reported->value, 0.4);
  EXPECT_EQ(made.reported->scope, Scope::kPackage);
  EXPECT_EQ(made.reported->counts, Counts::kAny);
  ASSERT_TRUE(made.max_clock.has_value());
  EXPECT_TRUE(made.max_clock->is_lognormal);
  ASSERT_EQ(made.bins.size(), 2U);
  EXPECT_EQ(made.bins[0].stacks, 8);  // of the chip
  EXPECT_EQ(made.bins[1].stacks, 4);
  EXPECT_EQ(made.bins[1].sold_as, "other");
  EXPECT_FALSE(made.package.known_good_die);
  EXPECT_EQ(made.test_coverage, 0.99);
  EXPECT_EQ(made.latent.silent, 0.1);
  EXPECT_DOUBLE_EQ(made.survival().aged.si(), 240 * 3600.0);
  ASSERT_TRUE(made.prices.has_value());
  EXPECT_DOUBLE_EQ(made.prices->memory, 1280);
  EXPECT_DOUBLE_EQ(made.prices->burn_in, 0.5 / 3600);
  EXPECT_EQ(made.prices->currency, "USD");
}

TEST(ReadManufacturing, WithTheLeast) {
  const auto made = parsed(
      "wafer: {diameter: 300 mm, edge: 3 mm}\ndefect_density: 0.09 /cm2\nlaw: poisson\n"
      "latent: {ratio: 0.01, shape: 0.5, life: 2000 h}\n");
  EXPECT_NEAR(made.die.width.si(), std::sqrt(665e-6), 1e-12);
  ASSERT_EQ(made.bins.size(), 1U);
  EXPECT_EQ(made.bins[0].cores, 24);
  EXPECT_EQ(made.bins[0].clock.si(), 1.8e9);
  EXPECT_EQ(made.systematic, 1);
  EXPECT_TRUE(made.package.known_good_die);
  EXPECT_FALSE(made.prices.has_value());
  EXPECT_EQ(make_bins(made).passed_burn_in, 1);
}

// A die whose cores are not known is all or nothing.
TEST(ReadManufacturing, WithoutCores) {
  auto blank = design();
  blank.cores_built = 0;
  blank.cores_enabled = 0;
  const auto made = parsed(
      "wafer: {diameter: 300 mm, edge: 3 mm}\ndefect_density: 0.09 /cm2\nlaw: poisson\n"
      "latent: {ratio: 0.01, shape: 0.5, life: 2000 h}\n",
      blank);
  const auto bins = make_bins(made);
  EXPECT_NEAR(bins.sold_yield, bins.perfect_yield, 1e-12);
}

TEST(ReadManufacturing, LearnsWithAge) {
  const auto made = parsed(
      with("die_yield: 40 %",
           "learning: {first: 0.3 /cm2, last: 0.05 /cm2, constant: 10 months, age: 0 months}"));
  EXPECT_NEAR(defect_density(made).si(), 3000, 1e-9);
}

struct Mistake {
  const char* name;
  const char* was;
  const char* is;
  const char* place;
  const char* message;
};

class BadManufacturing : public ::testing::TestWithParam<Mistake> {};

TEST_P(BadManufacturing, IsShownWhereItIs) {
  const auto& mistake = GetParam();
  try {
    parsed(with(mistake.was, mistake.is));
    FAIL() << "no error";
  } catch (const base::InputError& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find(std::string("chip.yaml:") + mistake.place), std::string::npos) << what;
    EXPECT_NE(what.find(mistake.message), std::string::npos) << what;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, BadManufacturing,
    ::testing::Values(
        Mistake{"Key", "clustering", "clusterin", "6:1", "did you mean 'clustering'?"},
        Mistake{"Law", "negative_binomial", "negativ_binomial", "5:6",
                "did you mean 'negative_binomial'?"},
        Mistake{"Scope", "scope: package", "scope: packages", "4:16", "did you mean 'package'?"},
        Mistake{"Unit", "edge: 3 mm", "edge: 3", "1:33", "'3' has no unit"},
        Mistake{"Edge", "edge: 3 mm", "edge: 150 mm", "1:33", "leaves nothing of the wafer"},
        Mistake{"DieSize", "width: 21.3 mm", "width: 25 mm", "2:6", "665 mm2 as the die's area"},
        Mistake{"TooMuch", "die_yield: 40 %", "die_yield: 90 %", "3:12", "without any defect"},
        Mistake{"NotAShare", "die_yield: 40 %", "die_yield: 140 %", "3:12", "expected"},
        Mistake{"Twice", "die_yield: 40 %", "die_yield: 40 %\ndefect_density: 0.1 /cm2", "3:12",
                "is enough"},
        Mistake{"Never", "die_yield: 40 %", "", "1:1", "'die_yield' is missing"},
        Mistake{"Cores", "cores: 25,", "cores: 26,", "12:25", "a die has 25 cores"},
        Mistake{"Order", "clock: 1.5 GHz", "clock: 1.95 GHz", "13:5", "from the best to the worst"},
        Mistake{"Clustering", "clustering: 1.5", "clustering: 0", "6:13",
                "a number from 0.05 to 1000000"},
        Mistake{"Currency", "test: 20 USD", "test: 20 CNY", "18:70", "one currency: USD"},
        Mistake{"Acceleration", "acceleration: 5", "acceleration: 0.5", "17:37",
                "a number from 1 to"},
        Mistake{"Price", "10 USD/GB", "10 USD", "18:34", "expected"}),
    [](const auto& mistake) { return std::string(mistake.param.name); });

}  // namespace
}  // namespace weft::manufacturing
