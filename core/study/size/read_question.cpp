#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>

#include "read_targets.h"
#include "weft/size/question.h"

namespace weft::size {

namespace {

using base::Fields;
using base::Node;

constexpr std::array<const char*, kAims> kAimNames = {"smallest", "cheapest", "coolest",
                                                      "fastest",  "tokens",   "model"};
constexpr std::array<const char*, kTargets> kTargetNames = {"time", "power", "budget", "chips",
                                                            "racks"};
constexpr std::array<const char*, 3> kMoneyNames = {"capital", "run", "rent"};
// Whose repair times count where the job's campaign has none: measured ones, see its file.
constexpr const char* kRepairs = "automated";

// Aims that are answered by the same sizes.
int group_of(Aim aim) { return aim <= Aim::kCoolest ? 0 : static_cast<int>(aim); }

std::vector<Aim> read_aims(Fields& fields) {
  std::vector<Aim> aims;
  const std::vector<std::string> names(kAimNames.begin(), kAimNames.end());
  for (const auto& node : fields.list("find")) {
    const auto aim = static_cast<Aim>(base::choice_of(node, fields.reading(), names));
    if (!aims.empty() && group_of(aim) != group_of(aims.front())) {
      fields.reading().error(node, fmt::format("{} and {} are different questions: ask one of them",
                                               name_of(aims.front()), name_of(aim)));
      continue;
    }
    if (std::find(aims.begin(), aims.end(), aim) == aims.end()) aims.push_back(aim);
  }
  if (aims.empty()) aims = {Aim::kSmallest, Aim::kCheapest, Aim::kCoolest};
  return aims;
}

Sizes read_sizes(Fields& fields) {
  Sizes sizes;
  const auto node = fields.value("sizes");
  if (!node) return sizes;
  if (node->is_scalar()) {
    base::choice_of(*node, fields.reading(), {"every"});
    sizes.spacing = 0;
    sizes.margin = std::numeric_limits<double>::infinity();
    return sizes;
  }
  auto map = fields.map("sizes");
  sizes.spacing = map.number("spacing", sizes.spacing);
  sizes.margin = map.number("margin", sizes.margin);
  if (sizes.spacing < 0 || sizes.spacing > 0.5) {
    map.reading().error(*map.value("spacing"), "a share from 0 to 50 % is expected here");
  }
  if (sizes.margin < 0) map.reading().error(*map.value("margin"), "must not be negative");
  map.finish();
  return sizes;
}

SpareRule read_spares(Fields& fields) {
  SpareRule rule;
  rule.repairs = kRepairs;
  const auto node = fields.value("spares");
  if (!node) return rule;
  if (!node->is_map() || node->find("value") || node->find("mode")) {
    rule.share = fields.number("spares");
    if (*rule.share < 0 || *rule.share > 1) {
      fields.reading().error(*node, "a share of the hosts, from 0 to 100 %, is expected here");
    }
    return rule;
  }
  auto map = fields.map("spares");
  rule.repairs = map.text("repairs", rule.repairs);
  rule.level = map.share("level", rule.level);
  if (rule.level >= 1) map.reading().error(*map.value("level"), "must be below 100 %");
  map.finish();
  return rule;
}

// What sizes are counted in says how large a cluster is: sought, or given.
void check_size_keys(const Node& node, bool is_sought, base::Reading& reading) {
  for (const char* key : {"hosts", "racks", "pods"}) {
    const auto size = node.is_map() ? node.find(key) : std::nullopt;
    if (size && is_sought) {
      reading.error(*size, fmt::format("how many {} is what is sought here; leave them out", key),
                    "most: 64 says that there may be no more");
    }
  }
  if (node.is_map() && node.find("mixed")) {
    reading.error(*node.find("mixed"), "a mixed cluster has no one size to look for");
  }
}

Offer read_offer(const Node& node, bool is_sought, const Sizes& sizes, base::Reading& reading) {
  Offer offer{node, "", {}, sizes};
  check_size_keys(node, is_sought, reading);
  if (!node.is_map()) {
    offer.name = base::text_of(node, reading);
    return offer;
  }
  if (const auto use = node.find("use")) {
    offer.name = std::filesystem::path(base::text_of(*use, reading)).stem().string();
  } else {
    reading.error(node, "missing key 'use': the name of a cluster");
  }
  Fields fields(node, reading, "offer");  // its other keys are those of an entry of `clusters:`
  if (fields.has("most")) offer.sizes.most = fields.integer("most", 1);
  for (const auto& value : fields.list("oversubscription")) {
    if (!(base::number_of(value, reading, "offer.oversubscription") >= 1)) {
      reading.error(value, "an oversubscription is 1 or more");
    }
    offer.oversubscription.push_back(value);
  }
  return offer;
}

void check_targets(const Question& question, const Fields& fields) {
  auto& reading = fields.reading();
  const auto written = fields.node().find("targets");
  if (!written) return;  // is missed already
  const auto& where = *written;
  const auto& targets = question.targets;
  if (!question.seeks(Aim::kFastest)) {
    if (!targets.time) reading.error(where, "'targets' needs a time: time: 60 d");
    return;
  }
  if (targets.time) reading.error(where, "the time is what is sought by 'find: fastest'");
  if (!targets.power && !targets.budget && !targets.chips && !targets.racks) {
    reading.error(where, "'find: fastest' needs something that there is no more of",
                  "power, budget, chips or racks");
  }
}

void read_models(Fields& fields, Question& question) {
  question.models = fields.list("models");
  if (fields.has("tokens_per_parameter")) {
    question.per_parameter = fields.number("tokens_per_parameter");
    if (!(*question.per_parameter > 0)) {
      fields.reading().error(*fields.value("tokens_per_parameter"), "must be more than zero");
    }
  }
  const bool is_model = question.seeks(Aim::kModel);
  if (is_model && question.models.empty()) {
    fields.reading().error(fields.node(), "'find: model' needs 'models': a list of names");
  }
  if (is_model) return;
  for (const char* key : {"models", "tokens_per_parameter"}) {
    if (fields.has(key)) fields.reading().error(*fields.value(key), "only of 'find: model'");
  }
}

}  // namespace

const char* name_of(Aim aim) { return kAimNames[static_cast<std::size_t>(aim)]; }
const char* name_of(Target target) { return kTargetNames[static_cast<std::size_t>(target)]; }
const char* name_of(MoneyOf of) { return kMoneyNames[static_cast<std::size_t>(of)]; }

bool Targets::has(Target target) const {
  const std::array<bool, kTargets> given = {time.has_value(), power.has_value(), budget.has_value(),
                                            chips.has_value(), racks.has_value()};
  return given[static_cast<std::size_t>(target)];
}

bool Question::seeks(Aim aim) const {
  return std::find(aims.begin(), aims.end(), aim) != aims.end();
}

Question read_question(const base::Document& document, base::Reading& reading) {
  Question question;
  question.document = document;
  Fields fields(document.root(), reading, document.file().stem().string());
  fields.text("kind");
  question.name = fields.text("name", "");
  fields.map("job");  // read with each offer
  question.aims = read_aims(fields);
  question.targets = read_targets(fields.map("targets"));
  const auto sizes = read_sizes(fields);
  question.spares = read_spares(fields);
  question.checkpoint_pause = fields.share("checkpoint_pause", question.checkpoint_pause);
  read_models(fields, question);
  const bool is_sought = group_of(question.aims.front()) != static_cast<int>(Aim::kTokens) &&
                         group_of(question.aims.front()) != static_cast<int>(Aim::kModel);
  for (const auto& node : fields.list("offer")) {
    question.offers.push_back(read_offer(node, is_sought, sizes, reading));
  }
  if (question.offers.empty()) {
    reading.error(fields.node(), "a question of size needs at least one entry in 'offer'");
  }
  for (const char* key : {"plan", "search", "campaign", "cost"}) fields.value(key);
  check_targets(question, fields);
  fields.finish();
  return question;
}

}  // namespace weft::size
