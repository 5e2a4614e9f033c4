// `weft calibrate`: tables that are none, and a fit whose files count afterwards.
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace weft::cli
