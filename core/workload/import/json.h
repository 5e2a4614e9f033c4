// JSON as a document with positions, internal to the library.
#pragma once

#include "weft/base/document.h"
#include "weft/base/plain_text.h"

namespace weft::imports {

// Strict JSON is also YAML, whose reader keeps positions and refuses duplicate keys; this one first
// refuses what is YAML but not JSON. Throws InputError.
base::Document read_json(const base::PlainText& file);

}  // namespace weft::imports
