#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "table.h"
#include "validation_sets.h"
#include "weft/report/accuracy.h"
#include "weft/report/text.h"
#include "weft/report/validation_text.h"

namespace weft::report {

namespace {

using validation::kAll;
using validation::RowResult;
using validation::Summary;

constexpr std::size_t kName = 40;
constexpr std::size_t kSource = 48;

std::string percent(double value) { return fmt::format("{:.1f}", 100 * value); }
std::string signed_percent(double value) { return fmt::format("{:+.1f}", 100 * value); }

std::string line(const std::string& name, const Summary& s) {
  return fitted(name, kName) +
         fmt::format(" {:5} {:4} {:>4} {:>6} {:>6} {:>6} {:>6}  ", fitted(s.split, 5), s.n,
                     s.skipped, percent(s.median_abs_error), percent(s.mean_abs_error),
                     percent(s.p90_abs_error), signed_percent(s.bias)) +
         fitted(s.worst_id, 13);
}

std::string heading(const std::string& name, Colour colour) {
  return bold(fitted(name, kName) + " split    n skip median   mean    p90   bias  worst", colour);
}

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

// "Nvidia, dense", "memory: all".
std::string group_name(const Summary& s) {
  std::string name = s.is_memory ? "memory: " : "";
  if (s.vendor == kAll && s.kind == kAll) return name + "all";
  if (s.kind == kAll) return name + s.vendor;
  return name + (s.vendor == kAll ? s.kind : s.vendor + ", " + s.kind);
}

std::string groups(const char* title, const std::vector<Summary>& all, Colour colour) {
  std::string text = heading(title, colour);
  for (const auto& summary : all) {
    if (summary.source == kAll) text += trimmed(line(group_name(summary), summary));
  }
  return text;
}

// The head and the tail of a long name.
std::string elided(const std::string& name, std::size_t width) {
  if (width_of(name) <= width || name.size() != width_of(name)) return fitted(name, width);
  const std::size_t tail = width / 2;
  return name.substr(0, width - tail - 1) + "…" + name.substr(name.size() - tail);
}

// One line a publication: all rows of it, then the medians of fit and test.
std::string sources(const std::vector<Summary>& all, Colour colour) {
  std::string text = "\n" + bold(fitted("by source", kSource) +
                                     "   n skip median   mean    p90   bias    fit   test",
                                 colour);
  for (const auto& summary : all) {
    if (summary.split != kAll) continue;
    const auto median_of = [&](const char* split) {
      const auto found = std::find_if(all.begin(), all.end(), [&](const auto& other) {
        return other.source == summary.source && other.is_memory == summary.is_memory &&
               other.split == split;
      });
      return found == all.end() ? std::string("-") : percent(found->median_abs_error);
    };
    text += elided((summary.is_memory ? "memory: " : "") + summary.source, kSource) +
            fmt::format("{:4} {:>4} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6}\n", summary.n,
                        summary.skipped, percent(summary.median_abs_error),
                        percent(summary.mean_abs_error), percent(summary.p90_abs_error),
                        signed_percent(summary.bias), median_of("fit"), median_of("test"));
  }
  return text;
}

std::string worst_rows(const std::vector<RowResult>& rows, std::size_t count, Colour colour) {
  std::vector<const RowResult*> ran;
  for (const auto& row : rows) {
    if (!row.is_skipped()) ran.push_back(&row);
  }
  std::stable_sort(ran.begin(), ran.end(),
                   [](const auto* a, const auto* b) { return a->error() > b->error(); });
  ran.resize(std::min(ran.size(), count));
  if (ran.empty()) return "";
  std::string text = "\n" + bold(fitted("the rows farthest off", kName) +
                                     " split  published  predicted  error  stack",
                                 colour);
  for (const auto* row : ran) {
    text += trimmed(fitted(row->id, kName) +
                    fmt::format(" {:5} {:>10.4g} {:>10.4g} {:>+6.0f}  ", fitted(row->split, 5),
                                row->published, row->predicted.value_or(0),
                                100 * row->signed_error().value_or(0)) +
                    fitted(row->software, 20));
  }
  return text;
}

std::string doubtful_rows(const std::vector<RowResult>& rows, Colour colour) {
  std::map<std::string, std::string> ids;
  for (const auto& row : rows) {
    if (row.doubt.empty()) continue;
    auto& all = ids[row.doubt];
    all += (all.empty() ? "" : ", ") + row.id;
  }
  std::string text;
  for (const auto& [why, which] : ids) text += wrapped(which + ": " + why, 2);
  return text.empty() ? ""
                      : "\n" + bold("in doubt, and left out of the second table", colour) + text;
}

std::string skipped_rows(const std::vector<RowResult>& rows, Colour colour) {
  std::string text;
  for (const auto& row : rows) {
    if (row.is_skipped()) text += wrapped(row.id + ": " + row.reason, 2);
  }
  return text.empty() ? ""
                      : "\n" + bold("skipped, each counted as an error of 100 %", colour) + text;
}

std::string unplaced_texts(const std::vector<RowResult>& rows, Colour colour) {
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& row : rows) {
    for (const auto& unplaced : row.unplaced) {
      found[unplaced.column + ": " + unplaced.text].push_back(row.id);
    }
  }
  std::string text = "\n" + bold("what no reader could place", colour);
  for (const auto& [what, ids] : found) {
    text += wrapped(fmt::format("{}  ({} rows, {})", what, ids.size(), ids.front()), 2);
  }
  return text;
}

}  // namespace

std::string to_terminal(const validation::Validation& validation,
                        const std::vector<validation::HeldShare>& coverage,
                        const ValidationView& view) {
  std::size_t texts = 0;
  for (const auto& row : validation.rows) texts += row.unplaced.empty() ? 0 : 1;
  std::string text =
      groups("speed, errors in % of ln(predicted / published)", validation.summaries, view.colour);
  text += "\n" + groups("the same without rows in doubt", validation.beyond_doubt, view.colour);
  const auto publications = by_publication(validation);
  text += set_lines(validation.sets, view.colour);
  text += coverage_lines(coverage, view.colour);
  text += sources(publications, view.colour);
  text += bias_lines(publications, validation.explanations, view.colour);
  text += worst_rows(validation.rows, view.worst, view.colour);
  text += doubtful_rows(validation.rows, view.colour);
  text += skipped_rows(validation.rows, view.colour);
  if (view.unplaced) {
    text += unplaced_texts(validation.rows, view.colour);
  } else if (texts > 0) {
    text +=
        fmt::format("\n{} rows hold text that no reader could place: --unplaced lists it\n", texts);
  }
  return text;
}

}  // namespace weft::report
