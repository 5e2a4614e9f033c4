// Wafers, dies, memory and packages, quarter by quarter: identities, stocks, what binds.
#include "weft/supply/produce.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "weft/manufacturing/wafer.h"
#include "weft/supply/making.h"

namespace weft::supply {
namespace {

constexpr const char* kMaking =
    "manufacturing:\n"
    "  wafer: {diameter: 300 mm, edge: 0 mm}\n"
    "  law: negative_binomial\n"
    "  die_yield: 40 %\n"
    "  core_share: 50 %\n"
    "  bins: [{name: full, cores: 24}, {name: cut, cores: 20, sold_as: another}]\n"
    "  latent: {ratio: 0, life: 1000 h}\n";

manufacturing::Manufacturing making(int dies, const std::string& text = kMaking) {
  base::Reading reading;
  const auto document = base::Document::parse(text, "test");
  base::Fields fields(document.root(), reading, "test");
  manufacturing::Design design;
  design.die_area = base::Area(665e-6);
  design.cores_built = 25;
  design.cores_enabled = 24;
  design.dies = dies;
  auto made = manufacturing::read_manufacturing(fields.map("manufacturing"), design);
  reading.throw_if_any();
  return made;
}

Line line_of(const std::string& text, const base::Reading::Draw& draw = {}) {
  auto reading = draw ? base::Reading(draw) : base::Reading();
  auto line = read_line(base::Document::parse(text, "test"), reading);
  reading.throw_if_any();
  return line;
}

// One chip of two dies and eight stacks, of all that `wafers`, `memory` and `packaging` say.
std::string one_chip(const std::string& wafers, const std::string& memory,
                     const std::string& packaging = "") {
  return "kind: supply_line\nname: Maker\nbegin: 2026-Q1\n"
         "wafers: {fab: {" +
         wafers +
         "}}\n"
         "dies: {die: {chip: some, wafers: fab, die_yield: 40 %}}\n"
         "memory: {hbm: {" +
         memory + "}}\n" + (packaging.empty() ? "" : "packaging: {line: {" + packaging + "}}\n") +
         "products: {chip: {chip: some, dies: die, memory: [hbm]" +
         (packaging.empty() ? "" : ", packaging: line") + "}}\n";
}

class Making {
 public:
  explicit Making(double assembled = 1, int dies = 2, double stacks = 8)
      : table_(making(dies)), making_{{&table_}, {{dies, stacks, assembled}}} {}
  [[nodiscard]] const LineMaking& of_line() const { return making_; }
  [[nodiscard]] const YieldTable& table() const { return table_; }

 private:
  YieldTable table_;
  LineMaking making_;
};

Quarter quarter(const std::string& text) { return parse_quarter(text).value(); }

TEST(Quarter, ReadsAndWrites) {
  EXPECT_EQ(quarter("2025-Q3").text(), "2025-Q3");
  EXPECT_EQ(quarter("2025-Q3").year(), 2025);
  EXPECT_EQ(quarter("2026-Q1").number - quarter("2025-Q4").number, 1);
  for (const char* text : {"2025", "2025-Q5", "2025-Q0", "25-Q1", "2025-q1", "abcd-Q1", ""}) {
    EXPECT_FALSE(parse_quarter(text)) << text;
  }
}

TEST(Schedule, IsLinearBetweenItsDates) {
  const Schedule schedule{{{quarter("2025-Q1"), 10}, {quarter("2026-Q1"), 30}}, 0};
  EXPECT_DOUBLE_EQ(schedule.at(quarter("2024-Q1")), 10);
  EXPECT_DOUBLE_EQ(schedule.at(quarter("2025-Q3")), 20);
  EXPECT_DOUBLE_EQ(schedule.at(quarter("2026-Q1")), 30);
  EXPECT_DOUBLE_EQ(schedule.at(quarter("2028-Q1")), 30);
  EXPECT_DOUBLE_EQ(Schedule({}, 7).at(quarter("2028-Q1")), 7);
}

TEST(Source, DeliversWhatItSays) {
  const Source source{"", {}, {{quarter("2025-Q2"), 3, 9e6}}, Schedule{{}, 0.5}};
  double sum = 0;
  for (Quarter now = quarter("2024-Q1"); now.year() < 2027; ++now.number) sum += source.amount(now);
  EXPECT_DOUBLE_EQ(sum, 4.5e6);
  EXPECT_DOUBLE_EQ(source.amount(quarter("2025-Q1")), 0);
  EXPECT_DOUBLE_EQ(source.amount(quarter("2025-Q4")), 1.5e6);
  EXPECT_DOUBLE_EQ(source.amount(quarter("2026-Q1")), 0);
}

// 13 M stacks are 1.625 M packages of eight, 2 M a year are 250 K.
TEST(Supply, StacksArePackages) {
  const Making of;
  const auto stock =
      produce(line_of(one_chip("per_month: 1 M", "deliveries: [{from: 2026-Q1, amount: 13 M}]")),
              of.of_line(), quarter("2026-Q1"));
  EXPECT_DOUBLE_EQ(stock.front().products[0].begun, 1.625e6);
  EXPECT_EQ(stock.front().products[0].binding, Limit::kMemory);
  const auto flow = produce(line_of(one_chip("per_month: 1 M", "per_year: 2 M")), of.of_line(),
                            quarter("2026-Q4"));
  double begun = 0;
  for (const auto& of_quarter : flow) begun += of_quarter.products[0].begun;
  EXPECT_DOUBLE_EQ(begun, 250e3);
}

// 1.6 M good dies a year of 665 mm2 take 5.5, 4.1 and 3.3 thousand wafers a month at die yields of
// 30, 40 and 50 %, at 80.5 dies a wafer by the closed form; whole dies on a wafer are a few more.
TEST(Supply, WafersForGoodDies) {
  const Making of;
  const double gross =
      manufacturing::estimated_dies(of.table().made().wafer, of.table().made().die);
  EXPECT_NEAR(gross, 80.5, 0.1);
  const double printed = of.table().at(0.4).best / 0.4;
  for (const auto& [yield, wafers] : {std::pair(0.3, 5524.0), {0.4, 4143.0}, {0.5, 3315.0}}) {
    EXPECT_NEAR(1.6e6 / 12 / (gross * yield), wafers, 0.002 * wafers);
    const double by_table = 1.6e6 / 12 / of.table().at(yield).best;
    EXPECT_NEAR(by_table, wafers * gross / printed, 0.002 * wafers);
  }
}

// 5 % of 60,000 wafers a month, a die yield of 40 %, assembly of 90 %, two dies: 0.52 M packages a
// year at 80.5 dies a wafer.
TEST(Supply, PackagesOfAShareOfAFab) {
  const Making of(0.9);
  const auto line = line_of(one_chip("per_month: 60 k, share: 5 %", "per_year: 100 M"));
  const auto flows = produce(line, of.of_line(), quarter("2026-Q4"));
  const double printed = of.table().at(0.4).best / 0.4;
  const double untouched = of.table().at(0.4).untouched;
  const double packages = packages_in(flows, 2026) * 80.5 / printed / untouched;
  EXPECT_NEAR(packages, 0.52e6, 0.005e6);
  EXPECT_EQ(flows.front().products[0].binding, Limit::kDies);
}

TEST(Supply, ClustersAreWhole) {
  EXPECT_EQ(clusters_of(600e3, 0, 384), 1562);
  EXPECT_EQ(clusters_of(750e3, 0, 8192), 91);
  EXPECT_EQ(clusters_of(384e3, 0.05, 384), 950);
}

// Where both sides are equal neither has slack; a stack more or fewer decides.
TEST(Supply, TheBindingSideSwitchesWhereBothAreEqual) {
  const Making of;
  const double dies = 3 * 10e3 * of.table().at(0.4).best;
  const double equal = dies / 2 * 8;  // stacks a quarter
  const auto with = [&](double stacks) {
    const auto line = line_of(one_chip("per_month: 10 k", "per_year: 0"));
    auto fed = line;
    fed.memory[0].deliveries = {{line.begin, 1, stacks}};
    return produce(fed, of.of_line(), line.begin).front().products[0];
  };
  const auto at = with(equal);
  EXPECT_NEAR(at.slack, 0, 1e-12);
  EXPECT_NEAR(at.begun, dies / 2, 1e-6);
  const auto fewer = with(equal * (1 - 1e-9));
  EXPECT_EQ(fewer.binding, Limit::kMemory);
  EXPECT_EQ(fewer.next, Limit::kDies);
  const auto more = with(equal * (1 + 1e-9));
  EXPECT_EQ(more.binding, Limit::kDies);
  EXPECT_EQ(more.next, Limit::kMemory);
  const auto half = with(equal / 2);
  EXPECT_NEAR(half.slack, 1, 1e-9);
  EXPECT_NEAR(half.begun, dies / 4, 1e-6);
}

TEST(Supply, PackagingBindsWhereItIsTheLeast) {
  const Making of;
  const auto flow =
      produce(line_of(one_chip("per_month: 10 k", "per_year: 100 M", "per_year: 4000")),
              of.of_line(), quarter("2026-Q1"))
          .front()
          .products[0];
  EXPECT_EQ(flow.binding, Limit::kPackaging);
  EXPECT_DOUBLE_EQ(flow.begun, 1000);
  EXPECT_EQ(flow.next, Limit::kDies);
}

constexpr const char* kTwoChips =
    "kind: supply_line\nname: Maker\nbegin: 2026-Q1\n"
    "wafers: {fab: {per_month: [{date: 2026-Q1, value: 1 k}, {date: 2028-Q1, value: 20 k}], "
    "lead_quarters: 2}}\n"
    "dies: {die: {chip: some, wafers: fab, die_yield: [{date: 2026-Q1, value: 20 %}, {date: "
    "2028-Q4, value: 60 %}], bank: {deliveries: [{from: 2026-Q2, quarters: 5, amount: 1 M}]}}}\n"
    "memory: {old: {deliveries: [{from: 2026-Q1, amount: 3 M}]}, new: {per_year: [{date: 2026-Q4, "
    "value: 0}, {date: 2028-Q1, value: 2 M}]}}\n"
    "products:\n"
    "  small: {chip: some, dies: die, takes: any, memory: [old], share: 30 %, to: 2027-Q4}\n"
    "  large: {chip: some, dies: die, memory: [old, new], from: 2026-Q2}\n";

struct TwoChips {
  YieldTable table{making(2)};
  LineMaking of{{&table}, {{1, 4, 0.9}, {2, 8, 0.8}}};
  std::vector<QuarterFlow> flows(const Line& line) const {
    return produce(line, of, quarter("2028-Q4"));
  }
};

// What came in is used or left, and nothing is used that has not come.
TEST(Supply, StocksAreConserved) {
  const TwoChips two;
  const auto flows = two.flows(line_of(kTwoChips));
  double dies = 0;
  std::vector<double> stacks(2);
  for (const auto& flow : flows) {
    dies += flow.dies[0].good + flow.dies[0].from_bank - flow.dies[0].used;
    EXPECT_NEAR(flow.dies[0].left, dies, 1e-6 * (1 + dies));
    EXPECT_GE(flow.dies[0].left, 0);
    double used = 0;
    for (std::size_t m = 0; m < 2; ++m) {
      stacks[m] += flow.memory[m].arrived - flow.memory[m].used;
      EXPECT_NEAR(flow.memory[m].left, stacks[m], 1e-6 * (1 + stacks[m]));
      EXPECT_GE(flow.memory[m].left, 0);
      used += flow.memory[m].used;
    }
    EXPECT_NEAR(used, 4 * flow.products[0].begun + 8 * flow.products[1].begun, 1e-6 * (1 + used));
    EXPECT_NEAR(flow.dies[0].used, flow.products[0].begun + 2 * flow.products[1].begun,
                1e-6 * (1 + flow.dies[0].used));
  }
  EXPECT_GT(packages_in(flows, 2026, 0), 0);
  EXPECT_EQ(flows.back().products[0].good, 0);
  EXPECT_FALSE(flows.back().products[0].is_made);
  EXPECT_FALSE(flows.front().products[1].is_made);
}

// Dies come a lead after their wafers, at the yield of when these were started.
TEST(Supply, DiesComeLater) {
  const TwoChips two;
  const auto flows = two.flows(line_of(kTwoChips));
  const auto& last = flows.back();
  const Quarter started{last.quarter.number - 2};
  EXPECT_DOUBLE_EQ(last.dies[0].wafers, 3 * 20e3);
  const double yield = 0.2 + 0.4 * (started.number - quarter("2026-Q1").number) / 11.0;
  const auto output = two.table.at(yield);
  EXPECT_NEAR(last.dies[0].good, last.dies[0].wafers * (output.best + output.lesser), 1e-6);
}

// More of anything never gives fewer packages of a line with one chip.
TEST(Supply, IsMonotone) {
  const Making of;
  const auto total = [&](double wafers, double stacks, double places) {
    const auto text =
        one_chip(fmt::format("per_month: {:.0f}", wafers), fmt::format("per_year: {:.0f}", stacks),
                 fmt::format("per_year: {:.0f}", places));
    return packages_in(produce(line_of(text), of.of_line(), quarter("2026-Q4")), 2026);
  };
  double last[3] = {};
  for (double scale = 0.25; scale < 5; scale *= 1.5) {
    const double now[3] = {total(scale * 3000, 4e6, 6e5), total(3000, scale * 4e6, 6e5),
                           total(3000, 4e6, scale * 6e5)};
    for (int i = 0; i < 3; ++i) {
      EXPECT_GE(now[i], last[i]) << i << " at " << scale;
      last[i] = now[i];
    }
  }
}

TEST(YieldTable, IsTheChipsOwnModel) {
  const YieldTable table(making(2));
  const auto own = table.own(base::Time(0));
  const auto at = table.at(0.4);
  EXPECT_NEAR(at.best, own.best, 1e-9 * own.best);
  EXPECT_NEAR(at.lesser, own.lesser, 1e-9 * own.lesser);
  // Between whole per cents.
  auto between = making(2);
  between.reported->value = 0.405;
  const auto exact = output_of(between);
  const auto near = table.at(0.405);
  EXPECT_NEAR(near.best, exact.best, 1e-6 * exact.best);
  EXPECT_NEAR(near.lesser, exact.lesser, 1e-3 * exact.lesser);
  EXPECT_DOUBLE_EQ(table.at(0).best, 0);
  EXPECT_NEAR(table.at(1).best, at.best / 0.4, 1e-6 * at.best);
  EXPECT_GT(at.lesser, table.at(0.9).lesser);
}

// A process that learns gives more dies the older it is.
TEST(YieldTable, Learns) {
  std::string text = kMaking;
  text.replace(text.find("die_yield: 40 %"), 15,
               "learning: {first: 0.4 /cm2, last: 0.1 /cm2, constant: 365 d, age: 0 d}");
  const YieldTable table(making(1, text));
  const auto young = table.own(base::Time(0));
  const auto old = table.own(base::kYear);
  EXPECT_GT(old.best, 1.3 * young.best);
  EXPECT_LT(old.best, table.own(100 * base::kYear).best);
}

TEST(ReadLine, UncertainPointsOfAScheduleHaveOnePath) {
  base::Reading reading;
  read_line(base::Document::parse(
                one_chip("per_month: [{date: 2026-Q1, low: 1 k, mode: 2 k, high: 3 k}, {date: "
                         "2026-Q4, low: 2 k, mode: 3 k, high: 4 k}]",
                         "per_year: 1 M"),
                "test"),
            reading);
  reading.throw_if_any();
  ASSERT_EQ(reading.uncertain_inputs().size(), 2U);
  EXPECT_TRUE(reading.uncertain_inputs()[0].path.ends_with("wafers.fab.per_month[0]"));
}

std::string problem_of(const std::string& text) {
  try {
    line_of(text);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(ReadLine, SaysWhatIsWrong) {
  const auto good = one_chip("per_month: 1 k", "per_year: 1 M");
  EXPECT_EQ(problem_of(good), "");
  const auto changed = [&](const std::string& from, const std::string& to) {
    auto text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  const auto expect = [](const std::string& text, const std::string& part) {
    EXPECT_NE(problem_of(text).find(part), std::string::npos) << problem_of(text);
  };
  expect(changed("begin: 2026-Q1", "begin: 2026"), "as 2025-Q3");
  expect(changed("begin: 2026-Q1\n", ""), "'begin' is missing");
  expect(changed("wafers: fab", "wafers: fob"), "did you mean 'fab'?");
  expect(changed("dies: die,", "dies: dye,"), "did you mean 'die'?");
  expect(changed("memory: [hbm]", "memory: [hbn]"), "did you mean 'hbm'?");
  expect(changed("per_month: 1 k", "per_month: 1 k, per_year: 3"), "is enough");
  expect(changed("per_month: 1 k", "per_month: 1 k, share: 120 %"), "0 to 100 %");
  expect(changed("per_month: 1 k", "per_mnth: 1 k"), "did you mean 'per_month'?");
  expect(changed("per_month: 1 k",
                 "per_month: [{date: 2026-Q2, value: 1}, {date: 2026-Q1, value: 2}]"),
         "from the first to the last");
  expect(changed("per_month: 1 k", "per_month: [1 k, 2 k]"), "'date' is missing");
  expect("kind: supply_line\nname: Maker\n", "nothing comes out");
}

TEST(Inputs, HaveTheirDateAndSource) {
  const auto inputs = inputs_of(base::Document::parse(
      one_chip("per_month: [{date: 2026-Q1, low: 1 k, mode: 2 k, high: 3 k, source: here, "
               "confidence: secondary}]",
               "deliveries: [{from: 2026-Q2, amount: {value: 1 M, confidence: assumed}}]"),
      "test"));
  ASSERT_GE(inputs.size(), 2U);
  EXPECT_EQ(inputs[0].path, "wafers.fab.per_month[0]");
  EXPECT_EQ(inputs[0].date, "2026-Q1");
  EXPECT_EQ(inputs[0].value, "2 k (1 k to 3 k)");
  EXPECT_EQ(inputs[0].source, "here");
  EXPECT_EQ(inputs.back().date, "2026-Q2");
  EXPECT_EQ(inputs.back().confidence, "assumed");
}

}  // namespace
}  // namespace weft::supply
