#include <algorithm>
#include <functional>
#include <unordered_map>

#include "weft/chakra/trace.h"

namespace weft::chakra {

namespace {

// Which of the groups of a trace an operation is of, in the order in which they appear.
class Order {
 public:
  std::size_t of(const Operation& operation) {
    if (operation.kind != Kind::kCollective) return 0;
    return numbers_.emplace(operation.group, numbers_.size()).first->second;
  }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
};

bool same_work(const Operation& a, const Operation& b) {
  return a.kind == b.kind && a.recorded == b.recorded && a.work == b.work && a.bytes == b.bytes &&
         a.collective == b.collective;
}

void mix(std::uint64_t& hash, std::uint64_t value) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
  hash = (hash ^ value) * kOdd;
  hash ^= hash >> 29U;
}

}  // namespace

bool is_alike(const Trace& a, const Trace& b) {
  if (a.operations.size() != b.operations.size() || a.dependencies != b.dependencies) return false;
  Order of_a, of_b;
  for (std::size_t i = 0; i < a.operations.size(); ++i) {
    const auto& one = a.operations[i];
    const auto& other = b.operations[i];
    if (!same_work(one, other) || one.dependencies != other.dependencies) return false;
    if (of_a.of(one) != of_b.of(other)) return false;
  }
  return true;
}

std::uint64_t likeness(const Trace& trace) {
  const std::hash<double> of_number;
  std::uint64_t hash = trace.operations.size();
  Order order;
  for (const auto& operation : trace.operations) {
    mix(hash, static_cast<std::uint64_t>(operation.kind));
    mix(hash, static_cast<std::uint64_t>(operation.collective));
    mix(hash, of_number(operation.recorded.value_or(-1)));
    mix(hash, of_number(operation.work));
    mix(hash, of_number(operation.bytes));
    mix(hash, order.of(operation));
    mix(hash, operation.dependencies);
  }
  for (const auto input : trace.dependencies) mix(hash, input);
  return hash;
}

}  // namespace weft::chakra
