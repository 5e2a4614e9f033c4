// A CSV file (RFC 4180) as rows of fields that remember where they stand.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "weft/base/diagnostics.h"

namespace weft::base {

struct CsvField {
  std::string text;  // without quotes and the blanks around it
  Position position;
  int length = 0;  // characters in the file, up to the end of the line
};

struct CsvRows {
  std::shared_ptr<const SourceText> source;
  std::vector<std::vector<CsvField>> rows;  // the header first; empty lines left out
};

// Throws InputError for quotes that are never closed or stand where none may.
CsvRows read_csv(std::string text, std::string name);
// The bytes of a file. Throws std::system_error.
std::string whole_text(const std::filesystem::path& file);

}  // namespace weft::base
