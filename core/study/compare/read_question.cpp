#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "weft/compare/question.h"
#include "weft/interconnect/topology.h"
#include "weft/study/per.h"

namespace weft::compare {

namespace {

using base::Fields;
using base::Node;

std::vector<Footing> read_footings(Fields& fields) {
  std::vector<std::string> names;
  for (int f = 0; f < kFootingCount; ++f) names.emplace_back(name_of(static_cast<Footing>(f)));
  std::vector<Footing> footings;
  for (const auto& node : fields.list("footing")) {
    const auto footing = static_cast<Footing>(base::choice_of(node, fields.reading(), names));
    if (std::find(footings.begin(), footings.end(), footing) == footings.end()) {
      footings.push_back(footing);
    }
  }
  if (!footings.empty()) return footings;
  for (int f = 0; f < kFootingCount; ++f) footings.push_back(static_cast<Footing>(f));
  return footings;
}

void read_batch(Fields& fields, Question& question) {
  question.batch = static_cast<BatchRule>(fields.choice("batch", {"same", "critical"}, 0));
  const auto node = fields.value("critical_batch");
  if (!node) {
    if (question.batch == BatchRule::kSame) return;
    fields.reading().error(*fields.value("batch"),
                           "the rule needs a critical batch: `critical_batch: {value: 16 M tokens, "
                           "source: …}`");
    return;
  }
  CriticalBatch critical{fields.count("critical_batch", "tokens"), ""};
  if (critical.tokens <= 0) fields.reading().error(*node, "a critical batch must be above 0");
  if (const auto source = node->is_map() ? node->find("source") : std::nullopt) {
    critical.source = std::string(source->text());
  }
  question.critical = std::move(critical);
}

Node cluster_name(const Node& entry) {
  if (!entry.is_map()) return entry;
  return entry.find("use").value_or(entry);
}

// How many of a fabric's tiers its document writes as scale-up, with that of the dies.
int count_scale_up(const base::Document& document, const cluster::Cluster& cluster,
                   const base::Catalog& catalog) {
  base::Reading reading;
  interconnect::TierContext context;
  context.catalog = &catalog;
  context.devices_per_host = cluster.host.devices;
  int count = cluster.chip.devices() > 1 ? 1 : 0;
  if (count > 0) context.devices_inside = cluster.chip.devices();
  Fields root(document.root(), reading, document.file().stem().string());
  auto fabric = root.map("fabric");
  for (const auto& node : fabric.list("scale_up")) {
    for (const auto& tier :
         interconnect::read_tiers(Fields(node, reading, fabric.name()), context)) {
      context.devices_inside *= tier.children;
      ++count;
    }
  }
  return std::min(count, static_cast<int>(cluster.fabric.tiers().size()));
}

// Adds what the document of a build's cluster says of its unit and its tiers.
void describe(const base::Catalog& catalog, const study::Case& stated, Build& build) {
  const auto name = cluster_name(build.entry);
  const auto document = catalog.load("cluster", std::string(name.text()), name);
  build.scale_up_tiers = count_scale_up(document, stated.cluster, catalog);
  build.unit = "host";
  const auto unit = document.root().find("unit");
  if (!unit || !unit->is_map()) return;
  base::Reading reading;
  Fields fields(*unit, reading, "unit");
  build.unit = fields.text("name");
  build.unit_hosts = fields.integer("hosts", 1);
  // With `hosts_per_domain` a unit has fewer; hosts then count.
  if (build.entry.is_map() && build.entry.find("hosts_per_domain")) {
    build.unit = "host";
    build.unit_hosts = 1;
  }
}

// What cannot be compared, or not at another size.
void check_build(const Question& question, std::size_t number, base::Reading& reading) {
  const auto& entry = question.builds[number].entry;
  const auto& stated = question.stated.cases[number];
  const bool is_scaled = number > 0 && question.sizes == Sizes::kScaled;
  if (stated.cluster.is_mixed()) {
    reading.error(entry, "a mixed cluster has no one unit to be compared in");
  }
  if (!is_scaled) return;
  if (stated.power_limit) {
    reading.error(*entry.find("power_limit"),
                  "a limit at the meter belongs to one size, and this build is scaled: give a "
                  "`power_cap`, or say `sizes: stated`");
  }
  if (stated.request.is_complete()) {
    const auto own = entry.is_map() ? entry.find("plan") : std::nullopt;
    const auto shared = question.document.root().find("plan");
    reading.error(own.value_or(shared.value_or(entry)),
                  "a plan that fixes every degree suits one size, and builds are scaled: leave "
                  "`data: auto`, or say `sizes: stated`");
  }
}

// One case a build; what is wrong with the job is said once.
void read_builds(const std::vector<Node>& entries, const base::Catalog& catalog, Question& question,
                 base::Reading& reading) {
  for (const auto& entry : entries) question.builds.push_back({entry, "host", 1, 0});
  for (std::size_t b = 0; b < entries.size(); ++b) {
    auto study = study::read_study(study_of(question, {.build = b}), catalog, reading);
    reading.throw_if_any();
    if (b == 0) {
      question.stated = std::move(study);
    } else {
      question.stated.cases.push_back(std::move(study.cases.front()));
    }
    check_build(question, b, reading);
    reading.throw_if_any();
    describe(catalog, question.stated.cases[b], question.builds[b]);
  }
}

}  // namespace

Question read_question(const base::Document& document, const base::Catalog& catalog,
                       base::Reading& reading) {
  Question question;
  question.document = document;
  Fields fields(document.root(), reading, document.file().stem().string());
  fields.text("kind");
  fields.map("job");
  question.says_footings = fields.has("footing");
  question.footings = read_footings(fields);
  question.precision = static_cast<PrecisionRule>(fields.choice("precision", {"same", "best"}, 0));
  read_batch(fields, question);
  question.sizes = static_cast<Sizes>(fields.choice("sizes", {"scaled", "stated"}, 0));
  const auto entries = fields.list("builds");
  if (entries.size() < 2) {
    reading.error(fields.value("builds").value_or(fields.node()),
                  "a comparison needs two entries or more in 'builds'");
  }
  for (const char* key : {"plan", "search", "campaign"}) fields.value(key);
  fields.finish();
  reading.throw_if_any();
  read_builds(entries, catalog, question, reading);
  if (question.job().tokens <= 0) {
    reading.error(document.root().find("job")->find("tokens").value_or(document.root()),
                  "builds are compared by what they train: tokens must be above 0");
  }
  reading.throw_if_any();
  question.currency = study::currency_of(question.stated);
  return question;
}

}  // namespace weft::compare
