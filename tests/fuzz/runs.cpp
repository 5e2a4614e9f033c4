// Tables: of published runs, and of errors on them.
#include "target.h"
#include "weft/base/csv.h"
#include "weft/validation/accuracy.h"
#include "weft/validation/runs_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace weft;
  const auto text = fuzz::text_of(bytes, size);
  fuzz::reads([&] { base::read_csv(text, "table.csv"); });
  fuzz::reads([&] { validation::parse_accuracy(text, "accuracy.csv"); });
  fuzz::reads([&] {
    const auto table = validation::parse_runs(text, "runs.csv");
    for (const auto& run : table.runs) {
      for (const auto& column : validation::column_names()) validation::column_text(run, column);
    }
  });
  return 0;
}
