// A search tries the pipeline schedules that the stack ships.

#include <gtest/gtest.h>

#include <set>

#include "fixtures.h"

namespace weft::plan {
namespace {

using namespace testing;

workload::Software shipping(const std::vector<std::string>& schedules) {
  auto software = megatron();
  software.schedules = schedules;
  return software;
}

Axes searched(const std::string& text, const workload::Software& software) {
  const auto document = base::Document::parse(text, "study.yaml");
  base::Reading reading;
  base::Fields fields(document.root(), reading, "study");
  const auto request = read_axes(fields);
  fields.finish();
  reading.throw_if_any();
  return request.applied_to(Axes::wide(software));
}

using Schedules = std::vector<Schedule>;

// Virtual stages and schedules of all legal plans that have a pipeline.
struct Seen {
  std::set<Schedule> schedules;
  std::set<int> virtual_stages;
};
Seen seen(const workload::Software& software, Request request) {
  Seen all;
  SpaceCount count;
  const auto plans = legal_plans(h100(1), job_of("llama3_8b", 4096, 16), software, request, count);
  EXPECT_FALSE(plans.empty());
  for (const auto& plan : plans) {
    if (plan.pipeline == 1) continue;
    all.schedules.insert(plan.schedule);
    all.virtual_stages.insert(plan.virtual_stages);
  }
  return all;
}
Seen seen(const workload::Software& software) {
  Request request;
  request.axes = Axes::wide(software);
  return seen(software, request);
}

TEST(ShippedSchedules, AreThoseOfPlans) {
  std::set<std::string> names = {workload::kInterleaved};
  for (int s = 0; s < kScheduleCount; ++s) {
    const auto schedule = static_cast<Schedule>(s);
    if (schedule != Schedule::kGiven) names.insert(name_of(schedule));
  }
  const auto& known = workload::shippable_schedules();
  EXPECT_EQ(std::set<std::string>(known.begin(), known.end()), names);
  EXPECT_EQ(known.size(), names.size());
}

TEST(ShippedSchedules, AreWhatASearchTries) {
  EXPECT_EQ(seen(shipping({"1f1b"})).schedules, std::set{Schedule::kOneForwardOneBackward});
  EXPECT_EQ(seen(shipping({"1f1b"})).virtual_stages, std::set{1});
  EXPECT_GT(seen(shipping({"1f1b", "interleaved"})).virtual_stages.size(), 1U);
  EXPECT_EQ(seen(shipping({"gpipe", "zb_v"})).schedules,
            (std::set{Schedule::kGPipe, Schedule::kZeroBubbleV}));
}

TEST(ShippedSchedules, OfWhichThereAreNoneLeaveNoPipeline) {
  const auto none = shipping({});
  EXPECT_TRUE(seen(none).schedules.empty());
  Request given;
  given.axes = Axes::wide(none);
  given.pipeline = 2;
  EXPECT_EQ(seen(none, given).schedules, std::set{Schedule::kOneForwardOneBackward});
}

TEST(ShippedSchedules, AreAllOfThemWhereNobodySays) {
  auto software = megatron();
  software.schedules.reset();
  EXPECT_EQ(Axes::wide(software).schedules, Axes::wide().schedules);
  EXPECT_TRUE(Axes::usual(software).interleaves);
}

TEST(ShippedSchedules, UsuallyAreOneForwardOneBackward) {
  const auto usual = [](const std::vector<std::string>& names) {
    return Axes::usual(shipping(names)).schedules;
  };
  EXPECT_EQ(usual({"gpipe", "1f1b", "dualpipe"}), Schedules{Schedule::kOneForwardOneBackward});
  EXPECT_EQ(usual({"interleaved"}), Schedules{Schedule::kOneForwardOneBackward});
  EXPECT_EQ(usual({"dualpipe", "gpipe"}), Schedules{Schedule::kGPipe});
  EXPECT_EQ(usual({}), Schedules{});
  EXPECT_FALSE(Axes::usual(shipping({"1f1b"})).interleaves);
}

TEST(ShippedSchedules, GiveWayToThoseOfTheSearchMap) {
  const auto plain = shipping({"1f1b"});
  EXPECT_EQ(searched("{schedules: [zb_v, gpipe]}", plain).schedules,
            (Schedules{Schedule::kZeroBubbleV, Schedule::kGPipe}));
  EXPECT_FALSE(searched("{schedules: [1f1b, gpipe]}", plain).interleaves);
  for (const char* text : {"{schedules: [1f1b, interleaved]}", "{schedules: [interleaved]}"}) {
    const auto axes = searched(text, plain);
    EXPECT_TRUE(axes.interleaves) << text;
    EXPECT_EQ(axes.schedules, Schedules{Schedule::kOneForwardOneBackward}) << text;
  }
  EXPECT_EQ(searched("{}", plain).schedules, Schedules{Schedule::kOneForwardOneBackward});
}

TEST(ShippedSchedules, AreToldFromOthers) {
  const auto software = shipping({"1f1b", "dualpipe_v"});
  auto plan = plan_of(1, 4, 2);
  EXPECT_TRUE(ships(software, plan));
  plan.virtual_stages = 2;
  EXPECT_FALSE(ships(software, plan));
  EXPECT_EQ(schedule_text(plan), "interleaved 1F1B");
  plan.schedule = Schedule::kDualPipeV;
  EXPECT_TRUE(ships(software, plan));
  plan.schedule = Schedule::kGiven;
  EXPECT_FALSE(ships(software, plan));
  plan.pipeline = 1;
  EXPECT_TRUE(ships(software, plan));
  auto unknown = software;
  unknown.schedules.reset();
  plan.pipeline = 4;
  EXPECT_TRUE(ships(unknown, plan));
}

}  // namespace
}  // namespace weft::plan
