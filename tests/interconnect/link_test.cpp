// Reading links.

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "configs.h"

namespace weft::interconnect {
namespace {

using namespace testing;

TEST(ReadLink, TakesEveryField) {
  const Link link = parsed_link(R"(kind: link
name: Test
bandwidth: {value: 400 Gb/s, source: somewhere, confidence: assumed}
lanes: 4
latency: 2 us
switch_latency: 300 ns
efficiency: 80 %
all_to_all_efficiency: 0.5
half_size: 1 MB
call_overhead: 10 us
in_switch_reduction: {minimum_ranks: 5, efficiency: 0.7, latency: 30 us}
optics: {modules_per_link: 2, module_power: 8.5 W, module_price: 700 USD}
cable_price: {low: 50 USD, value: 100 USD, high: 150 USD}
port_price: 4 kCNY
energy_per_byte: 20 pJ/B
)");
  EXPECT_EQ(link.name, "Test");
  EXPECT_DOUBLE_EQ(link.bandwidth.si(), 50e9);
  EXPECT_EQ(link.lanes, 4);
  EXPECT_NEAR(link.latency.si(), 2e-6, 1e-18);
  EXPECT_NEAR(link.switch_latency.si(), 300e-9, 1e-18);
  EXPECT_DOUBLE_EQ(link.efficiency, 0.8);
  EXPECT_DOUBLE_EQ(link.all_to_all_efficiency, 0.5);
  EXPECT_DOUBLE_EQ(link.half_size.si(), 1e6);
  EXPECT_NEAR(link.call_overhead.si(), 10e-6, 1e-18);
  ASSERT_TRUE(link.in_switch_reduction.has_value());
  EXPECT_EQ(link.in_switch_reduction->minimum_ranks, 5);
  EXPECT_DOUBLE_EQ(link.in_switch_reduction->efficiency, 0.7);
  EXPECT_NEAR(link.in_switch_reduction->latency.si(), 30e-6, 1e-18);
  EXPECT_DOUBLE_EQ(link.optics.modules_per_link, 2);
  EXPECT_DOUBLE_EQ(link.optics.module_power.si(), 8.5);
  EXPECT_DOUBLE_EQ(link.optics.module_price.value().amount, 700);
  EXPECT_DOUBLE_EQ(link.cable_price.value().amount, 100);
  EXPECT_DOUBLE_EQ(link.port_price.value().amount, 4000);
  EXPECT_EQ(link.port_price->currency, "CNY");
  EXPECT_NEAR(link.energy_per_byte.si(), 20e-12, 1e-24);
}

TEST(ReadLink, HasDefaults) {
  const Link link =
      parsed_link("kind: link\nname: Bare\nbandwidth: 10 GB/s\nlatency: 1 us\nefficiency: 0.9\n");
  EXPECT_DOUBLE_EQ(link.all_to_all_efficiency, 0.9);
  EXPECT_FALSE(link.in_switch_reduction.has_value());
  EXPECT_DOUBLE_EQ(link.optics.modules_per_link, 0);
  EXPECT_FALSE(link.optics.module_price || link.cable_price || link.port_price);
  EXPECT_NEAR(link.energy_per_byte.si(), 30e-12, 1e-24);
}

TEST(ReadLink, ShowsWhatIsWrong) {
  const auto message = [](const char* text) -> std::string {
    try {
      parsed_link(text);
    } catch (const base::InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message("kind: link\nname: X\nlatency: 1 us\n").find("bandwidth"), std::string::npos);
  EXPECT_NE(message("kind: link\nname: X\nbandwidth: 10 W\nlatency: 1 us\n").find("link.yaml:3"),
            std::string::npos);
  EXPECT_NE(message("kind: link\nname: X\nbandwidth: 1 GB/s\nlatency: 1 us\nefficiency: 1.2\n")
                .find("share of nominal"),
            std::string::npos);
  EXPECT_NE(message("kind: link\nname: X\nbandwidth: 1 GB/s\nlatency: -1 us\n").find("negative"),
            std::string::npos);
  const auto dear = message(
      "kind: link\nname: X\nbandwidth: 1 GB/s\nlatency: 1 us\nefficiency: 1\n"
      "cable_price: -1 USD\n");
  EXPECT_NE(dear.find("link.yaml:6:14"), std::string::npos) << dear;
  EXPECT_NE(
      message("kind: link\nname: X\nbandwidth: 0 GB/s\nlatency: 1 us\n").find("link.yaml:3:12"),
      std::string::npos);
  EXPECT_NE(message("kind: link\nname: X\nbandwidth: 1 GB/s\nlatency: 1 us\n"
                    "optics: {modules_per_link: -1}\n")
                .find("link.yaml:5:28"),
            std::string::npos);
  EXPECT_NE(message("kind: link\nname: X\nbandwith: 1 GB/s\nlatency: 1 us\n").find("bandwith"),
            std::string::npos);
}

TEST(ShippedLinks, AreReadAndHaveSources) {
  const base::Catalog catalog = shipped();
  const std::vector<std::string> names = catalog.names("link");
  EXPECT_GE(names.size(), 11U);
  for (const std::string& name : names) {
    const Link link = shipped_link(name);
    EXPECT_GT(link.bandwidth.si(), 0) << name;
    EXPECT_GE(link.call_overhead.si(), 0) << name;
    for (const base::Fact& fact : base::facts(catalog.load("link", name, std::nullopt))) {
      if (fact.path == "kind" || fact.path == "name") continue;
      EXPECT_FALSE(fact.source.empty()) << name << " " << fact.path;
      EXPECT_FALSE(fact.confidence.empty()) << name << " " << fact.path;
    }
  }
}

// Parameters that are fitted later start from a range, their own or that of the link they extend.
TEST(ShippedLinks, HaveARangeForWhatIsFitted) {
  const base::Catalog catalog = shipped();
  for (const std::string& name : catalog.names("link")) {
    base::Reading reading;
    const Link link = read_link(catalog.load("link", name, std::nullopt), reading);
    if (link.call_overhead.si() == 0) continue;  // for flows alone, no collective runs over it
    for (const char* key : {".latency", ".efficiency", ".all_to_all_efficiency"}) {
      if (name.starts_with("wan_") && key == std::string(".latency")) continue;  // by its length
      const auto& inputs = reading.uncertain_inputs();
      EXPECT_TRUE(std::any_of(inputs.begin(), inputs.end(),
                              [&](const auto& input) { return input.path.ends_with(key); }))
          << name << key;
    }
  }
}

TEST(ShippedLinks, AreOneWay) {
  EXPECT_DOUBLE_EQ(shipped_link("nvlink4").bandwidth.si(), 450e9);
  EXPECT_DOUBLE_EQ(shipped_link("nvlink5_nvl72").bandwidth.si(), 900e9);
  EXPECT_DOUBLE_EQ(7 * shipped_link("hccs_910b").bandwidth.si(), 196e9);
  EXPECT_DOUBLE_EQ(7 * shipped_link("ub_1_0").bandwidth.si(), 196e9);
  EXPECT_DOUBLE_EQ(shipped_link("ib_ndr").bandwidth.si(), 50e9);
  EXPECT_DOUBLE_EQ(shipped_link("nvlink3_a800").bandwidth.si(), 200e9);
  EXPECT_DOUBLE_EQ(6 * shipped_link("nvlink2_pair").bandwidth.si(), 150e9);
  EXPECT_DOUBLE_EQ(18 * shipped_link("nvlink4_pair").bandwidth.si(), 450e9);
  EXPECT_DOUBLE_EQ(shipped_link("ib_xdr").bandwidth.si(), 100e9);
  EXPECT_DOUBLE_EQ(shipped_link("omni_path_jean_zay").bandwidth.si(), 12.5e9);
}

}  // namespace
}  // namespace weft::interconnect
