// JSON Schemas (draft 7, which editors read) of the kinds of documents.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "weft/schema/record.h"

namespace weft::schema {

// Names of the documents of a kind, offered by editors.
using Names = std::function<std::vector<std::string>(const std::string& kind)>;

// The schema of one kind as JSON text with a newline at its end; `places` holds every kind that the
// kind's documents may hold within them. Quantities are texts with one of the units of their
// dimension, or {mode:, low:, high:, source:, ...}; `source`, `confidence` and their like are
// allowed in every map; a key that no reader asks for is not.
std::string json_schema(const Places& places, const std::string& kind, const Names& names);

}  // namespace weft::schema
