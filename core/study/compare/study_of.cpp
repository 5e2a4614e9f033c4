// A build at a size, as the document of a study.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

#include "weft/compare/critical_batch.h"
#include "weft/compare/question.h"

namespace weft::compare {

namespace {

using base::Document;
using base::Node;

bool is_size(std::string_view key) { return key == "hosts" || key == "racks" || key == "pods"; }

Document with_text(const Document& document, const std::string& path, const std::string& text) {
  const auto value = Document::parse(fmt::format("value: {}\n", text), "size");
  return with_value(document, path, *value.root().find("value"));
}

// An entry without the size that it states.
Document with_entry(Document study, const Node& entry) {
  if (!entry.is_map()) return with_value(study, "clusters.use", entry);
  for (std::size_t i = 0; i < entry.size(); ++i) {
    if (is_size(entry.key(i))) continue;
    study = with_value(study, "clusters." + std::string(entry.key(i)), entry.item(i));
  }
  return study;
}

Document with_size(const Document& study, const Build& build, std::int64_t hosts) {
  if (hosts % build.unit_hosts != 0) {
    return with_text(study, "clusters.hosts", fmt::format("{}", hosts));
  }
  return with_text(study, fmt::format("clusters.{}s", build.unit),
                   fmt::format("{}", hosts / build.unit_hosts));
}

// Another batch, with the tokens that it takes.
Document with_batch(const Document& study, const Question& question, std::int64_t batch) {
  const auto& job = question.job();
  const auto tokens = static_cast<double>(job.sequence);
  const double needed = tokens_for(static_cast<double>(batch) * tokens, question.critical->tokens,
                                   job.tokens, static_cast<double>(job.global_batch) * tokens);
  const auto larger = with_text(study, "job.global_batch", fmt::format("{} sequences", batch));
  return with_text(larger, "job.tokens", fmt::format("{:.0f}", std::round(needed)));
}

}  // namespace

Document study_of(const Question& question, const Variant& variant) {
  const auto root = question.document.root();
  const auto& build = question.builds[variant.build];
  auto study = Document::parse("kind: study\n", "compare");
  for (const char* key : {"job", "plan", "search", "campaign"}) {
    if (const auto value = root.find(key)) study = with_value(study, key, *value);
  }
  if (variant.hosts == 0 && build.entry.is_map()) {
    study = with_value(study, "clusters", build.entry);
  } else {
    study = with_entry(std::move(study), build.entry);
  }
  if (variant.hosts > 0) study = with_size(study, build, variant.hosts);
  if (variant.precision) {
    study = with_text(study, "job.precision", chips::name_of(*variant.precision));
  }
  if (variant.batch > 0) study = with_batch(study, question, variant.batch);
  return study;
}

}  // namespace weft::compare
