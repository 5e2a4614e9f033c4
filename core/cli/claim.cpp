#include "weft/claim/answer.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "output.h"
#include "questions.h"
#include "report_page.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/pages/pages.h"
#include "weft/report/claim.h"

namespace weft::cli {

namespace {

namespace fs = std::filesystem;

struct ClaimOptions {
  std::vector<std::string> files;
  std::vector<fs::path> configs;
  bool all = false;
  bool table = false;
  std::string json, csv;
  std::string report;  // a page
  fs::path into;
  std::size_t samples = claim::usual_options().draws.samples;
  std::uint64_t seed = 1;
  int threads = 0;
};

base::Document claim_document(const std::string& file, const base::Catalog& catalog) {
  if (fs::exists(file)) return catalog.load_file(file, "claim");
  return catalog.load("claim", file, std::nullopt);
}

std::string whole_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::system_error(errno, std::generic_category(), file.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

report::Claims answers(const ClaimOptions& options) {
  const auto catalog = make_catalog(options.configs);
  const auto files = options.all ? catalog.names("claim") : options.files;
  const base::ThreadTeam team(options.threads);
  auto how = claim::usual_options();
  how.draws.samples = options.samples;
  how.draws.seed = options.seed;
  report::Claims claims;
  base::Progress progress("claims tested", files.size(), files.size() > 1);
  for (const auto& file : files) {
    base::Reading reading;
    const auto read = claim::read_claim(claim_document(file, catalog), catalog, reading);
    claims.push_back(claim::answer(read, catalog, how, team));
    progress.advance(1);
  }
  return claims;
}

// The file of the one claim that is asked for; empty: there are several, or it is known by name.
fs::path question_of(const ClaimOptions& options) {
  const bool is_file = options.files.size() == 1 && fs::exists(options.files.front());
  return is_file ? fs::path(options.files.front()) : fs::path();
}

int claim_command(const ClaimOptions& options) {
  const auto claims = answers(options);
  if (!options.json.empty()) write_answer(options.json, report::to_json(claims));
  if (!options.csv.empty()) write_answer(options.csv, report::to_csv(claims));
  if (!options.report.empty()) {
    write_page(options.report, pages::claims_page(claims), question_of(options),
               report::to_json(claims));
  }
  if (!options.into.empty()) {
    write_answer(options.into.string(), report::filled_page(whole_file(options.into), claims));
  }
  if (options.table) {
    std::cout << report::claims_table(claims) << std::flush;
  } else if (options.json != "-" && options.csv != "-" && options.into.empty()) {
    std::cout << report::to_terminal(claims, colour()) << std::flush;
  }
  const bool any = std::any_of(claims.begin(), claims.end(), [](const auto& one) {
    return !one.claim.is_testable() ||
           std::any_of(one.tests.begin(), one.tests.end(),
                       [](const auto& test) { return test.is_known(); });
  });
  return any ? kAnswer : kNothing;
}

void add_outputs(CLI::App& command, ClaimOptions& options) {
  add_report_option(command, options.report);
  command.add_flag("--table", options.table, "a table in Markdown instead");
  command.add_option("--json", options.json, "also write the answer here; - prints only it")
      ->type_name("FILE");
  command.add_option("--csv", options.csv, "also write a line a test here; - prints only it")
      ->type_name("FILE");
  command
      .add_option("--into", options.into,
                  "a page: what stands between <!-- claims: begin --> and end becomes the table, "
                  "between <!-- claim NAME: begin --> and end that claim's answer")
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
}

}  // namespace

int claim_command(const StudyOptions& options) {
  ClaimOptions all;
  all.files = {options.file.string()};
  all.configs = options.configs;
  all.json = options.json;
  all.report = options.report;
  all.threads = options.threads;
  return claim_command(all);
}

Command add_claim(CLI::App& app) {
  auto options = std::make_shared<ClaimOptions>();
  auto* command = app.add_subcommand(
      "claim", "published claims against predictions, and what would make them true");
  command->footer(
      "  kind: claim\n"
      "  claimant: Huawei\n"
      "  date: 2025-03-26\n"
      "  says: throughput of an NPU at 64 times the base scale stays at 95 % of the base\n"
      "  source: \"arXiv:2503.20377\"\n"
      "  confidence: primary\n"
      "  study: {kind: scaling, ...}      # a question, or the name of one that ships\n"
      "  metric: linearity                # a figure of it; row: its number or label\n"
      "  value: \">= 95 %\"                 # >=, <= or a plain number\n"
      "`over: {row: 1}` makes it a ratio to another row, `minus:` a difference; `knobs:` are "
      "paths\n"
      "of inputs to solve for; `tests:` is a list of such figures; `testable: false` with\n"
      "`because:` stands for claims without one.\n"
      "consistent: within 90 % of the draws on the side that helps who claims it; modest: less\n"
      "is claimed than 95 % of them give; optimistic: beyond, but inputs at their better ends\n"
      "reach it; implausible: they do not.\n");
  auto* files = command->add_option("CLAIM", options->files, "files, or names of shipped claims");
  auto* all = command->add_flag("--all", options->all, "all that ship");
  all->excludes(files);
  add_outputs(*command, *options);
  command->add_option("--samples", options->samples, "draws of the uncertain inputs")
      ->check(CLI::Range(8, 65536))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "of these draws")
      ->check(CLI::Range(0L, 4294967295L));
  command->add_option("--threads", options->threads, "threads (default: one a core)")
      ->check(CLI::Range(1, 4096));
  add_configs_option(*command, options->configs);
  command->callback([options] {
    if (options->files.empty() && !options->all) throw CLI::RequiredError("CLAIM, or --all,");
  });
  return [options] { return claim_command(*options); };
}

}  // namespace weft::cli
