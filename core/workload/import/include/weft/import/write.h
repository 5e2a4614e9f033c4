// Imported values as documents.
#pragma once

#include <string>

#include "weft/import/note.h"
#include "weft/workload/model.h"

namespace weft::imports {

// A document of kind `model` that reads back as `model`. `source` says where it comes from; notes
// become comments in front.
std::string model_document(const workload::Model& model, const std::string& source,
                           const Notes& notes);

// Comment lines of all notes, each line ended; empty without any.
std::string comments_of(const Notes& notes);

// A text in double quotes, as YAML reads it back.
std::string quoted(const std::string& text);

// The name of a file without ending for something called `name`: "Llama-3 70B" -> "llama_3_70b".
std::string file_stem(const std::string& name);

}  // namespace weft::imports
