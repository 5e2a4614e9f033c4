#include "weft/base/plain_text.h"

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "utf8.h"

namespace weft::base {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = std::size_t{16} << 20U;

[[noreturn]] void fail(const std::string& name, std::string message) {
  auto source = std::make_shared<SourceText>(SourceText{name, ""});
  throw InputError({Diagnostic{{source, 1, 1}, 1, std::move(message), ""}});
}

[[noreturn]] void fail_to_read(const fs::path& file) {
  const int code = errno == 0 ? EIO : errno;
  throw std::system_error(code, std::generic_category(), "cannot read " + file.string());
}

void check_size(std::size_t bytes, const std::string& name) {
  if (bytes > kMostBytes) fail(name, "this file is larger than 16 MiB");
  if (bytes == 0) fail(name, "this file is empty");
}

// At most one byte more than expected, should the file grow while it is read.
std::string read(const fs::path& file, std::uintmax_t expected) {
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail_to_read(file);
  std::string bytes(static_cast<std::size_t>(expected) + 1, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (stream.bad()) fail_to_read(file);
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

}  // namespace

PlainText PlainText::load(const fs::path& file) {
  const std::string name = file.string();
  const fs::file_status status = fs::status(file);
  if (!fs::exists(status)) {
    throw std::system_error(ENOENT, std::generic_category(), "cannot read " + name);
  }
  if (!fs::is_regular_file(status)) fail(name, "this is not a regular file");
  const std::uintmax_t size = fs::file_size(file);
  check_size(size, name);
  return checked(read(file, size), name);
}

PlainText PlainText::checked(std::string text, std::string name) {
  check_size(text.size(), name);
  if (text.starts_with(detail::kByteOrderMark)) text.erase(0, detail::kByteOrderMark.size());
  PlainText result;
  result.source_ = std::make_shared<const SourceText>(SourceText{std::move(name), std::move(text)});
  result.lines_ =
      std::make_shared<const std::vector<std::uint32_t>>(detail::line_starts(result.bytes()));
  if (const auto bad = detail::find_bad_text(result.bytes())) {
    throw InputError({Diagnostic{result.position(bad->offset), 1, bad->message, ""}});
  }
  return result;
}

Position PlainText::position(std::size_t offset) const {
  const detail::LineColumn at = detail::locate(bytes(), *lines_, offset);
  return {source_, at.line, at.column};
}

}  // namespace weft::base
