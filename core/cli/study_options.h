// What the commands that read a study have in common.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/study/run.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace weft::cli {

struct StudyOptions {
  std::filesystem::path file;
  std::vector<std::filesystem::path> configs;
  std::string json;
  std::string report;  // a page; empty: none
  int threads = 0;
  int draws = 64;  // of uncertain inputs, for ranges beside an answer that has them; 0: none
};

// STUDY, which is returned, --json, --threads and --configs.
CLI::Option* add_study_options(CLI::App& command, StudyOptions& options);

// A study with the document that it stands in and what was read on the way. Throws
// base::InputError.
struct LoadedStudy {
  base::Document document;
  base::Reading reading;
  study::Study study;
};
LoadedStudy load_study(const std::filesystem::path& file, const base::Catalog& catalog);

}  // namespace weft::cli
