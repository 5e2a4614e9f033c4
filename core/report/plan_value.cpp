#include "plan_value.h"

#include "weft/plan/write.h"

namespace weft::report {

nlohmann::ordered_json plan_json(const plan::Plan& plan) {
  nlohmann::ordered_json json;
  for (const auto& key : plan::written_keys(plan)) {
    auto& to = json[std::string(key.name)];
    if (const auto* order = std::get_if<plan::WrittenOrder>(&key.value)) {
      to = {{"placement", order->fold ? "fold" : "loop"}, {"order", order->stages}};
    } else {
      std::visit(
          [&](const auto& value) {
            using Value = std::decay_t<decltype(value)>;
            if constexpr (!std::is_same_v<Value, plan::WrittenOrder>) to = value;
          },
          key.value);
    }
  }
  return json;
}

nlohmann::ordered_json parts_json(const step::Ledger& ledger) {
  nlohmann::ordered_json json;
  for (std::size_t p = 0; p < step::kPartCount; ++p) {
    json[step::name_of(static_cast<step::Part>(p))] = ledger.parts[p].si();
  }
  return json;
}

}  // namespace weft::report
