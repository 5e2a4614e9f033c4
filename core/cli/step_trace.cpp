#include "step_trace.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>
#include <stdexcept>
#include <utility>

#include "weft/base/diagnostics.h"
#include "weft/plan/plan.h"
#include "weft/report/file.h"
#include "weft/step/evaluator.h"
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

}  // namespace

void add_step_trace_options(CLI::App& command, StepTraceOptions& options) {
  const auto is_file = [](const std::string& file) {
    return file == "-" ? "a trace goes to a file, not to standard output" : std::string();
  };
  command
      .add_option("--trace", options.trace,
                  "also write the step here, as a timeline for ui.perfetto.dev")
      ->type_name("FILE")
      ->check(is_file);
}

void write_step_traces(const StepTraceOptions& options, const study::Study& study,
                       const std::vector<study::CaseResult>& results) {
  if (!options.trace.empty()) write_chrome_trace(options.trace, study, results);
}

void refuse_step_traces(const StepTraceOptions& options, const std::filesystem::path& file,
                        const std::string& kind) {
  if (!options.any()) return;
  refuse(fmt::format("{} is of kind {}, which is no single step", file.string(), kind),
         "--trace needs a file of kind study");
}

}  // namespace weft::cli
