// What varies in a sweep, and the cases that this makes.
#include "weft/sweep/design.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "weft/base/diagnostics.h"

namespace weft::sweep {
namespace {

std::optional<Design> read(const std::string& text, base::Reading& reading) {
  base::Fields fields(base::Document::parse(text, "s.yaml").root(), reading, "s");
  auto design = read_design(fields);
  fields.finish();
  return design;
}

Design design(const std::string& text) {
  base::Reading reading;
  auto result = read(text, reading);
  reading.throw_if_any();
  return *std::move(result);
}

std::string error_of(const std::string& text) {
  base::Reading reading;
  try {
    const auto result = read(text, reading);
    reading.throw_if_any();
    EXPECT_TRUE(result.has_value());
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

std::vector<std::string> texts(const Design& design, std::int64_t number) {
  std::vector<Setting> settings;
  design.settings(number, settings);
  std::vector<std::string> all;
  for (const auto& setting : settings) all.push_back(setting.text);
  return all;
}

std::vector<double> column(const Design& design, std::size_t axis) {
  std::vector<double> all;
  std::vector<Setting> settings;
  for (std::int64_t n = 0; n < design.cases(); ++n) {
    design.settings(n, settings);
    all.push_back(settings[axis].si);
  }
  return all;
}

using Texts = std::vector<std::string>;

TEST(Grid, LastAxisCountsFastest) {
  const auto grid = design("vary: {job.sequence: [1024, 2048], plan.zero: [1, 2, 3]}\n");
  ASSERT_EQ(grid.cases(), 6);
  EXPECT_EQ(texts(grid, 0), (Texts{"1024", "1"}));
  EXPECT_EQ(texts(grid, 1), (Texts{"1024", "2"}));
  EXPECT_EQ(texts(grid, 3), (Texts{"2048", "1"}));
  EXPECT_EQ(texts(grid, 5), (Texts{"2048", "3"}));
}

TEST(Grid, IsWalkedWithFilesSlowest) {
  const auto grid = design(
      "vary: {job.sequence: [1024, 2048], links.ib_ndr.latency: [1 us, 2 us, 3 us], plan.zero: [1, "
      "2]}\n");
  std::set<std::int64_t> seen;
  std::string before;
  int changes = 0;
  for (std::int64_t turn = 0; turn < grid.cases(); ++turn) {
    const auto number = grid.case_at(turn);
    seen.insert(number);
    changes += texts(grid, number)[1] != before ? 1 : 0;
    before = texts(grid, number)[1];
  }
  EXPECT_EQ(seen.size(), 12U);
  EXPECT_EQ(changes, 3);
}

TEST(Grid, RangesHaveTheUnitOfTheirFirstEnd) {
  const auto linear = design("vary: {a.b: {from: 100 GB/s, to: 0.4 TB/s, count: 4}}\n");
  EXPECT_EQ(texts(linear, 1), Texts{"200 GB/s"});
  EXPECT_EQ(column(linear, 0), (std::vector<double>{1e11, 2e11, 3e11, 4e11}));
  const auto steps = design("vary: {a.b: {from: 10 %, to: 40 %, step: 10 %}}\n");
  ASSERT_EQ(steps.cases(), 4);
  EXPECT_EQ(texts(steps, 2), Texts{"30 %"});
  const auto log = design(
      "vary: {a.b: {from: 256 sequences, to: 4096 sequences, count: 5, scale: "
      "log}}\n");
  EXPECT_EQ(texts(log, 1), Texts{"512 sequences"});
  EXPECT_EQ(texts(log, 4), Texts{"4096 sequences"});
  EXPECT_EQ(column(design("vary: {a.b: {from: -2, to: 2, count: 5}}\n"), 0),
            (std::vector<double>{-2, -1, 0, 1, 2}));
}

TEST(Grid, WordsAndMapsHaveNoNumber) {
  const auto grid = design("vary: {'clusters[0]': [{use: dgx_h100, hosts: 2}, cloudmatrix384]}\n");
  EXPECT_EQ(texts(grid, 0), Texts{"{use: dgx_h100, hosts: 2}"});
  EXPECT_TRUE(std::isnan(column(grid, 0)[1]));
}

TEST(Points, OfLatinHypercubesFillEveryInterval) {
  const auto drawn = design(
      "vary: {a.b: {from: 0 W, to: 64 W}, c.d: {from: 1, to: 100, scale: log}}\n"
      "design: latin_hypercube\npoints: 64\nseed: 7\n");
  ASSERT_EQ(drawn.cases(), 64);
  std::set<int> linear;
  for (const double value : column(drawn, 0)) linear.insert(static_cast<int>(value));
  EXPECT_EQ(linear.size(), 64U);
  std::set<int> log;
  for (const double value : column(drawn, 1)) log.insert(static_cast<int>(32 * std::log10(value)));
  EXPECT_EQ(log.size(), 64U);
}

TEST(Points, OfSobolFillEveryIntervalOfEveryPrefix) {
  const auto drawn = design("vary: {a.b: {from: 0, to: 256}}\ndesign: sobol\npoints: 256\n");
  const auto values = column(drawn, 0);
  for (const int count : {4, 32, 256}) {
    std::set<int> places;
    for (int i = 0; i < count; ++i) {
      places.insert(static_cast<int>(values[static_cast<std::size_t>(i)] * count / 256));
    }
    EXPECT_EQ(places.size(), static_cast<std::size_t>(count));
  }
}

TEST(Points, TrianglesStepsAndListsAreDrawnToo) {
  const auto drawn = design(
      "vary: {a.b: {low: 600 W, mode: 780 W, high: 950 W}, c.d: {from: 64, to: 1000, step: 64}, "
      "e.f: [x, y, z]}\ndesign: sobol\npoints: 512\nseed: 3\n");
  const auto watts = column(drawn, 0);
  double sum = 0;
  for (const double value : watts) {
    EXPECT_GT(value, 600);
    EXPECT_LT(value, 950);
    sum += value;
  }
  EXPECT_NEAR(sum / 512, (600.0 + 780.0 + 950.0) / 3, 1);
  const auto steps = column(drawn, 1);
  EXPECT_TRUE(std::all_of(steps.begin(), steps.end(),
                          [](double v) { return std::fmod(v, 64) == 0 && v >= 64 && v <= 960; }));
  std::set<std::string> words;
  for (std::int64_t n = 0; n < 512; ++n) words.insert(texts(drawn, n)[2]);
  EXPECT_EQ(words.size(), 3U);
}

TEST(Points, DependOnTheSeedAlone) {
  const std::string text = "vary: {a.b: {from: 0, to: 1}}\ndesign: sobol\npoints: 32\nseed: ";
  EXPECT_EQ(column(design(text + "1\n"), 0), column(design(text + "1\n"), 0));
  EXPECT_NE(column(design(text + "1\n"), 0), column(design(text + "2\n"), 0));
}

TEST(Points, ChangesSayWhatTheTableSays) {
  const auto drawn = design(
      "vary: {a.b: {from: 1 GB/s, to: 2 GB/s}, c.d: [1, 2]}\ndesign: latin_hypercube\npoints: 9\n");
  ask::Point point;
  for (std::int64_t n = 0; n < 9; ++n) {
    drawn.place(n, point);
    ASSERT_EQ(point.changes.size(), 2U);
    EXPECT_EQ(point.changes[0].path, "a.b");
    EXPECT_EQ(point.changes[0].value.text(), texts(drawn, n)[0]);
    EXPECT_EQ(point.changes[1].value.text(), texts(drawn, n)[1]);
  }
}

TEST(Design, SaysWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"design: grid\n", "'vary' is what a sweep is about"},
      {"vary: {a.b: 3}\n", "a list of values is expected here"},
      {"vary: {a.b: []}\n", "a list of values is expected here"},
      {"vary: {a.b: {from: 1 W, to: 2 s, count: 2}}\n", "of one kind of unit"},
      {"vary: {a.b: {from: 2 W, to: 1 W, count: 2}}\n", "must be below its last"},
      {"vary: {a.b: {from: 1 W, to: 2 W}}\n", "needs 'count'"},
      {"vary: {a.b: {from: 1 W, to: 2 W, count: 2, step: 1 W}}\n", "needs 'count'"},
      {"vary: {a.b: {from: 1 W, to: 2 W, step: 0 W}}\n", "above zero"},
      {"vary: {a.b: {from: 0 W, to: 2 W, count: 2, scale: log}}\n", "above zero"},
      {"vary: {a.b: {from: 1 W, to: 2 W, count: 2, scale: lgo}}\n", "did you mean 'log'"},
      {"vary: {a.b: {from: 1 W, count: 2}}\n", "'to' is missing"},
      {"vary: {a.b: {from: 1 W, to: 2 W, cuont: 2, count: 2}}\n", "did you mean 'count'"},
      {"vary: {a.b: {low: 1, mode: 2, high: 3}}\n", "need `design: latin_hypercube` or `sobol`"},
      {"vary: {a.b: {low: 1, mode: 5, high: 3}}\ndesign: sobol\npoints: 4\n", "must lie between"},
      {"vary: {a.b: [1]}\ndesign: sobol\n", "'points'"},
      {"vary: {a.b: [1]}\ndesign: sobol\npoints: 100000000\n", "at most 10 million"},
      {"vary: {a.b: [1]}\npoints: 3\n", "a grid has no 'points'"},
      {"vary: {a.b: [1]}\ndesign: soboll\n", "did you mean 'sobol'"},
      {"vary: {a.b: {from: 1, to: 2, count: 1000000000}}\n", "more than a million values"},
      {"vary: {a.b: {from: 1, to: 2, count: 40000}, c.d: {from: 1, to: 2, count: 40000}}\n",
       "at most a billion"}};
  for (const auto& [text, part] : cases) {
    const auto error = error_of(text);
    EXPECT_NE(error.find(part), std::string::npos) << text << "says\n" << error;
  }
}

}  // namespace
}  // namespace weft::sweep
