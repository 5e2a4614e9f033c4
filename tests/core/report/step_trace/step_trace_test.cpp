// The trace of a step, event by event, against the Trace Event Format and the timeline.
#include "weft/step_trace/step_trace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "shipped.h"
#include "weft/plan/memory.h"
#include "weft/step/evaluator.h"

namespace weft::step_trace {
namespace {

using Json = nlohmann::json;
using Track = std::pair<int, int>;

constexpr double kSecond = 1e6;       // µs
constexpr double kNanosecond = 1e-3;  // µs

struct Slice {
  double begin = 0, end = 0;
};

plan::Plan plan_of(int tensor, int pipeline, int chunks, int data) {
  plan::Plan plan;
  plan.tensor = tensor;
  plan.pipeline = pipeline;
  plan.virtual_stages = chunks;
  plan.data = data;
  plan.sequence_parallel = tensor > 1;
  return plan;
}

class StepTrace : public testing::Test {
 protected:
  TracedStep traced(const plan::Plan& plan, const std::string& title = "a cluster") {
    step::Evaluator evaluator(cluster_, job_, software_);
    return {title, plan::to_text(plan), {}, {}, evaluator.timeline(plan)};
  }
  static Json written(const std::vector<TracedStep>& steps) {
    std::string text;
    std::size_t pieces = 0;
    write_trace(steps, [&](std::string_view piece) {
      text += piece;
      ++pieces;
    });
    EXPECT_GT(pieces, 0U);
    return Json::parse(text);
  }

  cluster::Cluster cluster_ = test::cluster_of("{use: dgx_h100, hosts: 2}");
  workload::Job job_ = test::job_of("llama3_8b", 4096, 32);
  workload::Software software_ = test::software_of("megatron_core");
};

// Keys that the format requires of each kind of event.
void expect_keys(const Json& event) {
  const auto kind = event.at("ph").get<std::string>();
  ASSERT_TRUE(event.at("pid").is_number_integer());
  ASSERT_TRUE(event.at("name").is_string());
  if (kind == "M") {
    static const std::set<std::string> kNames = {"process_name", "process_sort_index",
                                                 "thread_name", "thread_sort_index"};
    ASSERT_TRUE(kNames.count(event.at("name").get<std::string>()) > 0);
    ASSERT_EQ(event.at("args").size(), 1U);
    return;
  }
  ASSERT_TRUE(event.at("ts").is_number());
  ASSERT_GE(event.at("ts").get<double>(), 0);
  if (kind == "C") {
    for (const auto& value : event.at("args")) ASSERT_TRUE(value.is_number());
    return;
  }
  ASSERT_TRUE(event.at("tid").is_number_integer());
  ASSERT_TRUE(event.at("cat").is_string());
  if (kind == "X") {
    ASSERT_GT(event.at("dur").get<double>(), 0);
  } else {
    ASSERT_TRUE(kind == "s" || kind == "f") << kind;
    ASSERT_TRUE(event.at("id").is_number_integer());
  }
}

std::map<Track, std::vector<Slice>> slices_of(const Json& events) {
  std::map<Track, std::vector<Slice>> slices;
  for (const auto& event : events) {
    if (event.at("ph") != "X") continue;
    const double begin = event.at("ts").get<double>();
    slices[{event.at("pid").get<int>(), event.at("tid").get<int>()}].push_back(
        {begin, begin + event.at("dur").get<double>()});
  }
  return slices;
}

// Slices of a thread begin in order, and each lies inside those that are open.
void expect_nested(std::vector<Slice> slices) {
  std::vector<Slice> open;
  double before = 0;
  for (const auto& one : slices) {
    ASSERT_GE(one.begin, before - kNanosecond / 2);
    before = one.begin;
    while (!open.empty() && open.back().end <= one.begin + kNanosecond / 2) open.pop_back();
    if (!open.empty()) {
      ASSERT_LE(one.end, open.back().end + kNanosecond / 2);
    }
    open.push_back(one);
  }
}

bool is_inside_one(const std::vector<Slice>& slices, double time) {
  return std::any_of(slices.begin(), slices.end(), [&](const Slice& one) {
    return one.begin <= time + kNanosecond / 2 && time < one.end + kNanosecond / 2;
  });
}

// Each arrow has a begin and a later end, both on slices.
void expect_flows(const Json& events, std::size_t count) {
  auto slices = slices_of(events);
  std::map<int, double> began;
  std::size_t ended = 0;
  for (const auto& event : events) {
    const auto kind = event.at("ph").get<std::string>();
    if (kind != "s" && kind != "f") continue;
    const double time = event.at("ts").get<double>();
    const Track track{event.at("pid").get<int>(), event.at("tid").get<int>()};
    EXPECT_TRUE(is_inside_one(slices[track], time));
    const int id = event.at("id").get<int>();
    if (kind == "s") {
      EXPECT_TRUE(began.emplace(id, time).second);
    } else {
      ASSERT_EQ(began.count(id), 1U);
      EXPECT_LE(began[id], time + kNanosecond);
      EXPECT_EQ(event.at("bp"), "e");
      ++ended;
    }
  }
  EXPECT_EQ(began.size(), count);
  EXPECT_EQ(ended, count);
}

// Sums of the spans of a category by part, s.
std::map<std::string, double> sums_of(const Json& events, const std::string& category) {
  std::map<std::string, double> sums;
  for (const auto& event : events) {
    if (event.value("cat", "") != category || event.at("ph") != "X") continue;
    sums[event.at("name").get<std::string>()] += event.at("dur").get<double>() / kSecond;
  }
  return sums;
}

void expect_valid(const Json& trace, const std::vector<TracedStep>& steps) {
  const auto& events = trace.at("traceEvents");
  std::size_t sends = 0, all = 0;
  for (const auto& one : steps) sends += one.timeline.sends.size();
  for (const auto& event : events) {
    expect_keys(event);
    all += event.at("ph") != "M" ? 1 : 0;
  }
  EXPECT_LE(all, events_of(steps) + sends + steps.size() * 64);
  const auto slices = slices_of(events);
  std::set<Track> named;
  for (const auto& event : events) {
    if (event.at("name") != "thread_name") continue;
    EXPECT_TRUE(named.emplace(event.at("pid").get<int>(), event.at("tid").get<int>()).second);
  }
  for (const auto& [track, those] : slices) {
    EXPECT_EQ(named.count(track), 1U);
    expect_nested(those);
  }
  expect_flows(events, sends);
}

TEST_F(StepTrace, IsValidAndSumsToTheLedgerForEverySchedule) {
  for (int s = 0; s < plan::kScheduleCount; ++s) {
    const auto schedule = static_cast<plan::Schedule>(s);
    if (schedule == plan::Schedule::kGiven) continue;
    for (const bool blocking : {true, false}) {
      software_.overlap_pipeline = !blocking;
      auto plan = plan_of(2, 4, std::max(1, plan::traits_of(schedule).virtual_stages), 2);
      plan.schedule = schedule;
      SCOPED_TRACE(plan::to_text(plan));
      const std::vector<TracedStep> steps = {traced(plan)};
      const auto trace = written(steps);
      expect_valid(trace, steps);
      const auto ledger = step::Evaluator(cluster_, job_, software_).simulate(plan);
      const auto parts = sums_of(trace.at("traceEvents"), "part");
      const auto hidden = sums_of(trace.at("traceEvents"), "hidden");
      const double tolerance = 1e-5 * ledger.step.si();
      for (std::size_t p = 0; p < step::kPartCount; ++p) {
        const auto* name = name_of(static_cast<step::Part>(p));
        const auto of = [&](const auto& sums) {
          return sums.count(name) > 0 ? sums.at(name) / plan.pipeline : 0.0;
        };
        EXPECT_NEAR(of(parts), ledger.parts[p].si(), tolerance) << name;
        EXPECT_NEAR(of(hidden), ledger.hidden[p].si(), tolerance) << name;
      }
    }
  }
}

TEST_F(StepTrace, CountersAreThoseOfTheMemoryAndTheEnergy) {
  const auto plan = plan_of(2, 4, 1, 2);
  const std::vector<TracedStep> steps = {traced(plan)};
  const auto trace = written(steps);
  std::map<int, double> most, energy, power, since;
  for (const auto& event : trace.at("traceEvents")) {
    if (event.at("ph") != "C") continue;
    const int stage = event.at("pid").get<int>() - 1;
    const double time = event.at("ts").get<double>() / kSecond;
    if (event.at("name") == "memory (B)") {
      double sum = 0;
      for (const auto& value : event.at("args")) sum += value.get<double>();
      most[stage] = std::max(most[stage], sum);
    } else {
      energy[stage] += power[stage] * (time - since[stage]);
      power[stage] = event.at("args").at("device").get<double>();
      since[stage] = time;
    }
  }
  const auto memory = plan::memory_of_stages(job_, software_, plan);
  double mean = 0;
  for (int s = 0; s < plan.pipeline; ++s) {
    EXPECT_NEAR(most[s], memory[static_cast<std::size_t>(s)].total().si(), 2);
    EXPECT_EQ(power[s], 0);
    mean += energy[s] / plan.pipeline;
  }
  const auto ledger = step::Evaluator(cluster_, job_, software_).simulate(plan);
  EXPECT_NEAR(mean / ledger.device_energy().si(), 1, 1e-4);
}

TEST_F(StepTrace, SeveralCasesHaveProcessesOfTheirOwn) {
  const std::vector<TracedStep> steps = {traced(plan_of(2, 4, 1, 2), "one \"quoted\""),
                                         traced(plan_of(2, 2, 1, 4), "another")};
  const auto trace = written(steps);
  expect_valid(trace, steps);
  std::set<int> processes;
  for (const auto& event : trace.at("traceEvents")) processes.insert(event.at("pid").get<int>());
  EXPECT_EQ(processes.size(), 6U);
  const auto& told = trace.at("otherData").at("steps");
  EXPECT_EQ(told.at(0).at("case"), "one \"quoted\"");
  EXPECT_EQ(told.at(1).at("first_pid"), 5);
  EXPECT_NEAR(told.at(1).at("step_s").get<double>(), steps[1].timeline.step.si(), 1e-12);
}

TEST_F(StepTrace, OfMoreEventsThanViewersTakeIsRefused) {
  auto step = traced(plan_of(2, 4, 1, 2));
  auto& spans = step.timeline.stages.front().spans;
  spans.resize(kMostEvents, spans.front());
  const std::vector<TracedStep> steps = {std::move(step)};
  EXPECT_THROW(write_trace(steps, [](std::string_view) {}), std::length_error);
}

}  // namespace
}  // namespace weft::step_trace
