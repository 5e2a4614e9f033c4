#include "weft/scaling/answer.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

#include "output.h"
#include "questions.h"
#include "report_page.h"
#include "weft/base/parallel.h"
#include "weft/cli/commands.h"
#include "weft/pages/pages.h"
#include "weft/report/scaling.h"

namespace weft::cli {

int scaling_command(const StudyOptions& options) {
  const auto catalog = make_catalog(options.configs);
  base::Reading reading;
  auto question =
      scaling::read_question(catalog.load_file(options.file, "scaling"), catalog, reading);
  reading.throw_if_any();
  const base::ThreadTeam team(options.threads);
  const auto answer = scaling::answer(std::move(question), team);
  if (!options.json.empty()) write_answer(options.json, report::to_json(answer));
  if (!options.report.empty()) {
    write_page(options.report, pages::scaling_page(answer, details::sources_of(catalog)),
               options.file, report::to_json(answer));
  }
  if (options.json != "-") std::cout << report::to_terminal(answer, colour()) << std::flush;
  return answer.any() ? kAnswer : kNothing;
}

Command add_scaling(CLI::App& app) {
  auto options = std::make_shared<StudyOptions>();
  auto* command = app.add_subcommand(
      "scaling", "throughput of a device as a cluster grows, or as its parts get better");
  command->footer(
      "One job on one kind of cluster, at several sizes:\n"
      "  kind: scaling\n"
      "  job: {model: gpt3_175b, sequence: 2048, global_batch: 1024 sequences, tokens: 300 G}\n"
      "  cluster: {use: ub_mesh_superpod_8k}\n"
      "  devices: [512, 1024, 4096]     # or hosts, racks, pods\n"
      "  grow: weak                     # the batch grows with the devices; strong: it stays\n"
      "  plan: fixed                    # that of the first size; else re-optimised, or a map\n"
      "  linearity: goodput             # failures count; else step\n"
      "or, at one size, with values of any file (else of this one) instead:\n"
      "  against: {path: links.ub_mesh.bandwidth, values: [25 GB/s, 50 GB/s, 100 GB/s]}\n"
      "Linearity is the throughput of a device over that at the first size or value.\n");
  add_study_options(*command, *options)->required();
  return [options] { return scaling_command(*options); };
}

}  // namespace weft::cli
