#include "weft/campaign/policy.h"

namespace weft::campaign {

namespace {

using base::Fields;
using HazardPerByte = decltype(base::Rate() / base::Bytes());

// In the order of Unit.
const std::vector<std::string>& unit_names() {
  static const std::vector<std::string> kNames = {"device", "package", "memory",         "host",
                                                  "nic",    "switch",  "optical_module", "job"};
  return kNames;
}

void require(Fields& fields, const char* key, bool holds, const char* message) {
  if (holds) return;
  const auto value = fields.value(key);
  fields.reading().error(value ? *value : fields.node(), message);
}

template <class Q>
Q not_negative(Fields& fields, const char* key, Q value) {
  require(fields, key, value.si() >= 0, "must not be negative");
  return value;
}

Component read_component(const std::string& name, Fields fields, double factor) {
  Component component;
  component.name = name;
  component.unit = static_cast<Unit>(fields.choice("per", unit_names()));
  // Memory fails in proportion to its capacity: "42.4 FIT/GB".
  const double rate =
      component.unit == Unit::kMemoryByte
          ? not_negative(fields, "rate", fields.quantity<HazardPerByte>("rate")).si()
          : not_negative(fields, "rate", fields.quantity<base::Rate>("rate")).si();
  component.hazard = base::Rate(rate * factor);
  component.tolerated = fields.number("tolerated", 0.0);
  require(fields, "tolerated", component.tolerated >= 0 && component.tolerated <= 1,
          "a share between 0 and 100 % is expected here");
  fields.finish();
  return component;
}

// A map from the component's name, so that `extends` can change one of them.
std::vector<Component> read_components(Fields fields, double factor) {
  std::vector<Component> components;
  const auto node = fields.node();
  if (!node.is_map()) return components;
  for (std::size_t i = 0; i < node.size(); ++i) {
    if (!node.item(i).is_map()) continue;  // source and the like; finish() complains of others
    const std::string name(node.key(i));
    components.push_back(read_component(name, fields.map(name), factor));
  }
  fields.finish();
  return components;
}

Recovery read_recovery(Fields fields) {
  const auto time = [&fields](const char* key) {
    return not_negative(fields, key, fields.quantity<base::Time>(key));
  };
  Recovery recovery;
  recovery.detect = time("detect");
  recovery.restart_fixed = time("restart");
  recovery.restart_per_device = time("restart_per_device");
  fields.finish();
  return recovery;
}

std::optional<base::Time> read_interval(Fields& fields) {
  const auto value = fields.value("interval");
  if (!value || value->text() == "best") return std::nullopt;
  const auto interval = fields.quantity<base::Time>("interval");
  require(fields, "interval", interval.si() > 0, "must be longer than nothing, or 'best'");
  return interval;
}

Checkpoint read_checkpoint(Fields fields) {
  Checkpoint checkpoint;
  checkpoint.bytes_per_parameter = not_negative(
      fields, "bytes_per_parameter",
      fields.quantity<base::Bytes>("bytes_per_parameter", checkpoint.bytes_per_parameter));
  checkpoint.blocking_fixed =
      not_negative(fields, "pause", fields.quantity<base::Time>("pause", base::Time(0)));
  checkpoint.asynchronous = fields.flag("asynchronous", false);
  checkpoint.interval = read_interval(fields);
  fields.finish();
  return checkpoint;
}

}  // namespace

Policy read_policy(const base::Document& document, base::Reading& reading) {
  Fields fields(document.root(), reading, document.file().stem().string());
  fields.text("kind");
  Policy policy;
  policy.name = fields.text("name");
  const double factor = fields.number("hazard_factor", 1.0);
  require(fields, "hazard_factor", factor >= 0, "must not be negative");
  policy.components = read_components(fields.map("components"), factor);
  policy.recovery = read_recovery(fields.map("recovery"));
  policy.checkpoint = read_checkpoint(fields.map("checkpoint"));
  fields.finish();
  return policy;
}

}  // namespace weft::campaign
