#include "weft/chakra/write.h"

#include <cmath>
#include <nlohmann/json.hpp>

// Written by protoc.
#include <et_def.pb.h>

namespace weft::chakra {

namespace {

constexpr std::size_t kPiece = 1 << 18;
constexpr double kMicrosPerSecond = 1e6;
// As the reader knows it; versions before have no GlobalMetadata.version.
constexpr const char* kVersion = "0.0.4";

wire::NodeType type_of(Kind kind) {
  switch (kind) {
    case Kind::kNothing:
      return wire::METADATA_NODE;
    case Kind::kCompute:
    case Kind::kHost:
      return wire::COMP_NODE;
    case Kind::kMemory:
      return wire::MEM_LOAD_NODE;
    case Kind::kSend:
      return wire::COMM_SEND_NODE;
    case Kind::kReceive:
      return wire::COMM_RECV_NODE;
    case Kind::kCollective:
      return wire::COMM_COLL_NODE;
  }
  return wire::INVALID_NODE;
}

wire::AttributeProto& add_attribute(wire::Node& node, const char* name) {
  auto* attribute = node.add_attr();
  attribute->set_name(name);
  return *attribute;
}

// ASTRA-sim takes its sizes as unsigned, ranks and tags as signed numbers of 32 bits.
void add_amount(wire::Node& node, const char* name, double amount) {
  add_attribute(node, name).set_uint64_val(static_cast<std::uint64_t>(std::llround(amount)));
}
void add_number(wire::Node& node, const char* name, std::int64_t number) {
  add_attribute(node, name).set_int32_val(static_cast<std::int32_t>(number));
}

void add_attributes(wire::Node& node, const Operation& operation, std::int64_t rank) {
  add_attribute(node, "is_cpu_op").set_bool_val(operation.kind == Kind::kHost);
  switch (operation.kind) {
    case Kind::kCompute:
    case Kind::kMemory:
      if (operation.work > 0) add_amount(node, "num_ops", operation.work);
      if (operation.bytes > 0) add_amount(node, "tensor_size", operation.bytes);
      break;
    case Kind::kCollective:
      add_attribute(node, "comm_type").set_int64_val(static_cast<int>(operation.collective));
      add_amount(node, "comm_size", operation.bytes);
      if (!operation.group.empty()) add_attribute(node, "pg_name").set_string_val(operation.group);
      break;
    case Kind::kSend:
    case Kind::kReceive: {
      const bool sends = operation.kind == Kind::kSend;
      add_number(node, "comm_src", sends ? rank : operation.peer);
      add_number(node, "comm_dst", sends ? operation.peer : rank);
      add_number(node, "comm_tag", operation.tag);
      add_amount(node, "comm_size", operation.bytes);
      break;
    }
    default:
      break;
  }
}

}  // namespace

TraceWriter::TraceWriter(const Put& put, std::int64_t rank, const Facts& facts)
    : put_(put), rank_(rank) {
  wire::GlobalMetadata metadata;
  metadata.set_version(kVersion);
  for (const auto& [name, text] : facts) {
    auto* attribute = metadata.add_attr();
    attribute->set_name(name);
    attribute->set_string_val(text);
  }
  put_behind_length(metadata.SerializeAsString());
}

void TraceWriter::add(const Operation& operation, std::span<const std::uint64_t> data,
                      std::span<const std::uint64_t> control) {
  wire::Node node;
  node.set_id(operation.id);
  node.set_name(operation.name);
  node.set_type(type_of(operation.kind));
  for (const auto id : control) node.add_ctrl_deps(id);
  for (const auto id : data) node.add_data_deps(id);
  if (operation.recorded) {
    node.set_duration_micros(
        static_cast<std::uint64_t>(std::llround(*operation.recorded * kMicrosPerSecond)));
  }
  add_attributes(node, operation, rank_);
  message_.clear();
  node.SerializeToString(&message_);
  put_behind_length(message_);
}

void TraceWriter::put_behind_length(const std::string& message) {
  constexpr unsigned kVarintBits = 7, kMoreFollows = 0x80;
  auto length = message.size();
  for (; length >= kMoreFollows; length >>= kVarintBits) {
    bytes_ += static_cast<char>((length & (kMoreFollows - 1)) | kMoreFollows);
  }
  bytes_ += static_cast<char>(length);
  bytes_ += message;
  if (bytes_.size() > kPiece) end();
}

void TraceWriter::end() {
  put_(bytes_);
  bytes_.clear();
}

std::string groups_json(const Groups& groups) {
  std::string text = "{";
  for (const auto& [name, ranks] : groups) {
    text += text.size() > 1 ? ",\n" : "\n";
    text += nlohmann::json(name).dump() + ": " + nlohmann::json(ranks).dump();
  }
  return text + "\n}\n";
}

}  // namespace weft::chakra
