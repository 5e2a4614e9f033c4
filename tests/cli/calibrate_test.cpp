// `weft calibrate`: tables that are none, and a fit whose files count afterwards.
#include <gtest/gtest.h>

#include <cmath>

#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;

const std::string kHeader =
    "id,source,cluster,software,n_devices,model,layers,hidden,heads,kv_heads,head_dim,ffn,gated,"
    "vocab,seq,"
    "global_batch,micro_batch,tp,pp,vpp,dp,cp,attention,precision,recompute,zero,"
    "sequence_parallel,schedule,metric,value,unit,quality,split\n";

std::string row(const std::string& batch, const std::string& seconds, const std::string& split) {
  return "run-" + batch +
         ",made-up Table 1,dgx_h100,megatron_core,8,Made "
         "up,8,2048,16,16,128,5632,true,32000,2048," +
         batch + ",1,1,1,1,8,1,MHA,BF16,none,ZeRO-1,false,1F1B,iteration_time," + seconds +
         ",s,A," + split + "\n";
}

// All that is shipped, to be written into.
void shelve(const Folder& folder) {
  for (const char* kind : {"chips", "links", "software", "clusters", "models", "sites"}) {
    fs::create_directories(folder.path() / "mine");
    fs::copy(fs::path(WEFT_CONFIGS) / kind, folder.path() / "mine" / kind,
             fs::copy_options::recursive);
  }
}

TEST(Calibrate, RefusesATableThatIsNone) {
  const Folder folder;
  folder.write("headless.csv", "a,b\n1,2\n");
  folder.write("empty.csv", "");
  folder.write("ragged.csv", "id,metric,value,unit\na,step_time,1\n");
  for (const char* name : {"headless.csv", "empty.csv", "ragged.csv"}) {
    const Ended ended = folder.weft({"calibrate", "--runs", name});
    EXPECT_EQ(ended.code, 2) << name << ": " << ended.err;
    EXPECT_EQ(ended.out, "") << name;
    EXPECT_NE(ended.err.find(name), std::string::npos) << ended.err;
  }
  EXPECT_EQ(folder.weft({"calibrate", "--runs", "none.csv"}).code, 1);
  EXPECT_EQ(folder.weft({"calibrate", "--threads", "0"}).code, 2);
}

TEST(Calibrate, SaysThatThereIsNothingToFit) {
  const Folder folder;
  for (const std::string& rows : {row("8", "0.1", "test"), row("8", "fast", "fit")}) {
    folder.write("runs.csv", kHeader + rows);
    const Ended ended = folder.weft({"calibrate", "--runs", "runs.csv"});
    EXPECT_NE(ended.code, 0);
    EXPECT_EQ(ended.out, "");
    EXPECT_NE(ended.err.find("'fit'"), std::string::npos) << ended.err;
  }
}

TEST(Calibrate, WritesBesideTheDocumentsWhenAsked) {
  const Folder folder;
  shelve(folder);
  folder.write("runs.csv", kHeader + row("8", "0.12", "fit") + row("64", "0.3", "fit") +
                               row("256", "0.9", "fit") + row("16", "99", "test"));
  const Words base = {"calibrate", "--runs", "runs.csv", "--configs", "mine"};
  const fs::path file = folder.path() / "mine/software/megatron_core.fit.yaml";
  fs::remove(file);
  const Ended dry = folder.weft(base);
  ASSERT_EQ(dry.code, 0) << dry.err;
  EXPECT_NE(dry.out.find("per_step"), std::string::npos) << dry.out;
  EXPECT_FALSE(fs::exists(file));

  Words writing = base;
  writing.emplace_back("--write");
  const Ended ended = folder.weft(writing);
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("megatron_core.fit.yaml"), std::string::npos) << ended.out;
  ASSERT_TRUE(fs::exists(file));
  const std::string first = folder.read("mine/software/megatron_core.fit.yaml");
  EXPECT_EQ(first.find("kind: software"), 0U);
  EXPECT_NE(first.find("made-up"), std::string::npos);

  // Once more gives the same: it begins with what is written by hand.
  EXPECT_EQ(folder.weft(writing).out, ended.out);
  EXPECT_EQ(folder.read("mine/software/megatron_core.fit.yaml"), first);
  const Ended shown = folder.weft({"show", "megatron_core", "--configs", "mine"});
  EXPECT_EQ(shown.code, 0) << shown.err;
}

// BF16 GEMMs of a chip, as a plain law has them.
std::string gemm_table(const std::string& chip, const std::string& split) {
  std::string text = "chip,framework,version,dtype,m,n,k,latency_us,split\n";
  for (const double m : {1.0, 32.0, 256.0, 2048.0, 8192.0}) {
    for (const double n : {256.0, 2048.0, 8192.0}) {
      for (const double k : {512.0, 4096.0, 16384.0}) {
        const double compute = 2 * m * n * k / (0.7 * 989e12);
        const double memory = 2 * (m * k + k * n + m * n) / (0.75 * 3.35e12);
        const double time = 5e-6 + std::hypot(compute, memory);
        text += chip + ",X,1,bfloat16," + std::to_string(static_cast<int>(m)) + "," +
                std::to_string(static_cast<int>(n)) + "," + std::to_string(static_cast<int>(k)) +
                "," + std::to_string(1e6 * time) + "," + split + "\n";
      }
    }
  }
  return text;
}

TEST(CalibrateChip, WritesAndShowsAFit) {
  const Folder folder;
  shelve(folder);
  fs::remove(folder.path() / "mine/chips/h100_sxm5.fit.yaml");
  folder.write("gemm.csv", gemm_table("H100-SXM5", "fit"));
  const Ended ended = folder.weft({"calibrate", "--chip", "h100_sxm5", "--kernels", "gemm.csv",
                                   "--configs", "mine", "--json", "fit.json", "--write"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "kernels.gemm.efficiency.bf16");
  expect_holds(ended.out, "cross-validated");
  expect_holds(ended.out, "h100_sxm5.fit.yaml");
  for (const auto& line : lines_wider_than(100, ended.out)) {
    if (line.find("wrote ") != 0) ADD_FAILURE() << line;
  }

  const auto text = folder.read("mine/chips/h100_sxm5.fit.yaml");
  expect_holds(text, "measured kernels");
  expect_holds(text, "--kernels gemm.csv --write");
  EXPECT_EQ(text.find(folder.path().string()), std::string::npos);
  EXPECT_EQ(folder.weft({"check", "mine/chips/h100_sxm5.yaml", "--configs", "mine"}).code, kAnswer);

  const auto answer = nlohmann::json::parse(folder.read("fit.json"));
  EXPECT_EQ(answer.at("chip"), "h100_sxm5");
  EXPECT_EQ(answer.at("points").size(), 45U);
  bool found = false;
  for (const auto& parameter : answer.at("parameters")) {
    if (parameter.at("path") != "kernels.gemm.efficiency.bf16") continue;
    found = true;
    EXPECT_TRUE(parameter.at("informed").get<bool>());
    EXPECT_NEAR(parameter.at("mode").get<double>(), 0.7, 0.02);
    EXPECT_LE(parameter.at("low"), parameter.at("mode"));
    EXPECT_GE(parameter.at("high"), parameter.at("mode"));
  }
  EXPECT_TRUE(found);
  for (const char* key : {"x", "published", "predicted", "residual", "held_out_residual"}) {
    EXPECT_TRUE(answer.at("points").at(0).contains(key)) << key;
  }
}

TEST(CalibrateChip, PrintsOnlyTheFitWhenAsked) {
  const Folder folder;
  folder.write("gemm.csv", gemm_table("H100-SXM5", ""));
  const Ended ended =
      folder.weft({"calibrate", "--chip", "h100_sxm5", "--kernels", "gemm.csv", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_TRUE(nlohmann::json::accept(ended.out));
}

TEST(CalibrateChip, TakesATableWithoutChips) {
  const Folder folder;
  folder.write("own.csv",
               "dtype,m,n,k,latency_us,split\nbf16,8192,8192,8192,1600,fit\n"
               "bf16,16384,8192,8192,3200,fit\nbf16,8192,16384,8192,3200,Fit\n"
               "bf16,8192,16384,16384,6400,test\n");
  const Ended ended = folder.weft({"calibrate", "--chip", "h100_sxm5", "--kernels", "own.csv"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "1 points marked `test` kept apart");
  expect_holds(ended.out, "kernels.gemm.efficiency.bf16");
}

TEST(CalibrateChip, RefusesWhatMakesNoFit) {
  const Folder folder;
  folder.write("gemm.csv", gemm_table("H100-SXM5", "fit"));
  folder.write("tests.csv", gemm_table("H100-SXM5", "test"));
  const Words base = {"calibrate", "--kernels", "gemm.csv"};
  EXPECT_EQ(folder.weft(base).code, kBadInput);
  EXPECT_EQ(folder.weft({"calibrate", "--chip", "h100_sxm5"}).code, kBadInput);
  const auto with = [&](const Words& more) {
    Words words = base;
    words.insert(words.end(), more.begin(), more.end());
    return folder.weft(words);
  };
  EXPECT_EQ(with({"--chip", "h100_sxm5", "--software", "nemo"}).code, kBadInput);
  const Ended typo = with({"--chip", "h100_sxm"});
  EXPECT_EQ(typo.code, kBadInput);
  expect_holds(typo.err, "h100_sxm5");
  const Ended none = with({"--chip", "a100_80g"});
  EXPECT_EQ(none.code, kBadInput);
  expect_holds(none.err, "H100-SXM5");
  const Ended tests = folder.weft({"calibrate", "--chip", "h100_sxm5", "--kernels", "tests.csv"});
  EXPECT_EQ(tests.code, kCannot);
  expect_holds(tests.err, "no parameter of h100_sxm5");
}

TEST(CalibrateSoftware, MovesOneStack) {
  const Folder folder;
  shelve(folder);
  folder.write("runs.csv", kHeader + row("8", "0.12", "fit") + row("64", "0.3", "fit") +
                               row("256", "0.9", "fit"));
  const auto chip = folder.read("mine/chips/h100_sxm5.fit.yaml");
  const Words base = {"calibrate", "--runs", "runs.csv", "--configs", "mine", "--software"};
  const auto with = [&](const Words& more) {
    Words words = base;
    words.insert(words.end(), more.begin(), more.end());
    return folder.weft(words);
  };
  const Ended ended = with({"megatron_core", "--write"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "megatron_core.");
  EXPECT_EQ(ended.out.find("h100_sxm5"), std::string::npos) << ended.out;
  EXPECT_EQ(folder.read("mine/chips/h100_sxm5.fit.yaml"), chip);
  EXPECT_EQ(with({"no_such_stack"}).code, kBadInput);
}

}  // namespace
}  // namespace weft::cli
