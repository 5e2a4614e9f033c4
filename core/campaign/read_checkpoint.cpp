#include <algorithm>

#include "weft/campaign/policy.h"

namespace weft::campaign {

namespace {

base::Time read_time(base::Fields& fields, const char* key, base::Time fallback) {
  const auto time = fields.quantity<base::Time>(key, fallback);
  if (time.si() >= 0.0) return time;
  fields.reading().error(*fields.value(key), "must not be negative");
  return fallback;
}

double read_survival(base::Fields& fields, const char* key) {
  const double share = fields.number(key, 1.0);
  if (share >= 0.0 && share <= 1.0) return share;
  fields.reading().error(*fields.value(key), "a share between 0 and 100 % is expected here");
  return 1.0;
}

// A bandwidth of one host, or the word for the cluster's storage.
base::Bandwidth read_speed(base::Fields& fields, const char* key, bool& by_storage) {
  const auto value = fields.value(key);
  if (value && value->text() == "storage") {
    by_storage = true;
    return base::Bandwidth(0);
  }
  return value ? fields.positive<base::Bandwidth>(key) : base::Bandwidth(0);
}

TierForm read_tier(const std::string& name, base::Fields fields) {
  TierForm tier;
  tier.name = name;
  tier.every = fields.small_integer("every", 1, 1);
  tier.keep = fields.small_integer("keep", 0, 1);
  tier.pause = read_time(fields, "pause", base::Time(0));
  if (fields.has("copy")) tier.copy = fields.positive<base::Bandwidth>("copy");
  tier.asynchronous = fields.flag("asynchronous", true);
  tier.write = read_speed(fields, "write", tier.storage_writes);
  tier.read = read_speed(fields, "read", tier.storage_reads);
  if (auto survives = fields.maybe_map("survives")) {
    tier.process = read_survival(*survives, "process");
    tier.host = read_survival(*survives, "host");
    tier.domain = read_survival(*survives, "domain");
    tier.site = read_survival(*survives, "site");
    survives->finish();
  }
  fields.finish();
  return tier;
}

std::vector<TierForm> read_tiers(base::Fields& fields) {
  std::vector<TierForm> tiers;
  auto map = fields.maybe_map("tiers");
  if (!map) return tiers;
  const auto node = map->node();
  for (std::size_t i = 0; i < node.size(); ++i) {
    if (!node.item(i).is_map()) continue;
    const std::string name(node.key(i));
    tiers.push_back(read_tier(name, map->map(name)));
  }
  map->finish();
  if (tiers.empty()) fields.reading().error(node, "at least one tier is expected here");
  return tiers;
}

// A time, `best`, or the name of a rule.
void read_interval(base::Fields& fields, Checkpoint& checkpoint) {
  const auto value = fields.value("interval");
  if (!value || value->text() == "best") return;
  const auto& rules = interval_rules();
  const auto rule = std::find(rules.begin() + 1, rules.end(), value->text());
  if (rule != rules.end()) {
    checkpoint.rule = static_cast<IntervalRule>(rule - rules.begin());
    return;
  }
  checkpoint.rule = IntervalRule::kFixed;
  checkpoint.interval = fields.quantity<base::Time>("interval");
  if (checkpoint.interval->si() <= 0.0) {
    fields.reading().error(*value, "must be longer than nothing, or 'best'");
  }
}

}  // namespace

Checkpoint read_checkpoint(base::Fields fields) {
  Checkpoint checkpoint;
  checkpoint.bytes_per_parameter =
      fields.quantity<base::Bytes>("bytes_per_parameter", checkpoint.bytes_per_parameter);
  if (checkpoint.bytes_per_parameter.si() < 0.0) {
    fields.reading().error(*fields.value("bytes_per_parameter"), "must not be negative");
  }
  checkpoint.blocking_fixed = read_time(fields, "pause", base::Time(0));
  checkpoint.asynchronous = fields.flag("asynchronous", false);
  read_interval(fields, checkpoint);
  checkpoint.tiers = read_tiers(fields);
  fields.finish();
  return checkpoint;
}

}  // namespace weft::campaign
