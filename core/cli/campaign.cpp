#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

#include "output.h"
#include "published_answer.h"
#include "report_page.h"
#include "study_options.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/pages/pages.h"
#include "weft/report/campaign.h"

namespace weft::cli {

namespace {

struct CampaignOptions {
  StudyOptions study;
  std::int64_t replicas = 0;  // 0: the study's
  std::int64_t seed = -1;     // negative: the study's
  bool sizes = false;
  bool published = false;
  std::string csv;
  std::string timeline;
};

int published_campaigns(const CampaignOptions& options) {
  const auto catalog = make_catalog(options.study.configs);
  return show_published(weeks::published_points(catalog, options.study.threads), options.csv,
                        options.study.json);
}

int look_ahead(const CampaignOptions& options) {
  if (options.published) return published_campaigns(options);
  const auto catalog = make_catalog(options.study.configs);
  const auto study = load_study(options.study.file, catalog).study;
  weeks::Options wanted;
  if (options.replicas > 0) wanted.replicas = options.replicas;
  if (options.seed >= 0) wanted.seed = static_cast<std::uint64_t>(options.seed);
  wanted.threads = options.study.threads;
  wanted.sizes = options.sizes;
  wanted.whole_timeline = !options.timeline.empty();
  const base::ThreadTeam team(options.study.threads);
  const auto answers = weeks::look_ahead(study, wanted, team);
  const report::CampaignReport report{study, answers};
  if (!options.csv.empty()) write_answer(options.csv, report::to_csv(report));
  if (!options.timeline.empty()) {
    write_answer(options.timeline, report::campaign_timeline_csv(report));
  }
  if (!options.study.json.empty()) write_answer(options.study.json, report::to_json(report));
  if (!options.study.report.empty()) {
    write_page(options.study.report, pages::campaign_page(report, details::sources_of(catalog)),
               options.study.file, report::to_json(report));
  }
  const bool is_data = options.study.json == "-" || options.csv == "-" || options.timeline == "-";
  if (!is_data) std::cout << report::to_terminal(report, colour()) << std::flush;
  const bool any = std::any_of(answers.begin(), answers.end(),
                               [](const auto& answer) { return !answer.variants.empty(); });
  return any ? kAnswer : kNothing;
}

}  // namespace

Command add_campaign(CLI::App& app) {
  auto options = std::make_shared<CampaignOptions>();
  auto* command =
      app.add_subcommand("campaign", "weeks of a job: what fails, what it costs, what helps");
  command->footer(
      "Reads the same study as `weft run` and plays the run many times, failure by failure.\n"
      "Its `campaign` names a document, changes it, and may vary it:\n"
      "  campaign:\n"
      "    use: mature\n"
      "    with: {components: {optics: {tolerated: 99 %}}}\n"
      "    window: 90 d              # else until the tokens are done\n"
      "    replicas: 200\n"
      "    vary: {spares: [0 %, 2 %], die_yield: {ascend_910c: [20 %, 40 %]}, hazard_factor: [1, "
      "2]}\n");
  auto* study = add_study_options(*command, options->study);
  command->add_option("--replicas", options->replicas, "runs played (default: the study's)")
      ->check(CLI::Range(1, 10000000));
  command->add_option("--seed", options->seed, "of their random draws (default: the study's)")
      ->check(CLI::Range(0L, 4294967295L));
  command->add_flag("--mttf-curve", options->sizes,
                    "also the mean time between stops from a thousand to a million devices");
  auto* published = command->add_flag(
      "--published", options->published,
      "no STUDY: published figures of failures, checkpoints, spares and yield beside "
      "what is predicted");
  command->add_option("--csv", options->csv, "also write a line a variant here; - prints only it");
  command->add_option("--timeline", options->timeline,
                      "also write what happens in the first replica here, as CSV");
  published->excludes(study);
  for (const char* name : {"--replicas", "--seed", "--mttf-curve", "--timeline"}) {
    published->excludes(command->get_option(name));
  }
  command->callback([options] {
    if (options->study.file.empty() && !options->published) {
      throw CLI::RequiredError("STUDY, or --published,");
    }
  });
  return [options] { return look_ahead(*options); };
}

}  // namespace weft::cli
