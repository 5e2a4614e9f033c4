#include "weft/plan/write.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace weft::plan {

namespace {

std::string pass_text(char letter, int chunk, int micro_batch) {
  return chunk == 0 ? fmt::format("{}{}", letter, micro_batch)
                    : fmt::format("{}{}.{}", letter, micro_batch, chunk);
}

std::string operation_text(const Operation& op) {
  constexpr std::array kLetters = {'F', 'B', 'I', 'W', 'F'};
  auto text = pass_text(kLetters[static_cast<std::size_t>(op.task)], op.chunk, op.micro_batch);
  if (op.task == Task::kPair) {
    text += "&" + pass_text('B', op.backward_chunk, op.backward_micro_batch);
  }
  return text;
}

std::vector<std::string> names_of(workload::Modules modules) {
  std::vector<std::string> names;
  for (int m = 0; m < workload::kModuleCount; ++m) {
    const auto module = static_cast<workload::Module>(m);
    if (modules.meets(module)) names.emplace_back(name_of(module));
  }
  return names;
}

class KeyList {
 public:
  template <class Value>
  void add(std::string_view name, Value value) {
    keys_.push_back({name, std::move(value)});
  }
  template <class Value>
  void add_if(bool given, std::string_view name, Value value) {
    if (given) add(name, std::move(value));
  }
  std::vector<WrittenKey> take() { return std::move(keys_); }

 private:
  std::vector<WrittenKey> keys_;
};

void add_recompute(const Plan& plan, KeyList& keys) {
  if (plan.recompute == Recompute::kModules) {
    keys.add("recompute", names_of(plan.modules));
  } else {
    keys.add("recompute", std::string(name_of(plan.recompute)));
  }
  const bool any = plan.recompute != Recompute::kNone;
  keys.add_if(any && !plan.recompute_layers.empty(), "recompute_layers", plan.recompute_layers);
  const bool grouped = plan.recompute == Recompute::kFull && plan.recompute_group > 1;
  keys.add_if(grouped, "recompute_group", plan.recompute_group);
}

void add_schedule(const Plan& plan, KeyList& keys) {
  if (plan.schedule != Schedule::kGiven) {
    return keys.add("schedule", std::string(name_of(plan.schedule)));
  }
  WrittenOrder order;
  order.fold = plan.order.fold;
  for (const auto& stage : plan.order.stages) order.stages.push_back(operations_text(stage));
  keys.add("schedule", std::move(order));
}

void add_options(const Plan& plan, KeyList& keys) {
  const Plan usual;
  keys.add_if(!plan.layers.empty(), "layers", plan.layers);
  keys.add_if(!plan.parts.empty(), "parts", plan.parts);
  keys.add_if(plan.expert_tensor > 1, "expert_tensor", plan.expert_tensor);
  keys.add_if(plan.zero > 0 && plan.zero_ranks > 0, "zero_ranks", plan.zero_ranks);
  const bool exchanges = plan.context > 1 && plan.context_exchange != usual.context_exchange;
  keys.add_if(exchanges, "context_exchange", std::string(name_of(plan.context_exchange)));
  if (plan.rank_order != usual.rank_order) {
    std::vector<std::string> axes;
    for (const auto axis : plan.rank_order) axes.emplace_back(name_of(axis));
    keys.add("rank_order", std::move(axes));
  }
  keys.add_if(plan.optimizer_offload > 0, "optimizer_offload", plan.optimizer_offload);
  keys.add_if(plan.activation_offload > 0, "activation_offload", plan.activation_offload);
  keys.add_if(plan.gradient_bytes > 0, "gradient_bytes", fmt::format("{} B", plan.gradient_bytes));
}

// A value as YAML.
struct ValueWriter {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const std::vector<int>& value) const {
    return fmt::format("[{}]", fmt::join(value, ", "));
  }
  std::string operator()(const std::vector<std::string>& value) const {
    return fmt::format("[{}]", fmt::join(value, ", "));
  }
  // '&' stands for an anchor elsewhere in YAML.
  std::string operator()(const WrittenOrder& value) const {
    return fmt::format("{{placement: {}, order: [\"{}\"]}}", value.fold ? "fold" : "loop",
                       fmt::join(value.stages, "\", \""));
  }
};

std::string key_text(const WrittenKey& key) {
  return fmt::format("{}: {}", key.name, std::visit(ValueWriter{}, key.value));
}

}  // namespace

const char* name_of(ContextExchange exchange) {
  constexpr std::array<const char*, kContextExchangeCount> kNames = {"ring", "all_gather",
                                                                     "ulysses"};
  return kNames[static_cast<std::size_t>(exchange)];
}

const char* name_of(Axis axis) {
  constexpr std::array<const char*, 4> kNames = {"tensor", "context", "data", "pipeline"};
  return kNames[static_cast<std::size_t>(axis)];
}

std::string operations_text(const std::vector<Operation>& operations) {
  std::string text;
  for (const auto& op : operations) text += (text.empty() ? "" : " ") + operation_text(op);
  return text;
}

std::vector<WrittenKey> written_keys(const Plan& plan) {
  KeyList keys;
  keys.add("tensor", plan.tensor);
  keys.add("sequence_parallel", plan.sequence_parallel);
  keys.add("context", plan.context);
  keys.add("data", plan.data);
  keys.add("pipeline", plan.pipeline);
  keys.add("virtual_stages", plan.virtual_stages);
  keys.add("expert", plan.expert);
  keys.add("micro_batch", plan.micro_batch);
  keys.add("zero", plan.zero);
  add_recompute(plan, keys);
  add_schedule(plan, keys);
  add_options(plan, keys);
  return keys.take();
}

std::string document_text(const Plan& plan) {
  std::vector<std::string> texts;
  for (const auto& key : written_keys(plan)) texts.push_back(key_text(key));
  return fmt::format("{{{}}}", fmt::join(texts, ", "));
}

std::string changed_text(const Plan& from, const Plan& to) {
  const auto before = written_keys(from);
  const auto after = written_keys(to);
  const auto find = [](const std::vector<WrittenKey>& keys, std::string_view name) {
    return std::find_if(keys.begin(), keys.end(),
                        [name](const WrittenKey& key) { return key.name == name; });
  };
  std::vector<std::string> texts;
  for (const auto& key : after) {
    const auto old = find(before, key.name);
    if (old == before.end() || old->value != key.value) texts.push_back(key_text(key));
  }
  for (const auto& key : before) {
    if (find(after, key.name) != after.end()) continue;
    // Shares that are not written are zero.
    const bool is_share = std::holds_alternative<double>(key.value);
    texts.push_back(is_share ? fmt::format("{}: 0", key.name) : fmt::format("no {}", key.name));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace weft::plan
