#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "attributes.h"
#include "groups.h"
#include "messages.h"
#include "weft/chakra/trace.h"

namespace weft::chakra {

namespace {

constexpr double kMicrosecond = 1e-6;

// Versions before and after 0.0.4 put only attributes here, the first where the version was.
std::string version_of(const wire::GlobalMetadata& metadata) {
  const auto schema = [](const wire::AttributeProto& attribute) {
    return attribute.name() == "schema" ? attribute.string_val() : std::string();
  };
  wire::AttributeProto first;
  if (first.ParseFromString(metadata.version()) && !first.name().empty()) return schema(first);
  if (!metadata.version().empty()) return metadata.version();
  for (const auto& attribute : metadata.attr()) {
    if (auto text = schema(attribute); !text.empty()) return text;
  }
  return "";
}

Kind kind_of(const wire::Node& node, const Attributes& attributes) {
  switch (node.type()) {
    case wire::INVALID_NODE:
    case wire::METADATA_NODE:
      return Kind::kNothing;
    case wire::MEM_LOAD_NODE:
    case wire::MEM_STORE_NODE:
      return Kind::kMemory;
    case wire::COMP_NODE:
      return attributes.is_set("is_cpu_op") ? Kind::kHost : Kind::kCompute;
    case wire::COMM_SEND_NODE:
      return Kind::kSend;
    case wire::COMM_RECV_NODE:
      return Kind::kReceive;
    case wire::COMM_COLL_NODE:
      return Kind::kCollective;
    case wire::STORAGE_NODE:
    case wire::BATCH_NODE:
    case wire::CHECKPOINT_NODE:
      return Kind::kHost;
    default:
      fail(attributes.where(), fmt::format("type {} is not known; 0 (INVALID_NODE) to 10 "
                                           "(CHECKPOINT_NODE) are",
                                           static_cast<int>(node.type())));
  }
}

std::optional<double> recorded_of(const wire::Node& node, const Attributes& attributes) {
  if (node.duration_micros() > 0) {
    return static_cast<double>(node.duration_micros()) * kMicrosecond;
  }
  const auto runtime = attributes.amount("runtime");
  return runtime ? std::optional(*runtime * kMicrosecond) : std::nullopt;
}

void read_message_size(const Attributes& attributes, Operation& operation) {
  const auto bytes = attributes.amount("comm_size");
  const bool is_barrier =
      operation.kind == Kind::kCollective && operation.collective == Collective::kBarrier;
  if (!bytes && !is_barrier) fail(attributes.where(), "attribute comm_size is missing");
  operation.bytes = bytes.value_or(0);
}

void read_collective(const Attributes& attributes, Operation& operation) {
  const auto type = attributes.integer("comm_type");
  if (!type) fail(attributes.where(), "attribute comm_type is missing");
  if (*type >= kCollectiveCount) {
    fail(attributes.where(),
         fmt::format("comm_type {} is not known; 0 (ALL_REDUCE) to 9 (BARRIER) are", *type));
  }
  operation.collective = static_cast<Collective>(*type);
  const auto group = attributes.text("pg_name");
  operation.group = group ? *group : attributes.text("comm_group").value_or("");
  if (operation.group.empty() && attributes.leaves_out("involved_dim")) {
    fail(attributes.where(),
         "involved_dim leaves out a dimension of a topology that weft does "
         "not have",
         "name the group in pg_name instead");
  }
  read_message_size(attributes, operation);
}

void read_message(const Attributes& attributes, Operation& operation) {
  const char* peer = operation.kind == Kind::kSend ? "comm_dst" : "comm_src";
  const auto rank = attributes.integer(peer);
  if (!rank) {
    fail(attributes.where(), fmt::format("attribute {} is missing: the other rank", peer));
  }
  operation.peer = *rank;
  operation.tag = attributes.integer("comm_tag").value_or(0);
  read_message_size(attributes, operation);
}

Operation operation_of(const wire::Node& node, const Attributes& attributes) {
  Operation operation;
  operation.id = node.id();
  operation.name = node.name();
  operation.kind = kind_of(node, attributes);
  operation.recorded = recorded_of(node, attributes);
  switch (operation.kind) {
    case Kind::kCompute:
    case Kind::kMemory:
      operation.work = attributes.amount("num_ops").value_or(0);
      operation.bytes = attributes.amount("tensor_size").value_or(0);
      break;
    case Kind::kCollective:
      read_collective(attributes, operation);
      break;
    case Kind::kSend:
    case Kind::kReceive:
      read_message(attributes, operation);
      break;
    default:
      break;
  }
  return operation;
}

// One trace while its nodes come in: dependencies may name nodes further on.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : messages_(file) {
    trace_.file = file.string();
  }

  Trace read() {
    wire::GlobalMetadata metadata;
    messages_.read(metadata, "GlobalMetadata");
    trace_.version = version_of(metadata);
    while (!messages_.at_end()) add_node();
    if (trace_.operations.empty()) fail(trace_.file, "there is no node in this trace");
    resolve();
    require_order();
    return std::move(trace_);
  }

 private:
  [[nodiscard]] std::string place(const Operation& operation) const {
    return fmt::format("{}: node {}", trace_.file, operation.id);
  }

  void add_node() {
    messages_.read(node_, "Node");
    const auto position = static_cast<std::uint32_t>(trace_.operations.size());
    const Attributes attributes(
        node_, fmt::format("{}: node {} (byte {})", trace_.file, node_.id(), messages_.offset()));
    if (!positions_.emplace(node_.id(), position).second) {
      fail(attributes.where(), "another node has this id");
    }
    trace_.operations.push_back(operation_of(node_, attributes));
    auto& operation = trace_.operations.back();
    if (operation.kind == Kind::kNothing && node_.has_inputs()) {
      add_groups(node_.inputs().values(), attributes.where(), trace_.groups);
    }
    operation.first_dependency = static_cast<std::uint32_t>(wanted_.size());
    for (const auto id : node_.data_deps()) wanted_.emplace_back(id, true);
    for (const auto id : node_.ctrl_deps()) wanted_.emplace_back(id, false);
    operation.dependencies =
        static_cast<std::uint32_t>(wanted_.size()) - operation.first_dependency;
  }

  // Ids become positions. Callers that were cut out of a trace are still named by control
  // dependencies; a missing datum is a mistake.
  void resolve() {
    for (auto& operation : trace_.operations) {
      const auto begin = static_cast<std::ptrdiff_t>(trace_.dependencies.size());
      for (std::uint32_t i = 0; i < operation.dependencies; ++i) {
        add_dependency(operation, wanted_[operation.first_dependency + i]);
      }
      auto& all = trace_.dependencies;
      std::sort(all.begin() + begin, all.end());
      all.erase(std::unique(all.begin() + begin, all.end()), all.end());
      operation.first_dependency = static_cast<std::uint32_t>(begin);
      operation.dependencies = static_cast<std::uint32_t>(all.size()) - operation.first_dependency;
    }
  }

  void add_dependency(const Operation& operation, const std::pair<std::uint64_t, bool>& wanted) {
    const auto found = positions_.find(wanted.first);
    if (found != positions_.end()) {
      trace_.dependencies.push_back(found->second);
    } else if (wanted.second) {
      fail(place(operation),
           fmt::format("it depends on node {}, which the file does not have", wanted.first));
    } else {
      ++trace_.dangling;
    }
  }

  // Throws when operations wait for one another in a circle.
  void require_order() const {
    const auto& operations = trace_.operations;
    std::vector<std::vector<std::uint32_t>> followers(operations.size());
    std::vector<std::uint32_t> waits(operations.size()), ready;
    for (std::uint32_t i = 0; i < operations.size(); ++i) {
      waits[i] = operations[i].dependencies;
      if (waits[i] == 0) ready.push_back(i);
      for (const auto input : trace_.dependencies_of(operations[i])) followers[input].push_back(i);
    }
    std::size_t done = 0;
    while (!ready.empty()) {
      const auto next = ready.back();
      ready.pop_back();
      ++done;
      for (const auto follower : followers[next]) {
        if (--waits[follower] == 0) ready.push_back(follower);
      }
    }
    if (done < operations.size()) fail_circle(waits);
  }

  // Of operations that still wait, each waits for another one of them.
  [[noreturn]] void fail_circle(const std::vector<std::uint32_t>& waits) const {
    const auto& operations = trace_.operations;
    const auto begin = std::find_if(waits.begin(), waits.end(), [](auto w) { return w > 0; });
    auto at = static_cast<std::uint32_t>(begin - waits.begin());
    std::vector<bool> seen(operations.size());
    const auto next = [&](std::uint32_t from) {
      const auto inputs = trace_.dependencies_of(operations[from]);
      return *std::find_if(inputs.begin(), inputs.end(), [&](auto i) { return waits[i] > 0; });
    };
    for (; !seen[at]; at = next(at)) seen[at] = true;
    constexpr int kMostShown = 6;
    const auto first = at;
    auto text = fmt::format("{}", operations[at].id);
    int shown = 0;
    do {
      at = next(at);
      text += ++shown > kMostShown ? "" : fmt::format(" → {}", operations[at].id);
    } while (at != first);
    if (shown > kMostShown) text += " → …";
    fail(place(operations[first]), "it waits for itself: " + text);
  }

  Messages messages_;
  wire::Node node_;
  Trace trace_;
  std::unordered_map<std::uint64_t, std::uint32_t> positions_;
  std::vector<std::pair<std::uint64_t, bool>> wanted_;  // id, and whether it is a datum
};

}  // namespace

Trace read_trace(const std::filesystem::path& file) { return Reader(file).read(); }

const char* name_of(Collective collective) {
  static constexpr const char* kNames[kCollectiveCount] = {
      "all-reduce", "reduce",     "all-gather",     "gather",         "scatter",
      "broadcast",  "all-to-all", "reduce-scatter", "reduce-scatter", "barrier"};
  return kNames[static_cast<int>(collective)];
}

}  // namespace weft::chakra
