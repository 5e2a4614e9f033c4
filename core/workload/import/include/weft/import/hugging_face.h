// A model from the `config.json` of the Hugging Face hub.
#pragma once

#include <string>

#include "weft/base/plain_text.h"
#include "weft/import/note.h"
#include "weft/workload/model.h"

namespace weft::imports {

struct ImportedModel {
  workload::Model model;
  Notes notes;
};

// `file` is JSON with a `model_type` that is known. What bears on the shape is read; where a key is
// not there, the default of the configuration class (huggingface/transformers, or the model's own
// repository) holds and is noted. `name` becomes the name of the model. Throws InputError: not
// JSON, a key that is missing without a default, a shape that no workload::Model can hold.
ImportedModel read_hugging_face(const base::PlainText& file, const std::string& name);

}  // namespace weft::imports
