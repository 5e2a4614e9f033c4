#include "study_options.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "network_options.h"
#include "report_page.h"
#include "weft/cli/commands.h"

namespace weft::cli {

CLI::Option* add_study_options(CLI::App& command, StudyOptions& options) {
  add_json_option(command, options.json, "also write the whole answer here; - prints only it");
  add_report_option(command, options.report);
  command.add_option("--threads", options.threads, "threads to search with (default: all cores)")
      ->check(CLI::Range(1, 4096));
  add_configs_option(command, options.configs);
  return command.add_option("STUDY", options.file, "a YAML file of kind study");
}

LoadedStudy load_study(const std::filesystem::path& file, const base::Catalog& catalog) {
  LoadedStudy loaded{catalog.load_file(file, "study"), {}, {}};
  loaded.study = study::read_study(loaded.document, catalog, loaded.reading);
  loaded.reading.throw_if_any();
  return loaded;
}

}  // namespace weft::cli
