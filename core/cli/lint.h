// What is not wrong in a file but looks like a slip. Internal to the room.
#pragma once

#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/diagnostics.h"

namespace weft::cli {

// Of a document that has no errors.
std::vector<base::Diagnostic> warnings_of(const base::Document& document, const std::string& kind,
                                          const base::Catalog& catalog);

// "FILE:LINE:COLUMN: warning: MESSAGE (HINT)".
std::string warning_text(const base::Diagnostic& warning);

}  // namespace weft::cli
