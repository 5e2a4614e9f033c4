#include "lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <system_error>

#include "weft/base/fields.h"
#include "weft/study/run.h"

namespace weft::cli {

namespace {

namespace fs = std::filesystem;
using base::Diagnostic;

// Kinds that hold facts about the world; the others hold questions.
constexpr std::array<std::string_view, 6> kFacts = {"chip", "link",   "cluster",
                                                    "site", "prices", "supply_line"};

bool is_number(const std::string& text) {
  return !text.empty() && (text.front() == '.' || (text.front() >= '0' && text.front() <= '9'));
}

// Figures that nobody answers for.
void add_unsourced(const base::Document& document, std::vector<Diagnostic>& warnings) {
  std::vector<base::Fact> bare;
  for (auto& fact : base::facts(document)) {
    const auto& file = fact.position.source;
    const bool is_own =
        file && fs::path(file->name).lexically_normal() == document.file().lexically_normal();
    const bool is_bare = fact.source.empty() && fact.confidence.empty();
    if (is_own && is_bare && is_number(fact.value)) bare.push_back(std::move(fact));
  }
  if (bare.empty()) return;
  const auto others =
      bare.size() == 1 ? std::string() : fmt::format(" and {} more", bare.size() - 1);
  warnings.push_back(
      {bare.front().position, 1,
       fmt::format("'{}'{}: neither source nor confidence", bare.front().path, others),
       "`confidence: assumed` says that it is a guess"});
}

// Files beside it, and what is asked of --configs, mean this one by the shipped name.
void add_shadowing(const base::Document& document, const std::string& kind,
                   const base::Catalog& catalog, std::vector<Diagnostic>& warnings) {
  const auto name = document.file().stem().string();
  const auto names = catalog.names(kind);
  if (std::find(names.begin(), names.end(), name) == names.end()) return;
  const auto other = catalog.load(kind, name, std::nullopt).file();
  std::error_code error;
  if (fs::equivalent(other, document.file(), error) || error) return;
  warnings.push_back({document.root().position(), 1,
                      fmt::format("this file has the name of a shipped {}: files beside it that "
                                  "say '{}' mean this one",
                                  kind, name),
                      ""});
}

// A batch that hardly splits over the devices leaves most of them idle.
void add_indivisible(const base::Document& document, const base::Catalog& catalog,
                     std::vector<Diagnostic>& warnings) {
  const auto job = document.root().find("job");
  const auto batch = job && job->is_map() ? job->find("global_batch") : std::nullopt;
  if (!batch) return;
  base::Reading reading;
  const auto study = study::read_study(document, catalog, reading);
  for (const auto& one : study.cases) {
    const auto devices = one.cluster.all_devices();
    const auto common = std::gcd(devices, study.job.global_batch);
    if (devices < 2 || common > 1) continue;
    warnings.push_back({batch->position(), batch->length(),
                        fmt::format("a batch of {} sequences and {} devices ({}) share no divisor: "
                                    "no plan splits one over the other evenly",
                                    study.job.global_batch, devices, one.cluster.label),
                        ""});
  }
}

}  // namespace

std::vector<Diagnostic> warnings_of(const base::Document& document, const std::string& kind,
                                    const base::Catalog& catalog) {
  std::vector<Diagnostic> warnings;
  if (std::find(kFacts.begin(), kFacts.end(), kind) != kFacts.end()) {
    add_unsourced(document, warnings);
  }
  add_shadowing(document, kind, catalog, warnings);
  if (kind == "study") add_indivisible(document, catalog, warnings);
  return warnings;
}

std::string warning_text(const Diagnostic& warning) {
  const auto& at = warning.position;
  auto text = fmt::format("{}:{}:{}: warning: {}", at.source ? at.source->name : "", at.line,
                          at.column, warning.message);
  if (!warning.hint.empty()) text += fmt::format(" ({})", warning.hint);
  return text + "\n";
}

}  // namespace weft::cli
