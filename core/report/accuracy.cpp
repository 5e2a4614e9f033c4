#include "weft/report/accuracy.h"

#include <fmt/format.h>

#include <algorithm>

#include "weft/validation/accuracy.h"

namespace weft::report {

namespace {

using validation::Summary;

std::string in_percent(double value) { return fmt::format("{:.1f} %", 100 * value); }

std::string kind_text(const std::string& kind) { return kind == "moe" ? "MoE" : kind; }

// `clear`: the same without rows in doubt; none when all are.
std::string line(const Summary& s, const Summary* clear) {
  const bool is_total = s.vendor == validation::kAll;
  const auto name = is_total ? std::string("**all**") : s.vendor + ", " + kind_text(s.kind);
  const auto rest = clear == nullptr
                        ? std::string("0 | - | -")
                        : fmt::format("{} | {} | {}", clear->n, in_percent(clear->median_abs_error),
                                      in_percent(clear->mean_abs_error));
  return fmt::format("| {} | {} | {} | {} | {} | {} | {:+.1f} % | {} |\n", name, s.n, s.skipped,
                     in_percent(s.median_abs_error), in_percent(s.mean_abs_error),
                     in_percent(s.p90_abs_error), 100 * s.bias, rest);
}

const Summary* same_group(const std::vector<Summary>& all, const Summary& keys) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& other) {
    return other.source == keys.source && other.vendor == keys.vendor && other.kind == keys.kind &&
           other.split == keys.split && other.is_memory == keys.is_memory;
  });
  return found == all.end() ? nullptr : &*found;
}

// The lines of the table: held-out speeds by vendor and kind, then all.
std::vector<const Summary*> lines_of(const std::vector<Summary>& all) {
  std::vector<const Summary*> lines;
  const Summary* total = nullptr;
  for (const auto& s : all) {
    if (s.source != validation::kAll || s.split != "test" || s.is_memory) continue;
    if (s.vendor != validation::kAll && s.kind != validation::kAll) lines.push_back(&s);
    if (s.vendor == validation::kAll && s.kind == validation::kAll) total = &s;
  }
  if (total != nullptr) lines.push_back(total);
  return lines;
}

}  // namespace

std::string accuracy_markdown(const validation::Validation& validation) {
  const auto count = [&](const char* split) {
    return std::count_if(validation.rows.begin(), validation.rows.end(),
                         [&](const auto& row) { return !row.is_memory && row.split == split; });
  };
  auto text = fmt::format(
      "Of {} published speeds, {} are there to fit numbers to (`fit`) and {} are kept apart "
      "(`test`). Errors of `test`:\n\n"
      "| chips, models | runs | skipped | median | mean | 90 % within | bias | beyond doubt | "
      "median | "
      "mean |\n"
      "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
      count("fit") + count("test"), count("fit"), count("test"));
  for (const auto* summary : lines_of(validation.summaries)) {
    text += line(*summary, same_group(validation.beyond_doubt, *summary));
  }
  return text;
}

std::vector<Summary> by_publication(const validation::Validation& validation) {
  auto rows = validation.rows;
  for (auto& row : rows) row.source = validation::publication_of(row.source);
  auto all = validation::summarise(rows);
  all.erase(std::remove_if(all.begin(), all.end(),
                           [](const auto& s) { return s.source == validation::kAll; }),
            all.end());
  return all;
}

}  // namespace weft::report
