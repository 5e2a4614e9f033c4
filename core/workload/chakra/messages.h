// The row of messages that a trace is: each a length, as a varint, and so many bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace google::protobuf {
class MessageLite;
}

namespace weft::chakra {

class Messages {
 public:
  // Throws base::InputError for a file that holds no messages, std::system_error for one that
  // cannot be read.
  explicit Messages(const std::filesystem::path& file);

  [[nodiscard]] bool at_end() const { return next_ == size_; }
  // Where the message that was read last begins.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] const std::string& file() const { return name_; }
  // "FILE: byte 12", of the message that was read last.
  [[nodiscard]] std::string where() const;
  // Throws base::InputError for what is no such message.
  void read(google::protobuf::MessageLite& message, const char* what);

 private:
  std::uint64_t read_length();
  // At the message that was begun last.
  [[noreturn]] void fail_here(const std::string& message) const;

  std::string name_;
  std::string hint_;  // what the file may be if it is no trace
  std::ifstream stream_;
  std::uint64_t size_ = 0, next_ = 0, offset_ = 0;
  std::string bytes_;
};

}  // namespace weft::chakra
