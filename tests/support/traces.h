// Chakra traces as their generators write them (mlcommons/chakra @11d2d3f, src/generator; astra-sim
// @8468c27, microbenchmarks): messages of protobuf, each behind its length.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Written by protoc.
#include <et_def.pb.h>

namespace weft::test {

namespace wire = chakra::wire;

using Ids = std::initializer_list<std::uint64_t>;

inline void set(wire::Node& node, const char* name, std::int64_t value) {
  auto* attribute = node.add_attr();
  attribute->set_name(name);
  attribute->set_int64_val(value);
}
inline void set(wire::Node& node, const char* name, const std::string& value) {
  auto* attribute = node.add_attr();
  attribute->set_name(name);
  attribute->set_string_val(value);
}

inline wire::Node node_of(std::uint64_t id, wire::NodeType type, Ids inputs = {}) {
  wire::Node node;
  node.set_id(id);
  node.set_name(wire::NodeType_Name(type));
  node.set_type(type);
  for (const auto input : inputs) node.add_data_deps(input);
  auto* attribute = node.add_attr();
  attribute->set_name("is_cpu_op");
  attribute->set_bool_val(false);
  return node;
}

// FLOP and bytes of memory traffic.
inline wire::Node kernel(std::uint64_t id, std::int64_t work, std::int64_t bytes, Ids inputs = {}) {
  auto node = node_of(id, wire::COMP_NODE, inputs);
  set(node, "num_ops", work);
  set(node, "tensor_size", bytes);
  return node;
}
inline wire::Node recorded(std::uint64_t id, std::uint64_t micros, Ids inputs = {}) {
  auto node = node_of(id, wire::COMP_NODE, inputs);
  node.set_duration_micros(micros);
  return node;
}
// `type` as in the schema: 0 all-reduce, 2 all-gather, 6 all-to-all, 7 reduce-scatter.
inline wire::Node collective(std::uint64_t id, int type, std::int64_t bytes, Ids inputs = {},
                             const std::string& group = "") {
  auto node = node_of(id, wire::COMM_COLL_NODE, inputs);
  set(node, "comm_type", type);
  set(node, "comm_size", bytes);
  if (!group.empty()) set(node, "pg_name", group);
  return node;
}
inline wire::Node send(std::uint64_t id, std::int64_t to, std::int64_t bytes, std::int64_t tag,
                       Ids inputs = {}) {
  auto node = node_of(id, wire::COMM_SEND_NODE, inputs);
  set(node, "comm_dst", to);
  set(node, "comm_size", bytes);
  set(node, "comm_tag", tag);
  return node;
}
inline wire::Node receive(std::uint64_t id, std::int64_t from, std::int64_t bytes, std::int64_t tag,
                          Ids inputs = {}) {
  auto node = node_of(id, wire::COMM_RECV_NODE, inputs);
  set(node, "comm_src", from);
  set(node, "comm_size", bytes);
  set(node, "comm_tag", tag);
  return node;
}

inline std::string with_length(const std::string& message) {
  std::string bytes;
  auto length = message.size();
  for (; length >= 0x80; length >>= 7U) bytes += static_cast<char>((length & 0x7fU) | 0x80U);
  bytes += static_cast<char>(length);
  return bytes + message;
}

// The bytes of a file.
inline std::string trace_bytes(const std::vector<wire::Node>& nodes,
                               const std::string& version = "0.0.4") {
  wire::GlobalMetadata metadata;
  metadata.set_version(version);
  auto bytes = with_length(metadata.SerializeAsString());
  for (const auto& node : nodes) bytes += with_length(node.SerializeAsString());
  return bytes;
}

// A folder of its own for each test, removed in the end.
class TraceFolder {
 public:
  TraceFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "weft_traces_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for traces");
    path_ = name;
  }
  ~TraceFolder() { std::filesystem::remove_all(path_); }
  TraceFolder(const TraceFolder&) = delete;
  TraceFolder& operator=(const TraceFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path write(const std::string& name, std::string_view bytes) const {
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return path_ / name;
  }
  // NAME.0.et, NAME.1.et, …
  void write_ranks(const std::string& name,
                   const std::vector<std::vector<wire::Node>>& ranks) const {
    for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
      (void)write(name + "." + std::to_string(rank) + ".et", trace_bytes(ranks[rank]));
    }
  }

 private:
  std::filesystem::path path_;
};

}  // namespace weft::test
