#include "messages.h"

#include <fmt/format.h>
#include <google/protobuf/message_lite.h>

#include <cerrno>
#include <system_error>

#include "attributes.h"

namespace weft::chakra {

namespace {

namespace fs = std::filesystem;

constexpr int kVarintBits = 7;
constexpr unsigned kMoreFollows = 0x80;
constexpr std::uint64_t kMostLength = INT32_MAX;  // of a protobuf message
constexpr int kMostLengthBits = 64;               // of a varint

// What other files that are mistaken for traces begin with.
const char* hint_for(int first, int second) {
  if (first == 0x1f && second == 0x8b) return "it is compressed: gunzip it first";
  if (first == '{' || first == '[') {
    return "it looks like JSON: a trace of PyTorch has to be linked and converted first "
           "(chakra_trace_link, chakra_converter)";
  }
  return "";
}

}  // namespace

Messages::Messages(const fs::path& file) : name_(file.string()) {
  const auto status = fs::status(file);
  if (!fs::exists(status)) {
    throw std::system_error(ENOENT, std::generic_category(), "cannot read " + name_);
  }
  if (!fs::is_regular_file(status)) fail(name_, "this is not a regular file");
  size_ = fs::file_size(file);
  if (size_ == 0) fail(name_, "this file is empty");
  errno = 0;
  stream_.open(file, std::ios::binary);
  const int first = stream_.get();
  const int second = stream_.get();
  if (stream_.fail() && size_ > 1) {
    throw std::system_error(errno == 0 ? EIO : errno, std::generic_category(),
                            "cannot read " + name_);
  }
  hint_ = hint_for(first, second);
  stream_.clear();
  stream_.seekg(0);
}

std::string Messages::where() const { return fmt::format("{}: byte {}", name_, offset_); }

void Messages::fail_here(const std::string& message) const {
  const bool is_first = offset_ == 0;
  fail(where(), is_first ? "this is no Chakra execution trace: " + message : message,
       is_first ? hint_ : "");
}

std::uint64_t Messages::read_length() {
  std::uint64_t length = 0;
  for (int shift = 0;; shift += kVarintBits) {
    const int byte = next_ < size_ ? stream_.get() : std::char_traits<char>::eof();
    if (byte == std::char_traits<char>::eof()) fail_here("the file ends within a length");
    ++next_;
    const auto bits = static_cast<unsigned>(byte);
    length |= static_cast<std::uint64_t>(bits & ~kMoreFollows) << shift;
    if ((bits & kMoreFollows) == 0) return length;
    const bool is_long = length > kMostLength || shift + kVarintBits >= kMostLengthBits;
    if (is_long) fail_here("no length of a message is as large as this");
  }
}

void Messages::read(google::protobuf::MessageLite& message, const char* what) {
  offset_ = next_;
  const auto length = read_length();
  if (length > kMostLength || length > size_ - next_) {
    fail_here(
        fmt::format("a message of {} bytes is announced, and {} are left", length, size_ - next_));
  }
  bytes_.resize(length);
  if (!stream_.read(bytes_.data(), static_cast<std::streamsize>(length))) {
    throw std::system_error(EIO, std::generic_category(), "cannot read " + name_);
  }
  next_ += length;
  if (!message.ParseFromString(bytes_)) fail_here(fmt::format("this message is no {}", what));
}

}  // namespace weft::chakra
