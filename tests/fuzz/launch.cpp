// A launch script: what is read as a run must be a document.
#include "weft/import/launch.h"
#include "target.h"
#include "weft/base/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace weft;
  const auto text = fuzz::text_of(bytes, size);
  imports::LaunchSettings settings;
  settings.variables["1"] = "data";
  settings.devices = 64;
  settings.vocabulary = 32000;
  settings.tokens = 1e12;
  std::string written;
  const bool is_run = fuzz::reads([&] {
    const auto file = base::PlainText::checked(text, "pretrain.sh");
    const auto launch = imports::read_launch(file, "fuzz", settings);
    written = imports::study_document(launch, "fuzz", imports::ClusterUse{"dgx_h100", 8});
  });
  if (is_run) fuzz::require(fuzz::reads([&] { base::Document::parse(written, "written.yaml"); }));
  return 0;
}
