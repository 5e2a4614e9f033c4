#include <map>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::campaign {
namespace {

Policy shipped(const std::string& name) {
  const base::Catalog catalog({WEFT_CONFIGS});
  base::Reading reading;
  auto policy = read_policy(catalog.load("campaign", name, std::nullopt), reading);
  reading.throw_if_any();
  return policy;
}

std::string complaint(const std::string& text) {
  base::Reading reading;
  read_policy(base::Document::parse(text, "bad.yaml"), reading);
  try {
    reading.throw_if_any();
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

base::Rate rate_of(const Policy& policy, int hosts) {
  base::Rate sum;
  for (const auto& one :
       interruptions(testing::h100_cluster(hosts), hosts * std::int64_t{8}, policy.components)) {
    sum += one.rate;
  }
  return sum;
}

// V2: the mature site gives Llama 3's 419 unexpected interruptions in 54 days.
TEST(MatureSite, ReproducesLlama3Table5) {
  const auto cluster = testing::h100_cluster(2048);
  const auto all = interruptions(cluster, 16384, shipped("mature").components);
  const auto window = base::kDay * 54;
  std::map<std::string, double> events;
  double total = 0;
  for (const auto& one : all) {
    events[one.component] = one.rate * window;
    total += one.rate * window;
  }
  EXPECT_NEAR(events.at("accelerator"), 148, 0.5);
  EXPECT_NEAR(events.at("hbm"), 72, 0.5);
  EXPECT_NEAR(events.at("software"), 56, 0.5);
  EXPECT_NEAR(events.at("host"), 14, 0.5);
  EXPECT_NEAR(events.at("host_maintenance"), 32, 0.5);
  EXPECT_NEAR(events.at("nic"), 7, 0.5);
  EXPECT_NEAR(events.at("switch") + events.at("optics"), 35, 2);
  EXPECT_NEAR(total, 419, 4);
}

TEST(MatureSite, Llama3KeepsNinetyPercent) {
  const auto goodput =
      simulate(testing::h100_cluster(2048), 16384, testing::ledger_of(base::Time(5)),
               testing::llama3_405b(), shipped("mature"));
  EXPECT_GT(goodput.ettr, 0.90);
  EXPECT_LT(goodput.ettr, 0.96);
}

TEST(YoungSite, FailsAtTheRateOfRsc1) {
  const double per_node_day = rate_of(shipped("young"), 2048) * base::kDay / 2048;
  EXPECT_NEAR(per_node_day, 6.5e-3, 0.1e-3);
  EXPECT_NEAR(rate_of(shipped("young"), 64) / rate_of(shipped("mature"), 64), 1.715, 1e-9);
}

constexpr const char* kRest =
    "recovery: {detect: 1 s, restart: 2 s, restart_per_device: 3 ms}\n"
    "checkpoint: {pause: 4 s, asynchronous: true, interval: 10 min}\n";

TEST(ReadPolicy, ReadsEverything) {
  base::Reading reading;
  const auto policy =
      read_policy(base::Document::parse("kind: campaign\nname: Mine\nhazard_factor: 2\n"
                                        "components:\n"
                                        "  npu: {per: device, rate: 100 FIT, tolerated: 25 %}\n"
                                        "  hbm: {per: memory, rate: 10 FIT/GB}\n"
                                        "  push: {per: job, rate: 1 /week}\n" +
                                            std::string(kRest),
                                        "mine.yaml"),
                  reading);
  reading.throw_if_any();
  ASSERT_EQ(policy.components.size(), 3U);
  EXPECT_EQ(policy.components[0].name, "npu");
  EXPECT_EQ(policy.components[0].unit, Unit::kDevice);
  EXPECT_NEAR(policy.components[0].hazard / base::kFit, 200, 1e-9);
  EXPECT_DOUBLE_EQ(policy.components[0].tolerated, 0.25);
  EXPECT_EQ(policy.components[1].unit, Unit::kMemoryByte);
  EXPECT_NEAR(policy.components[1].hazard * 80e9 / base::kFit, 1600, 1e-6);
  EXPECT_EQ(policy.components[2].unit, Unit::kJob);
  EXPECT_NEAR(policy.components[2].hazard * base::kWeek, 2, 1e-12);
  EXPECT_DOUBLE_EQ(policy.recovery.restart_per_device.si(), 0.003);
  EXPECT_DOUBLE_EQ(policy.checkpoint.bytes_per_parameter.si(), 14);
  EXPECT_TRUE(policy.checkpoint.asynchronous);
  EXPECT_DOUBLE_EQ(policy.checkpoint.interval->si(), 600);
}

TEST(ReadPolicy, PointsAtMistakes) {
  const auto with = [](const std::string& component) {
    return complaint("kind: campaign\nname: Mine\ncomponents:\n  npu: " + component + "\n" + kRest);
  };
  EXPECT_EQ(with("{per: device, rate: 1 FIT}"), "");
  EXPECT_NE(with("{per: device, rate: -1 FIT}").find("bad.yaml:4:"), std::string::npos);
  EXPECT_NE(with("{per: device, rate: 1 FIT, tolerated: 2}").find("bad.yaml:4:"),
            std::string::npos);
  EXPECT_NE(with("{per: gpus, rate: 1 FIT}").find("bad.yaml:4:"), std::string::npos);
  EXPECT_NE(with("{per: memory, rate: 1 FIT}").find("bad.yaml:4:"), std::string::npos);
  EXPECT_NE(with("{per: device, rate: 1 FIT, tolerate: 1}").find("tolerated"), std::string::npos);
}

TEST(ReadPolicy, IntervalIsBestOrATime) {
  const std::string head =
      "kind: campaign\nname: Mine\ncomponents: {}\n"
      "recovery: {detect: 1 s, restart: 2 s, restart_per_device: 3 ms}\n";
  EXPECT_EQ(complaint(head + "checkpoint: {interval: best}\n"), "");
  EXPECT_NE(complaint(head + "checkpoint: {interval: 0 s}\n").find(":5:"), std::string::npos);
  EXPECT_NE(complaint(head + "checkpoint: {interval: often}\n").find(":5:"), std::string::npos);
}

}  // namespace
}  // namespace weft::campaign
