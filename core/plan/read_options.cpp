#include "read_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "weft/plan/write.h"

namespace weft::plan {

namespace {

constexpr std::size_t kAxes = 4;

std::vector<std::string> axis_names() {
  std::vector<std::string> names;
  for (std::size_t a = 0; a < kAxes; ++a) names.emplace_back(name_of(static_cast<Axis>(a)));
  return names;
}

// All four axes, innermost first.
std::optional<RankOrder> rank_order(base::Fields& fields) {
  if (!fields.has("rank_order")) return std::nullopt;
  const auto names = axis_names();
  auto& reading = fields.reading();
  RankOrder order{};
  std::array<bool, kAxes> seen{};
  const auto nodes = fields.list("rank_order");
  const bool is_whole = nodes.size() == order.size();
  for (std::size_t i = 0; i < std::min(nodes.size(), order.size()); ++i) {
    const auto errors = reading.diagnostics().size();
    const auto axis = base::choice_of(nodes[i], reading, names);
    if (reading.diagnostics().size() > errors) return std::nullopt;
    if (seen[axis]) {
      reading.error(nodes[i], fmt::format("{} stands here twice", names[axis]));
      return std::nullopt;
    }
    seen[axis] = true;
    order[i] = static_cast<Axis>(axis);
  }
  if (is_whole) return order;
  reading.error(*fields.value("rank_order"),
                "tensor, context, data and pipeline are expected here, innermost first, or auto");
  return std::nullopt;
}

std::optional<double> gradient_bytes(base::Fields& fields) {
  if (!fields.has("gradient_bytes")) return std::nullopt;
  if (says_auto(fields, "gradient_bytes")) {
    fields.reading().error(*fields.value("gradient_bytes"),
                           "no search varies this: 2 B or 4 B is expected here");
    return std::nullopt;
  }
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

std::optional<ContextExchange> context_exchange(base::Fields& fields) {
  if (!fields.has("context_exchange")) return std::nullopt;
  std::vector<std::string> names;
  for (int e = 0; e < kContextExchangeCount; ++e) {
    names.emplace_back(name_of(static_cast<ContextExchange>(e)));
  }
  names.emplace_back("auto");
  const auto picked = fields.choice("context_exchange", names);
  return static_cast<ContextExchange>(picked);
}

}  // namespace

bool says_auto(const base::Fields& fields, const char* key) {
  const auto value = fields.node().find(key);
  return value && value->is_scalar() && value->text() == "auto";
}

void read_options(base::Fields& fields, Request& request) {
  // Reads a key, or leaves it open.
  const auto read = [&](const char* key, bool& open, auto& value, auto of) {
    open = fields.has(key) && says_auto(fields, key);
    if (!open) value = of(key);
  };
  const auto share_of = [&](const char* key) { return share(fields, key); };
  auto& open = request.open;
  read("context_exchange", open.context_exchange, request.context_exchange,
       [&](const char*) { return context_exchange(fields); });
  read("rank_order", open.rank_order, request.rank_order,
       [&](const char*) { return rank_order(fields); });
  read("optimizer_offload", open.optimizer_offload, request.optimizer_offload, share_of);
  read("activation_offload", open.activation_offload, request.activation_offload, share_of);
  request.gradient_bytes = gradient_bytes(fields);
}

void apply_options(const Request& request, Plan& plan) {
  plan.context_exchange = request.context_exchange.value_or(plan.context_exchange);
  plan.rank_order = request.rank_order.value_or(plan.rank_order);
  plan.optimizer_offload = request.optimizer_offload.value_or(plan.optimizer_offload);
  plan.activation_offload = request.activation_offload.value_or(plan.activation_offload);
  plan.zero_ranks = request.zero_ranks.value_or(plan.zero_ranks);
  plan.gradient_bytes = request.gradient_bytes.value_or(plan.gradient_bytes);
  plan.modules = request.modules;
  plan.recompute_group = request.recompute_group;
}

}  // namespace weft::plan
