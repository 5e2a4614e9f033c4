#include "weft/report/fabric.h"

#include <gtest/gtest.h>

#include <string>

namespace weft::report {
namespace {

using base::Money;

// Two tiers: all of the outer one has a price, of the inner one only the cables.
network::Survey priced_survey() {
  network::Survey survey;
  survey.cluster = "two tiers";
  network::TierSurvey inner;
  inner.name = "host";
  inner.children = 8;
  inner.switches = 4;
  inner.cables = 32;
  inner.cable_price = Money{320, "CNY"};
  network::TierSurvey outer;
  outer.name = "hall";
  outer.children = 2;
  outer.switches = 3;
  outer.modules = 12;
  outer.cables = 6;
  outer.switch_price = Money{3000, "USD"};
  outer.optics_price = Money{500, "USD"};
  outer.cable_price = Money{40, "USD"};
  survey.tiers = {inner, outer};
  return survey;
}

TEST(FabricReport, PricesAddUpByCurrencyAndSayWhatTheyLack) {
  const auto text = to_terminal(priced_survey(), Colour::kNone);
  const auto whole = text.find("price of switches, optics and cables:");
  ASSERT_NE(whole, std::string::npos) << text;
  const auto line = text.substr(whole, text.find("\n\n", whole) - whole);
  EXPECT_NE(line.find(base::to_text(Money{3540, "USD"})), std::string::npos) << line;
  EXPECT_NE(line.find(base::to_text(Money{320, "CNY"})), std::string::npos) << line;
  EXPECT_NE(line.find("without switches of host"), std::string::npos) << line;
  EXPECT_EQ(line.find("optics of"), std::string::npos) << line;  // there are none in the host
  EXPECT_EQ(line.find("hall"), std::string::npos) << line;
}

TEST(FabricReport, JsonHasEachPrice) {
  const auto json = to_json(priced_survey());
  EXPECT_NE(json.find("\"cable_price\": {\n        \"amount\": 40.0"), std::string::npos) << json;
  EXPECT_NE(json.find("\"switch_price\": null"), std::string::npos) << json;
}

}  // namespace
}  // namespace weft::report
