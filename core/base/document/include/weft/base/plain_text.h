// The text of a file that is checked before anything is read in it.
//
// Limits: 16 MiB. Text must be UTF-8 without control characters. All errors are InputError, except
// a file that cannot be read (std::system_error).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weft/base/diagnostics.h"

namespace weft::base {

class PlainText {
 public:
  static PlainText load(const std::filesystem::path& file);
  // `name` stands for the file in messages.
  static PlainText checked(std::string text, std::string name);

  [[nodiscard]] std::string_view bytes() const { return source_->bytes; }
  [[nodiscard]] const std::shared_ptr<const SourceText>& source() const { return source_; }
  // The first byte of every line.
  [[nodiscard]] const std::shared_ptr<const std::vector<std::uint32_t>>& lines() const {
    return lines_;
  }
  // Where a byte stands; the end of the text for any byte behind it.
  [[nodiscard]] Position position(std::size_t offset) const;

 private:
  std::shared_ptr<const SourceText> source_;
  std::shared_ptr<const std::vector<std::uint32_t>> lines_;
};

}  // namespace weft::base
