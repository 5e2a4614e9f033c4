// A config.json: what is read as a model must come back from the document that is written of it.
#include "weft/import/hugging_face.h"
#include "target.h"
#include "weft/import/write.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace weft;
  const auto text = fuzz::text_of(bytes, size);
  std::string written;
  const bool is_model = fuzz::reads([&] {
    const auto file = base::PlainText::checked(text, "config.json");
    const auto imported = imports::read_hugging_face(file, "fuzz");
    written = imports::model_document(imported.model, "config.json", imported.notes);
  });
  if (!is_model) return 0;
  fuzz::require(fuzz::reads([&] {
    base::Reading reading;
    workload::read_model(base::Document::parse(written, "written.yaml"), reading);
    reading.throw_if_any();
  }));
  return 0;
}
