// `weft schema`: its answers hold every shipped file, and refuse what the reader refuses.
#include <gtest/gtest.h>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "program.h"
#include "weft/base/document.h"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// A scalar as YAML 1.2 has it: text unless it is a number or a word of its own.
Json scalar(const base::Node& node) {
  const std::string text(node.text());
  if (node.is_null()) return nullptr;
  if (node.is_quoted()) return text;
  if (text == "true" || text == "false") return text == "true";
  double number = 0;
  const auto* first = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, code] = std::from_chars(first, text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return text;
  if (text.find_first_of(".eE") == std::string::npos) return std::stoll(text);
  return number;
}

Json json_of(const base::Node& node) {
  if (node.is_list()) {
    Json list = Json::array();
    for (std::size_t i = 0; i < node.size(); ++i) list.push_back(json_of(node.item(i)));
    return list;
  }
  if (!node.is_map()) return scalar(node);
  Json map = Json::object();
  for (std::size_t i = 0; i < node.size(); ++i) {
    map[std::string(node.key(i))] = json_of(node.item(i));
  }
  return map;
}

std::string content(const fs::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

class Schemas : public testing::Test {
 protected:
  // What is wrong with a document by the shipped schema of its kind; "" for nothing.
  static std::string wrong(const base::Document& document) {
    const Json value = json_of(document.root());
    const std::string kind = value.at("kind");
    auto& schema = schemas()[kind];
    if (!schema) {
      schema = std::make_unique<valijson::Schema>();
      const auto text = Json::parse(content(fs::path(WEFT_CONFIGS) / "schemas" / (kind + ".json")));
      valijson::SchemaParser(valijson::SchemaParser::kDraft7)
          .populateSchema(valijson::adapters::NlohmannJsonAdapter(text), *schema);
    }
    valijson::ValidationResults results;
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    if (validator.validate(*schema, valijson::adapters::NlohmannJsonAdapter(value), &results)) {
      return "";
    }
    std::string all;
    for (const auto& error : results) {
      for (const auto& step : error.context) all += step;
      all += ": " + error.description + "\n";
    }
    return all.empty() ? "refused" : all;
  }
  static std::string wrong(const std::string& text) {
    return wrong(base::Document::parse(text, "test"));
  }
  static std::map<std::string, std::unique_ptr<valijson::Schema>>& schemas() {
    static std::map<std::string, std::unique_ptr<valijson::Schema>> all;
    return all;
  }
};

TEST_F(Schemas, HoldEveryShippedFile) {
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(WEFT_CONFIGS)) {
    if (entry.path().extension() != ".yaml") continue;
    if (entry.path().stem().extension() == ".fit") continue;
    ++files;
    EXPECT_EQ(wrong(base::Document::load(entry.path())), "") << entry.path();
  }
  EXPECT_GT(files, 400);
}

constexpr const char* kJob =
    "kind: study\njob: {model: llama3_8b, sequence: 8192, global_batch: 8 sequences, tokens: 1 "
    "T}\n";

TEST_F(Schemas, RefuseWhatTheReaderRefuses) {
  const std::string job = kJob;
  const std::string clusters = "clusters: [{use: dgx_h100, hosts: 1}]\n";
  EXPECT_EQ(wrong(job + clusters), "");
  EXPECT_NE(wrong(job + "cluster: [{use: dgx_h100, hosts: 1}]\n"), "") << "a misspelt key";
  EXPECT_NE(wrong(job + "clusters: [{use: dgx_h100, host: 1}]\n"), "") << "one within a list";
  EXPECT_NE(wrong(job + "clusters: [{use: dgx_h100, power_cap: 560}]\n"), "") << "no unit";
  EXPECT_NE(wrong(job + "clusters: [{use: dgx_h100, power_cap: 560 GB}]\n"), "") << "wrong unit";
  EXPECT_EQ(wrong(job + "clusters: [{use: dgx_h100, power_cap: 560 W}]\n"), "");
  EXPECT_NE(wrong("kind: study\njob: {model: llama3_8b, sequence: 8192}\n"), "") << "a key missing";
  EXPECT_NE(wrong(job + clusters + "plan: {tensor: 0}\n"), "") << "too small";
}

TEST_F(Schemas, RefuseInEveryKindAKeyThatIsNoKey) {
  for (const char* kind :
       {"chip", "cluster", "link", "model", "size", "compare", "sweep", "claim"}) {
    const fs::path starter = fs::path(WEFT_CONFIGS) / "starters" / (std::string(kind) + ".yaml");
    EXPECT_EQ(wrong(content(starter)), "") << kind;
    EXPECT_NE(wrong(content(starter) + "speling: 1\n"), "") << kind;
  }
}

TEST_F(Schemas, TakeQuantitiesAsTheReaderDoes) {
  const auto with = [](const std::string& bandwidth) {
    return wrong("kind: link\nextends: ib_ndr\nbandwidth: " + bandwidth + "\n");
  };
  for (const char* good : {"50 GB/s", "400 Gb/s", "400Gbit/s", "50 GiB/s", "50 GB/s ± 5 %",
                           "50 ± 5 GB/s", "1e9 B/s", "{low: 1 GB/s, mode: 2 GB/s, high: 3 GB/s}",
                           "{value: 50 GB/s, source: here, confidence: primary}", "3 TB/h"}) {
    EXPECT_EQ(with(good), "") << good;
  }
  for (const char* bad : {"50", "50 GB", "50 W", "fast", "50 gb/s", "[50 GB/s]", "{mode: 50}",
                          "{low: 1 GB/s, high: 3 GB/s}", "{mode: 50 GB/s, confidence: sure}",
                          "{mode: 50 GB/s, hihg: 60 GB/s}"}) {
    EXPECT_NE(with(bad), "") << bad;
  }
}

TEST(SchemaCommand, ShippedOnesAreWhatItWrites) {
  const Folder folder;
  const auto ended = folder.weft({"schema", "--all", "out"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  int kinds = 0;
  for (const auto& entry : fs::directory_iterator(folder.path() / "out")) {
    ++kinds;
    const auto shipped = fs::path(WEFT_CONFIGS) / "schemas" / entry.path().filename();
    EXPECT_EQ(content(entry.path()), content(shipped))
        << "weft schema --all configs/schemas writes them again";
  }
  EXPECT_GE(kinds, 16);
}

TEST(SchemaCommand, PrintsOneKind) {
  const Folder folder;
  const auto ended = folder.weft({"schema", "link"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_EQ(Json::parse(ended.out).at("title"), "weft: link");
  EXPECT_EQ(folder.weft({"schema"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"schema", "lnik"}).code, kBadInput);
}

}  // namespace
}  // namespace weft::cli
