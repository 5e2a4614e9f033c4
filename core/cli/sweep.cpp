#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "network_options.h"
#include "output.h"
#include "questions.h"
#include "report_page.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/pages/pages.h"
#include "weft/report/file.h"
#include "weft/report/sweep.h"
#include "weft/sweep/ranks.h"
#include "weft/sweep/run.h"
#include "weft/sweep/stop.h"
#include "weft/sweep/sweep.h"

namespace weft::cli {

namespace {

struct SweepOptions {
  std::filesystem::path document;
  std::vector<std::filesystem::path> configs;
  std::filesystem::path file;  // empty: NAME.sqlite
  std::string csv;
  std::string json;
  std::string report;  // a page
  int threads = 0;
  bool fresh = false;
  bool quiet = false;
};

// A sweep that is ready to be computed.
struct Prepared {
  sweep::Sweep sweep;
  ask::Question question;
  std::string identity;
};

constexpr const char* kSweepVersion = "weft " WEFT_VERSION;

Prepared prepare(const SweepOptions& options) {
  const auto catalog = make_catalog(options.configs);
  auto read = sweep::read_sweep(catalog.load_file(options.document, "sweep"), catalog);
  const base::ThreadTeam team(options.threads);
  auto question = sweep::question_of(read, catalog, team);
  auto identity = sweep::identity_of(read, question, catalog, kSweepVersion);
  return {std::move(read), std::move(question), std::move(identity)};
}

// What a rank tells the others before the start: its exit code so far and its sweep's identity.
struct Ready {
  int code = kAnswer;
  std::exception_ptr error;
  std::optional<Prepared> prepared;
};

Ready make_ready(const SweepOptions& options) {
  Ready ready;
  try {
    ready.prepared.emplace(prepare(options));
  } catch (const base::InputError&) {
    ready.code = kBadInput;
    ready.error = std::current_exception();
  } catch (const std::exception&) {
    ready.code = kFailure;
    ready.error = std::current_exception();
  }
  return ready;
}

// The exit code where not all ranks are ready for the same sweep. One of those that fail says so
// and fails; the others end as if all were well, since a launcher that sees one fail kills the
// rest, and the one that was about to speak among them.
std::optional<int> agree(const Ready& ready, const sweep::Ranks& ranks) {
  const auto own = ready.prepared ? ready.prepared->identity : "";
  const auto all = ranks.gather(fmt::format("{}{}", ready.code, own));
  for (std::size_t r = 0; r < all.size(); ++r) {
    if (all[r].front() - '0' == kAnswer) continue;
    if (static_cast<int>(r) == ranks.rank()) std::rethrow_exception(ready.error);
    return kAnswer;
  }
  for (std::size_t r = 0; r < all.size(); ++r) {
    if (all[r] == all.front()) continue;
    if (!ranks.is_first()) return kAnswer;
    std::cerr << fmt::format("rank {} reads other documents, or is another weft\n", r);
    return kFailure;
  }
  return std::nullopt;
}

// MPI has no way to tell the others but to end them.
sweep::Done compute(const Prepared& prepared, const SweepOptions& options,
                    const std::filesystem::path& file, const sweep::Ranks& ranks) {
  const sweep::Options wanted{file,           kSweepVersion,
                              options.fresh,  options.threads,
                              !options.quiet, &sweep::StopSignals::caught()};
  try {
    return sweep::run(prepared.sweep, prepared.question, prepared.identity, wanted, ranks);
  } catch (const std::exception& error) {
    if (ranks.size() == 1) throw;
    std::cerr << fmt::format("rank {}: {}\n", ranks.rank(), error.what()) << std::flush;
    ranks.abort(kFailure);
  }
}

int stopped(const sweep::Done& done, std::int64_t cases, const std::filesystem::path& file) {
  std::cerr << fmt::format(
      "stopped after {} of {} cases, which are in {}.part; the same command goes on there\n",
      done.before + done.now, cases, file.string());
  return 128 + sweep::StopSignals::caught();
}

void write_csv(const std::string& csv, const std::filesystem::path& file) {
  if (csv == "-") {
    report::sweep_csv(file, [](std::string_view piece) { std::cout << piece; });
    return;
  }
  report::write_whole(csv, [&](const report::Put& put) { report::sweep_csv(file, put); });
}

int tell(const SweepOptions& options, const std::filesystem::path& file) {
  if (!options.csv.empty()) write_csv(options.csv, file);
  const auto summary = sweep::summarise(file);
  if (!options.json.empty()) write_answer(options.json, report::to_json(summary, file));
  if (!options.report.empty()) {
    write_page(options.report, pages::sweep_page(summary, file), options.document,
               report::to_json(summary, file));
  }
  if (options.csv != "-" && options.json != "-" && !options.quiet) {
    std::cout << report::to_terminal(summary, file, colour()) << std::flush;
  }
  return summary.without < summary.lines ? kAnswer : kNothing;
}

int sweep_command(const SweepOptions& options) {
  const sweep::Ranks ranks;
  const auto ready = make_ready(options);
  if (const auto code = agree(ready, ranks)) return *code;
  const auto& sweep = ready.prepared->sweep;
  const auto file =
      options.file.empty() ? std::filesystem::path(sweep.name + ".sqlite") : options.file;
  sweep::Done done;
  {
    const sweep::StopSignals signals;
    done = compute(*ready.prepared, options, file, ranks);
    const int caught = sweep::StopSignals::caught();
    if (!ranks.is_first()) return caught == 0 ? kAnswer : 128 + caught;
    if (!done.is_whole) return stopped(done, sweep.design.cases(), file);
  }
  return tell(options, file);
}

void add_sweep_footer(CLI::App& command) {
  command.footer(
      "Reads a document of kind sweep:\n"
      "  kind: sweep\n"
      "  base: quickstart               # a study's name, or a study as a map\n"
      "  vary:                          # of any file, or of the base; the last counts fastest\n"
      "    links.ub_1_0.bandwidth: {from: 100 GB/s, to: 800 GB/s, count: 8}   # or step: 50 GB/s\n"
      "    chips.ascend_910c.power.tdp: [600 W, 780 W]\n"
      "    job.global_batch: {from: 256 sequences, to: 4096 sequences, count: 5, scale: log}\n"
      "  design: grid                   # or latin_hypercube, sobol with points: 1024, seed: 1:\n"
      "                                 # {from:, to:} is uniform, {low:, mode:, high:} "
      "triangular\n"
      "  plans: searched                # or kept: those of the base\n"
      "  fidelity: F2                   # or F1: closed forms, a lower bound of the step\n"
      "  show: [step_time, mfu, wall]   # columns\n"
      "Answers go to one SQLite file, made whole at the end. Until then FILE.part has what is "
      "done:\n"
      "the same command goes on there, after kill -9 too. Tables: cases (case, row, label, each\n"
      "axis as text and AXIS.si as number, each figure, plan, why_not), axes, columns, sweep,\n"
      "about. Cases that differ in job, plan and search alone are computed several times faster.\n"
      "Under mpirun or srun all ranks share the cases and the first one writes:\n"
      "  mpirun -n 64 --bind-to none weft sweep sweep.yaml --threads 1\n");
}

}  // namespace

int sweep_command(const StudyOptions& options) {
  SweepOptions all;
  all.document = options.file;
  all.configs = options.configs;
  all.json = options.json;
  all.report = options.report;
  all.threads = options.threads;
  return sweep_command(all);
}

Command add_sweep(CLI::App& app) {
  auto options = std::make_shared<SweepOptions>();
  auto* command = app.add_subcommand(
      "sweep", "a question asked for every value of what varies, millions of times");
  add_sweep_footer(*command);
  command->add_option("SWEEP", options->document, "a YAML file of kind sweep")->required();
  command->add_option("-o,--output", options->file, "the SQLite file (default: NAME.sqlite, here)")
      ->type_name("FILE");
  command->add_option("--csv", options->csv, "also write all cases here; - prints only them")
      ->type_name("FILE");
  add_json_option(*command, options->json, "also write the summary here; - prints only it");
  add_report_option(*command, options->report);
  command->add_option("--threads", options->threads, "threads of each rank (default: all cores)")
      ->check(CLI::Range(1, 4096));
  command->add_flag("--fresh", options->fresh,
                    "start anew, and replace what is at FILE and FILE.part");
  command->add_flag("--quiet", options->quiet, "no progress, no summary");
  add_configs_option(*command, options->configs);
  return [options] { return sweep_command(*options); };
}

}  // namespace weft::cli
