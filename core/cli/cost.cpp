#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "output.h"
#include "published_answer.h"
#include "report_page.h"
#include "study_options.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/pages/pages.h"
#include "weft/report/cost.h"

namespace weft::cli {

namespace {

struct CostOptions {
  StudyOptions study;
  bool published = false;
  std::filesystem::path table;  // empty: those that ship
  std::string csv;
};

std::vector<cost::PublishedRow> rows_of(const CostOptions& options, const base::Catalog& catalog) {
  if (!options.table.empty()) return cost::published_rows(options.table, catalog);
  auto rows = cost::published_rows(cost::shipped_table(catalog, cost::kEnergyRuns), catalog);
  const auto owned = cost::published_rows(cost::shipped_table(catalog, cost::kOwnership), catalog);
  rows.insert(rows.end(), owned.begin(), owned.end());
  return rows;
}

int published_cost(const CostOptions& options) {
  const auto catalog = make_catalog(options.study.configs);
  return show_published(rows_of(options, catalog), options.csv, options.study.json);
}

int cost_command(const CostOptions& options) {
  if (options.published) return published_cost(options);
  const auto catalog = make_catalog(options.study.configs);
  const base::ThreadTeam team(options.study.threads);
  const auto answer = cost::answer(catalog.load_file(options.study.file, "study"), catalog, team);
  if (!options.study.json.empty()) write_answer(options.study.json, report::to_json(answer));
  if (!options.study.report.empty()) {
    write_page(options.study.report, pages::cost_page(answer, details::sources_of(catalog)),
               options.study.file, report::to_json(answer));
  }
  if (options.study.json != "-") std::cout << report::to_terminal(answer, colour()) << std::flush;
  const bool any = std::any_of(answer.cases.begin(), answer.cases.end(),
                               [](const auto& one) { return !one.reason; });
  return any ? kAnswer : kNothing;
}

}  // namespace

Command add_cost(CLI::App& app) {
  auto options = std::make_shared<CostOptions>();
  auto* command = app.add_subcommand(
      "cost", "what a cluster costs owned and rented, and when owning is cheaper");
  command->footer(
      "Reads a study of `weft run`, or one without a job, whose clusters may say `rent` and "
      "`buy`:\n"
      "  clusters: [{use: dgx_h100, hosts: 64, rent: h100_contract, buy: h100_server}]\n"
      "  cost:\n"
      "    start: 2026-06            # of the run or the lease: prices have dates (weft list "
      "prices)\n"
      "    term: 36 months\n"
      "    utilisation: 90 %         # or {from: 30 %, to: 90 %, over: 12 months}\n"
      "    goodput: 92 %             # without a job; else from its failures\n"
      "    report: CNY\n"
      "    rent: {commitment: 1 year, egress: 100 TB/month, egress_price: 50 USD/TB}\n"
      "    own: {maintenance: 1.5 %, parts: {accelerator: {price: 30 kUSD, replaced: 30 %}}}\n");
  auto* study = add_study_options(*command, options->study);
  auto* published = command->add_flag(
      "--published", options->published,
      "no STUDY: published energy of runs and cost of owning beside what is predicted");
  command
      ->add_option("--csv", options->csv,
                   "of --published: also write the table here; - prints "
                   "only it")
      ->type_name("FILE")
      ->needs(published);
  command
      ->add_option("--table", options->table,
                   "of --published: a table like configs/validation/energy_runs.csv instead")
      ->check(CLI::ExistingFile)
      ->type_name("FILE")
      ->needs(published);
  published->excludes(study);
  command->callback([options] {
    if (options->study.file.empty() && !options->published) {
      throw CLI::RequiredError("STUDY, or --published,");
    }
  });
  return [options] { return cost_command(*options); };
}

}  // namespace weft::cli
