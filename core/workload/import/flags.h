// What each flag of a launch command says, internal to the library.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::imports {

enum class Role {
  kRead,     // becomes part of the model, the job or the plan
  kNoField,  // bears on time or memory, but nothing of these can hold it
  kNeutral,  // bears on neither, or on nothing that is modelled
};

inline constexpr int kMany = -1;

struct Flag {
  std::string_view name;  // without dashes in front
  int values = 0;         // words behind it, or kMany
  Role role = Role::kNeutral;
  std::string_view meaning;  // of those without a field
  bool mindspeed = false;    // only MindSpeed-LLM has it
};

// The flag called `name` ("nproc_per_node" and "nproc-per-node" are one), or null.
const Flag* find_flag(std::string_view name);
// All names, for a suggestion.
std::vector<std::string> flag_names();

}  // namespace weft::imports
