#include "weft/validation/validate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fixtures.h"
#include "weft/step/evaluator.h"

namespace weft::validation {
namespace {

using test::shelves;
using test::whole_row;

RowResult outcome(const PublishedRun& run) {
  return evaluate(run, prepare_run(run, shelves().rules, shelves().documents));
}

RowResult made_up(const std::string& id, double error, const std::string& split,
                  const std::string& kind = "dense") {
  RowResult row;
  row.id = id;
  row.source = "s" + kind;
  row.vendor = "Nvidia";
  row.kind = kind;
  row.split = split;
  row.published = 1;
  row.predicted = std::exp(error);
  row.relative_error = std::exp(error) - 1;
  row.speed_log_error = error;
  return row;
}

const Summary& find(const std::vector<Summary>& all, const std::string& source,
                    const std::string& kind, const std::string& split) {
  return *std::find_if(all.begin(), all.end(), [&](const Summary& s) {
    return s.source == source && s.vendor == "all" && s.kind == kind && s.split == split &&
           !s.is_memory;
  });
}

TEST(Summary, ByHand) {
  auto skipped = made_up("e", 0, "test");
  skipped.predicted = skipped.relative_error = skipped.speed_log_error = std::nullopt;
  skipped.reason = "no";
  const std::vector<RowResult> rows = {made_up("a", 0.1, "fit"), made_up("b", -0.2, "fit"),
                                       made_up("c", 0.4, "test", "moe"), made_up("d", -0.3, "test"),
                                       skipped};
  const auto all = summarise(rows);
  const auto& whole = find(all, "all", "all", "all");
  EXPECT_EQ(whole.n, 5);
  EXPECT_EQ(whole.skipped, 1);
  EXPECT_DOUBLE_EQ(whole.median_abs_error, 0.3);  // of 0.1 0.2 0.3 0.4 1
  EXPECT_DOUBLE_EQ(whole.mean_abs_error, 0.4);
  EXPECT_DOUBLE_EQ(whole.p90_abs_error, 0.4 + 0.6 * 0.6);
  EXPECT_NEAR(whole.bias, 0.0, 1e-15);  // (0.1 - 0.2 + 0.4 - 0.3) / 4
  EXPECT_EQ(whole.worst_id, "e");
  const auto& fit = find(all, "all", "all", "fit");
  EXPECT_EQ(fit.n, 2);
  EXPECT_DOUBLE_EQ(fit.bias, -0.05);
  EXPECT_EQ(fit.worst_id, "b");
  EXPECT_EQ(find(all, "smoe", "all", "all").worst_id, "c");
  EXPECT_EQ(find(all, "all", "dense", "test").n, 2);
}

TEST(Summary, MemoryIsApart) {
  auto memory = made_up("m", 0, "fit");
  memory.is_memory = true;
  memory.speed_log_error = std::nullopt;
  memory.relative_error = -0.25;
  const auto all = summarise({memory, made_up("a", 0.1, "fit")});
  const auto found =
      std::find_if(all.begin(), all.end(), [](const auto& s) { return s.is_memory; });
  ASSERT_NE(found, all.end());
  EXPECT_EQ(found->n, 1);
  EXPECT_DOUBLE_EQ(found->median_abs_error, 0.25);
  EXPECT_DOUBLE_EQ(found->bias, -0.25);
}

TEST(Validate, ARowIsTheStepItDescribes) {
  const auto run = whole_row();
  const auto result = outcome(run);
  ASSERT_TRUE(result.predicted.has_value()) << result.reason;
  const auto cluster = weft::test::cluster_of("{use: dgx_h100, hosts: 1}");
  auto job = weft::test::job_of("llama3_8b", 8192, 32);
  const auto software = weft::test::software_of("megatron_core");
  plan::Plan plan;
  plan.pipeline = 2;
  plan.data = 4;
  const double step = step::Evaluator(cluster, job, software).time(plan).si();
  EXPECT_NEAR(*result.predicted, 8192.0 * 32 / step / 8, 1e-6 * *result.predicted);
  EXPECT_NEAR(*result.relative_error, *result.predicted / 10000 - 1, 1e-12);
  EXPECT_NEAR(*result.speed_log_error, std::log(*result.predicted / 10000), 1e-12);
  EXPECT_TRUE(result.unplaced.empty());
}

TEST(Validate, TimesAndRatesHaveTheSameError) {
  auto run = whole_row();
  const auto rate = outcome(run);
  run.metric = "iteration_time";
  run.unit = "ms";
  run.value = 8192.0 * 32 / (10000.0 * 8) * 1000;
  const auto time = outcome(run);
  EXPECT_NEAR(*rate.speed_log_error, *time.speed_log_error, 1e-9);
  EXPECT_LT(*rate.relative_error * *time.relative_error, 0);
}

TEST(Validate, BlanksAreFilledAndSaid) {
  auto run = whole_row();
  run.software = "";
  run.recompute = run.zero = "";
  run.hidden = run.layers = run.heads = std::nullopt;
  run.model = "Llama-3.1-8B";
  run.data = std::nullopt;
  const auto prepared = prepare_run(run, shelves().rules, shelves().documents);
  ASSERT_EQ(prepared.reason, "");
  EXPECT_EQ(prepared.stack, "nvidia_megatron");
  EXPECT_EQ(prepared.plan.data, 4);
  EXPECT_EQ(prepared.plan.zero, 1);
  EXPECT_EQ(prepared.job.model.hidden, 4096);
  std::vector<std::string> columns;
  for (const auto& filled : prepared.filled) {
    columns.push_back(filled.column);
    EXPECT_FALSE(filled.why.empty());
  }
  for (const char* column : {"software", "recompute", "zero", "hidden", "layers", "heads"}) {
    EXPECT_NE(std::find(columns.begin(), columns.end(), column), columns.end()) << column;
  }
}

TEST(Validate, ColumnsThatDoNotGoTogether) {
  auto run = whole_row();
  run.virtual_stages = 64;
  run.expert = 4;
  run.micro_batch = 3;
  run.global_batch = 33;
  EXPECT_FALSE(outcome(run).is_skipped());
  run.devices = 9;
  EXPECT_EQ(outcome(run).reason, "TP1 PP2 CP1 do not divide 9 devices");
  run = whole_row();
  run.pipeline = 64;
  run.data = std::nullopt;
  run.devices = 64;
  EXPECT_EQ(outcome(run).reason, "32 layers cannot fill 64 pipeline stages");
  run = whole_row();
  run.cluster = "dgx_h10";
  EXPECT_EQ(outcome(run).reason, "no cluster 'dgx_h10' is known; the nearest is 'dgx_h100'");
  run = whole_row();
  run.hidden = std::nullopt;
  EXPECT_EQ(outcome(run).reason, "the shape of 'Made up' is not stated and not known");
  run.model = "ResNet-50";
  EXPECT_EQ(outcome(run).reason, "no transformer");
  EXPECT_EQ(outcome(run).error(), 1.0);
}

TEST(Validate, InputsOfARowAreKnownAndMoveIt) {
  const auto run = whole_row();
  const auto prepared = prepare_run(run, shelves().rules, shelves().documents);
  const std::string path = "megatron_core.kernels.residual";
  const auto found = std::find_if(prepared.inputs.begin(), prepared.inputs.end(),
                                  [&](const auto& input) { return input.path == path; });
  ASSERT_NE(found, prepared.inputs.end());
  const auto draw = [&](const std::string& name, const base::Distribution& distribution) {
    return name == path ? distribution.mode + 0.5 : distribution.mode;
  };
  const auto redrawn = shelves().documents.redrawn(draw, {path});
  const auto slower = evaluate(run, prepare_run(run, shelves().rules, *redrawn));
  EXPECT_LT(*slower.predicted, 0.9 * *outcome(run).predicted);
}

TEST(Validate, DoubtsAreRunAndLeftOutOfTheSecondTable) {
  RunsTable table;
  for (const char* id : {"a", "b-1", "b-2"}) {
    table.runs.push_back(whole_row());
    table.runs.back().id = id;
  }
  auto rules = shelves().rules;
  rules.doubts = {{{"b-*"}, "for a test"}};
  const auto all = validate(table, rules, shelves().documents, base::ThreadTeam(1));
  EXPECT_EQ(all.rows[0].doubt, "");
  EXPECT_EQ(all.rows[1].doubt, "for a test");
  EXPECT_EQ(all.rows[1].predicted, all.rows[0].predicted);
  EXPECT_EQ(all.summaries.front().n, 3);
  EXPECT_EQ(all.beyond_doubt.front().n, 1);
}

TEST(Validate, TheShippedTableRuns) {
  const auto table = read_runs(test::shipped_table());
  const auto one = validate(table, shelves().rules, shelves().documents, base::ThreadTeam(1));
  const auto skipped = std::count_if(one.rows.begin(), one.rows.end(),
                                     [](const auto& row) { return row.is_skipped(); });
  EXPECT_LE(static_cast<double>(skipped), 0.03 * static_cast<double>(one.rows.size()));
  for (const auto& row : one.rows) EXPECT_TRUE(std::isfinite(row.error())) << row.id;

  const auto two = validate(table, shelves().rules, shelves().documents, base::ThreadTeam(2));
  ASSERT_EQ(one.rows.size(), two.rows.size());
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    EXPECT_EQ(one.rows[i].id, two.rows[i].id);
    EXPECT_EQ(one.rows[i].predicted, two.rows[i].predicted) << one.rows[i].id;
    EXPECT_EQ(one.rows[i].reason, two.rows[i].reason);
  }
}

}  // namespace
}  // namespace weft::validation
