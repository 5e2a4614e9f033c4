// weft sweep: killed, stopped, shared out, and short of room on the disk.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "program.h"

namespace weft::cli {
namespace {

constexpr const char* kSweep = R"(kind: sweep
base:
  kind: study
  job: {model: llama3_8b, sequence: 8192, global_batch: 128 sequences, tokens: 1 T, precision: bf16}
  clusters: [{use: dgx_h100, hosts: 8}]
  plan: {tensor: 4, pipeline: 2, data: 8, micro_batch: 1, recompute: none, zero: 1, schedule: 1f1b}
vary:
  links.ib_ndr.bandwidth: {from: 10 GB/s, to: 60 GB/s, step: 10 GB/s}
  job.global_batch: {from: 64 sequences, to: 6400 sequences, step: 64 sequences}
fidelity: F1
)";

class Sweep : public testing::Test {
 protected:
  Sweep() { folder_.write("s.yaml", kSweep); }

  // Of a shell, in the folder, which finds the program as $WEFT; its exit code.
  [[nodiscard]] int shell(const std::string& commands) const {
    const auto line = "cd '" + folder_.path().string() +
                      "' && export WEFT='" WEFT_PROGRAM
                      "' OMP_NUM_THREADS=2 ASAN_OPTIONS=detect_leaks=0 && { " +
                      commands + "; } >out 2>err";
    const int status = std::system(line.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  [[nodiscard]] std::string dump(const std::string& name, const Words& more = {}) const {
    Words words = {"sweep", "s.yaml", "-o", name, "--csv", "-"};
    words.insert(words.end(), more.begin(), more.end());
    const auto ended = folder_.weft(words);
    EXPECT_EQ(ended.code, kAnswer) << ended.err;
    return ended.out;
  }

  Folder folder_;
};

TEST_F(Sweep, TellsWhatCameOut) {
  const auto ended = folder_.weft({"sweep", "s.yaml", "--json", "s.json", "--csv", "s.csv"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
  expect_holds(ended.out, "s: 600 cases, grid of 2 axes; F1");
  expect_holds(ended.out, "case 599");
  expect_holds(ended.out,
               "DGX H100, 8 hosts: links.ib_ndr.bandwidth 60 GB/s, job.global_batch 6400");
  EXPECT_EQ(folder_.names(), (Words{"s.csv", "s.json", "s.sqlite", "s.yaml"}));
  const auto answer = nlohmann::json::parse(folder_.read("s.json"));
  EXPECT_EQ(answer["schema"], "weft.sweep/1");
  EXPECT_EQ(answer["cases"], 600);
  EXPECT_EQ(answer["figures"][0]["name"], "step_time");
  EXPECT_EQ(answer["figures"][0]["best"]["settings"]["job.global_batch"], "64 sequences");
  const auto csv = folder_.read("s.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 601);
  EXPECT_TRUE(csv.starts_with("case,row,label,links.ib_ndr.bandwidth,links.ib_ndr.bandwidth.si,"))
      << csv.substr(0, 200);
  // What is there is told again, not computed again.
  EXPECT_EQ(folder_.weft({"sweep", "s.yaml"}).out, ended.out);
}

TEST_F(Sweep, IsQuietWhenAsked) {
  const auto ended = folder_.weft_on_terminal({"sweep", "s.yaml", "--quiet"});
  EXPECT_EQ(ended.code, kAnswer);
  EXPECT_EQ(ended.out, "");
}

TEST_F(Sweep, OfAChangedDocumentIsAnother) {
  ASSERT_EQ(folder_.weft({"sweep", "s.yaml", "-o", "a.sqlite"}).code, kAnswer);
  const auto before = folder_.read("a.sqlite");
  folder_.write("s.yaml", std::string(kSweep) + "show: [mfu]\n");
  const auto ended = folder_.weft({"sweep", "s.yaml", "-o", "a.sqlite"});
  EXPECT_EQ(ended.code, kCannot);
  expect_holds(ended.err, "a.sqlite is there and holds another question");
  EXPECT_EQ(folder_.read("a.sqlite"), before);
  EXPECT_EQ(folder_.weft({"sweep", "s.yaml", "-o", "a.sqlite", "--fresh"}).code, kAnswer);
}

TEST_F(Sweep, WithoutARightDocument) {
  const auto none = folder_.weft({"sweep"});
  EXPECT_EQ(none.code, kBadInput);
  folder_.write("b.yaml", "kind: sweep\nbase: quickstart\nvary: {job.sequense: [1024]}\n");
  const auto ended = folder_.weft({"sweep", "b.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "b.yaml:3:");
  expect_holds(ended.err, "did you mean 'sequence'");
  EXPECT_EQ(folder_.names(), (Words{"b.yaml", "s.yaml"}));
}

TEST_F(Sweep, OfWhichNothingIsLegal) {
  folder_.write("n.yaml",
                "kind: sweep\nbase: {extends: quickstart, clusters: [{use: dgx_h100, "
                "hosts: 1}]}\nvary: {job.tokens: [1 T]}\nshow: [mfu]\n");
  const auto ended = folder_.weft({"sweep", "n.yaml"});
  EXPECT_EQ(ended.code, kNothingFound) << ended.err;
  expect_holds(ended.out, "No figures: 1 of 1 lines");
}

TEST_F(Sweep, ThatCannotBeWritten) {
  for (const std::string file : {"/proc/a.sqlite", "no/such/a.sqlite", "."}) {
    const auto ended = folder_.weft({"sweep", "s.yaml", "-o", file});
    EXPECT_EQ(ended.code, kCannot) << file;
    EXPECT_NE(ended.err, "");
  }
  EXPECT_EQ(folder_.names(), Words{"s.yaml"});
  EXPECT_EQ(folder_.weft({"sweep", "s.yaml", "--csv", "/dev/full"}).code, kCannot);
}

// Files may have 100 blocks, which the tables fit into and the lines do not.
TEST_F(Sweep, ShortOfRoomGoesOnLater) {
  EXPECT_EQ(shell("(ulimit -f 100; exec \"$WEFT\" sweep s.yaml -o a.sqlite)"), kCannot);
  expect_holds(folder_.read("err"), "the same command goes on there");
  const auto names = folder_.names();
  EXPECT_EQ(std::count(names.begin(), names.end(), "a.sqlite"), 0);
  EXPECT_EQ(dump("a.sqlite"), dump("b.sqlite"));
}

TEST_F(Sweep, KilledGoesOnWithNothingLostOrDoneTwice) {
  const auto whole = dump("whole.sqlite");
  for (const char* seconds : {"0.1", "0.2", "0.25", "0.3", "0.35", "0.4"}) {
    const auto command =
        std::string("timeout -s KILL ") + seconds + " \"$WEFT\" sweep s.yaml -o a.sqlite";
    static_cast<void>(shell(command));
  }
  EXPECT_EQ(dump("a.sqlite"), whole);
  for (const auto& name : folder_.names()) {
    EXPECT_FALSE(name.starts_with("a.sqlite.")) << name;
  }
}

TEST_F(Sweep, StoppedBySignalsSaysHowToGoOn) {
  // Too many for the time it has.
  auto text = std::string(kSweep);
  text.replace(text.find("to: 6400"), 8, "to: 64000");
  text.replace(text.find("fidelity:"), 0, "  job.sequence: {from: 128, to: 32768, step: 128}\n");
  folder_.write("l.yaml", text);
  for (const auto& [name, code] : {std::pair("INT", 130), std::pair("TERM", 143)}) {
    // Once it writes.
    const auto command =
        std::string("\"$WEFT\" sweep l.yaml & p=$!; for i in $(seq 1000); do [ -s ") +
        "l.sqlite.part-wal ] && break; sleep 0.05; done; kill -" + name + " $p; wait $p";
    EXPECT_EQ(shell(command), code);
    expect_holds(folder_.read("err"), "the same command goes on there");
    EXPECT_EQ(folder_.read("l.sqlite"), "");
    EXPECT_NE(folder_.read("l.sqlite.part"), "");
  }
}

TEST_F(Sweep, RanksGiveTheSameFile) {
  const auto whole = dump("whole.sqlite");
  for (const char* ranks : {"1", "2", "4"}) {
    const auto file = std::string("ranks") + ranks + ".sqlite";
    EXPECT_EQ(shell(std::string("mpirun --allow-run-as-root --oversubscribe -n ") + ranks +
                    " \"$WEFT\" sweep s.yaml --threads 1 -o " + file),
              kAnswer)
        << folder_.read("err");
    EXPECT_EQ(dump(file), whole) << ranks;
    EXPECT_EQ(folder_.read(file), folder_.read("whole.sqlite")) << ranks;
  }
}

TEST_F(Sweep, RanksSayOnceWhatIsWrong) {
  folder_.write("s.yaml", "kind: sweep\nbase: quickstart\nvary: {job.sequense: [1024]}\n");
  EXPECT_EQ(shell("mpirun --allow-run-as-root --oversubscribe -n 3 \"$WEFT\" sweep s.yaml"),
            kBadInput);
  const auto text = folder_.read("err");
  const auto first = text.find("did you mean 'sequence'");
  ASSERT_NE(first, std::string::npos) << text;
  EXPECT_EQ(text.find("did you mean 'sequence'", first + 1), std::string::npos) << text;
}

TEST_F(Sweep, KilledRanksLeaveWhatIsWritten) {
  const auto whole = dump("whole.sqlite");
  static_cast<void>(
      shell("timeout -s KILL 0.8 mpirun --allow-run-as-root --oversubscribe -n 2 \"$WEFT\" sweep "
            "s.yaml --threads 1 -o a.sqlite; sleep 1"));
  EXPECT_EQ(dump("a.sqlite"), whole);
}

}  // namespace
}  // namespace weft::cli
