// A sweep's question, and whether all that varies means something.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "axis.h"
#include "weft/sweep/sweep.h"

namespace weft::sweep {

namespace {

// Of an axis: more are not looked at one by one.
constexpr std::size_t kMostTried = 200;

// Values of an axis to try: its levels, or the ends of what is drawn.
std::vector<base::Node> tried_of(const Axis& axis) {
  std::vector<base::Node> values;
  if (axis.span) {
    const auto& span = *axis.span;
    for (const double end : {span.from, span.to}) {
      const auto list = "- " + text_of(span, end) + "\n";
      values.push_back(base::Document::parse(list, axis.path).root().item(0));
    }
    return values;
  }
  for (std::size_t i = 0; i < std::min(axis.levels.size(), kMostTried); ++i) {
    values.push_back(axis.levels[i].value);
  }
  return values;
}

bool is_inside(const base::Node& node, const base::Position& position) {
  const auto at = node.position();
  if (at.source == position.source && at.line == position.line && at.column == position.column) {
    return true;
  }
  for (std::size_t i = 0; i < node.size(); ++i) {
    if (is_inside(node.item(i), position)) return true;
  }
  return false;
}

// The same errors, where the axis is written if their place is in a text that nobody wrote.
base::InputError placed(const base::InputError& error, const Axis& axis) {
  auto diagnostics = error.diagnostics();
  for (auto& one : diagnostics) {
    const bool is_made = one.position.source && one.position.source->name == axis.path;
    if (!is_made) continue;
    one.position = axis.written.position();
    one.length = 1;
  }
  return base::InputError(diagnostics);
}

// Tries the values of one axis after the other, the rest at their first ones.
class Checker {
 public:
  Checker(const Sweep& sweep, const ask::Question& question, const base::Catalog& catalog)
      : axes_(sweep.design.axes()), question_(question), catalog_(catalog) {
    for (const auto& axis : axes_) values_.push_back(tried_of(axis));
  }

  void run() {
    for (std::size_t a = 0; a < axes_.size(); ++a) check_axis(a);
    if (unused_) ask::require_used(*unused_);
  }

 private:
  [[nodiscard]] std::vector<ask::Change> changes(std::size_t axis, std::size_t value) const {
    std::vector<ask::Change> all;
    for (std::size_t a = 0; a < axes_.size(); ++a) {
      all.push_back({axes_[a].path, values_[a][a == axis ? value : 0]});
    }
    return all;
  }

  // An error that an axis makes with each of its values is a mistake; so is one with a single value
  // that nobody understands. A plan that breaks a rule is an answer.
  void check_axis(std::size_t axis) {
    std::optional<base::InputError> first;
    bool any = false;
    for (std::size_t v = 0; v < values_[axis].size(); ++v) {
      try {
        read(changes(axis, v));
        any = true;
      } catch (const base::InputError& error) {
        if (!first) first = placed(error, axes_[axis]);
        if (is_mistake(error, axis, v)) throw placed(error, axes_[axis]);
      }
    }
    if (!any && first) throw *first;
  }

  [[nodiscard]] bool is_mistake(const base::InputError& error, std::size_t axis,
                                std::size_t value) const {
    if (axes_[axis].path.starts_with("plan")) return false;
    const auto& node = values_[axis][value];
    return std::any_of(error.diagnostics().begin(), error.diagnostics().end(),
                       [&](const auto& one) { return is_inside(node, one.position); });
  }

  void read(const std::vector<ask::Change>& changes) {
    const auto changed = ask::changed(question_.document(), catalog_, changes);
    question_.read(changed);
    // A file may be read with some values of other axes alone.
    std::set<std::string> unused;
    std::vector<base::Override> left;
    for (const auto& one : changed.catalog.unused()) {
      const bool was = !unused_ || names_.contains(one.kind + "." + one.name + "." + one.path);
      if (!was) continue;
      unused.insert(one.kind + "." + one.name + "." + one.path);
      left.push_back(one);
    }
    names_ = std::move(unused);
    unused_ = catalog_.with(left);
  }

  const std::vector<Axis>& axes_;
  const ask::Question& question_;
  const base::Catalog& catalog_;
  std::vector<std::vector<base::Node>> values_;  // by axis
  std::optional<base::Catalog> unused_;          // with what nobody has asked for so far
  std::set<std::string> names_;                  // of the same
};

[[noreturn]] void fail_unknown_figure(const Sweep& sweep, const base::Catalog& catalog,
                                      const base::ThreadTeam& team, const std::string& message) {
  auto settings = sweep.settings;
  settings.figures.clear();
  const ask::Question all(sweep.base, catalog, settings, team);
  std::vector<std::string> names;
  for (const auto& column : all.columns()) names.push_back(column.name);
  std::vector<base::Diagnostic> errors;
  for (const auto& node : sweep.shown) {
    const std::string name(node.text());
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const auto near = base::nearest(name, names);
    auto text = "there is no figure '" + name + "'";
    if (settings.depth == ask::Depth::kF1) text += " at fidelity F1";
    if (near.empty()) text += fmt::format("; there are {}", fmt::join(names, ", "));
    errors.push_back(
        {node.position(), node.length(), text, near.empty() ? "" : "did you mean '" + near + "'?"});
  }
  if (errors.empty()) throw std::invalid_argument(message);
  throw base::InputError(errors);
}

ask::Question asked(const Sweep& sweep, const base::Catalog& catalog,
                    const base::ThreadTeam& team) {
  try {
    return {sweep.base, catalog, sweep.settings, team};
  } catch (const std::invalid_argument& error) {
    fail_unknown_figure(sweep, catalog, team, error.what());
  }
}

}  // namespace

ask::Question question_of(const Sweep& sweep, const base::Catalog& catalog,
                          const base::ThreadTeam& team) {
  auto question = asked(sweep, catalog, team);
  Checker(sweep, question, catalog).run();
  return question;
}

}  // namespace weft::sweep
