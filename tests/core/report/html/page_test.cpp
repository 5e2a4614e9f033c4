#include "weft/html/page.h"

#include <gtest/gtest.h>

#include <string>

namespace weft::html {
namespace {

Page page_of(std::vector<Section> sections) {
  return {"A title", "a subtitle", "kind: study\n", "{}", {}, std::move(sections)};
}

Section text_section(const std::string& id, const std::string& text = "words") {
  return {id, "Title", "Says.", "text", {{"paragraphs", {text}}}};
}

// What the page's script reads.
Json payload_of(const std::string& html) {
  const std::string begin = "<script type=\"application/json\" id=\"weft-page\">";
  const auto at = html.find(begin) + begin.size();
  return Json::parse(html.substr(at, html.find("</script>", at) - at));
}

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

class Pages : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_available()) GTEST_SKIP() << "built without npm";
  }
};

TEST_F(Pages, HoldWhatTheyWereGiven) {
  auto page = page_of({text_section("a"), text_section("b")});
  page.headlines = {{"days to finish", "36.4 d", "33.2–43.3 d", "CloudMatrix384"}};
  const auto payload = payload_of(to_html(page));
  EXPECT_EQ(payload["title"], "A title");
  EXPECT_EQ(payload["question"], "kind: study\n");
  EXPECT_EQ(payload["headlines"][0]["range"], "33.2–43.3 d");
  ASSERT_EQ(payload["sections"].size(), 2U);
  EXPECT_EQ(payload["sections"][1]["id"], "b");
  EXPECT_EQ(payload["sections"][1]["data"]["paragraphs"][0], "words");
}

TEST_F(Pages, NumbersKeepAllTheirDigits) {
  auto section = text_section("a");
  section.data["values"] = {1.0 / 3.0, 1e-300, 12345678.9};
  const auto values = payload_of(to_html(page_of({section})))["sections"][0]["data"]["values"];
  EXPECT_EQ(values.get<std::vector<double>>(),
            (std::vector<double>{1.0 / 3.0, 1e-300, 12345678.9}));
}

TEST_F(Pages, AreOneFileThatFetchesNothing) {
  const auto html = to_html(page_of({text_section("a")}));
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(html.find("<link"), std::string::npos);
  EXPECT_EQ(html.find(" src="), std::string::npos);
  EXPECT_LT(html.size(), 1'000'000U);
}

TEST_F(Pages, TextsCannotEndTheirElement) {
  const std::string hostile = "</script><script>alert(1)</script><!-- <b> & \xff";
  auto page = page_of({text_section("a", hostile)});
  page.title = hostile;
  page.question = hostile;
  page.answer = hostile;
  const auto html = to_html(page);
  EXPECT_EQ(html.find("alert(1)</script>"), std::string::npos);
  EXPECT_EQ(count_of(html, "<script"), 2U + count_of(to_html(page_of({})), "<script") - 2U);
  const auto text = payload_of(html)["sections"][0]["data"]["paragraphs"][0].get<std::string>();
  EXPECT_EQ(text.substr(0, 9), "</script>");
}

TEST_F(Pages, AreTheSameBytesEachTime) {
  EXPECT_EQ(to_html(page_of({text_section("a")})), to_html(page_of({text_section("a")})));
}

TEST_F(Pages, RefuseWhatCannotBeDrawn) {
  auto unknown = text_section("a");
  unknown.kind = "pie";
  EXPECT_THROW(to_html(page_of({unknown})), std::invalid_argument);
  EXPECT_THROW(to_html(page_of({text_section("a"), text_section("a")})), std::invalid_argument);
  EXPECT_THROW(to_html(page_of({text_section("no word")})), std::invalid_argument);
  EXPECT_THROW(to_html(page_of({text_section("")})), std::invalid_argument);
}

TEST(NoPages, IsAnErrorOfTheCaller) {
  if (is_available()) GTEST_SKIP() << "this build has pages";
  EXPECT_THROW(to_html(page_of({})), std::logic_error);
}

}  // namespace
}  // namespace weft::html
