#include "step_trace.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <utility>

#include "weft/base/diagnostics.h"
#include "weft/chakra/write.h"
#include "weft/plan/plan.h"
#include "weft/report/file.h"
#include "weft/step/evaluator.h"
#include "weft/step_chakra/step_chakra.h"
#include "weft/step_trace/step_trace.h"

namespace weft::cli {

namespace {

using step_trace::TracedStep;

[[noreturn]] void refuse(const std::string& message, const std::string& hint = "") {
  throw base::InputError({{{}, 1, message, hint}});
}

std::vector<std::string> part_names(const cluster::Cluster& cluster) {
  std::vector<std::string> names;
  for (int p = 0; p < cluster.parts(); ++p) names.push_back(cluster.part(p).chip.name);
  return names;
}

TracedStep traced(const study::Study& study, const study::Case& given,
                  const study::CaseResult& result) {
  const auto ran = study::as_run(given, result);
  const auto& plan = result.outcome->plan;
  TracedStep one;
  one.title = ran.cluster.label;
  one.plan = plan::to_text(plan);
  one.parts = part_names(ran.cluster);
  one.timeline = step::Evaluator(ran.cluster, study.job, ran.software).timeline(plan);
  if (ran.population) {
    one.notes.emplace_back(
        "The devices of a population differ; this is the step of devices as the chip's document "
        "has them, without waits for slower ones.");
  }
  return one;
}

void write_chrome_trace(const std::string& file, const study::Study& study,
                        const std::vector<study::CaseResult>& results) {
  std::vector<TracedStep> steps;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].outcome) steps.push_back(traced(study, study.cases[i], results[i]));
  }
  if (steps.empty()) return;
  const auto events = step_trace::events_of(steps);
  if (events > step_trace::kMostEvents) {
    refuse(fmt::format("--trace: {:.1f} million events, more than the {} million that viewers take",
                       static_cast<double>(events) / 1e6, step_trace::kMostEvents / 1'000'000),
           "trace fewer clusters, or a job with a smaller global_batch");
  }
  report::write_whole(file, [&](const report::Put& put) { step_trace::write_trace(steps, put); });
  std::cerr << fmt::format("{}: about {} events; ui.perfetto.dev and chrome://tracing open it\n",
                           file, events);
  for (const auto& one : steps) {
    for (const auto& note : one.notes) std::cerr << fmt::format("{}: {}\n", one.title, note);
  }
}

// The case of the study that has a plan: traces of two clusters are not of one job.
std::size_t only_case(const std::vector<study::CaseResult>& results) {
  const auto has_plan = [](const auto& result) { return result.outcome.has_value(); };
  const auto found = std::find_if(results.begin(), results.end(), has_plan);
  if (std::count_if(results.begin(), results.end(), has_plan) > 1) {
    refuse("--chakra writes the ranks of one cluster, and this study has several",
           "write a study with one entry in clusters");
  }
  return static_cast<std::size_t>(found - results.begin());
}

void write_chakra(const std::string& prefix, const study::Study& study,
                  const std::vector<study::CaseResult>& results) {
  const auto number = only_case(results);
  if (number == results.size()) return;
  const auto ran = study::as_run(study.cases[number], results[number]);
  const auto& plan = results[number].outcome->plan;
  const auto timeline = step::Evaluator(ran.cluster, study.job, ran.software).timeline(plan);
  const auto files =
      step_chakra::write_step({timeline, plan, study.job, ran.software, ran.cluster},
                              [&](std::int64_t rank, const step_chakra::WriteRank& write) {
                                report::write_whole(fmt::format("{}.{}.et", prefix, rank), write);
                              });
  const auto groups = prefix + ".groups.json";
  report::write_whole(groups, chakra::groups_json(files.groups));
  std::cerr << fmt::format(
      "{0}.0.et … {0}.{1}.et: {2} nodes; {3}: {4} groups; weft trace replays them\n", prefix,
      files.ranks - 1, files.nodes, groups, files.groups.size());
}

}  // namespace

void add_step_trace_options(CLI::App& command, StepTraceOptions& options) {
  const auto is_file = [](const std::string& file) {
    return file == "-" ? "a trace goes to files, not to standard output" : std::string();
  };
  command
      .add_option("--trace", options.trace,
                  "also write the step here, as a timeline for ui.perfetto.dev")
      ->type_name("FILE")
      ->check(is_file);
  command
      .add_option("--chakra", options.chakra,
                  "also write the step as Chakra execution traces: PREFIX.RANK.et, and "
                  "PREFIX.groups.json")
      ->type_name("PREFIX")
      ->check(is_file);
}

void write_step_traces(const StepTraceOptions& options, const study::Study& study,
                       const std::vector<study::CaseResult>& results) {
  if (!options.trace.empty()) write_chrome_trace(options.trace, study, results);
  if (!options.chakra.empty()) write_chakra(options.chakra, study, results);
}

void refuse_step_traces(const StepTraceOptions& options, const std::filesystem::path& file,
                        const std::string& kind) {
  if (!options.any()) return;
  refuse(fmt::format("{} is of kind {}, which is no single step", file.string(), kind),
         "--trace and --chakra need a file of kind study");
}

}  // namespace weft::cli
