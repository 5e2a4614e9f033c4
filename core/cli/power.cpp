#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include "output.h"
#include "published_answer.h"
#include "report_page.h"
#include "study_options.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/pages/pages.h"
#include "weft/report/power.h"
#include "weft/report/published_power.h"

namespace weft::cli {

namespace {

struct PowerOptions {
  StudyOptions study;
  std::string window;
  std::string interval;
  std::string csv;
  std::int64_t replica = -1;  // negative: the study's
  bool published = false;
};

// A study with `power:` as the command line has it.
study::Study power_study_of(const PowerOptions& options, const base::Catalog& catalog) {
  const auto document = catalog.load_file(options.study.file, "study");
  std::string over;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) over += (over.empty() ? "" : ", ") + std::string(key) + ": " + value;
  };
  add("window", options.window);
  add("interval", options.interval);
  if (options.replica >= 0) add("replica", std::to_string(options.replica));
  base::Reading reading;
  const auto read = [&](const base::Document& whole) {
    auto study = study::read_study(whole, catalog, reading);
    reading.throw_if_any();
    return study;
  };
  if (over.empty()) return read(document);
  const auto extra = base::Document::parse("{power: {" + over + "}}\n", "command line");
  return read(base::merge(document, extra.root()));
}

int published_power(const PowerOptions& options) {
  const auto catalog = make_catalog(options.study.configs);
  return show_published(watts::published_points(catalog, options.study.threads), options.csv,
                        options.study.json);
}

int power_over_time(const PowerOptions& options) {
  if (options.published) return published_power(options);
  const auto catalog = make_catalog(options.study.configs);
  const auto study = power_study_of(options, catalog);
  const base::ThreadTeam team(options.study.threads);
  const auto answers = power_study::over_time(study, team);
  const report::PowerReport report{study, answers};
  if (!options.csv.empty()) write_answer(options.csv, report::to_csv(report));
  if (!options.study.json.empty()) write_answer(options.study.json, report::to_json(report));
  if (!options.study.report.empty()) {
    write_page(options.study.report, pages::power_page(report, details::sources_of(catalog)),
               options.study.file, report::to_json(report));
  }
  const bool is_data = options.study.json == "-" || options.csv == "-";
  if (!is_data) std::cout << report::to_terminal(report, colour()) << std::flush;
  const bool any = std::any_of(answers.begin(), answers.end(), [](const auto& answer) {
    return answer.result.outcome.has_value();
  });
  return any ? kAnswer : kNothing;
}

}  // namespace

Command add_power(CLI::App& app) {
  auto options = std::make_shared<PowerOptions>();
  auto* command =
      app.add_subcommand("power", "what a cluster draws moment by moment, and what smooths it");
  command->footer(
      "Reads the same study as `weft run`. Its `power` says what is looked at:\n"
      "  power:\n"
      "    window: 1 step            # 24 steps; 1 d: a day of the study's campaign\n"
      "    interval: 1 ms            # between samples, which are exact means\n"
      "    start_hour: 0             # of the day, local time: hourly cooling and carbon\n"
      "    meter: 2 s                # over which the meter of a host takes means\n"
      "    evaluation: {every: 24 steps, for: 30 s}\n"
      "    floor: 60 %               # of its limit, that a device draws at least\n"
      "    storage: {power: 1 MW, energy: 10 kWh, efficiency: 90 %}\n"
      "    ramp_limit: 1 MW/s        # {limit: 1 MW/s, up: burn}: work does not wait\n");
  auto* study = add_study_options(*command, options->study);
  command->add_option("--window", options->window, "instead of the study's: 1 step, 1 d");
  command->add_option("--interval", options->interval, "instead of the study's: 1 ms, 1 s");
  command->add_option("--replica", options->replica, "of the campaign (default: the study's)")
      ->check(CLI::Range(0, 1000000000));
  command->add_option("--csv", options->csv,
                      "also write the samples, or the published table, here; - prints only them");
  auto* published = command->add_flag(
      "--published", options->published,
      "no STUDY: published power of chips, hosts, systems and sites beside what is predicted");
  published->excludes(study);
  for (const auto* name : {"--window", "--interval", "--replica"}) {
    published->excludes(command->get_option(name));
  }
  command->callback([options] {
    if (options->study.file.empty() && !options->published) {
      throw CLI::RequiredError("STUDY, or --published,");
    }
  });
  return [options] { return power_over_time(*options); };
}

}  // namespace weft::cli
