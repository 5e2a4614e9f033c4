// The rules of thumb that complete a published row: one file, each rule with its reason. No rule
// names a row.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/validation/runs_table.h"

namespace weft::validation {

// To which rows a rule applies: every list that is not empty must have a member that matches.
// Members may hold `*`.
struct Condition {
  std::vector<std::string> source, software, vendor, kind, model, cluster, unit, zero;
};

// What is known of a row when rules are looked up.
struct Traits {
  std::string source, software, vendor, kind, model, cluster, unit, zero;
};
bool holds(const Condition& condition, const Traits& traits);
bool contains(const std::vector<std::string>& all, const std::string& name);

// A column that is blank (or reads as `written`) is taken to be `value`.
struct Fill {
  std::string column;
  std::string written;  // empty: blank
  Condition when;
  std::string value;
  std::string why;
};

// One effect of a feature on the software, the job or the model.
struct Setting {
  std::string key;
  std::string text;
  double number = 0;
};

// Words in a column that say how the software was set, or what was trained.
struct Feature {
  std::string name;
  std::string column;
  std::vector<std::string> words;  // of a phrase in notes, of the whole text elsewhere
  bool is_absent = false;          // it holds for rows in which none of the words stands
  Condition when;
  std::vector<Setting> settings;
  std::vector<std::string> inputs;  // uncertain numbers among the settings
  std::string why;
};

// A row that cannot be run, and why.
struct Refusal {
  Condition when;
  std::vector<std::string> metric;
  std::string reason;
};

struct ModelAlias {
  std::vector<std::string> names;  // of name_key(), with `*`
  std::string use;
};

struct StackRule {
  std::vector<std::string> alias;  // names, with `*`, of a stack that is no document
  Condition when;
  std::string from;  // release, "26.06"; empty: any
  int before = 0;    // year; 0: any
  std::string use;
  std::string why;
};

struct ClusterRule {
  std::vector<std::string> names;
  std::string use;  // another cluster's document; empty: the same
  int over = 0;     // devices
  int hosts_per_domain = 0;
  std::string why;
};

// How a stack splits the layers of a model where as many virtual stages as entries are stated: the
// model's name as in the row.
struct LayerSplit {
  Condition when;
  std::vector<int> layers;
  std::string why;
};

// Rows whose figure or description is in doubt: shown, but reported apart.
struct Doubt {
  std::vector<std::string> ids;  // with `*`
  std::string why;
};

// By what a set of rows is judged.
enum class Judge {
  kMean,    // of |error|
  kMedian,  // of |error|
  kOrder,   // Spearman's rank correlation of predicted and published speeds
  kRatio,   // |error| of the ratio of two rows
};
inline constexpr int kJudgeCount = 4;
const char* name_of(Judge judge);

// Rows that are judged together, whatever their source.
struct RunSet {
  std::string name;
  std::vector<std::string> ids;  // with `*`
  std::string split;             // empty: both
  bool with_doubt = false;       // rows in doubt count
  Judge judge = Judge::kMean;
  double aim = 0;  // the most that an error may be, the least that a correlation may be
};

// Why the model is one-sidedly off on a publication.
struct Explanation {
  std::vector<std::string> source;  // with `*`
  std::string why;
};

// The document that stands for stacks of one kind that are not known, and those of the kind that
// are: its uncertain numbers are fitted to the runs of all of them.
struct DefaultStack {
  std::string use;
  std::vector<std::string> stands_for;
};

struct Rules {
  std::vector<StackRule> stacks;
  std::vector<DefaultStack> defaults;
  std::vector<ClusterRule> clusters;
  std::vector<ModelAlias> models;
  std::vector<Refusal> refusals;
  std::vector<Fill> fills;
  std::vector<Feature> features;
  std::vector<LayerSplit> splits;
  std::vector<Doubt> doubts;
  std::vector<RunSet> sets;
  std::vector<Explanation> explanations;
  // How much wider an interval gets for each factor of e in devices beyond those of published runs.
  double wider_per_factor = 0;
};

// Why a row is in doubt, or "".
std::string doubt_of(const Rules& rules, const std::string& id);
// The default of a stack's kind, or nothing; a default is its own.
const DefaultStack* default_of(const std::string& stack, const Rules& rules);

// A document of kind `rules`. Errors go to the reading.
Rules read_rules(const base::Document& document, base::Reading& reading);

// Whether release `a` is `b` or later: "26.06.01" is later than "26.06", "1.0.RC3" before "1.0".
bool is_from(const std::string& release, const std::string& first);

// What a rule put into a row.
struct Filled {
  std::string column;
  std::string value;
  std::string why;
};

// Why a blank column of a row is filled from the document of its model.
inline constexpr const char* kPublicShape = "the model's public shape";

// The document of the row's stack, and why if it is not the one named.
struct StackChoice {
  std::string name;
  std::string why;
};
StackChoice stack_of(const PublishedRun& run, const Traits& traits, const Rules& rules,
                     const std::vector<std::string>& known);

// The document of a model's public shape, or "": by its own name, by an alias, by the beginning of
// its name ("Llama2-7B finetune").
std::string model_of(const std::string& name, const Rules& rules,
                     const std::vector<std::string>& known);

// Completes blank columns by the first rule that holds for each.
void fill_blanks(PublishedRun& run, const Traits& traits, const Rules& rules,
                 std::vector<Filled>& filled);

}  // namespace weft::validation
