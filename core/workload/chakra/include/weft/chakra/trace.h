// Execution traces of MLCommons Chakra (arXiv 2305.14516): what one rank of a job did, as a graph
// of operations.
//
// A file is a row of protobuf messages, each behind its length: GlobalMetadata, then a Node each.
// Versions differ in where things stand: GlobalMetadata has a version (0.0.4) or only attributes
// with the schema in them; groups are named in `pg_name` or `comm_group`, and defined by a file
// beside the traces or by a metadata node; times stand in `duration_micros` or in an attribute
// `runtime`; numbers are attributes of any numeric type.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weft::chakra {

enum class Kind {
  kNothing,  // metadata: takes no time
  kCompute,
  kMemory,  // load or store
  kHost,    // on the CPU, or of storage: recorded times only
  kSend,
  kReceive,
  kCollective,
};

// Numbered as in the schema.
enum class Collective {
  kAllReduce,
  kReduce,
  kAllGather,
  kGather,
  kScatter,
  kBroadcast,
  kAllToAll,
  kReduceScatter,
  kReduceScatterBlock,
  kBarrier,
};
inline constexpr int kCollectiveCount = 10;
const char* name_of(Collective collective);

struct Operation {
  std::uint64_t id = 0;  // of the node, in its file
  std::string name;
  Kind kind = Kind::kNothing;
  std::optional<double> recorded;  // s, how long it took where the trace was taken
  double work = 0;                 // FLOP (num_ops)
  // kCompute, kMemory: bytes of memory traffic (tensor_size). kSend, kReceive: of the message.
  // kCollective (comm_size): what a rank puts in; its own part of an all-gather or gather, the
  // whole vector of others.
  double bytes = 0;
  Collective collective = Collective::kAllReduce;
  std::string group;                                     // kCollective: its name; empty: all ranks
  std::int64_t peer = -1;                                // kSend, kReceive: the other rank
  std::int64_t tag = 0;                                  // kSend, kReceive
  std::uint32_t first_dependency = 0, dependencies = 0;  // in Trace::dependencies
};

// Names and ranks of communicating groups. No ranks: all of the job.
using Groups = std::map<std::string, std::vector<std::int64_t>>;

struct Trace {
  std::string file;
  std::string version;                // as the file says; may be empty
  std::vector<Operation> operations;  // in the order of the file
  // Positions in `operations` that an operation waits for, by data and control, sorted, distinct.
  std::vector<std::uint32_t> dependencies;
  std::int64_t dangling = 0;  // control dependencies on nodes that the file does not have
  Groups groups;              // that metadata nodes define

  [[nodiscard]] std::span<const std::uint32_t> dependencies_of(const Operation& operation) const {
    return {dependencies.data() + operation.first_dependency, operation.dependencies};
  }
};

// Throws base::InputError, with the byte or the node, for what is no trace, and
// std::system_error for a file that cannot be read.
Trace read_trace(const std::filesystem::path& file);

// The groups of an ASTRA-sim file, {"1": [0, 1, 2, 3], …}. Throws base::InputError.
Groups read_groups(const std::filesystem::path& file);

// The same work in the same order, whatever nodes, groups and peers are called: groups in the
// order in which the trace first uses them.
bool is_alike(const Trace& a, const Trace& b);
// Equal for traces that are alike.
std::uint64_t likeness(const Trace& trace);

}  // namespace weft::chakra
