// What readers ask for, as a schema: by readers of the test's own.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "weft/base/fields.h"
#include "weft/schema/json_schema.h"

namespace weft::schema {
namespace {

using base::Document;
using base::Fields;
using Json = nlohmann::json;

// Schema of kind `device`, of the documents that `read` reads.
Json schema_of(const std::vector<std::string>& texts, const std::function<void(Fields&)>& read) {
  const auto places = recorded([&] {
    int number = 0;
    for (const auto& text : texts) {
      const auto document = Document::parse(text, "test" + std::to_string(++number));
      base::Reading reading;
      Fields fields(document.root(), reading, "test");
      fields.text("kind");
      read(fields);
      fields.finish();
      reading.throw_if_any();
    }
  });
  return Json::parse(json_schema(places, "device", [](const std::string&) {
    return std::vector<std::string>{"one", "two"};
  }));
}

TEST(Schema, HasKeysThatNoDocumentSays) {
  const auto schema = schema_of({"kind: device\n"}, [](Fields& f) {
    f.quantity<base::Power>("limit", base::Power(5));
    f.choice("law", {"constant", "weibull"}, 1);
    f.maybe_map("deep");
  });
  const auto& properties = schema.at("properties");
  for (const char* key : {"kind", "extends", "limit", "law", "deep", "source", "confidence"}) {
    EXPECT_TRUE(properties.contains(key)) << key;
  }
  EXPECT_EQ(schema.at("additionalProperties"), false);
  EXPECT_EQ(properties.at("law").at("default"), "weibull");
  EXPECT_NE(schema.dump().find(R"(["constant","weibull"])"), std::string::npos);
}

TEST(Schema, RequiresWhatEveryReadingRequires) {
  const auto schema = schema_of(
      {"kind: device\nname: a\nform: round\nradius: 1 m\n", "kind: device\nname: b\nform: flat\n"},
      [](Fields& f) {
        f.text("name");
        if (f.text("form") == "round") f.quantity<base::Length>("radius");
        if (f.has("mass")) f.number("mass");
      });
  EXPECT_EQ(schema.at("then").at("required"), Json::parse(R"(["form", "kind", "name"])"));
  EXPECT_EQ(schema.at("if").dump(), R"({"not":{"required":["extends"]}})");
  EXPECT_EQ(schema.at("required"), Json::parse(R"(["kind"])"));
}

TEST(Schema, KeysOfTheUserAreOpen) {
  const auto read = [](Fields& f) {
    auto parts = f.map("parts");
    const auto node = parts.node();
    for (std::size_t i = 0; i < node.size(); ++i) parts.map(node.key(i)).number("share");
    parts.finish();
  };
  const auto schema = schema_of(
      {"kind: device\nparts: {a: {share: 1}}\n", "kind: device\nparts: {b: {share: 1}}\n"}, read);
  const auto& parts = schema;
  const auto text = parts.dump();
  EXPECT_EQ(text.find(R"("a":)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("share":)"), std::string::npos) << text;
}

TEST(Schema, AMemberOfAListMayStandAlone) {
  const auto schema = schema_of({"kind: device\nof: [1, 2]\n"}, [](Fields& f) {
    for (const auto& node : f.list("of")) base::integer_of(node, f.reading(), "", 1);
  });
  const auto text = schema.at("properties").at("of").dump();
  EXPECT_NE(text.find(R"("type":"array")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"({"$ref":"#/definitions/whole_from_1"})"), std::string::npos) << text;
}

TEST(Schema, ReadingWithoutARecorderTellsNobody) {
  EXPECT_EQ(base::AskedObserver::current(), nullptr);
  recorded([] { EXPECT_NE(base::AskedObserver::current(), nullptr); });
  EXPECT_EQ(base::AskedObserver::current(), nullptr);
}

}  // namespace
}  // namespace weft::schema
