// Finding documents by name, `extends`, and the facts in them.
#include "weft/base/catalog.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace weft::base {
namespace {

namespace fs = std::filesystem;

class CatalogTest : public ::testing::Test {
 protected:
  CatalogTest()
      : root_(fs::temp_directory_path() /
              ("weft_catalog_" + std::to_string(getpid()) + "_" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::create_directories(root_);
  }
  ~CatalogTest() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

  fs::path write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
    return root_ / name;
  }
  [[nodiscard]] Catalog catalog() const { return Catalog({root_ / "mine", root_ / "installed"}); }

  // The value of `chip:` in a study in `folder`.
  [[nodiscard]] Node asking(const std::string& name, const std::string& folder = "work") const {
    return Document::load(write(folder + "/study.yaml", "kind: study\nchip: " + name + "\n"))
        .root()
        .item(1);
  }
  // The error of loading a chip, with the directory cut out.
  [[nodiscard]] std::string error(const std::string& name) const {
    const Node node = asking(name);
    return error_in([&] { static_cast<void>(catalog().load("chip", name, node)); });
  }
  template <class Work>
  std::string error_in(const Work& work) const {
    try {
      work();
    } catch (const InputError& thrown) {
      std::string text = thrown.what();
      const std::string prefix = root_.string() + "/";
      for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
        text.erase(at, prefix.size());
      }
      return text;
    }
    ADD_FAILURE() << "no error";
    return "";
  }

  fs::path root_;
};

std::string origin(const Document& d) { return std::string(d.root().find("from")->text()); }

TEST_F(CatalogTest, SearchesInOrder) {
  const Node node = asking("a");
  const auto load = [&] { return origin(catalog().load("chip", "a", node)); };
  write("work/a", "kind: chip\nfrom: path\n");
  EXPECT_EQ(load(), "path");
  write("installed/chips/a.yaml", "kind: chip\nfrom: installed\n");
  EXPECT_EQ(load(), "installed");
  write("mine/chips/a.yaml", "kind: chip\nfrom: mine\n");
  EXPECT_EQ(load(), "mine");
  write("work/a.yaml", "kind: chip\nfrom: beside\n");
  EXPECT_EQ(load(), "beside");
  EXPECT_EQ(origin(catalog().load("chip", "a", std::nullopt)), "mine");
}

TEST_F(CatalogTest, TakesPaths) {
  write("other/b.yaml", "kind: chip\nfrom: other\n");
  const Node node = asking("../other/b.yaml");
  EXPECT_EQ(origin(catalog().load("chip", "../other/b.yaml", node)), "other");
  const std::string absolute = (root_ / "other/b.yaml").string();
  EXPECT_EQ(origin(catalog().load("chip", absolute, std::nullopt)), "other");
}

TEST_F(CatalogTest, PassesOverAFileOfAnotherKind) {
  write("work/llama.yaml", "kind: study\nfrom: beside\n");
  write("installed/models/llama.yaml", "kind: model\nfrom: installed\n");
  EXPECT_EQ(origin(catalog().load("model", "llama", asking("llama"))), "installed");
}

TEST_F(CatalogTest, NamesTheNearest) {
  write("installed/chips/ascend_910b.yaml", "kind: chip\n");
  write("installed/chips/h100.yaml", "kind: chip\n");
  EXPECT_EQ(error("ascend_91b"),
            "work/study.yaml:2:7: error: there is no chip 'ascend_91b'; known: ascend_910b, h100\n"
            "  2 | chip: ascend_91b\n"
            "    |       ^~~~~~~~~~ did you mean 'ascend_910b'?");
  EXPECT_EQ(error_in([&] { static_cast<void>(catalog().load("chip", "zzz", std::nullopt)); }),
            "error: there is no chip 'zzz'; known: ascend_910b, h100");
  for (int i = 0; i < 20; ++i)
    write("installed/chips/c" + std::to_string(i) + ".yaml", "kind: chip\n");
  EXPECT_EQ(error("zzz"),
            "work/study.yaml:2:7: error: there is no chip 'zzz'\n"
            "  2 | chip: zzz\n"
            "    |       ^~~");
}

TEST_F(CatalogTest, SurvivesOddNames) {
  for (const std::string& name :
       {std::string(100000, 'x'), std::string("a/b/../c"), std::string("..")}) {
    EXPECT_NE(error_in([&] { static_cast<void>(catalog().load("chip", name, std::nullopt)); }), "");
  }
  EXPECT_NE(error("\"\""), "");
}

TEST_F(CatalogTest, ChecksTheKind) {
  write("installed/chips/a.yaml", "kind: cluster\n");
  EXPECT_EQ(
      error("a"),
      "installed/chips/a.yaml:1:7: error: this is a cluster; a chip is expected, asked for at "
      "work/study.yaml:2:7\n"
      "  1 | kind: cluster\n"
      "    |       ^~~~~~~");
  write("installed/chips/b.yaml", "name: b\nkind: chip\n");
  EXPECT_EQ(error("b").substr(0, 66),
            "installed/chips/b.yaml:1:1: error: 'kind' must be the first key\n  ");
  write("installed/chips/c.yaml", "name: c\n");
  EXPECT_NE(error("c").find("'kind' is missing; it is the first key of every file"),
            std::string::npos);
  write("installed/chips/d.yaml", "[1]\n");
  EXPECT_NE(error("d").find("1:1: error: a map that starts with 'kind:'"), std::string::npos);
  write("installed/chips/e.yaml", "{}\n");
  EXPECT_NE(error("e").find("'kind' is missing"), std::string::npos);
}

TEST_F(CatalogTest, LoadsAFileOfAnyKind) {
  const fs::path file = write("x/sweep.yaml", "kind: sweep\nfrom: x\n");
  EXPECT_EQ(origin(catalog().load_file(file, "")), "x");
  EXPECT_EQ(origin(catalog().load_file(file, "sweep")), "x");
  EXPECT_NE(error_in([&] {
              static_cast<void>(catalog().load_file(file, "chip"));
            }).find("this is a sweep"),
            std::string::npos);
  EXPECT_THROW(static_cast<void>(catalog().load_file(root_ / "none.yaml", "")), std::system_error);
}

TEST_F(CatalogTest, AppliesExtends) {
  write("installed/chips/a.yaml", "kind: chip\nfrom: a\nm: {x: 1, y: 2}\n");
  write("installed/chips/b.yaml", "kind: chip\nextends: a\nfrom: b\nm: {y: 3}\n");
  write("mine/chips/c.yaml", "kind: chip\nextends: b\nm: {z: 4}\n");
  const Document c = catalog().load("chip", "c", std::nullopt);
  const Node m = *c.root().find("m");
  EXPECT_EQ(origin(c), "b");
  EXPECT_EQ(m.find("x")->text(), "1");
  EXPECT_EQ(m.find("y")->text(), "3");
  EXPECT_EQ(m.find("z")->text(), "4");
  EXPECT_EQ(c.file(), root_ / "mine/chips/c.yaml");
  EXPECT_FALSE(c.root().find("extends"));
}

TEST_F(CatalogTest, VariesAnInstalledFileOfTheSameName) {
  write("installed/chips/a.yaml", "kind: chip\nfrom: installed\nx: 1\n");
  write("mine/chips/a.yaml", "kind: chip\nextends: a\nx: 2\n");
  const Document a = catalog().load("chip", "a", std::nullopt);
  EXPECT_EQ(origin(a), "installed");
  EXPECT_EQ(a.root().find("x")->text(), "2");
}

TEST_F(CatalogTest, ShowsCyclesOfExtends) {
  write("installed/chips/a.yaml", "kind: chip\nextends: b\n");
  write("installed/chips/b.yaml", "kind: chip\nextends: c\n");
  write("installed/chips/c.yaml", "kind: chip\nextends: b\n");
  EXPECT_EQ(error("a"),
            "installed/chips/c.yaml:2:10: error: this extends itself: b.yaml → c.yaml → b.yaml\n"
            "  2 | extends: b\n"
            "    |          ^");
  write("installed/chips/s.yaml", "kind: chip\nextends: s\n");
  EXPECT_NE(error("s").find("this extends itself: s.yaml → s.yaml"), std::string::npos);
}

TEST_F(CatalogTest, ChecksExtends) {
  write("installed/chips/a.yaml", "kind: chip\nextends: h10\n");
  write("installed/chips/h100.yaml", "kind: chip\n");
  EXPECT_NE(error("a").find("installed/chips/a.yaml:2:10: error: there is no chip 'h10'"),
            std::string::npos);
  write("installed/chips/l.yaml", "kind: chip\nextends: [a]\n");
  EXPECT_NE(error("l").find("2:10: error: the name of a chip is expected here"), std::string::npos);
  write("installed/chips/k.yaml", "kind: chip\nextends: link1.yaml\n");
  write("installed/chips/link1.yaml", "kind: link\n");
  EXPECT_NE(error("k").find("this is a link; a chip is expected"), std::string::npos);
}

TEST_F(CatalogTest, ListsNames) {
  write("installed/chips/b.yaml", "");
  write("installed/chips/a.yaml", "");
  write("installed/chips/a.fit.yaml", "");
  write("installed/chips/readme.md", "");
  write("mine/chips/b.yaml", "");
  write("mine/chips/v1.5.yaml", "");
  EXPECT_EQ(catalog().names("chip"), (std::vector<std::string>{"a", "b", "v1.5"}));
  EXPECT_TRUE(catalog().names("site").empty());
}

TEST(Catalog, KnowsTheFolders) {
  EXPECT_EQ(Catalog::folder("chip"), "chips");
  EXPECT_EQ(Catalog::folder("software"), "software");
  EXPECT_EQ(Catalog::folder("study"), "studies");
  EXPECT_EQ(Catalog::folder("rules"), "validation");
  EXPECT_EQ(Catalog::kinds().size(), 16U);
  for (const std::string& kind : Catalog::kinds()) EXPECT_NO_THROW(Catalog::folder(kind));
  EXPECT_THROW(Catalog::folder("spoon"), std::invalid_argument);
}

std::vector<std::string> lines(const Document& document) {
  std::vector<std::string> all;
  for (const Fact& f : facts(document)) {
    all.push_back(f.path + " = " + f.value + " | " + f.source + " | " + f.confidence +
                  (f.disputed ? " | disputed" : ""));
  }
  return all;
}

TEST(Facts, FindTheNearestSource) {
  const Document d = Document::parse(
      "kind: chip\n"
      "name: A\n"
      "source: top\n"
      "die:\n"
      "  area: {mode: 665.6 mm2, source: press, confidence: secondary}\n"
      "  process: {foundry: [SMIC, TSMC], node: 7 nm, disputed: true}\n"
      "matrix: {fp16: 1 TFLOP/s, source: {arxiv: 1, where: p 3}, confidence: primary}\n"
      "power: {tdp: {low: 600 W, mode: 780 W, high: 950 W, confidence: derived}, idle: 170 W}\n"
      "links: [{to: a}, {to: b, source: here}]\n"
      "empty:\n",
      "t.yaml");
  EXPECT_EQ(lines(d), (std::vector<std::string>{
                          "name = A | top | ",
                          "die.area = 665.6 mm2 | press | secondary",
                          "die.process.foundry = SMIC, TSMC | top |  | disputed",
                          "die.process.node = 7 nm | top |  | disputed",
                          "matrix.fp16 = 1 TFLOP/s | arxiv: 1, where: p 3 | primary",
                          "power.tdp = 780 W (600 W to 950 W) | top | derived",
                          "power.idle = 170 W | top | ",
                          "links[0].to = a | top | ",
                          "links[1].to = b | here | ",
                          "empty =  | top | ",
                      }));
  EXPECT_EQ(facts(d)[1].position.line, 5);
}

TEST(Facts, DropTheSourceOfAnOverriddenValue) {
  const Document base = Document::parse(
      "kind: chip\n"
      "source: base file\n"
      "m: {a: 1, b: 2, source: measured, confidence: primary}\n"
      "t: {mode: 5 W, low: 4 W, high: 6 W, source: sheet, confidence: primary, disputed: true}\n"
      "u: {mode: 5 W, source: sheet}\n",
      "base.yaml");
  const Document over = Document::parse(
      "kind: chip\nextends: base\nm: {b: 3}\nt: {mode: 5.5 W}\nu: 7 W\n", "over.yaml");
  EXPECT_EQ(lines(merge(base, over)), (std::vector<std::string>{
                                          "m.a = 1 | measured | primary",
                                          "m.b = 3 |  | ",
                                          "t = 5.5 W |  | ",  // the bounds were of the other value
                                          "u = 7 W |  | ",
                                      }));
  const Document sourced = Document::parse(
      "kind: chip\nextends: base\nsource: mine\nm: {b: 3, confidence: assumed}\n", "over.yaml");
  EXPECT_EQ(lines(merge(base, sourced))[1], "m.b = 3 | mine | assumed");
  const Document without = Document::parse("kind: chip\nextends: base\nt: ~\nu: ~\n", "over.yaml");
  EXPECT_EQ(lines(merge(base, without)).size(), 2U);
}

TEST_F(CatalogTest, FittedValuesStandOverThoseWrittenByHand) {
  write("mine/chips/a.yaml", "kind: chip\nclock: 1 GHz\nshare: {low: 0.1, mode: 0.2, high: 0.3}\n");
  write("mine/chips/a.fit.yaml", "kind: chip\nshare: {low: 0.24, mode: 0.25, high: 0.26}\n");
  write("mine/chips/b.yaml", "kind: chip\nextends: a\nclock: 2 GHz\n");
  for (const std::string name : {"a", "b"}) {
    const auto document = catalog().load("chip", name, std::nullopt);
    EXPECT_EQ(document.file().stem(), name);
    EXPECT_EQ(document.root().find("share")->find("mode")->text(), "0.25") << name;
    const auto by_hand = catalog().with(Fits::kIgnore).load("chip", name, std::nullopt);
    EXPECT_EQ(by_hand.root().find("share")->find("mode")->text(), "0.2") << name;
  }
  EXPECT_EQ(catalog().names("chip"), (std::vector<std::string>{"a", "b"}));
}

// A fit says at each value where it comes from; the others keep what stands at the top of theirs.
TEST_F(CatalogTest, FittedValuesAndOthersKeepTheirSources) {
  write("mine/chips/a.yaml",
        "kind: chip\nsource: hand\nconfidence: primary\nclock: 1 GHz\nshare: 0.2\n");
  write("mine/chips/a.fit.yaml",
        "kind: chip\nshare: {mode: 0.25, source: fit, confidence: derived}\n");
  write("mine/chips/b.yaml", "kind: chip\nextends: a\nsource: other\nclock: 2 GHz\n");
  const auto source = [&](const std::string& name, const std::string& path) {
    for (const Fact& fact : facts(catalog().load("chip", name, std::nullopt))) {
      if (fact.path == path) return fact.source;
    }
    return std::string("no such fact");
  };
  EXPECT_EQ(source("a", "share"), "fit");
  EXPECT_EQ(source("a", "clock"), "hand");
  EXPECT_EQ(source("b", "share"), "fit");
  EXPECT_EQ(source("b", "clock"), "other");
}

TEST_F(CatalogTest, AnInheritedUncertainInputBelongsToTheDocumentItStandsIn) {
  write("mine/chips/a.yaml", "kind: chip\nshare: {low: 0.1, mode: 0.2, high: 0.3}\n");
  write("mine/chips/a.fit.yaml", "kind: chip\nshare: {low: 0.24, mode: 0.25, high: 0.26}\n");
  write("mine/chips/b.yaml", "kind: chip\nextends: a\n");
  Reading reading;
  for (const std::string name : {"a", "b"}) {
    const auto document = catalog().load("chip", name, std::nullopt);
    Fields fields(document.root(), reading, name);
    EXPECT_EQ(fields.number("share"), 0.25);
  }
  ASSERT_EQ(reading.uncertain_inputs().size(), 1U);
  EXPECT_EQ(reading.uncertain_inputs().front().path, "a.share");
}

// A number goes with its bounds: those of another value say nothing of this one.
TEST_F(CatalogTest, AnOverriddenNumberLosesItsBounds) {
  write("mine/chips/a.yaml",
        "kind: chip\nshare: {low: 0.1, mode: 0.2, high: 0.3}\nm: {x: 1, y: {low: 1, mode: 2, high: "
        "3}}\n");
  for (const std::string value : {"0.4", "{mode: 0.4}", "{value: 0.4, source: mine}"}) {
    write("mine/chips/b.yaml", "kind: chip\nextends: a\nshare: " + value + "\nm: {x: 5}\n");
    const auto document = catalog().load("chip", "b", std::nullopt);
    Reading reading;
    Fields fields(document.root(), reading, "b");
    EXPECT_EQ(fields.number("share"), 0.4) << value;
    EXPECT_TRUE(reading.uncertain_inputs().empty()) << value;
    Fields m = fields.map("m");
    EXPECT_EQ(m.number("x"), 5);
    EXPECT_EQ(m.number("y"), 2);  // maps still merge
    EXPECT_EQ(reading.uncertain_inputs().size(), 1U) << value;
  }
}

TEST_F(CatalogTest, ValuesAreLaidOverDocuments) {
  write("installed/chips/a.yaml", "kind: chip\npower: {tdp: {mode: 1 W, low: 0 W}, idle: 2 W}\n");
  write("installed/chips/b.yaml", "kind: chip\npower: {tdp: 3 W}\n");
  const auto values = Document::parse("tdp: 7 W\nnew: [1, 2]\n", "sweep.yaml");
  const auto varied = catalog().with({{"chip", "a", "power.tdp", *values.root().find("tdp")},
                                      {"chip", "a", "memory.sizes", *values.root().find("new")},
                                      {"link", "a", "power.tdp", *values.root().find("tdp")}});
  EXPECT_EQ(varied.unused().size(), 3U);
  const auto a = varied.load("chip", "a", std::nullopt).root();
  EXPECT_EQ(a.find("power")->find("tdp")->text(), "7 W");
  EXPECT_EQ(a.find("power")->find("tdp")->position().source->name, "sweep.yaml");
  EXPECT_EQ(a.find("power")->find("idle")->text(), "2 W");
  EXPECT_EQ(a.find("memory")->find("sizes")->item(1).text(), "2");
  EXPECT_EQ(varied.load("chip", "b", std::nullopt).root().find("power")->find("tdp")->text(),
            "3 W");
  ASSERT_EQ(varied.unused().size(), 1U);
  EXPECT_EQ(varied.unused().front().kind, "link");
  EXPECT_EQ(catalog().load("chip", "a", std::nullopt).root().find("power")->find("tdp")->size(),
            2U);
}

}  // namespace
}  // namespace weft::base
