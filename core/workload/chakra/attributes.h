// Attributes of a node: by name, of whatever numeric type the writer chose.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

// Written by protoc.
#include <et_def.pb.h>

namespace weft::chakra {

// Throws what is wrong with a file; `where` is "FILE: node 7" or "FILE: byte 123".
[[noreturn]] void fail(const std::string& where, const std::string& message,
                       const std::string& hint = "");

// Attributes of one node; `where` names it in messages.
class Attributes {
 public:
  Attributes(const wire::Node& node, std::string where) : node_(node), where_(std::move(where)) {}

  // 0 or more, and finite. Throws base::InputError when it is something else.
  [[nodiscard]] std::optional<double> amount(const char* name) const;
  [[nodiscard]] std::optional<std::int64_t> integer(const char* name) const;
  // A text, or a whole number as one.
  [[nodiscard]] std::optional<std::string> text(const char* name) const;
  [[nodiscard]] bool is_set(const char* name) const;
  // Whether a list of truth values has one that does not hold.
  [[nodiscard]] bool leaves_out(const char* name) const;
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  [[nodiscard]] const wire::AttributeProto* find(const char* name) const;

  const wire::Node& node_;
  std::string where_;
};

}  // namespace weft::chakra
