// YAML with positions: what is read, where it stands, and what is refused.
#include "weft/base/document.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <system_error>
#include <vector>

namespace weft::base {
namespace {

namespace fs = std::filesystem;

Document parse(const std::string& text) { return Document::parse(text, "t.yaml"); }

// The diagnostics of a text that must be refused.
std::vector<Diagnostic> refused(const std::string& text) {
  try {
    parse(text);
  } catch (const InputError& error) {
    return error.diagnostics();
  }
  ADD_FAILURE() << "not refused: " << text.substr(0, 100);
  return {Diagnostic{}};
}

// "LINE:COLUMN+LENGTH MESSAGE" of the first diagnostic.
std::string refusal(const std::string& text) {
  const Diagnostic d = refused(text).front();
  return std::to_string(d.position.line) + ":" + std::to_string(d.position.column) + "+" +
         std::to_string(d.length) + " " + d.message;
}

std::string place(const Position& p) {
  return std::to_string(p.line) + ":" + std::to_string(p.column);
}

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& name)
      : path_(fs::temp_directory_path() / ("weft_" + std::to_string(getpid()) + "_" + name)) {}
  ~TemporaryFile() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }
  void write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

 private:
  fs::path path_;
};

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(Document, ReadsMapsListsAndScalars) {
  const Document d = parse(
      "kind: chip\n"
      "memory: {type: HBM2e, stacks: 4}\n"
      "list:\n"
      "- a\n"
      "- b: 1\n"
      "  c: 'it''s'\n"
      "empty:\n"
      "none: ~\n"
      "quoted: \"x \\\" y\"\n");
  const Node root = d.root();
  ASSERT_TRUE(root.is_map());
  EXPECT_EQ(root.size(), 6U);
  EXPECT_EQ(root.key(0), "kind");
  EXPECT_EQ(root.find("kind")->text(), "chip");
  EXPECT_TRUE(root.find("kind")->is_scalar());
  EXPECT_FALSE(root.find("kind")->is_quoted());
  EXPECT_EQ(root.find("memory")->find("stacks")->text(), "4");
  const Node list = *root.find("list");
  ASSERT_TRUE(list.is_list());
  EXPECT_EQ(list.size(), 2U);
  EXPECT_EQ(list.item(0).text(), "a");
  EXPECT_EQ(list.item(1).find("c")->text(), "it's");
  EXPECT_TRUE(list.item(1).find("c")->is_quoted());
  EXPECT_EQ(list.item(1).find("c")->path(), "list[1].c");
  EXPECT_EQ(list.item(1).find("c")->length(), 7);
  EXPECT_TRUE(root.find("empty")->is_null());
  EXPECT_EQ(root.find("empty")->text(), "");
  EXPECT_TRUE(root.find("none")->is_null());
  EXPECT_EQ(root.find("none")->text(), "~");
  EXPECT_EQ(root.find("quoted")->text(), "x \" y");
  EXPECT_EQ(root.find("quoted")->length(), 8);
  EXPECT_FALSE(root.find("nothing"));
  EXPECT_FALSE(list.find("a"));
  EXPECT_EQ(root.path(), "");
  EXPECT_THROW(static_cast<void>(root.item(6)), std::out_of_range);
  EXPECT_EQ(root.source()->name, "t.yaml");
  EXPECT_TRUE(d.file().empty());
}

TEST(Document, CountsCharactersNotBytes) {
  const Document d = parse(
      "\"a µ µ\": {b: 'x µ', c: [1, µ2, \"3\"]}\r\n"
      "数据: 芯片\r\n"
      "next: 5 µs   # µ\r\n");
  const Node map = d.root().item(0);
  EXPECT_EQ(place(map.position()), "1:10");
  EXPECT_EQ(place(map.find("b")->position()), "1:14");
  EXPECT_EQ(map.find("b")->length(), 5);
  EXPECT_EQ(place(map.find("c")->position()), "1:24");
  EXPECT_EQ(place(map.find("c")->item(1).position()), "1:28");
  EXPECT_EQ(map.find("c")->item(1).length(), 2);
  EXPECT_EQ(place(map.find("c")->item(2).position()), "1:32");
  EXPECT_EQ(place(map.key_position(1)), "1:21");
  EXPECT_EQ(place(d.root().item(1).position()), "2:5");
  EXPECT_EQ(d.root().item(1).length(), 2);
  EXPECT_EQ(place(d.root().find("next")->position()), "3:7");
  EXPECT_EQ(d.root().find("next")->length(), 4);
}

TEST(Document, PlacesWhatIsNotWrittenAtItsKey) {
  const Document d = parse("a:\n  b:\n  c: 1\nl:\n- \n-   # c\n- x\nn: null\ne: {k: , z: 2}\n");
  EXPECT_EQ(place(d.root().find("a")->find("b")->position()), "2:3");
  EXPECT_EQ(place(d.root().find("l")->item(0).position()), "5:1");
  EXPECT_TRUE(d.root().find("l")->item(1).is_null());
  EXPECT_EQ(place(d.root().find("n")->position()), "8:4");
  EXPECT_EQ(d.root().find("n")->length(), 4);
  EXPECT_EQ(place(d.root().find("e")->find("k")->position()), "9:5");
}

TEST(Document, DropsAByteOrderMark) {
  EXPECT_EQ(place(parse("\xEF\xBB\xBF"
                        "a: b\n")
                      .root()
                      .item(0)
                      .position()),
            "1:4");
}

TEST(Document, ReadsLongTexts) {
  const Document d = parse("a: |\n  x\n  y\nb: one\n  two\nc: 3\n");
  EXPECT_EQ(d.root().find("a")->text(), "x\ny\n");
  EXPECT_EQ(d.root().find("a")->length(), 1);
  EXPECT_EQ(d.root().find("b")->text(), "one two");
  EXPECT_EQ(d.root().find("b")->length(), 3);
  EXPECT_EQ(place(d.root().find("c")->position()), "6:4");
}

TEST(Document, RefusesWhatHidesMeaning) {
  EXPECT_EQ(refusal("a: 1\nb: {c: 1, é: 2, é: 3}\n"),
            "2:17+1 the key 'é' was already given in line 2");
  EXPECT_EQ(refusal("a: 1\nbb: 2\nbb: 3\n"), "3:1+2 the key 'bb' was already given in line 2");
  EXPECT_EQ(refusal("a: &name 1\n"), "1:4+5 anchors (&) are not allowed");
  EXPECT_EQ(refusal("µ: &x {b: 1}\n"), "1:4+2 anchors (&) are not allowed");
  EXPECT_EQ(refusal("&k a: 1\n"), "1:1+2 anchors (&) are not allowed");
  EXPECT_EQ(refusal("a: *x\n"), "1:4+1 aliases (*) are not allowed");
  EXPECT_EQ(refusal("a: 1\n<<: {b: 1}\n"), "2:1+2 merge keys (<<) are not allowed");
  EXPECT_EQ(refusal("a: !!int 3\n"), "1:4+1 tags (!) are not allowed");
  EXPECT_EQ(refusal("a: !foo {b: 1}\n"), "1:4+1 tags (!) are not allowed");
  EXPECT_EQ(refusal("a: ! x\n"), "1:4+1 tags (!) are not allowed");
  EXPECT_EQ(refusal("a: [1, !x [2]]\n"), "1:8+1 tags (!) are not allowed");
  EXPECT_EQ(refusal("{[1, 2]: 3}\n"), "1:2+1 a key must be a word, not a map or a list");
  EXPECT_EQ(refusal("? {a: b}\n: 3\n"), "1:3+1 a key must be a word, not a map or a list");
  EXPECT_EQ(refusal("~: 3\n"), "1:1+1 a key is missing before the colon");
  EXPECT_EQ(parse("'<<': 1\n").root().key(0), "<<");
}

TEST(Document, ReportsAllOfTheseAtOnce) {
  const auto all = refused("a: &x 1\na: 2\nb: *x\nc: !t 3\n");
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].position.line, 1);
  EXPECT_EQ(all[1].position.line, 2);
  EXPECT_EQ(all[2].position.line, 3);
  EXPECT_EQ(all[3].position.line, 4);
}

TEST(Document, FindsTripleKeysInLargeMaps) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(parse(text).root().size(), 1000U);
  EXPECT_EQ(parse(text).root().find("k777")->path(), "k777");
  const auto all = refused(text + "k3: 2\nk3: 3\n");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].position.line, 1001);
  EXPECT_EQ(all[1].message, "the key 'k3' was already given in line 4");
}

TEST(Document, RefusesMoreThanOneDocument) {
  EXPECT_EQ(refusal("a: 1\n---\nb: 2\n"),
            "2:1+3 a second document starts here; one file holds one document");
  EXPECT_EQ(refusal("a: 1\n...\nb: 2\n"),
            "3:1+3 a second document starts here; one file holds one document");
  EXPECT_EQ(refusal("a: 1\n---\n"),
            "2:1+3 a second document starts here; one file holds one document");
  EXPECT_EQ(parse("---\na: 1\n...\n").root().size(), 1U);
}

TEST(Document, RefusesBrokenYamlWithItsPlace) {
  EXPECT_EQ(refusal("a: {b: 1\nc: 2\n"), "2:2+1 a '}' or ',' is missing before here");
  EXPECT_EQ(refusal("a: [1, 2\n"), "1:4+1 this bracket is never closed");
  EXPECT_EQ(refusal("a: [1, {b: 2\n\n"), "1:8+1 this bracket is never closed");
  EXPECT_EQ(refusal("[1, 2\n"), "1:1+1 this bracket is never closed");
  EXPECT_EQ(refusal("[[[\n"), "1:3+1 this bracket is never closed");
  EXPECT_EQ(refusal("a: [1, 2\nb: 3\n"), "2:2+1 a ']' or ',' is missing before here");
  EXPECT_EQ(refusal("µ: b: c\n"),
            "1:5+1 a ':' is not allowed here; check the indentation, or quote the text");
  EXPECT_EQ(refusal("a:\n  b: 1\n c: 2\n"),
            "3:2+1 this does not continue the map above; check the indentation");
  EXPECT_EQ(refusal("  a: 1\nb: 2\n"),
            "2:1+1 this is not part of what stands above; check the indentation");
  EXPECT_EQ(refusal("a:\n\tb: 1\n"), "2:1+1 indent with spaces, not with tabs");
  EXPECT_EQ(refusal("a: @x\n"), "1:4+1 a text cannot start with this character; quote it");
  EXPECT_EQ(refusal("a: - b\n"),
            "1:4+1 a list cannot start in this line; put '-' in a line of its own");
  EXPECT_EQ(refusal("{a: [1, 2}\n"), "1:10+1 this bracket does not close the one that is open");
}

TEST(Document, RefusesOpenQuotes) {
  // yaml-cpp itself accepts the first.
  EXPECT_EQ(refusal("a: 1\nb: \"x\nc: 1\n"), "2:4+1 this quote is never closed");
  EXPECT_EQ(refusal("'a: 1\n").substr(0, 3), "1:1");
  EXPECT_EQ(refusal("a: 'x''\n").substr(0, 3), "1:4");
  EXPECT_EQ(refusal("a: \"x\\\"\n").substr(0, 3), "1:4");
}

TEST(Document, RefusesEmptyAndUnreadableText) {
  EXPECT_EQ(refusal(""), "1:1+1 this file is empty");
  EXPECT_EQ(refusal("# only a comment\n"), "1:1+1 nothing is written in this document");
  EXPECT_EQ(refusal("---\n"), "1:1+1 nothing is written in this document");
  EXPECT_EQ(refusal("a: µ\xff\n"), "1:5+1 the text is not UTF-8: byte 0xFF");
  EXPECT_EQ(refusal("a: 1\nb: \xc0\xaf\n"), "2:4+1 the text is not UTF-8: byte 0xC0");
  EXPECT_EQ(refusal("a: \xed\xa0\x80\n"), "1:4+1 the text is not UTF-8: byte 0xED");
  EXPECT_EQ(refusal("a: \xf4\x90\x80\x80\n"), "1:4+1 the text is not UTF-8: byte 0xF4");
  EXPECT_EQ(refusal("a: \xe2\x82"), "1:4+1 the text is not UTF-8: byte 0xE2");
  EXPECT_EQ(refusal(std::string("a: b\0c\n", 7)),
            "1:5+1 the control character U+0000 is not allowed");
  EXPECT_EQ(refusal("a: \x1b[31m\n"), "1:4+1 the control character U+001B is not allowed");
  EXPECT_EQ(refusal("a: b\rc: d\n"), "1:5+1 the control character U+000D is not allowed");
  EXPECT_EQ(refusal("a: \xc2\x85\n"), "1:4+1 the control character U+0085 is not allowed");
  EXPECT_EQ(refusal("a: \x7f\n"), "1:4+1 the control character U+007F is not allowed");
}

std::string nested(int levels, const std::string& open, const std::string& inner,
                   const std::string& close) {
  std::string text;
  for (int i = 0; i < levels; ++i) text += open;
  text += inner;
  for (int i = 0; i < levels; ++i) text += close;
  return text + "\n";
}

TEST(Document, Allows64LevelsAndNoMore) {
  EXPECT_NO_THROW(parse(nested(64, "[", "x", "]")));
  EXPECT_NO_THROW(parse(nested(64, "{a: ", "x", "}")));
  EXPECT_NO_THROW(parse(nested(64, "- ", "x", "")));
  EXPECT_EQ(refusal(nested(65, "[", "x", "]")), "1:65+1 more than 64 levels of maps and lists");
  EXPECT_EQ(refusal(nested(65, "{a: ", "x", "}")), "1:257+1 more than 64 levels of maps and lists");
  EXPECT_EQ(refusal(nested(65, "- ", "x", "")), "1:129+1 more than 64 levels of maps and lists");
}

TEST(Document, RefusesAMillionLevelsAtOnce) {
  for (const std::string open : {"- ", "[ ", "[[", "{a: ", "- [", "[{a: ", "{? "}) {
    const std::string text = nested(1000000 / static_cast<int>(open.size()), open, "x", "");
    std::string message;
    // 0.2 s without sanitizers
    EXPECT_LT(seconds_of([&] { message = refusal(text); }), 20.0) << open;
    EXPECT_EQ(message.substr(0, 2), "1:") << open << message;
  }
  EXPECT_EQ(refusal(nested(1000000, "- ", "", "")),
            "1:129+1 more than 64 levels of maps and lists");
  const std::string brackets = refusal(nested(1000000, "[", "", ""));
  EXPECT_NE(brackets.find("more than 64 levels"), std::string::npos) << brackets;
}

TEST(Document, ReadsLongFlatFilesQuickly) {
  std::string list = "[";
  std::string map = "{";
  std::string spaces = "a: 1" + std::string(1000000, ' ') + "\nb: 2\n";
  for (int i = 0; i < 50000; ++i) {
    list += "x, ";
    map += "k" + std::to_string(i) + ": 'v', ";
  }
  EXPECT_LT(seconds_of([&] { EXPECT_EQ(parse(list + "y]\n").root().size(), 50001U); }), 5.0);
  EXPECT_LT(seconds_of([&] { EXPECT_EQ(parse(map + "z: }\n").root().size(), 50001U); }), 5.0);
  EXPECT_LT(seconds_of([&] { EXPECT_EQ(parse(spaces).root().size(), 2U); }), 5.0);
}

TEST(Document, NeverCrashesOnRandomText) {
  const std::vector<std::string> pieces = {
      "a",  "b: ", ": ", "- ",    "\n", "\n  ", "{",   "}",    "[",    "]",
      ", ", "'",   "\"", "|",     ">",  "# c",  "&x ", "*x",   "!t ",  "? ",
      "~",  "µ",   "<<", "---\n", "%",  "\\",   "\t",  "null", "...\n"};
  std::mt19937 random(7);
  int accepted = 0;
  for (int i = 0; i < 8000; ++i) {
    std::string text;
    for (auto size = 1 + random() % 14; size > 0; --size) text += pieces[random() % pieces.size()];
    try {
      static_cast<void>(parse(text).root().path());
      ++accepted;
    } catch (const InputError& error) {
      for (const Diagnostic& d : error.diagnostics()) {
        EXPECT_GE(d.position.line, 1) << text;
        EXPECT_GE(d.position.column, 1) << text;
      }
    }
  }
  EXPECT_GT(accepted, 100);
}

TEST(DocumentLoad, KnowsItsFile) {
  const TemporaryFile file("plain.yaml");
  file.write("a: 1\n");
  const Document d = Document::load(file.path());
  EXPECT_EQ(d.file(), file.path());
  EXPECT_EQ(d.root().find("a")->source()->name, file.path().string());
}

TEST(DocumentLoad, RefusesASparseGigabyteAtOnce) {
  const TemporaryFile file("sparse.yaml");
  file.write("a: 1\n");
  fs::resize_file(file.path(), std::uintmax_t{1} << 30U);
  const double seconds = seconds_of([&] {
    try {
      Document::load(file.path());
      ADD_FAILURE();
    } catch (const InputError& error) {
      EXPECT_EQ(error.what(),
                file.path().string() + ":1:1: error: this file is larger than 16 MiB");
    }
  });
  EXPECT_LT(seconds, 0.2);
}

TEST(DocumentLoad, Allows16MiB) {
  const TemporaryFile file("large.yaml");
  const std::string start = "a: 1\n#";
  file.write(start + std::string((std::size_t{16} << 20U) - start.size(), 'x'));
  EXPECT_EQ(Document::load(file.path()).root().size(), 1U);
  file.write(start + std::string((std::size_t{16} << 20U) - start.size() + 1, 'x'));
  EXPECT_THROW(Document::load(file.path()), InputError);
}

TEST(DocumentLoad, RefusesWhatIsNoFile) {
  EXPECT_THROW(Document::load("/nonexistent/file.yaml"), std::system_error);
  EXPECT_THROW(Document::load(fs::temp_directory_path()), InputError);
  EXPECT_THROW(Document::load("/dev/zero"), InputError);
  const TemporaryFile file("empty.yaml");
  file.write("");
  EXPECT_THROW(Document::load(file.path()), InputError);
}

TEST(Merge, MergesMapsAndReplacesTheRest) {
  const Document base =
      Document::parse("kind: chip\na: {x: 1, y: {p: 1, q: 2}}\nl: [1, 2]\ns: 5\n", "base.yaml");
  const Document over = Document::parse(
      "kind: chip\nextends: base\na: {y: {q: 3, r: 4}, z: 6}\nl: [3]\ns: {t: 7}\nn: 8\n",
      "over.yaml");
  const Node root = merge(base, over).root();
  EXPECT_FALSE(root.find("extends"));
  const Node y = *root.find("a")->find("y");
  EXPECT_EQ(root.find("a")->find("x")->text(), "1");
  EXPECT_EQ(y.find("p")->text(), "1");
  EXPECT_EQ(y.find("q")->text(), "3");
  EXPECT_EQ(y.find("r")->text(), "4");
  EXPECT_EQ(y.find("r")->path(), "a.y.r");
  EXPECT_EQ(root.find("a")->find("z")->text(), "6");
  EXPECT_EQ(root.find("l")->size(), 1U);
  EXPECT_EQ(root.find("l")->item(0).path(), "l[0]");
  EXPECT_EQ(root.find("s")->find("t")->text(), "7");
  EXPECT_EQ(root.key(root.size() - 1), "n");
  EXPECT_EQ(y.find("p")->source()->name, "base.yaml");
  EXPECT_EQ(y.find("q")->source()->name, "over.yaml");
  EXPECT_EQ(place(y.find("p")->position()), "2:18");
  EXPECT_EQ(place(y.find("q")->position()), "3:12");
  EXPECT_EQ(y.find("q")->position().source->name, "over.yaml");
}

TEST(Merge, ReplacesAMapOfAnotherKindWhole) {
  const Document base = Document::parse(
      "kind: cluster\n"
      "fabric:\n"
      "  source: base\n"
      "  scale_up: {kind: switch, switches: 4, link: nvlink4, tiers: [{kind: torus, cube: 4}]}\n"
      "  scale_out: {kind: fat_tree, rails: 8, switch_price: {value: 3 kUSD, source: sheet}}\n"
      "  sites: {kind: long_haul, link: wan}\n",
      "base.yaml");
  const Document over = Document::parse(
      "kind: cluster\nextends: base\n"
      "fabric:\n"
      "  scale_up: {kind: cloudmatrix, link: ub_1_0, tiers: [{kind: switch, size: 8}]}\n"
      "  scale_out: {kind: fat_tree, rails: 4}\n"
      "  sites: {links: 2}\n",
      "over.yaml");
  const Node fabric = *merge(base, over).root().find("fabric");
  EXPECT_EQ(fabric.find("source")->text(), "base");  // the map around it has no kind and merges

  const Node up = *fabric.find("scale_up");
  EXPECT_EQ(up.size(), 3U);
  EXPECT_EQ(up.find("link")->text(), "ub_1_0");
  EXPECT_FALSE(up.find("switches"));
  EXPECT_EQ(up.find("tiers")->size(), 1U);
  EXPECT_EQ(up.find("tiers")->item(0).find("size")->path(), "fabric.scale_up.tiers[0].size");
  EXPECT_FALSE(up.find("tiers")->item(0).find("cube"));
  EXPECT_EQ(up.find("kind")->source()->name, "over.yaml");

  const Node out = *fabric.find("scale_out");  // the same kind: key by key
  EXPECT_EQ(out.find("rails")->text(), "4");
  EXPECT_EQ(out.find("switch_price")->find("value")->text(), "3 kUSD");
  const Node sites = *fabric.find("sites");  // no kind over it: that of the base stays
  EXPECT_EQ(sites.find("kind")->text(), "long_haul");
  EXPECT_EQ(sites.find("link")->text(), "wan");
}

TEST(Merge, ReplacesByKindAtEveryStepOfAChain) {
  const auto parse_tier = [](const std::string& tier, const char* name) {
    return Document::parse("kind: cluster\nextends: x\nfabric: {out: " + tier + "}\n", name);
  };
  const Document a = parse_tier("{kind: fat_tree, rails: 8, link: ib}", "a");
  const Document b = parse_tier("{kind: torus, dimensions: [4, 4]}", "b");
  const Document c = parse_tier("{kind: fat_tree, planes: 2}", "c");
  const Document d = parse_tier("[{kind: torus, link: ib}]", "d");
  const auto keys = [](const Document& document) {
    const Node out = *document.root().find("fabric")->find("out");
    std::vector<std::string> names;
    for (std::size_t i = 0; i < out.size(); ++i) names.emplace_back(out.key(i));
    return names;
  };
  // What the torus threw away does not come back with the fat tree.
  EXPECT_EQ(keys(merge(merge(a, b), c)), (std::vector<std::string>{"kind", "planes"}));
  EXPECT_EQ(keys(merge(a, merge(b, c))),
            (std::vector<std::string>{"kind", "rails", "link", "planes"}));
  const Node list = *merge(a, d).root().find("fabric")->find("out");
  ASSERT_TRUE(list.is_list());
  EXPECT_EQ(list.item(0).size(), 2U);
}

TEST(Merge, IsIdempotentAndHasANeutralElement) {
  const auto text = [](const Node& node) {
    std::string all;
    const std::function<void(const Node&)> walk = [&](const Node& n) {
      if (n.is_scalar())
        all += n.path() + "=" + std::string(n.text()) + "@" + n.source()->name + "\n";
      for (std::size_t i = 0; i < n.size(); ++i) walk(n.item(i));
    };
    walk(node);
    return all;
  };
  std::mt19937 random(3);
  const std::function<std::string(int)> value = [&](int depth) -> std::string {
    if (depth == 0 || random() % 3 == 0) return std::to_string(random() % 9);
    std::string all = "{";
    for (const char* key : {"a", "b", "c"}) {
      if (random() % 2 == 0) all += std::string(key) + ": " + value(depth - 1) + ", ";
    }
    return all + "}";
  };
  for (int i = 0; i < 300; ++i) {
    const Document a = Document::parse("{r: " + value(3) + "}", "a");
    const Document b = Document::parse("{r: " + value(3) + "}", "b");
    const Document none = Document::parse("{}", "none");
    EXPECT_EQ(text(merge(a, none).root()), text(a.root()));
    EXPECT_EQ(text(merge(none, a).root()), text(a.root()));
    EXPECT_EQ(text(merge(merge(a, b), b).root()), text(merge(a, b).root()));
  }
}

TEST(Merge, TakesAValueOfAnotherDocument) {
  const Document base = Document::parse("kind: job\ntokens: 1 T\nsequence: 8192\n", "job.yaml");
  const Document study =
      Document::parse("kind: study\njob: {extends: job, tokens: 2 T}\n", "study.yaml");
  const Node root = merge(base, *study.root().find("job")).root();
  EXPECT_EQ(root.find("tokens")->text(), "2 T");
  EXPECT_EQ(root.find("tokens")->path(), "tokens");
  EXPECT_EQ(place(root.find("tokens")->position()), "2:29");
  EXPECT_FALSE(root.find("extends"));
  const Document part = subtree(*study.root().find("job"));
  EXPECT_EQ(part.root().find("extends")->path(), "extends");
}

TEST(Node, OutlivesItsDocument) {
  const Node node = [] {
    return parse("a: {b: long enough to be on the heap}\n").root().item(0);
  }();
  EXPECT_EQ(node.find("b")->text(), "long enough to be on the heap");
}

std::string laid(const std::string& path) {
  const auto document = Document::parse("a: {b: 1, c: [x, {d: 2}]}\ne:\n", "base.yaml");
  const auto value = Document::parse("value: new\n", "over.yaml");
  try {
    const auto root = with_value(document, path, *value.root().find("value")).root();
    std::string leaves;
    const std::function<void(const Node&)> walk = [&](const Node& node) {
      if (node.is_scalar()) leaves += node.path() + "=" + std::string(node.text()) + " ";
      for (std::size_t i = 0; i < node.size(); ++i) walk(node.item(i));
    };
    walk(root);
    return leaves;
  } catch (const InputError& error) {
    return error.diagnostics().front().message;
  }
}

TEST(WithValue, PutsAValueAtAPath) {
  EXPECT_EQ(laid("a.b"), "a.b=new a.c[0]=x a.c[1].d=2 ");
  EXPECT_EQ(laid("a.c[0]"), "a.b=1 a.c[0]=new a.c[1].d=2 ");
  EXPECT_EQ(laid("a.c[1].d"), "a.b=1 a.c[0]=x a.c[1].d=new ");
  EXPECT_EQ(laid("a.c"), "a.b=1 a.c=new ");
  EXPECT_EQ(laid("a.c[1].f.g"), "a.b=1 a.c[0]=x a.c[1].d=2 a.c[1].f.g=new ");
  EXPECT_EQ(laid("e.f"), "a.b=1 a.c[0]=x a.c[1].d=2 e.f=new ");
  EXPECT_EQ(laid("h"), "a.b=1 a.c[0]=x a.c[1].d=2 h=new ");
}

TEST(WithValue, SaysWhereAPathLeadsNowhere) {
  EXPECT_EQ(laid("a.b.c"), "'c' leads nowhere: a.b is '1'");
  EXPECT_EQ(laid("a.c[2]"), "'[2]' leads nowhere: a.c is a list of 2");
  EXPECT_EQ(laid("a.c.d"), "'d' leads nowhere: a.c is a list of 2");
  EXPECT_EQ(laid("a[0]"), "'[0]' leads nowhere: a is a map");
  for (const char* path : {"", ".", "a.", "a..b", "a.c[", "a.c[x]", "a.c[0"}) {
    EXPECT_NE(laid(path).find("is no path"), std::string::npos) << path;
  }
}

}  // namespace
}  // namespace weft::base
