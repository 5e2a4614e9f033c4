// The traces of all ranks of a job.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weft/chakra/trace.h"

namespace weft::trace {

struct RankTraces {
  std::vector<chakra::Trace> traces;         // different files
  std::vector<std::uint32_t> trace_of_rank;  // in `traces`
  chakra::Groups groups;                     // of a file; they come before those of a trace

  [[nodiscard]] std::int64_t ranks() const {
    return static_cast<std::int64_t>(trace_of_rank.size());
  }
  [[nodiscard]] const chakra::Trace& of(std::int64_t rank) const {
    return traces[trace_of_rank[static_cast<std::size_t>(rank)]];
  }
};

// What was asked for by name: NAME.RANK.et for each rank, as files or as NAME; or one file for all
// of so many `ranks`. Files with the same bytes are read once. Throws base::InputError when a rank
// is missing or there twice, or a file is no trace.
RankTraces read_ranks(const std::vector<std::filesystem::path>& names,
                      std::optional<std::int64_t> ranks,
                      const std::optional<std::filesystem::path>& groups);

}  // namespace weft::trace
