// `weft memory`: its answers, its JSON, its errors.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

#include "program.h"

namespace weft::cli {
namespace {

constexpr const char* kMemoryFigures =
    "source,row_id,hardware,n_devices,model,seq,micro_batch,global_batch,tp,pp,vpp,cp,dp,ep,"
    "precision,recompute,zero,schedule,memory_GiB,kind,notes,confidence,split\n"
    "s,good,H100-80,8,Llama3-8B,8192,1,32,1,2,,1,4,,BF16,none,ZeRO-1,1F1B,60,peak,,primary,fit\n"
    "s,large,H100-80,8,Llama3-70B,8192,1,8,1,1,,1,8,,BF16,none,ZeRO-1,,OOM,OOM,,primary,test\n"
    "s,what,H100-80,8,Unknown-9B,8192,1,8,1,1,,1,8,,BF16,none,ZeRO-1,,60,peak,,primary,test\n";

TEST(Memory, JsonOfATable) {
  const Folder folder;
  folder.write("my.csv", kMemoryFigures);
  const auto ended = folder.weft({"memory", "--points", "my.csv", "--json", "-"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto answer = nlohmann::json::parse(ended.out);
  const auto& rows = answer.at("rows");
  ASSERT_EQ(rows.size(), 3U);
  const auto& good = rows.at(0);
  EXPECT_EQ(good.at("memory_kind"), "allocated");
  EXPECT_EQ(good.at("unit"), "GiB");
  EXPECT_EQ(good.at("status"), "ok");
  EXPECT_TRUE(good.at("reason").is_null());
  EXPECT_NEAR(good.at("relative_error").get<double>(), good.at("predicted").get<double>() / 60 - 1,
              1e-9);
  const auto& large = rows.at(1);
  EXPECT_EQ(large.at("published"), "oom");
  EXPECT_EQ(large.at("predicted"), "oom");
  EXPECT_EQ(rows.at(2).at("status"), "skipped");
  EXPECT_TRUE(rows.at(2).at("predicted").is_null());
  bool counted = false;
  for (const auto& summary : answer.at("summary")) {
    if (summary.at("memory_kind") != "fits" || summary.at("source") != "all") continue;
    counted = true;
    EXPECT_EQ(summary.at("accuracy"), 1.0);
  }
  EXPECT_TRUE(counted);
}

TEST(Memory, TextOfATable) {
  const Folder folder;
  folder.write("my.csv", kMemoryFigures);
  const auto ended = folder.weft({"memory", "--points", "my.csv", "--json", "answer.json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("does it fit?"), std::string::npos);
  EXPECT_NE(ended.out.find("the shape of 'Unknown-9B'"), std::string::npos);
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << lines_wider_than(100, ended.out).front();
  EXPECT_FALSE(folder.read("answer.json").empty());
}

std::string memory_study(const std::string& plan) {
  return "kind: study\n"
         "job: {model: llama3_70b, sequence: 8192, global_batch: 64 sequences, tokens: 1 T}\n"
         "clusters: [{use: dgx_h100, hosts: 8}]\n"
         "plan: {tensor: 4, context: 1, pipeline: 8, virtual_stages: 1, data: 2, expert: 1,\n"
         "       micro_batch: 2, zero: 1, " +
         plan + "}\n";
}

TEST(MemoryOfAStudy, NamesTensorsAndWhatWouldFit) {
  const Folder folder;
  folder.write("mine.yaml", memory_study("recompute: none"));
  const auto ended = folder.weft({"memory", "mine.yaml"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const char* text : {"gate and up", "does not fit: stage 0 needs", "activations (",
                           "what makes it fit, the shortest step first:", "saves ", ", step +"}) {
    EXPECT_NE(ended.out.find(text), std::string::npos) << text << '\n' << ended.out;
  }
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << lines_wider_than(100, ended.out).front();
}

// A list of modules is a plan's recomputation, here and in the timeline.
TEST(MemoryOfAStudy, WritesItsTimeline) {
  const Folder folder;
  folder.write("mine.yaml", memory_study("recompute: [layernorm, mlp]"));
  const auto ended = folder.weft({"memory", "mine.yaml", "--timeline", "held.csv", "--json", "-"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto answer = nlohmann::json::parse(ended.out);
  const auto& one = answer.at("cases").at(0);
  EXPECT_TRUE(one.at("fits").get<bool>());
  EXPECT_NE(one.at("plan").get<std::string>().find("layernorm, mlp"), std::string::npos);
  ASSERT_EQ(one.at("stages").size(), 8u);
  const auto csv = folder.read("held.csv");
  EXPECT_TRUE(
      csv.starts_with("case,stage,step,operation,micro_batch,chunk,kept_bytes,"
                      "put_off_bytes,buffers_bytes,total_bytes\n"))
      << csv.substr(0, 120);
  // A header, then a forward and a backward pass of 16 micro-batches on 8 stages.
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 8 * 2 * 16);
  ASSERT_EQ(folder.weft({"memory", "mine.yaml", "--timeline", "held.json"}).code, 0);
  const auto trace = nlohmann::json::parse(folder.read("held.json"));
  double peak = 0;
  for (const auto& event : trace.at("traceEvents")) {
    if (event.at("ph") != "C" || event.at("name") != "memory of stage 0 (bytes)") continue;
    double sum = 0;
    for (const auto& part : event.at("args")) sum += part.get<double>();
    peak = std::max(peak, sum);
  }
  EXPECT_NEAR(peak / one.at("stages").at(0).at("total").get<double>(), 1, 1e-9);
}

TEST(MemoryOfAStudy, ATimelineIsATableOrATrace) {
  const Folder folder;
  folder.write("mine.yaml", memory_study("recompute: full"));
  const auto ended = folder.weft({"memory", "mine.yaml", "--timeline", "held.txt"});
  EXPECT_EQ(ended.code, 2);
  expect_holds(ended.err, "'held.txt' ends in neither .csv nor .json");
  EXPECT_EQ(folder.weft({"memory", "mine.yaml", "--timeline", ""}).code, 2);
}

// Each remedy, put into the plan, fits.
TEST(MemoryOfAStudy, RemediesFitWhereTheyArePasted) {
  const Folder folder;
  folder.write("mine.yaml", memory_study("recompute: none"));
  const auto ended = folder.weft({"memory", "mine.yaml", "--json", "-"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto one = nlohmann::json::parse(ended.out).at("cases").at(0);
  double before = 0;
  int pasted = 0;
  for (const auto& remedy : one.at("remedies")) {
    EXPECT_GE(remedy.at("step_ratio").get<double>(), before);
    before = remedy.at("step_ratio").get<double>();
    const auto change = remedy.at("change").get<std::string>();
    const bool adds = change.starts_with("gradient_bytes") || change.starts_with("optimizer_off") ||
                      change.starts_with("activation_off");
    const bool replaces = change.starts_with("recompute: ");
    if (!adds && !replaces) continue;
    ++pasted;
    folder.write("changed.yaml", memory_study(replaces ? change : "recompute: none, " + change));
    const auto again = folder.weft({"memory", "changed.yaml", "--json", "-"});
    ASSERT_EQ(again.code, 0) << again.err;
    EXPECT_TRUE(nlohmann::json::parse(again.out).at("cases").at(0).at("fits").get<bool>())
        << change;
  }
  EXPECT_GE(pasted, 3);
}

TEST(MemoryOfAStudy, SaysWhatIsWrongInThePlan) {
  const Folder folder;
  folder.write("mine.yaml", memory_study("recompute: [layernorm, attn]"));
  const auto ended = folder.weft({"memory", "mine.yaml"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.err.find("mine.yaml:5:"), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("core_attn"), std::string::npos) << ended.err;
  folder.write("mine.yaml", memory_study("recompute: full, recompute_group: 0"));
  EXPECT_EQ(folder.weft({"memory", "mine.yaml"}).code, 2);
  EXPECT_EQ(folder.weft({"memory", "mine.yaml", "--points", "mine.yaml"}).code, 2);
}

TEST(Memory, BadInput) {
  const Folder folder;
  folder.write("other.csv", "a,b\n1,2\n");
  EXPECT_EQ(folder.weft({"memory"}).code, 2);
  EXPECT_EQ(folder.weft({"memory", "--points", "none.csv"}).code, 1);
  const auto ended = folder.weft({"memory", "--points", "other.csv"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.err.find("no table of memory"), std::string::npos);
}

}  // namespace
}  // namespace weft::cli
