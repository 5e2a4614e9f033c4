#include "weft/sweep/design.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <stdexcept>
#include <utility>

#include "axis.h"
#include "weft/ask/question.h"
#include "weft/base/uncertain.h"

namespace weft::sweep {

namespace {

constexpr std::array<const char*, kSchemeCount> kSchemes = {"grid", "latin_hypercube", "sobol"};

// More than kMostCases: as many as there are, as far as a double counts.
double count_of(const std::vector<Axis>& axes) {
  double count = 1;
  for (const auto& axis : axes) count *= static_cast<double>(axis.levels.size());
  return count;
}

// The number below which a share `p` of a span lies, in its unit.
double number_at(const Span& span, double p) {
  double number = 0;
  if (span.mode) {
    number =
        base::quantile({base::Distribution::Kind::kTriangular, span.from, *span.mode, span.to}, p);
  } else if (span.is_log) {
    number = span.from * std::pow(span.to / span.from, p);
  } else {
    number = span.from + p * (span.to - span.from);
  }
  if (span.step <= 0) return number;
  const double most = std::floor((span.to - span.from) / span.step * (1 + 1e-12));
  const double steps = std::clamp(std::round((number - span.from) / span.step), 0.0, most);
  return span.from + steps * span.step;
}

base::Samples samples_of(Scheme scheme, std::int64_t points, std::size_t axes, std::uint64_t seed) {
  const auto count = static_cast<std::size_t>(points);
  if (scheme == Scheme::kSobol) return base::sobol(count, axes, seed);
  return base::latin_hypercube(count, axes, seed);
}

}  // namespace

const char* name_of(Scheme scheme) { return kSchemes[static_cast<std::size_t>(scheme)]; }

Design::Design(std::vector<Axis> axes, Scheme scheme, std::int64_t points, std::uint64_t seed)
    : axes_(std::move(axes)), scheme_(scheme), seed_(seed) {
  if (axes_.empty()) throw std::invalid_argument("a sweep without axes");
  if (scheme_ != Scheme::kGrid) {
    cases_ = points;
    samples_ = samples_of(scheme_, points, axes_.size(), seed);
    return;
  }
  if (count_of(axes_) > static_cast<double>(kMostCases) || count_of(axes_) < 1) {
    throw std::invalid_argument("a grid of no cases, or of too many");
  }
  strides_.assign(axes_.size(), 1);
  for (std::size_t a = axes_.size(); a-- > 0;) {
    strides_[a] = cases_;
    cases_ *= static_cast<std::int64_t>(axes_[a].levels.size());
    slow_first_.push_back(a);
  }
  std::reverse(slow_first_.begin(), slow_first_.end());
  std::stable_partition(slow_first_.begin(), slow_first_.end(),
                        [&](std::size_t a) { return !ask::is_light(axes_[a].path); });
}

std::int64_t Design::case_at(std::int64_t turn) const {
  if (scheme_ != Scheme::kGrid) return turn;
  std::int64_t number = 0;
  for (std::size_t i = slow_first_.size(); i-- > 0;) {
    const auto a = slow_first_[i];
    const auto levels = static_cast<std::int64_t>(axes_[a].levels.size());
    number += turn % levels * strides_[a];
    turn /= levels;
  }
  return number;
}

std::size_t Design::level_of(std::int64_t number, std::size_t axis) const {
  const auto& levels = axes_[axis].levels;
  if (scheme_ == Scheme::kGrid) {
    const auto turns = number / strides_[axis];
    return static_cast<std::size_t>(turns) % levels.size();
  }
  const double p = samples_.point(static_cast<std::size_t>(number))[axis];
  const double size = static_cast<double>(levels.size());
  return std::min(static_cast<std::size_t>(p * size), levels.size() - 1);
}

std::string Design::drawn_text(std::int64_t number, std::size_t axis) const {
  const auto& span = *axes_[axis].span;
  return text_of(span, number_at(span, samples_.point(static_cast<std::size_t>(number))[axis]));
}

void Design::settings(std::int64_t number, std::vector<Setting>& settings) const {
  settings.resize(axes_.size());
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    auto& setting = settings[a];
    if (axes_[a].span) {
      setting.text = drawn_text(number, a);
      setting.si = si_of(setting.text);
    } else {
      const auto& level = axes_[a].levels[level_of(number, a)];
      setting.text = level.text;
      setting.si = level.si;
    }
  }
}

void Design::place(std::int64_t number, ask::Point& point) const {
  const bool is_new = point.changes.size() != axes_.size();
  if (is_new) point.changes.clear();
  std::string list;  // of what is drawn: read in one go
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    if (axes_[a].span) list += "- " + drawn_text(number, a) + "\n";
  }
  const auto drawn =
      list.empty() ? axes_.front().written : base::Document::parse(std::move(list), "vary").root();
  std::size_t next = 0;
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    auto value = axes_[a].span ? drawn.item(next++) : axes_[a].levels[level_of(number, a)].value;
    if (is_new) {
      point.changes.push_back({axes_[a].path, std::move(value)});
    } else {
      point.changes[a].value = std::move(value);
    }
  }
}

namespace {

std::vector<Axis> read_axes(base::Fields& fields, Scheme scheme) {
  std::vector<Axis> axes;
  const auto vary = fields.value("vary");
  if (!vary || !vary->is_map() || vary->size() == 0) {
    fields.reading().error(vary.value_or(fields.node()),
                           "'vary' is what a sweep is about: a map of paths and their values, such "
                           "as {job.global_batch: [512 sequences, 1024 sequences]}");
    return axes;
  }
  for (std::size_t i = 0; i < vary->size(); ++i) {
    auto axis = read_axis(std::string(vary->key(i)), vary->item(i), scheme, fields.reading());
    if (axis) axes.push_back(*std::move(axis));
  }
  return axes;
}

bool check_size(base::Fields& fields, const std::vector<Axis>& axes, Scheme scheme) {
  const auto before = fields.reading().diagnostics().size();
  const auto where = *fields.value("vary");
  if (scheme == Scheme::kGrid && count_of(axes) > static_cast<double>(kMostCases)) {
    fields.reading().error(
        where, fmt::format("this grid has {:.3g} cases, and at most a billion are taken: leave "
                           "values out, or draw points by `design: sobol`",
                           count_of(axes)));
  }
  if (scheme == Scheme::kSobol && axes.size() > base::kMostSobolDimensions) {
    fields.reading().error(where, "Sobol points have at most 3667 axes");
  }
  return fields.reading().diagnostics().size() == before;
}

std::int64_t read_points(base::Fields& fields, Scheme scheme) {
  if (scheme != Scheme::kGrid) {
    const auto points = fields.integer("points", 1);
    if (points <= kMostPoints) return points;
    fields.reading().error(*fields.value("points"), "at most 10 million points are drawn");
    return 1;
  }
  for (const char* key : {"points", "seed"}) {
    if (!fields.has(key)) continue;
    fields.reading().error(*fields.value(key),
                           fmt::format("a grid has no '{}': its cases are all combinations", key));
  }
  return 1;
}

}  // namespace

std::optional<Design> read_design(base::Fields& fields) {
  const auto before = fields.reading().diagnostics().size();
  const std::vector<std::string> names(kSchemes.begin(), kSchemes.end());
  const auto scheme = static_cast<Scheme>(fields.choice("design", names, 0));
  const auto points = read_points(fields, scheme);
  const auto seed = scheme == Scheme::kGrid ? 0 : fields.integer("seed", 0, 1);
  auto axes = read_axes(fields, scheme);
  if (fields.reading().diagnostics().size() != before || !check_size(fields, axes, scheme)) {
    return std::nullopt;
  }
  return Design(std::move(axes), scheme, points, static_cast<std::uint64_t>(seed));
}

}  // namespace weft::sweep
