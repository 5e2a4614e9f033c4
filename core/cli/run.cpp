#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

#include "output.h"
#include "questions.h"
#include "report_page.h"
#include "step_trace.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/pages/pages.h"
#include "weft/report/json.h"
#include "weft/report/terminal.h"
#include "weft/study/run.h"
#include "weft/study/sensitivity.h"
#include "weft/validation/nearest_runs.h"

namespace weft::cli {

namespace {

int run(const StudyOptions& options, const StepTraceOptions& traces) {
  const auto catalog = make_catalog(options.configs);
  const auto [document, reading, study] = load_study(options.file, catalog);
  const auto sources = details::sources_of(catalog);
  const base::ThreadTeam team(options.threads);
  const auto results = study::run(study, team);
  const auto sensitivities =
      study::sensitivities(document, catalog, reading.uncertain_inputs(), results, team);
  const auto nearest = validation::nearest_published(study, results, catalog, document.root());
  if (!options.json.empty()) {
    write_answer(options.json, report::to_json(study, results, sensitivities, nearest));
  }
  if (!options.report.empty()) {
    write_page(options.report, pages::run_page({study, results, sensitivities, nearest}, sources),
               options.file, report::to_json(study, results, sensitivities, nearest));
  }
  if (options.json != "-") {
    std::cout << report::to_terminal(study, results, sensitivities, colour(), nearest)
              << std::flush;
  }
  write_step_traces(traces, study, results);
  const bool any = std::any_of(results.begin(), results.end(),
                               [](const auto& result) { return result.outcome.has_value(); });
  return any ? kAnswer : kNothing;
}

// A question of another kind is answered by its own command.
int run_any(const StudyOptions& options, const StepTraceOptions& traces) {
  const auto* kind = question_kind(options.file, make_catalog(options.configs));
  if (kind == nullptr) return run(options, traces);
  refuse_step_traces(traces, options.file, kind->name);
  return kind->answer(options);
}

}  // namespace

Command add_run(CLI::App& app) {
  auto options = std::make_shared<StudyOptions>();
  auto* command = app.add_subcommand(
      "run", "one training job on clusters: time, memory, power, failures, cost");
  command->footer(
      "A study names a job, clusters and a plan (or auto):\n"
      "  kind: study\n"
      "  job: {model: llama3_70b, sequence: 8192, global_batch: 2304 sequences, tokens: 1 T}\n"
      "  clusters: [{use: dgx_h100, hosts: 48}]\n"
      "  plan: auto\n"
      "An entry of clusters may say power_cap: 560 W (of a package), or power_limit: 450 kW (at\n"
      "the meter of the site; the cap that holds it is found). `report` lists step, memory,\n"
      "power, failures, cost and per (tokens a second per rack, MW, money, wafer).\n"
      "A file of kind size, compare, scaling, sweep or claim is answered as by those commands.\n");
  add_study_options(*command, *options)->required();
  auto traces = std::make_shared<StepTraceOptions>();
  add_step_trace_options(*command, *traces);
  return [options, traces] { return run_any(*options, *traces); };
}

}  // namespace weft::cli
