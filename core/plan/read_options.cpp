#include "read_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace weft::plan {

namespace {

const std::vector<std::string> kExchangeNames = {"ring", "all_gather", "ulysses"};
const std::vector<std::string> kAxisNames = {"tensor", "context", "data", "pipeline"};
constexpr std::size_t kAxes = 4;

// All four axes, innermost first.
std::optional<RankOrder> rank_order(base::Fields& fields) {
  if (!fields.has("rank_order")) return std::nullopt;
  auto& reading = fields.reading();
  RankOrder order{};
  std::array<bool, kAxes> seen{};
  const auto nodes = fields.list("rank_order");
  const bool is_whole = nodes.size() == order.size();
  for (std::size_t i = 0; i < std::min(nodes.size(), order.size()); ++i) {
    const auto errors = reading.diagnostics().size();
    const auto axis = base::choice_of(nodes[i], reading, kAxisNames);
    if (reading.diagnostics().size() > errors) return std::nullopt;
    if (seen[axis]) {
      reading.error(nodes[i], fmt::format("{} stands here twice", kAxisNames[axis]));
      return std::nullopt;
    }
    seen[axis] = true;
    order[i] = static_cast<Axis>(axis);
  }
  if (is_whole) return order;
  reading.error(*fields.value("rank_order"),
                "tensor, context, data and pipeline are expected here, innermost first");
  return std::nullopt;
}

std::optional<double> gradient_bytes(base::Fields& fields) {
  if (!fields.has("gradient_bytes")) return std::nullopt;
  const double bytes = fields.quantity<base::Bytes>("gradient_bytes").si();
  if (bytes == 2 || bytes == 4) return bytes;
  fields.reading().error(*fields.value("gradient_bytes"), "2 B or 4 B is expected here");
  return std::nullopt;
}

std::optional<double> share(base::Fields& fields, const char* key) {
  if (!fields.has(key)) return std::nullopt;
  const double value = fields.number(key);
  if (value >= 0 && value <= 1) return value;
  fields.reading().error(*fields.value(key), "a share from 0 to 1 is expected here");
  return std::nullopt;
}

}  // namespace

void read_options(base::Fields& fields, Request& request) {
  if (fields.has("context_exchange")) {
    request.context_exchange =
        static_cast<ContextExchange>(fields.choice("context_exchange", kExchangeNames));
  }
  request.rank_order = rank_order(fields);
  request.optimizer_offload = share(fields, "optimizer_offload");
  request.activation_offload = share(fields, "activation_offload");
  request.gradient_bytes = gradient_bytes(fields);
}

void apply_options(const Request& request, Plan& plan) {
  plan.context_exchange = request.context_exchange.value_or(plan.context_exchange);
  plan.rank_order = request.rank_order.value_or(plan.rank_order);
  plan.optimizer_offload = request.optimizer_offload.value_or(plan.optimizer_offload);
  plan.activation_offload = request.activation_offload.value_or(plan.activation_offload);
  plan.gradient_bytes = request.gradient_bytes.value_or(plan.gradient_bytes);
  plan.modules = request.modules;
  plan.recompute_group = request.recompute_group;
}

}  // namespace weft::plan
