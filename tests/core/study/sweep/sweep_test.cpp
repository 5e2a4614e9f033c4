// Sweeps from their documents to their files.
#include "weft/sweep/sweep.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "weft/sweep/results.h"
#include "weft/sweep/run.h"

namespace weft::sweep {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBase = R"(kind: sweep
name: t
base:
  kind: study
  job: {model: llama3_8b, sequence: 8192, global_batch: 128 sequences, tokens: 1 T, precision: bf16}
  clusters: [{use: dgx_h100, hosts: 8}, {use: dgx_a100_80g, hosts: 8}]
  plan: {tensor: 4, pipeline: 2, data: 8, micro_batch: 1, recompute: none, zero: 1, schedule: 1f1b}
)";
constexpr const char* kVary =
    "vary:\n  job.global_batch: {from: 64 sequences, to: 512 sequences, step: 32 sequences}\n"
    "  links.ib_ndr.bandwidth: [10 GB/s, 50 GB/s]\n";

base::Catalog catalog() { return base::Catalog({WEFT_CONFIGS}); }

Sweep sweep_of(const std::string& rest) {
  return read_sweep(base::Document::parse(kBase + rest, "t.yaml"), catalog());
}

struct Asked {
  Sweep sweep;
  ask::Question question;
  std::string identity;
};

Asked asked(const std::string& rest) {
  auto sweep = sweep_of(rest);
  const auto files = catalog();
  const base::ThreadTeam team(1);
  auto question = question_of(sweep, files, team);
  auto identity = identity_of(sweep, question, files, "test");
  return {std::move(sweep), std::move(question), std::move(identity)};
}

std::string sweep_error(const std::string& rest) {
  try {
    asked(rest);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

class Files : public testing::Test {
 protected:
  Files() {
    std::string name = (fs::temp_directory_path() / "weft_sweep_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
    folder_ = name;
  }
  ~Files() override { fs::remove_all(folder_); }

  Done compute(const Asked& asked, const std::string& name, Options options = {}) const {
    options.file = folder_ / name;
    options.version = "test";
    options.progress = false;
    if (options.threads == 0) options.threads = 1;
    return run(asked.sweep, asked.question, asked.identity, options, Ranks());
  }

  [[nodiscard]] std::vector<std::vector<Cell>> lines(const std::string& name) const {
    std::vector<std::vector<Cell>> all;
    for_each_line(
        folder_ / name, [&](const auto& names) { names_ = names; },
        [&](const auto& line) { all.push_back(line); });
    return all;
  }

  [[nodiscard]] double figure(const std::vector<Cell>& line, const std::string& name) const {
    for (std::size_t c = 0; c < names_.size(); ++c) {
      if (names_[c] == name) return std::get<double>(line[c]);
    }
    throw std::runtime_error("no column " + name);
  }

  [[nodiscard]] std::string bytes(const std::string& name) const {
    std::ifstream stream(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  fs::path folder_;
  mutable std::vector<std::string> names_;
};

TEST_F(Files, HaveALineACaseAndCluster) {
  const auto what = asked(std::string(kVary) + "show: [step_time, mfu]\n");
  const auto done = compute(what, "a.sqlite");
  EXPECT_TRUE(done.is_whole);
  EXPECT_EQ(done.now, 30);
  const auto all = lines("a.sqlite");
  EXPECT_EQ(names_, (std::vector<std::string>{"case", "row", "label", "job.global_batch",
                                              "job.global_batch.si", "links.ib_ndr.bandwidth",
                                              "links.ib_ndr.bandwidth.si", "step_time", "mfu",
                                              "plan", "why_not"}));
  ASSERT_EQ(all.size(), 60U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(std::get<std::int64_t>(all[i][0]), static_cast<std::int64_t>(i / 2));
    EXPECT_EQ(std::get<std::int64_t>(all[i][1]), static_cast<std::int64_t>(i % 2));
  }
  EXPECT_EQ(std::get<std::string>(all[2][5]), "50 GB/s");
  EXPECT_EQ(std::get<double>(all[2][6]), 5e10);
  EXPECT_FALSE(fs::exists(folder_ / "a.sqlite.part"));
  // A link of one cluster says nothing of the other.
  EXPECT_GT(figure(all[0], "step_time"), figure(all[2], "step_time"));
  EXPECT_EQ(figure(all[1], "step_time"), figure(all[3], "step_time"));
}

TEST_F(Files, AreTheSameForAnyNumberOfThreads) {
  const auto what = asked(kVary);
  Options two;
  two.threads = 2;
  compute(what, "a.sqlite");
  compute(what, "b.sqlite", two);
  EXPECT_EQ(lines("a.sqlite"), lines("b.sqlite"));
  EXPECT_EQ(bytes("a.sqlite"), bytes("b.sqlite"));
}

TEST_F(Files, SayWhatASessionSays) {
  const auto what = asked(std::string(kVary) + "show: [step_time]\n");
  compute(what, "a.sqlite");
  ask::Session session(what.question);
  ask::Point point;
  for (const auto& line : lines("a.sqlite")) {
    what.sweep.design.place(std::get<std::int64_t>(line[0]), point);
    const auto row = static_cast<std::size_t>(std::get<std::int64_t>(line[1]));
    EXPECT_EQ(figure(line, "step_time"), session.ask(point).at(row).values.front());
  }
}

TEST_F(Files, OfClosedFormsAreLowerBounds) {
  compute(asked(std::string(kVary) + "fidelity: F1\n"), "low.sqlite");
  compute(asked(std::string(kVary) + "show: [step_time]\n"), "whole.sqlite");
  const auto low = lines("low.sqlite");
  std::vector<double> bounds;
  for (const auto& line : low) bounds.push_back(figure(line, "step_time"));
  const auto whole = lines("whole.sqlite");
  ASSERT_EQ(whole.size(), bounds.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_LE(bounds[i], figure(whole[i], "step_time"));
  }
}

TEST_F(Files, GoOnWhereTheyWereStopped) {
  const auto what = asked(kVary);
  const std::atomic<int> stop = SIGTERM;
  Options stopped;
  stopped.stop = &stop;
  EXPECT_FALSE(compute(what, "a.sqlite", stopped).is_whole);
  EXPECT_TRUE(fs::exists(folder_ / "a.sqlite.part"));
  EXPECT_FALSE(fs::exists(folder_ / "a.sqlite"));
  EXPECT_TRUE(compute(what, "a.sqlite").is_whole);
  compute(what, "b.sqlite");
  EXPECT_EQ(bytes("a.sqlite"), bytes("b.sqlite"));
  // What is whole is not computed again.
  const auto again = compute(what, "a.sqlite");
  EXPECT_EQ(again.before, 30);
  EXPECT_EQ(again.now, 0);
}

TEST_F(Files, OfAnotherQuestionAreLeftAlone) {
  const auto what = asked(kVary);
  const auto other = asked(std::string(kVary) + "show: [mfu]\n");
  EXPECT_NE(what.identity, other.identity);
  compute(what, "a.sqlite");
  const auto before = bytes("a.sqlite");
  EXPECT_THROW(compute(other, "a.sqlite"), std::runtime_error);
  EXPECT_EQ(bytes("a.sqlite"), before);
  const std::atomic<int> stop = SIGTERM;
  Options stopped;
  stopped.stop = &stop;
  compute(what, "b.sqlite", stopped);
  EXPECT_THROW(compute(other, "b.sqlite"), std::runtime_error);
  Options fresh;
  fresh.fresh = true;
  EXPECT_TRUE(compute(other, "b.sqlite", fresh).is_whole);
  std::ofstream(folder_ / "c.sqlite.part") << "not a database at all, but longer than its header\n"
                                           << std::string(200, 'x');
  EXPECT_THROW(compute(other, "c.sqlite"), std::runtime_error);
  EXPECT_TRUE(compute(other, "c.sqlite", fresh).is_whole);
}

TEST_F(Files, ThatCannotBeWritten) {
  const auto what = asked(kVary);
  EXPECT_THROW(compute(what, "no_such_folder/a.sqlite"), std::runtime_error);
  EXPECT_THROW(compute(what, "."), std::runtime_error);
}

TEST_F(Files, AreSummedUp) {
  compute(
      asked("vary: {plan.tensor: [4, 7], job.sequence: [4096, 8192]}\nshow: [mfu, step_time]\n"),
      "a.sqlite");
  const auto summary = summarise(folder_ / "a.sqlite");
  EXPECT_EQ(summary.cases, 4);
  EXPECT_EQ(summary.lines, 8);
  EXPECT_EQ(summary.without, 4);
  ASSERT_EQ(summary.reasons.size(), 1U);
  EXPECT_EQ(summary.reasons[0].lines, 4);
  EXPECT_NE(summary.reasons[0].example.find("tensor"), std::string::npos);
  ASSERT_EQ(summary.figures.size(), 2U);
  EXPECT_EQ(summary.figures[0].known, 4);
  EXPECT_LT(summary.figures[1].low, summary.figures[1].high);
  EXPECT_EQ(summary.figures[1].best.settings, (std::vector<std::string>{"4", "4096"}));
}

TEST_F(Files, OfDrawnPoints) {
  for (const char* design : {"sobol", "latin_hypercube"}) {
    const auto what = asked(
        "vary: {links.ib_ndr.bandwidth: {low: 10 GB/s, mode: 40 GB/s, high: 60 GB/s}}\n"
        "show: [step_time]\npoints: 16\ndesign: " +
        std::string(design) + "\n");
    compute(what, design);
    EXPECT_EQ(lines(design).size(), 32U);
  }
}

TEST_F(Files, OfKeptPlans) {
  const auto what = asked(
      "plans: kept\nvary: {plan: [auto], links.ib_ndr.bandwidth: [1 GB/s, 50 GB/s]}\n"
      "show: [step_time]\n");
  compute(what, "a.sqlite");
  const auto all = lines("a.sqlite");
  EXPECT_EQ(names_[3], "plan.value");
}

TEST(Sweep, TakesAStudyByNameOrExtendsIt) {
  const auto named =
      read_sweep(base::Document::parse(
                     "kind: sweep\nbase: quickstart\nvary: {job.sequence: [4096]}\n", "s.yaml"),
                 catalog());
  EXPECT_EQ(named.base.root().find("kind")->text(), "study");
  const auto longer = read_sweep(
      base::Document::parse("kind: sweep\nbase: {extends: quickstart, job: {sequence: 4096}}\n"
                            "vary: {plan.zero: [1]}\n",
                            "s.yaml"),
      catalog());
  EXPECT_EQ(longer.base.root().find("job")->find("sequence")->text(), "4096");
  EXPECT_EQ(longer.base.root().find("job")->find("model")->text(), "llama3_70b");
}

TEST(Sweep, SaysWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"vary: {job.globl_batch: [64 sequences]}\n", "did you mean 'global_batch'"},
      {"vary: {links.ib_nd.bandwidth: [1 GB/s]}\n", "did you mean 'ib_ndr'"},
      {"vary: {links.ib_xdr.bandwidth: [1 GB/s]}\n", "nothing here is of the link 'ib_xdr'"},
      {"vary: {links.ib_ndr.bandwidth: [1 GB/s, 20 W]}\n", "'20 W' is a power"},
      {"vary: {links.ib_ndr.bandwidth: {from: 1 W, to: 2 W, count: 2}}\n", "'1 W' is a power"},
      {"vary: {'clusters[5].hosts': [1]}\n", "leads nowhere"},
      {"vary: {plan.tensor: [3, 5]}\n", "does not divide"},
      {"vary: {job.sequence: [1024]}\nshow: [steptime]\n", "did you mean 'step_time'"},
      {"vary: {job.sequence: [1024]}\nfidelity: F1\nshow: [wall]\n", "at fidelity F1"},
      {"vary: {job.sequence: [1024]}\nfidelity: F3\n", "'F3' is not"},
      {"vary: {job.sequence: [1024]}\nplan: kept\n", "did you mean 'plans'"}};
  for (const auto& [text, part] : cases) {
    const auto error = sweep_error(text);
    EXPECT_NE(error.find(part), std::string::npos) << text << "says\n" << error;
  }
}

TEST(Sweep, AFileThatOnlySomeCasesReadIsUsed) {
  EXPECT_EQ(sweep_error(
                "vary: {'clusters[0].use': [dgx_h100, dgx_b200], chips.b200_sxm.memory.bandwidth: "
                "[6 TB/s, 8 TB/s]}\nshow: [step_time]\n"),
            "");
}

}  // namespace
}  // namespace weft::sweep
