// A plan as the `plan:` of a study.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "weft/plan/plan.h"

namespace weft::plan {

// Names as a study writes them.
const char* name_of(ContextExchange exchange);
const char* name_of(Axis axis);

// {placement: fold, order: ["F0 F0.1 B0.1 B0", …]}
struct WrittenOrder {
  bool fold = false;
  std::vector<std::string> stages;
  friend bool operator==(const WrittenOrder&, const WrittenOrder&) = default;
};
// One key with its value.
struct WrittenKey {
  std::string_view name;
  std::variant<bool, int, double, std::string, std::vector<int>, std::vector<std::string>,
               WrittenOrder>
      value;
};
// What read_request() makes the same plan of: all degrees, and of the rest what differs from the
// defaults and has an effect.
std::vector<WrittenKey> written_keys(const Plan& plan);

// The same as a map in one line: "{tensor: 8, sequence_parallel: true, …}".
std::string document_text(const Plan& plan);

// The keys by which `to` differs: "context: 2, data: 8".
std::string changed_text(const Plan& from, const Plan& to);

// What parse_operations() reads.
std::string operations_text(const std::vector<Operation>& operations);

}  // namespace weft::plan
