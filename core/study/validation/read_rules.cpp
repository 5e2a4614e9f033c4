#include <array>
#include <utility>

#include "weft/validation/free_text.h"
#include "weft/validation/rules.h"

namespace weft::validation {

namespace {

using base::Fields;

// What a feature may set. Numbers are uncertain inputs like those of any document.
constexpr std::array kTextSettings = {"training", "attention", "attention_instructions",
                                      "context_exchange"};
constexpr std::array kFlagSettings = {"fuses_tensor",     "overlap_gradients", "overlap_parameters",
                                      "overlap_pipeline", "tied_embeddings",   "score_soft_cap",
                                      "groups_experts"};
constexpr std::array kNumberSettings = {"expert_hidden",       "tensor_hidden",   "data_window",
                                        "elementwise_traffic", "launch",          "gradient_bytes",
                                        "prediction_layers",   "document",        "residual",
                                        "permutation_traffic", "expert_capacity", "norm_traffic",
                                        "first_dense_layers"};

std::vector<std::string> texts(Fields& fields, const char* key) {
  std::vector<std::string> all;
  for (const auto& node : fields.list(key)) all.push_back(base::text_of(node, fields.reading()));
  return all;
}

Condition read_condition(Fields& rule) {
  Condition when;
  when.source = texts(rule, "source");
  when.software = texts(rule, "software");
  when.vendor = texts(rule, "vendor");
  when.kind = texts(rule, "kind");
  when.model = texts(rule, "model");
  when.cluster = texts(rule, "cluster");
  when.unit = texts(rule, "unit");
  when.zero = texts(rule, "zero");
  return when;
}

// The rules of one list.
template <class Read>
void each(Fields& fields, const char* key, Read read) {
  for (const auto& node : fields.list(key)) {
    Fields rule(node, fields.reading(), fields.name());
    read(rule);
    rule.finish();
  }
}

std::string column_of(Fields& rule) {
  auto column = rule.text("column");
  if (!column.empty() && !is_column(column)) {
    const auto near = base::nearest(column, column_names());
    rule.reading().error(*rule.value("column"), "the table of runs has no such column",
                         near.empty() ? "" : "did you mean '" + near + "'?");
  }
  return column;
}

Fill read_fill(Fields& rule) {
  Fill fill;
  fill.column = column_of(rule);
  fill.written = rule.text("written", "");
  fill.when = read_condition(rule);
  fill.value = rule.text("value");
  fill.why = rule.text("why");
  return fill;
}

std::vector<Setting> read_settings(Fields fields) {
  std::vector<Setting> settings;
  for (const char* key : kTextSettings) {
    if (fields.has(key)) settings.push_back({key, fields.text(key), 0});
  }
  for (const char* key : kFlagSettings) {
    if (fields.has(key)) settings.push_back({key, "", fields.flag(key, false) ? 1.0 : 0.0});
  }
  for (const char* key : kNumberSettings) {
    if (fields.has(key)) settings.push_back({key, "", fields.number(key)});
  }
  fields.finish();
  return settings;
}

Feature read_feature(Fields& rule) {
  Feature feature;
  feature.name = rule.text("name");
  feature.column = column_of(rule);
  feature.words = texts(rule, "words");
  feature.is_absent = rule.flag("absent", false);
  feature.when = read_condition(rule);
  const auto before = rule.reading().uncertain_inputs().size();
  if (const auto node = rule.value("set")) {
    feature.settings =
        read_settings(Fields(*node, rule.reading(), rule.name() + "." + feature.name));
  }
  const auto& inputs = rule.reading().uncertain_inputs();
  for (auto i = before; i < inputs.size(); ++i) feature.inputs.push_back(inputs[i].path);
  feature.why = rule.text("why");
  return feature;
}

ClusterRule read_cluster_rule(Fields& rule) {
  ClusterRule result;
  result.names = texts(rule, "names");
  result.use = rule.text("use", "");
  result.over = rule.small_integer("over", 0, 0);
  result.hosts_per_domain = rule.small_integer("hosts_per_domain", 1, 1);
  if (!rule.has("hosts_per_domain")) result.hosts_per_domain = 0;
  result.why = rule.text("why");
  return result;
}

RunSet read_set(Fields& rule) {
  constexpr std::array kSplits = {"", "fit", "test"};
  RunSet set;
  set.name = rule.text("name");
  set.ids = texts(rule, "ids");
  set.split = kSplits[rule.choice("split", {kSplits.begin(), kSplits.end()}, 0)];
  set.with_doubt = rule.flag("with_doubt", false);
  std::vector<std::string> judges;
  for (int i = 0; i < kJudgeCount; ++i) judges.emplace_back(name_of(static_cast<Judge>(i)));
  set.judge = static_cast<Judge>(rule.choice("judge", judges));
  set.aim = rule.number("aim");
  return set;
}

LayerSplit read_split(Fields& rule) {
  LayerSplit split;
  split.when = read_condition(rule);
  for (const auto& node : rule.list("layers")) {
    split.layers.push_back(
        static_cast<int>(base::integer_of(node, rule.reading(), rule.name(), 0)));
  }
  split.why = rule.text("why");
  return split;
}

void read_judgement(Fields& fields, Rules& rules) {
  each(fields, "sets", [&](Fields& rule) { rules.sets.push_back(read_set(rule)); });
  each(fields, "explanations", [&](Fields& rule) {
    Explanation explanation;
    explanation.source = texts(rule, "source");
    explanation.why = rule.text("why");
    rules.explanations.push_back(std::move(explanation));
  });
}

}  // namespace

const char* name_of(Judge judge) {
  constexpr std::array<const char*, kJudgeCount> kNames = {"mean", "median", "order", "ratio"};
  return kNames.at(static_cast<std::size_t>(judge));
}

Rules read_rules(const base::Document& document, base::Reading& reading) {
  Rules rules;
  Fields fields(document.root(), reading, document.file().stem().string());
  fields.text("kind");
  fields.text("name");
  each(fields, "stacks", [&](Fields& rule) {
    StackRule stack;
    stack.alias = texts(rule, "alias");
    stack.when = read_condition(rule);
    stack.from = rule.text("from", "");
    stack.before = rule.small_integer("before", 0, 0);
    stack.use = rule.text("use");
    stack.why = rule.text("why");
    rules.stacks.push_back(std::move(stack));
  });
  each(fields, "defaults", [&](Fields& rule) {
    DefaultStack stack;
    stack.use = rule.text("use");
    stack.stands_for = texts(rule, "stands_for");
    rules.defaults.push_back(std::move(stack));
  });
  each(fields, "clusters",
       [&](Fields& rule) { rules.clusters.push_back(read_cluster_rule(rule)); });
  each(fields, "models", [&](Fields& rule) {
    ModelAlias alias;
    for (const auto& name : texts(rule, "names")) alias.names.push_back(name_key(name));
    alias.use = rule.text("use");
    rules.models.push_back(std::move(alias));
  });
  each(fields, "refusals", [&](Fields& rule) {
    Refusal refusal;
    refusal.when = read_condition(rule);
    refusal.metric = texts(rule, "metric");
    refusal.reason = rule.text("reason");
    rules.refusals.push_back(std::move(refusal));
  });
  each(fields, "fills", [&](Fields& rule) { rules.fills.push_back(read_fill(rule)); });
  each(fields, "doubts", [&](Fields& rule) {
    Doubt doubt;
    doubt.ids = texts(rule, "ids");
    doubt.why = rule.text("why");
    rules.doubts.push_back(std::move(doubt));
  });
  each(fields, "splits", [&](Fields& rule) { rules.splits.push_back(read_split(rule)); });
  each(fields, "features", [&](Fields& rule) { rules.features.push_back(read_feature(rule)); });
  read_judgement(fields, rules);
  if (auto intervals = fields.maybe_map("intervals")) {
    rules.wider_per_factor = intervals->number("wider_per_factor");
    intervals->finish();
  }
  fields.finish();
  return rules;
}

}  // namespace weft::validation
