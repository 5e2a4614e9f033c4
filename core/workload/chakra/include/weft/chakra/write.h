// Execution traces of MLCommons Chakra written: what read_trace() reads.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/chakra/trace.h"

namespace weft::chakra {

// Names of attributes of GlobalMetadata, and their texts.
using Facts = std::vector<std::pair<std::string, std::string>>;

// The trace of one rank, node by node. Attributes are those that ASTRA-sim reads: is_cpu_op,
// num_ops, tensor_size, comm_type, comm_size, pg_name, comm_src, comm_dst, comm_tag.
class TraceWriter {
 public:
  using Put = std::function<void(std::string_view piece)>;

  // `put` must outlive it and gets the bytes of the file in pieces.
  TraceWriter(const Put& put, std::int64_t rank, const Facts& facts);

  // Recorded times are rounded to whole µs, work and bytes to whole numbers. `data` and `control`
  // are ids of nodes that were added before.
  void add(const Operation& operation, std::span<const std::uint64_t> data,
           std::span<const std::uint64_t> control);
  void end();

 private:
  void put_behind_length(const std::string& message);

  const Put& put_;
  std::int64_t rank_;
  std::string bytes_, message_;
};

// The groups of all ranks, as ASTRA-sim reads them: {"1": [0, 1, 2, 3], …}.
std::string groups_json(const Groups& groups);

}  // namespace weft::chakra
