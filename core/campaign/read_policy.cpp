#include "weft/campaign/policy.h"

namespace weft::campaign {

namespace {

using base::Fields;

void require(Fields& fields, const char* key, bool holds, const char* message) {
  if (holds) return;
  const auto value = fields.value(key);
  fields.reading().error(value ? *value : fields.node(), message);
}

base::Time not_negative(Fields& fields, const char* key, base::Time value) {
  require(fields, key, value.si() >= 0, "must not be negative");
  return value;
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

StopStages read_stages(Fields fields) {
  StopStages stages;
  if (fields.has("detect")) stages.detect = read_duration(fields, "detect");
  if (fields.has("localise")) stages.localise = read_duration(fields, "localise");
  if (fields.has("restart")) stages.restart = read_duration(fields, "restart");
  fields.finish();
  return stages;
}

Domains read_domains(Fields fields) {
  Domains domains;
  domains.hosts_per_switch = fields.small_integer("hosts_per_switch", 1, domains.hosts_per_switch);
  domains.hosts_per_rack = fields.small_integer("hosts_per_rack", 1, domains.hosts_per_rack);
  domains.hosts_per_loop =
      fields.small_integer("hosts_per_cooling_loop", 1, domains.hosts_per_loop);
  fields.finish();
  return domains;
}

SparePolicy read_spares(Fields fields) {
  SparePolicy spares;
  Hosts hosts;
  hosts.unlimited = false;
  hosts.warm = fields.small_integer("warm", 0, 0);
  hosts.cold = fields.small_integer("cold", 0, 0);
  spares.share = fields.number("share", 0.0);
  require(fields, "share", spares.share >= 0, "must not be negative");
  hosts.swap = read_duration(fields, "swap", Duration());
  hosts.provision = read_duration(fields, "provision", Duration());
  hosts.eject_after = fields.small_integer("eject_after", 0, 0);
  spares.idle_hazard = fields.number("idle_hazard", spares.idle_hazard);
  require(fields, "idle_hazard", spares.idle_hazard >= 0 && spares.idle_hazard <= 1,
          "a share between 0 and 100 % is expected here");
  fields.finish();
  spares.hosts = hosts;
  return spares;
}

void read_repair(Fields fields, Policy& policy) {
  policy.reboot = read_duration(fields, "reboot", Duration());
  policy.out_of_band = read_duration(fields, "out_of_band", Duration());
  policy.returned_bad = fields.number("returned_bad", 0.0);
  require(fields, "returned_bad", policy.returned_bad >= 0 && policy.returned_bad <= 1,
          "a share between 0 and 100 % is expected here");
  policy.crews = fields.small_integer("crews", 0, 0);
  fields.finish();
}

ElasticPolicy read_elastic(Fields fields) {
  static const std::vector<std::string> kModes = {"none", "shrink", "reroute", "best"};
  ElasticPolicy elastic;
  // Not `mode`: that would make the map a number with bounds, which `extends` replaces as a whole.
  elastic.mode = static_cast<Elastic>(fields.choice("by", kModes));
  elastic.slice_down = read_duration(fields, "slice_down", Duration());
  elastic.rebuild = read_duration(fields, "rebuild", Duration());
  elastic.scale_up = read_duration(fields, "scale_up", Duration());
  elastic.fatal = fields.number("fatal", 0.0);
  elastic.smallest = fields.number("smallest", elastic.smallest);
  for (const char* key : {"fatal", "smallest"}) {
    const double share = key[0] == 'f' ? elastic.fatal : elastic.smallest;
    require(fields, key, share >= 0 && share <= 1, "a share between 0 and 100 % is expected here");
  }
  static const std::vector<std::string> kBatches = {"shrinks", "kept"};
  elastic.keeps_batch = fields.choice("batch", kBatches, 0) == 1;
  fields.finish();
  return elastic;
}

Maintenance read_maintenance(Fields fields) {
  Maintenance maintenance;
  maintenance.every = fields.positive<base::Time>("every");
  maintenance.takes = read_duration(fields, "takes");
  fields.finish();
  return maintenance;
}

void read_acceptance(Fields fields, Policy& policy) {
  policy.acceptance = not_negative(fields, "period", fields.quantity<base::Time>("period"));
  policy.acceleration = fields.number("acceleration", 1.0);
  require(fields, "acceleration", policy.acceleration >= 0, "must not be negative");
  fields.finish();
}

// What a site may leave out.
void read_options(Fields& fields, Policy& policy) {
  if (auto map = fields.maybe_map("domains")) policy.domains = read_domains(*map);
  if (auto map = fields.maybe_map("spares")) policy.spares = read_spares(*map);
  if (auto map = fields.maybe_map("repair")) read_repair(*map, policy);
  if (auto map = fields.maybe_map("elastic")) policy.elastic = read_elastic(*map);
  if (auto map = fields.maybe_map("maintenance")) policy.maintenance = read_maintenance(*map);
  if (auto map = fields.maybe_map("acceptance")) read_acceptance(*map, policy);
  policy.age = not_negative(fields, "age", fields.quantity<base::Time>("age", base::Time(0)));
  policy.corruption_found = read_duration(fields, "corruption_found_after", Duration());
}

}  // namespace

Recovery read_recovery(Fields fields) {
  const auto time = [&fields](const char* key) {
    return not_negative(fields, key, fields.quantity<base::Time>(key));
  };
  Recovery recovery;
  recovery.detection = read_duration(fields, "detect");
  recovery.detect = recovery.detection.mean();
  recovery.restart_fixed = time("restart");
  recovery.restart_per_device = time("restart_per_device");
  recovery.localise = read_duration(fields, "localise", Duration());
  recovery.communicator = read_duration(fields, "communicator", Duration());
  recovery.communicator_per_device =
      not_negative(fields, "communicator_per_device",
                   fields.quantity<base::Time>("communicator_per_device", base::Time(0)));
  // In the order of Stop, behind the crash.
  static constexpr std::array<const char*, kStops> kNames = {"", "hang", "eviction", "corruption",
                                                             "maintenance"};
  for (std::size_t i = 1; i < kStops; ++i) {
    if (auto map = fields.maybe_map(kNames[i])) recovery.other[i] = read_stages(*map);
  }
  fields.finish();
  return recovery;
}

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
  read_options(fields, policy);
  fields.finish();
  return policy;
}

}  // namespace weft::campaign
