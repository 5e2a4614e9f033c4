#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "weft/ask/question.h"
#include "weft/base/quantity.h"
#include "weft/base/unit_text.h"
#include "weft/claim/claim.h"

namespace weft::claim {

namespace {

using base::Document;
using base::Fields;
using base::Node;

[[noreturn]] void refuse(const Node& node, std::string message, std::string hint = "") {
  throw base::InputError({{node.position(), node.length(), std::move(message), std::move(hint)}});
}

// Whatever kind of question it is.
Document shipped(const std::string& name, const Node& node, const base::Catalog& catalog) {
  for (const auto& kind : ask::kinds()) {
    if (kind == "study") continue;
    try {
      return catalog.load(kind, name, node);
    } catch (const base::InputError&) {  // of another kind, or not there, which comes up below
    }
  }
  return catalog.load("study", name, node);
}

Document study_of(const Node& node, const base::Catalog& catalog) {
  if (node.is_scalar()) return shipped(std::string(node.text()), node, catalog);
  if (!node.is_map()) refuse(node, "a question ({kind: ..., ...}) or its name is expected here");
  const auto extends = node.find("extends");
  if (!extends) return base::subtree(node);
  auto below = shipped(std::string(extends->text()), *extends, catalog);
  // A map of another kind would replace what it stands over: supply and cost are asked of studies.
  if (const auto kind = node.find("kind")) below = base::with_value(below, "kind", *kind);
  return base::merge(below, node);
}

class Reader {
 public:
  Reader(const base::Catalog& catalog, base::Reading& reading)
      : catalog_(catalog), reading_(reading) {}

  Claim run(const Document& document) {
    Fields fields(document.root(), reading_, document.file().stem().string());
    claim_.id = document.file().stem().string();
    fields.text("kind");
    claim_.claimant = fields.text("claimant");
    claim_.date = fields.text("date");
    claim_.says = fields.text("says");
    claim_.source = fields.text("source");
    claim_.confidence = fields.text("confidence");
    claim_.note = fields.text("note", "");
    const bool testable = fields.flag("testable", true);
    if (testable) {
      read_tests(fields);
    } else {
      claim_.because = fields.text("because");
    }
    fields.finish();
    reading_.throw_if_any();
    return std::move(claim_);
  }

 private:
  void read_tests(Fields& fields) {
    std::optional<std::size_t> shared;
    if (const auto study = fields.value("study")) shared = add_study(*study);
    if (!fields.has("tests")) {
      claim_.tests.push_back(read_test(fields, shared));
      return;
    }
    const auto nodes = fields.list("tests");
    if (nodes.empty()) reading_.error(fields.node(), "'tests' is empty");
    for (const auto& node : nodes) {
      Fields test(node, reading_, fields.name());
      auto own = shared;
      if (const auto study = test.value("study")) own = add_study(*study);
      const auto label = test.text("label");
      claim_.tests.push_back(read_test(test, own));
      claim_.tests.back().label = label;
      test.finish();
    }
  }

  std::size_t add_study(const Node& node) {
    claim_.studies.push_back(study_of(node, catalog_));
    return claim_.studies.size() - 1;
  }

  Test read_test(Fields& fields, const std::optional<std::size_t>& study) {
    Test test{"",
              study.value_or(0),
              place_of(fields, ""),
              std::nullopt,
              Form::kValue,
              std::nullopt,
              Sense::kEqual,
              0,
              "",
              std::nullopt,
              {}};
    if (!study) {
      reading_.error(fields.node(), "missing key 'study': the question that predicts the figure");
    }
    read_against(fields, test);
    test.value = fields.value("value");
    if (test.value) read_sense(test);
    test.tolerance = fields.number("tolerance", 0);
    if (test.tolerance < 0) reading_.error(*fields.value("tolerance"), "must not be negative");
    test.read_as = fields.text("read_as", "");
    if (fields.has("favours")) test.favours = fields.choice("favours", {"more", "less"}) == 0;
    test.knobs = fields.list("knobs");
    return test;
  }

  static Place place_of(Fields& fields, const std::string& metric) {
    const auto name = metric.empty() ? fields.text("metric") : fields.text("metric", metric);
    return {name, fields.value("row"), fields.value("metric").value_or(fields.node())};
  }

  void read_against(Fields& fields, Test& test) {
    for (const bool is_ratio : {true, false}) {
      auto against = fields.maybe_map(is_ratio ? "over" : "minus");
      if (!against) continue;
      if (test.against) {
        reading_.error(against->node(), "either a ratio ('over') or a difference ('minus')");
      }
      test.against = place_of(*against, test.of.metric);
      if (!test.against->row) test.against->row = test.of.row;
      test.form = is_ratio ? Form::kRatio : Form::kDifference;
      against->finish();
    }
  }

  static void read_sense(Test& test) {
    const auto text = test.value->text();
    if (text.starts_with(">=")) test.sense = Sense::kAtLeast;
    if (text.starts_with("<=")) test.sense = Sense::kAtMost;
  }

  const base::Catalog& catalog_;
  base::Reading& reading_;
  Claim claim_;
};

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

// "1.46 M tokens/s" as "1.46 M", where the figure is in tokens/s.
bool drop_ending(std::string& text, const std::string& ending) {
  if (ending.empty() || !text.ends_with(ending)) return false;
  text = trimmed(std::string_view(text).substr(0, text.size() - ending.size()));
  return true;
}

}  // namespace

Claim read_claim(const Document& document, const base::Catalog& catalog, base::Reading& reading) {
  return Reader(catalog, reading).run(document);
}

double claimed_value(const Node& value, const std::string& unit, bool is_ratio) {
  if (!value.is_scalar()) refuse(value, "a number is expected here, with >= or <= before a bound");
  std::string text(value.text());
  if (text.starts_with(">=") || text.starts_with("<=")) text = trimmed(text.substr(2));
  const std::string wanted = is_ratio ? "" : unit;
  if (is_ratio) drop_ending(text, "x") || drop_ending(text, "×");
  base::Dimension dimension;
  base::UnitError error;
  if (!drop_ending(text, wanted) && !wanted.empty()) {
    const auto known = base::parse_quantity("1 " + wanted, error);
    if (!known) refuse(value, fmt::format("a number in {} is expected here", wanted));
    dimension = known->dimension;
  }
  const auto parsed = base::parse_quantity(text, error);
  if (!parsed) refuse(value, error.message);
  const bool is_bare = parsed->unit.empty() && dimension != base::Dimension{};
  if (parsed->dimension != dimension || is_bare) {
    refuse(value, wanted.empty() ? "a plain number or a percentage is expected here"
                                 : fmt::format("a number in {} is expected here", wanted));
  }
  return parsed->si;
}

}  // namespace weft::claim
