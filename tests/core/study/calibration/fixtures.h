// Runs that the model itself made, with some of its uncertain numbers moved.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include "weft/calibration/calibrate.h"
#include "weft/validation/documents.h"
#include "weft/validation/prepare.h"
#include "weft/validation/validate.h"

namespace weft::calibration::testing {

namespace fs = std::filesystem;

// A folder of its own with all that is shipped, without fits; removed in the end.
class Shelf {
 public:
  Shelf() {
    std::string name = (fs::temp_directory_path() / "weft_calibration_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
    for (const char* kind : {"chips", "links", "software", "clusters", "models", "sites"}) {
      fs::copy(fs::path(WEFT_CONFIGS) / kind, path_ / kind, fs::copy_options::recursive);
    }
    fs::create_directory(path_ / "validation");
    fs::copy(fs::path(WEFT_CONFIGS) / "validation" / "rules.yaml", path_ / "validation");
    for (const auto& entry : fs::recursive_directory_iterator(path_)) {
      if (entry.path().string().ends_with(".fit.yaml")) fs::remove(entry.path());
    }
  }
  ~Shelf() { fs::remove_all(path_); }
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] base::Catalog catalog() const { return base::Catalog({path_}); }
  void write(const fs::path& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
  }

 private:
  fs::path path_;
};

// A small dense model on one host, so that what happens once a step counts.
inline validation::PublishedRun small_run(const std::string& batch) {
  validation::PublishedRun run;
  const std::map<std::string, std::string> columns = {{"id", "run-" + batch},
                                                      {"source", "made-up Table 1"},
                                                      {"cluster", "dgx_h100"},
                                                      {"software", "megatron_core"},
                                                      {"n_devices", "8"},
                                                      {"model", "Made up"},
                                                      {"layers", "8"},
                                                      {"hidden", "2048"},
                                                      {"heads", "16"},
                                                      {"kv_heads", "16"},
                                                      {"head_dim", "128"},
                                                      {"ffn", "5632"},
                                                      {"gated", "true"},
                                                      {"vocab", "32000"},
                                                      {"seq", "2048"},
                                                      {"global_batch", batch},
                                                      {"micro_batch", "1"},
                                                      {"tp", "1"},
                                                      {"pp", "1"},
                                                      {"vpp", "1"},
                                                      {"dp", "8"},
                                                      {"cp", "1"},
                                                      {"attention", "MHA"},
                                                      {"precision", "BF16"},
                                                      {"recompute", "none"},
                                                      {"zero", "ZeRO-1"},
                                                      {"sequence_parallel", "false"},
                                                      {"schedule", "1F1B"},
                                                      {"metric", "iteration_time"},
                                                      {"unit", "s"},
                                                      {"value", "1"},
                                                      {"quality", "A"},
                                                      {"split", "fit"}};
  for (const auto& [column, text] : columns) validation::set_column(run, column, text);
  return run;
}

using Moved = std::map<std::string, double>;

// Step times as the model has them with `moved` numbers at other values.
inline validation::RunsTable made_by_the_model(const base::Catalog& catalog, const Moved& moved) {
  const auto by_hand = catalog.with(base::Fits::kIgnore);
  const auto rules = validation::load_rules(by_hand);
  const validation::Documents documents(
      by_hand, [&moved](const std::string& path, const base::Distribution& distribution) {
        const auto found = moved.find(path);
        return found == moved.end() ? distribution.mode : found->second;
      });
  validation::RunsTable table;
  for (const char* batch : {"8", "16", "24", "32", "64", "128", "256"}) {
    auto run = small_run(batch);
    const auto result = validation::evaluate(run, prepare_run(run, rules, documents));
    if (!result.predicted) throw std::runtime_error(result.reason);
    run.value = *result.predicted;
    table.runs.push_back(run);
  }
  return table;
}

inline const FittedParameter& find(const Calibration& calibration, const std::string& path) {
  for (const auto& fitted : calibration.parameters) {
    if (fitted.parameter.path() == path) return fitted;
  }
  throw std::runtime_error("no parameter " + path);
}

}  // namespace weft::calibration::testing
