// Typed reading of maps, and what it says about mistakes.
#include "weft/base/fields.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace weft::base {
namespace {

struct Outcome {
  std::vector<Diagnostic> errors;
  std::vector<UncertainInput> uncertain;
  std::string text;  // of all errors
};

using Read = std::function<void(Fields&)>;

Outcome outcome(const std::string& yaml, const Read& read) {
  Reading reading;
  const Document document = Document::parse(yaml, "t.yaml");
  Fields fields(document.root(), reading, "t");
  read(fields);
  Outcome result;
  result.uncertain = reading.uncertain_inputs();
  try {
    reading.throw_if_any();
  } catch (const InputError& error) {
    result.errors = error.diagnostics();
    result.text = error.what();
  }
  return result;
}

// Reads without mistakes.
void reads(const std::string& yaml, const Read& read) {
  const Outcome o = outcome(yaml, read);
  EXPECT_TRUE(o.errors.empty()) << o.text;
}

// "LINE:COLUMN+LENGTH MESSAGE[; HINT]" of the only error.
std::string error_of(const std::string& yaml, const Read& read) {
  const Outcome o = outcome(yaml, read);
  EXPECT_EQ(o.errors.size(), 1U) << yaml << "\n" << o.text;
  if (o.errors.empty()) return "no error";
  const Diagnostic& d = o.errors.front();
  return std::to_string(d.position.line) + ":" + std::to_string(d.position.column) + "+" +
         std::to_string(d.length) + " " + d.message + (d.hint.empty() ? "" : "; " + d.hint);
}

const Read kReadPower = [](Fields& f) { f.quantity<Power>("p"); };

TEST(Fields, ReadsEveryType) {
  reads(
      "kind: chip\n"
      "name: Ascend 910C\n"
      "on: true\n"
      "dies: 2\n"
      "share: 20 %\n"
      "batch: 2304 sequences\n"
      "tokens: 15.6 T tokens\n"
      "bandwidth: 1.6 TB/s\n"
      "quoted: \"64 GB\"\n"
      "price: 0.40 CNY/kWh\n"
      "cost: 8.2 MUSD\n"
      "type: HBM2e\n"
      "chips: 8 × ascend_910c\n"
      "inner: {a: 1}\n"
      "list: [x, y]\n"
      "source: somewhere\n"
      "confidence: primary\n",
      [](Fields& f) {
        EXPECT_EQ(f.text("name"), "Ascend 910C");
        EXPECT_TRUE(f.flag("on", false));
        EXPECT_EQ(f.integer("dies", 1), 2);
        EXPECT_DOUBLE_EQ(f.number("share"), 0.2);
        EXPECT_EQ(f.count("batch", "sequences"), 2304.0);
        EXPECT_EQ(f.count("tokens", "tokens"), 15.6e12);
        EXPECT_EQ(f.quantity<Bandwidth>("bandwidth").si(), 1.6e12);
        EXPECT_EQ(f.quantity<Bytes>("quoted").si(), 64e9);
        EXPECT_DOUBLE_EQ(f.price<Energy>("price").per_si.amount, 0.4 / 3.6e6);
        EXPECT_EQ(f.price<Energy>("price").per_si.currency, "CNY");
        EXPECT_DOUBLE_EQ(f.money("cost").amount, 8.2e6);
        EXPECT_EQ(f.choice("type", {"HBM3", "HBM2e"}), 1U);
        EXPECT_EQ(f.counted_name("chips").count, 8);
        EXPECT_EQ(f.counted_name("chips").name, "ascend_910c");
        Fields inner = f.map("inner");
        EXPECT_EQ(inner.integer("a", 0), 1);
        inner.finish();
        EXPECT_EQ(f.list("list").size(), 2U);
        f.finish();
      });
}

TEST(Fields, FallsBackWhenNothingIsWritten) {
  reads("{none: ~}", [](Fields& f) {
    EXPECT_EQ(f.text("a", "x"), "x");
    EXPECT_TRUE(f.flag("b", true));
    EXPECT_EQ(f.integer("c", 1, 7), 7);
    EXPECT_EQ(f.number("d", 0.5), 0.5);
    EXPECT_EQ(f.quantity<Power>("e", Power(3)).si(), 3.0);
    EXPECT_EQ(f.choice("f", {"a", "b"}, 1), 1U);
    EXPECT_EQ(f.count("g", "tokens", 9.0), 9.0);
    EXPECT_FALSE(f.maybe<Power>("h"));
    EXPECT_FALSE(f.maybe_money("i"));
    EXPECT_FALSE(f.maybe_price<Energy>("i"));
    EXPECT_FALSE(f.maybe_map("j"));
    EXPECT_FALSE(f.value("k"));
    EXPECT_TRUE(f.list("l").empty());
    EXPECT_EQ(f.quantity<Power>("none", Power(3)).si(), 3.0);
    EXPECT_FALSE(f.has("none"));
    f.finish();
  });
}

TEST(Fields, ShowsAMissingUnitAsPromised) {
  const Outcome o = outcome("\n\n\nsite: {power_limit: 400}\n",
                            [](Fields& f) { f.map("site").quantity<Power>("power_limit"); });
  EXPECT_EQ(o.text,
            "t.yaml:4:21: error: '400' has no unit; a power is expected here (W, kW, MW)\n"
            "  4 | site: {power_limit: 400}\n"
            "    |                     ^~~ did you mean 400 W?");
}

TEST(Fields, NamesBothKindsOfAWrongUnit) {
  EXPECT_EQ(error_of("p: 400 GB\n", kReadPower),
            "1:4+6 '400 GB' is an amount of data; a power is expected here (W, kW, MW)");
  EXPECT_EQ(error_of("p: 20 %\n", kReadPower),
            "1:4+4 '20 %' is a plain number; a power is expected here (W, kW, MW)");
  EXPECT_EQ(error_of("p: 5 chips\n", kReadPower),
            "1:4+7 '5 chips' counts chips; a power is expected here (W, kW, MW)");
  EXPECT_EQ(error_of("p: 5 USD\n", kReadPower),
            "1:4+5 '5 USD' is an amount of money; a power is expected here (W, kW, MW)");
  EXPECT_EQ(error_of("p: 5 W\n", [](Fields& f) { f.number("p"); }),
            "1:4+3 '5 W' is a power; a plain number is expected here (1, 0.5, 20 %)");
  EXPECT_EQ(error_of("p: 5 W\n", [](Fields& f) { f.money("p"); }),
            "1:4+3 '5 W' is a power; an amount of money is expected here (USD, MUSD, CNY)");
  EXPECT_EQ(error_of("p: 5\n", [](Fields& f) { f.price<Energy>("p"); }),
            "1:4+1 '5' has no unit; a price per energy is expected here (USD/kWh, CNY/kWh, "
            "USD/kW/month); did you mean 5 USD/kWh?");
  EXPECT_EQ(error_of("p: 5 USD\n", [](Fields& f) { f.price<Energy>("p"); }),
            "1:4+5 '5 USD' is an amount of money; a price per energy is expected here (USD/kWh, "
            "CNY/kWh, USD/kW/month)");
  EXPECT_EQ(error_of("p: 5 chips\n", [](Fields& f) { f.number("p"); }),
            "1:4+7 '5 chips' counts chips; a plain number is expected here (1, 0.5, 20 %)");
}

TEST(Fields, PointsIntoANumber) {
  EXPECT_EQ(error_of("µ: 1\np: 400 Wat\n",
                     [](Fields& f) {
                       static_cast<void>(f.has("µ"));
                       f.quantity<Power>("p");
                     }),
            "2:4+7 '400 Wat' counts Wat; a power is expected here (W, kW, MW)");
  EXPECT_EQ(error_of("p: 400 kw\n", kReadPower),
            "1:8+2 '400 kw' is not a power: 'kw' is not a unit; did you mean kW?");
  EXPECT_EQ(error_of("p: \"5 µ400 kw\"\n", kReadPower).substr(0, 4), "1:7+");
  EXPECT_EQ(error_of("p: fast\n", kReadPower), "1:4+4 'fast' is not a power: a number is expected");
  EXPECT_EQ(error_of("p: 353 TFLOPS\n", [](Fields& f) { f.quantity<WorkRate>("p"); }),
            "1:8+6 '353 TFLOPS' is not a work rate: 'TFLOPS' is not a unit; write TFLOP/s");
  EXPECT_EQ(error_of("p: [1]\n", kReadPower), "1:4+1 a list is written here; a power is expected");
}

TEST(Fields, ReportsWhatIsMissing) {
  EXPECT_EQ(error_of("a: {x: 1}\n", [](Fields& f) { f.map("a").quantity<Power>("p"); }),
            "1:4+1 'p' is missing in 'a'; a power (W, kW, MW) is expected");
  EXPECT_EQ(error_of("{x: 1}\n", [](Fields& f) { f.text("name"); }),
            "1:1+1 'name' is missing; a text is expected");
  EXPECT_EQ(error_of("a:\np: \n", kReadPower),
            "2:1+1 'p' is empty; a power (W, kW, MW) is expected");
  EXPECT_EQ(error_of("p: \n", [](Fields& f) { f.quantity<Power>("p", Power(1)); }),
            "1:1+1 'p' is empty; a power (W, kW, MW) is expected");
  EXPECT_EQ(error_of("p: ~\n", kReadPower),
            "1:1+1 'p' is missing; a power (W, kW, MW) is expected");
}

TEST(Fields, PassesByAMissingMapInSilence) {
  EXPECT_EQ(error_of("{x: 1}\n",
                     [](Fields& f) {
                       Fields m = f.map("memory");
                       EXPECT_EQ(m.quantity<Power>("p").si(), 0.0);
                       EXPECT_EQ(m.integer("i", 3), 3);
                       EXPECT_EQ(m.text("t"), "");
                       EXPECT_FALSE(m.has("x"));
                       EXPECT_TRUE(m.list("l").empty());
                       m.map("deeper").finish();
                       m.finish();
                     }),
            "1:1+1 'memory' is missing; a map is expected");
  EXPECT_EQ(error_of("m: 3\n", [](Fields& f) { f.map("m").text("t"); }),
            "1:4+1 a map is expected here (key: value)");
}

TEST(Fields, ReportsUnknownKeys) {
  const Read read = [](Fields& f) {
    static_cast<void>(f.maybe<Bandwidth>("bandwidth"));
    static_cast<void>(f.integer("stacks", 1, 1));
    f.finish();
  };
  EXPECT_EQ(error_of("kind: x\nbandwith: 1 GB/s\n", read),
            "2:1+8 unknown key 'bandwith'; did you mean 'bandwidth'?");
  EXPECT_EQ(error_of("zzz: 1\n", read),
            "1:1+3 unknown key 'zzz'; known here: bandwidth, stacks, kind");
  EXPECT_EQ(error_of("m: {kind: x}\n", [](Fields& f) { f.map("m").finish(); }),
            "1:5+4 unknown key 'kind' in 'm'");
  reads(
      "{source: {arxiv: 1}, confidence: memory, disputed: true, note: x, notes: y, where: z, date: "
      "1}",
      read);
}

TEST(Fields, ChecksConfidence) {
  EXPECT_EQ(error_of("confidence: sure\n", [](Fields& f) { f.finish(); }),
            "1:13+4 'sure' is not one of primary, secondary, derived, memory, assumed");
  EXPECT_EQ(
      error_of("p: {mode: 1 W, confidence: primry}\n", kReadPower),
      "1:28+6 'primry' is not one of primary, secondary, derived, memory, assumed; did you mean "
      "'primary'?");
  EXPECT_EQ(error_of("disputed: perhaps\n", [](Fields& f) { f.finish(); }),
            "1:11+7 'perhaps' is neither true nor false");
}

TEST(Fields, ReportsAllMistakesInOnePass) {
  const Outcome o = outcome("a: 1 GB\nb: x\nc: 1\n", [](Fields& f) {
    f.quantity<Power>("a");
    f.flag("b", false);
    f.text("d");
    f.finish();
  });
  EXPECT_EQ(o.errors.size(), 4U) << o.text;
}

TEST(Fields, ReadsIntegers) {
  const auto error = [](const std::string& value) {
    return error_of("n: " + value + "\n", [](Fields& f) { f.integer("n", 1); });
  };
  EXPECT_EQ(error("7.5"), "1:4+3 '7.5' is not whole; a whole number is expected here");
  EXPECT_EQ(error("0"), "1:4+1 at least 1 is expected here");
  EXPECT_EQ(error("-3"), "1:4+2 at least 1 is expected here");
  EXPECT_EQ(error("3 W"), "1:4+3 '3 W' is a power; a whole number is expected here");
  EXPECT_EQ(error("1e300"), "1:4+5 this whole number is too large");
  EXPECT_EQ(error("many"), "1:4+4 'many' is not a whole number: a number is expected");
  reads("{a: 1e3, b: 2 Ki, c: 8 x, d: {value: 5, source: s}}", [](Fields& f) {
    EXPECT_EQ(f.integer("a", 0), 1000);
    EXPECT_EQ(f.integer("b", 0), 2048);
    EXPECT_EQ(f.integer("c", 0), 8);
    EXPECT_EQ(f.integer("d", 0), 5);
  });
}

TEST(Fields, ReadsCounts) {
  reads("{a: 2304 sequences, b: 2304, c: 2.3 k sequences, d: 1 sequence, e: 1.1 T}", [](Fields& f) {
    EXPECT_EQ(f.count("a", "sequences"), 2304.0);
    EXPECT_EQ(f.count("b", "sequences"), 2304.0);
    EXPECT_EQ(f.count("c", "sequences"), 2300.0);
    EXPECT_EQ(f.count("d", "sequences"), 1.0);
    EXPECT_EQ(f.count("e", "sequences"), 1.1e12);
  });
  const auto error = [](const std::string& value) {
    return error_of("n: " + value + "\n", [](Fields& f) { f.count("n", "sequences"); });
  };
  EXPECT_EQ(error("4 M tokens"),
            "1:4+10 '4 M tokens' counts tokens; a number of sequences is expected here");
  EXPECT_EQ(error("0.5"), "1:4+3 '0.5' is not whole; a number of sequences is expected here");
  EXPECT_EQ(error("-1"), "1:4+2 at least 0 is expected here");
}

TEST(Fields, ReadsUncertainNumbers) {
  const Outcome o = outcome(
      "a: {low: 600 W, mode: 780 W, high: 950 W, confidence: derived}\n"
      "b: 780 W ± 50 W\n"
      "c: 780 ± 50 W\n"
      "d: 780 W +- 10 %\n"
      "e: 20 % +/- 2 %\n"
      "f: {value: 5 W, source: s}\n"
      "g: {low: 5 W, mode: 5 W, high: 5 W}\n"
      "h: 5 W ± 0 W\n"
      "i: {low: 1 USD, mode: 2 USD, high: 4 USD}\n"
      "j: {mode: 5 W ± 1 W, source: s}\n",
      [](Fields& f) {
        EXPECT_EQ(f.quantity<Power>("a").si(), 780.0);
        for (const char* key : {"b", "c", "d"}) EXPECT_EQ(f.quantity<Power>(key).si(), 780.0);
        EXPECT_EQ(f.number("e"), 0.2);
        for (const char* key : {"f", "g", "h", "j"}) EXPECT_EQ(f.quantity<Power>(key).si(), 5.0);
        EXPECT_EQ(f.money("i").amount, 2.0);
        // Read twice, met once.
        f.quantity<Power>("a");
      });
  EXPECT_TRUE(o.errors.empty()) << o.text;
  ASSERT_EQ(o.uncertain.size(), 7U);
  const auto expect = [&](std::size_t i, const char* path, Distribution::Kind kind, double low,
                          double mode, double high) {
    EXPECT_EQ(o.uncertain[i].path, path);
    const Distribution& d = o.uncertain[i].distribution;
    EXPECT_EQ(d.kind, kind) << path;
    EXPECT_DOUBLE_EQ(d.low, low) << path;
    EXPECT_DOUBLE_EQ(d.mode, mode) << path;
    EXPECT_DOUBLE_EQ(d.high, high) << path;
  };
  using Kind = Distribution::Kind;
  expect(0, "t.a", Kind::kTriangular, 600, 780, 950);
  expect(1, "t.b", Kind::kNormal, 730, 780, 830);
  expect(2, "t.c", Kind::kNormal, 730, 780, 830);
  expect(3, "t.d", Kind::kNormal, 702, 780, 858);
  expect(4, "t.e", Kind::kNormal, 0.18, 0.2, 0.22);
  expect(5, "t.j", Kind::kNormal, 4, 5, 6);
  expect(6, "t.i", Kind::kTriangular, 1, 2, 4);
}

TEST(Fields, DrawsUncertainNumbersAsTold) {
  const Document document =
      Document::parse("{m: {p: 780 W ± 50 W, n: {low: 1, mode: 4, high: 6}, x: 1 W}}", "t.yaml");
  std::vector<std::string> paths;
  Reading reading([&](const std::string& path, const Distribution& d) {
    paths.push_back(path);
    return d.high - 0.25;
  });
  Fields fields(document.root(), reading, "chip");
  Fields m = fields.map("m");
  EXPECT_EQ(m.quantity<Power>("p").si(), 829.75);
  EXPECT_EQ(m.integer("n", 1), 6);  // rounded
  EXPECT_EQ(m.quantity<Power>("x").si(), 1.0);
  EXPECT_EQ(paths, (std::vector<std::string>{"t.m.p", "t.m.n"}));  // of the file they stand in
  EXPECT_NO_THROW(reading.throw_if_any());
}

TEST(Fields, RefusesOddDistributions) {
  const auto error = [](const std::string& value) {
    return error_of("p: " + value + "\n", kReadPower);
  };
  EXPECT_EQ(error("{low: 9 W, mode: 5 W, high: 10 W}"), "1:10+3 'low' is above 'mode'");
  EXPECT_EQ(error("{low: 1 W, mode: 5 W, high: 3 W}"), "1:32+3 'high' is below 'mode'");
  EXPECT_EQ(error("{low: 1 W, mode: 5 W}"),
            "1:10+3 'low' and 'high' are given together or not at all");
  EXPECT_EQ(error("{low: 1 W, high: 5 W}"),
            "1:4+1 'mode' or 'value' is missing; a power is expected here");
  EXPECT_EQ(error("{mode: 1 W, value: 5 W}"),
            "1:23+3 'mode' and 'value' are the same; give one of them");
  EXPECT_EQ(error("{mode: 1 W, lo: 5 W}"), "1:16+2 unknown key 'lo' in 'p'; did you mean 'low'?");
  EXPECT_EQ(error("{mode: 1 W ± 1 W, low: 0 W, high: 5 W}"),
            "1:27+3 a number with ± takes no 'low' and 'high'");
  EXPECT_EQ(error("5 W ± -1 W"), "1:4+10 the number after ± must not be negative");
  EXPECT_EQ(error("5 W ± 1 GB"),
            "1:4+10 '1 GB' is an amount of data; a power is expected here (W, kW, MW)");
  EXPECT_EQ(error("5 W ±"), "1:8+1 '5 W ±' is not a power: a number is expected");
  EXPECT_EQ(error("5 ± 1"),
            "1:4+5 '1' has no unit; a power is expected here (W, kW, MW); did you mean 1 W?");
  EXPECT_EQ(
      error_of("p: {low: 1 CNY, mode: 2 USD, high: 3 USD}\n", [](Fields& f) { f.money("p"); }),
      "1:4+1 'low', 'mode' and 'high' must be in one currency");
}

TEST(Fields, TakesAValueWithItsSource) {
  reads(
      "{t: {value: x, source: s}, f: {value: true, note: n}, c: {value: b, confidence: primary}, "
      "l: {value: [1, 2], source: s}}",
      [](Fields& f) {
        EXPECT_EQ(f.text("t"), "x");
        EXPECT_TRUE(f.flag("f", false));
        EXPECT_EQ(f.choice("c", {"a", "b"}), 1U);
        EXPECT_EQ(f.list("l").size(), 2U);
      });
  EXPECT_EQ(error_of("t: {value: x, sauce: s}\n", [](Fields& f) { f.text("t"); }),
            "1:4+1 a map is written here; a text is expected");
}

TEST(Fields, TakesOneValueForAList) {
  reads("{a: x, b: {c: 1}}", [](Fields& f) {
    ASSERT_EQ(f.list("a").size(), 1U);
    EXPECT_EQ(f.list("a")[0].text(), "x");
    EXPECT_TRUE(f.list("b")[0].is_map());
  });
}

TEST(Fields, ReportsWrongChoices) {
  EXPECT_EQ(error_of("c: HBM2\n",
                     [](Fields& f) {
                       f.choice("c", {"HBM2e", "HBM3"});
                     }),
            "1:4+4 'HBM2' is not one of HBM2e, HBM3; did you mean 'HBM2e'?");
  EXPECT_EQ(error_of("{x: 1}",
                     [](Fields& f) {
                       f.choice("c", {"a", "b"});
                     }),
            "1:1+1 'c' is missing; one of a, b is expected");
}

TEST(CountedName, ReadsAllSpellings) {
  struct Case {
    const char* text;
    std::int64_t count;
    const char* name;
  };
  for (const Case& c : std::vector<Case>{{"8 x ascend_910c", 8, "ascend_910c"},
                                         {"8x ascend_910c", 8, "ascend_910c"},
                                         {"8 × ascend_910c", 8, "ascend_910c"},
                                         {"8×ascend_910c", 8, "ascend_910c"},
                                         {"ascend_910c", 1, "ascend_910c"},
                                         {"cloudmatrix384 × 26", 26, "cloudmatrix384"},
                                         {"cloudmatrix384 x 26", 26, "cloudmatrix384"},
                                         {"mixtral_8x7b", 1, "mixtral_8x7b"},
                                         {"4 x mixtral_8x7b", 4, "mixtral_8x7b"}}) {
    reads(std::string("n: ") + c.text + "\n", [&](Fields& f) {
      const CountedName read = f.counted_name("n");
      EXPECT_EQ(read.count, c.count) << c.text;
      EXPECT_EQ(read.name, c.name) << c.text;
    });
  }
  for (const char* text : {"8 x", "x 8 y", "0 x a", "-1 x a", "8", "8 a", "8 x a b", "1.5 x a",
                           "''", "8 × ", "99999999999999999999 x a"}) {
    const Outcome o =
        outcome(std::string("n: ") + text + "\n", [](Fields& f) { f.counted_name("n"); });
    EXPECT_EQ(o.errors.size(), 1U) << text;
  }
}

TEST(Values, ReadMembersOfLists) {
  Reading reading;
  const Document d = Document::parse("{l: [0 h, 168 h, 2 x a, 3, yes, 5 ± 1, 7 USD]}", "t.yaml");
  const Node l = *d.root().find("l");
  EXPECT_EQ(quantity_of<Time>(l.item(1), reading, "d").si(), 604800.0);
  EXPECT_EQ(counted_name_of(l.item(2), reading).count, 2);
  EXPECT_EQ(integer_of(l.item(3), reading, "d", 0), 3);
  EXPECT_TRUE(flag_of(l.item(4), reading));
  EXPECT_EQ(number_of(l.item(5), reading, "d"), 5.0);
  EXPECT_EQ(reading.uncertain_inputs().at(0).path, "t.l[5]");
  EXPECT_EQ(money_of(l.item(6), reading, "d").currency, "USD");
  EXPECT_EQ(text_of(l.item(2), reading), "2 x a");
  EXPECT_EQ(count_of(l.item(3), reading, "d", "tokens"), 3.0);
  EXPECT_NO_THROW(reading.throw_if_any());
}

// A number that was printed is read back by the typed reading.
TEST(Fields, ReadsWhatToTextWrites) {
  for (double si = 1.234e-12; si < 1e15; si *= 7.7) {
    reads("{p: " + to_text(Power(si), 17) + ", t: " + to_text(Time(si), 17) + "}", [&](Fields& f) {
      EXPECT_NEAR(f.quantity<Power>("p").si(), si, 1e-15 * si);
      EXPECT_NEAR(f.quantity<Time>("t").si(), si, 1e-15 * si);
    });
  }
}

}  // namespace
}  // namespace weft::base
