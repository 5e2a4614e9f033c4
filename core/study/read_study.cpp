#include "weft/study/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

namespace weft::study {

namespace {

using base::Fields;

constexpr std::array<const char*, kSectionCount> kSections = {"step",     "memory", "power",
                                                              "failures", "cost",   "per"};

std::vector<Section> read_sections(Fields& fields) {
  std::vector<Section> sections;
  if (!fields.has("report")) {
    for (int i = 0; i < kSectionCount; ++i) {
      if (static_cast<Section>(i) != Section::kPer) sections.push_back(static_cast<Section>(i));
    }
    return sections;
  }
  const std::vector<std::string> names(kSections.begin(), kSections.end());
  for (const auto& node : fields.list("report")) {
    sections.push_back(static_cast<Section>(base::choice_of(node, fields.reading(), names)));
  }
  return sections;
}

void read_search(Fields& study, Study& result) {
  if (!study.has("search")) return;
  auto fields = study.map("search");
  result.search = plan::read_axes(fields);
  if (fields.has("objective")) {
    std::vector<std::string> names;
    for (int o = 0; o < kObjectiveCount; ++o)
      names.emplace_back(name_of(static_cast<Objective>(o)));
    result.objective = static_cast<Objective>(fields.choice("objective", names));
    result.objective_position = fields.value("objective")->position();
  }
  fields.finish();
}

plan::Request read_plan(Fields& study, Fields& use, const workload::Job& job,
                        const cluster::Cluster& cluster) {
  auto node = use.value("plan");
  const auto shared = study.value("plan");
  if (!node) node = shared;
  if (!node) return {};
  return plan::read_request(*node, study.reading(), job, cluster);
}

// The devices of an entry of `clusters:`. Plans then have the memory of the worst of them.
void read_population(Fields& use, Case& result) {
  auto fields = use.maybe_map("population");
  if (!fields) return;
  if (result.cluster.is_mixed()) {
    use.reading().error(fields->node(),
                        "a population is of one kind of chip, not of a mixed cluster");
    return;
  }
  result.population = population::read_population(*fields, result.cluster);
  population::limit_memory(*result.population, result.cluster);
  population::adopt_fastest(*result.population, result.cluster);
}

void read_limit(Fields& use, Case& result) {
  result.power_limit = read_power_limit(use);
  if (!result.power_limit || !result.population) return;
  use.reading().error(
      *use.value("power_limit"),
      "a power limit is held by devices that are all alike: leave `population` out");
}

Case read_case(Fields& study, const base::Node& node, const workload::Job& job,
               const base::Catalog& catalog) {
  auto& reading = study.reading();
  Case result;
  Fields use(node, reading, study.name());
  result.cluster = cluster::read_cluster(use, catalog);
  reading.throw_if_any();  // what follows looks at the cluster
  read_population(use, result);
  result.software = workload::read_software(
      catalog.load("software", result.cluster.software, use.value("software")), reading);
  for (const auto& part : result.cluster.further) {
    result.software.further.push_back(workload::read_software(
        catalog.load("software", part.software, use.value("mixed")), reading));
  }
  result.campaign =
      read_campaign(study, catalog, result.cluster.chip, result.population.has_value());
  result.policy = result.campaign.variants.front().policy;
  result.site = site::read_site(
      catalog.load("site", result.cluster.facility, use.value("facility")), reading);
  read_limit(use, result);
  result.request = read_plan(study, use, job, result.cluster);
  for (const char* key : {"rent", "buy"}) use.value(key);  // of `weft cost`
  use.finish();
  return result;
}

// "tf32, bf16, fp16"
std::string formats_of(const chips::Device& device) {
  std::vector<const char*> names;
  for (std::size_t p = 0; p < chips::kPrecisionCount; ++p) {
    if (device.has(static_cast<chips::Precision>(p))) names.push_back(chips::kPrecisionNames[p]);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// A job in a format that a chip lacks: said once a chip, where the format is written.
void require_format(const base::Node& job, const Study& study, base::Reading& reading) {
  const auto precision = study.job.precision;
  const auto written = job.is_map() ? job.find("precision") : std::nullopt;
  std::set<std::string> said;
  for (const auto& c : study.cases) {
    for (int p = 0; p < c.cluster.parts(); ++p) {
      const auto& chip = c.cluster.part(p).chip;
      if (chip.device.has(precision) || !said.insert(chip.name).second) continue;
      reading.error(written.value_or(job),
                    fmt::format("{} of {} has no {} matrix units", chip.name, c.cluster.label,
                                chips::name_of(precision)),
                    "it has " + formats_of(chip.device));
    }
  }
}

// Energy at the meter is not linear in that of devices, and parts differ.
void require_speed(const base::Node& search, const Study& study, base::Reading& reading) {
  const bool mixed = std::any_of(study.cases.begin(), study.cases.end(),
                                 [](const Case& c) { return c.cluster.is_mixed(); });
  if (!mixed || study.objective.value_or(Objective::kSpeed) == Objective::kSpeed) return;
  reading.error(search, "plans for mixed clusters are searched for speed alone");
}

void check_job(const Fields& fields, const Study& study) {
  const auto whole = fields.node();
  require_speed(whole.find("search").value_or(whole), study, fields.reading());
  require_format(whole.find("job").value_or(whole), study, fields.reading());
}

}  // namespace

const char* name_of(Section section) { return kSections[static_cast<std::size_t>(section)]; }

Study read_study(const base::Document& document, const base::Catalog& catalog,
                 base::Reading& reading) {
  Study study;
  study.file = document.file().string();
  Fields fields(document.root(), reading, document.file().stem().string());
  fields.text("kind");
  study.job = workload::read_job(fields.map("job"), catalog);
  study.sections = read_sections(fields);
  read_search(fields, study);
  study.power = read_power(fields);
  const auto clusters = fields.list("clusters");
  if (clusters.empty()) {
    reading.error(fields.node(), "a study needs at least one entry in 'clusters'");
  }
  for (const char* key : {"plan", "campaign", "supply", "cost"}) fields.value(key);
  fields.finish();
  reading.throw_if_any();
  for (const auto& node : clusters) {
    study.cases.push_back(read_case(fields, node, study.job, catalog));
    auto& added = study.cases.back();
    added.request.axes = study.search.applied_to(plan::Axes::usual(added.software));
  }
  check_job(fields, study);
  return study;
}

void read_job_again(Study& study, const base::Document& document, const base::Catalog& catalog,
                    base::Reading& reading) {
  Fields fields(document.root(), reading, document.file().stem().string());
  study.job = workload::read_job(fields.map("job"), catalog);
  study.search = {};
  study.objective.reset();
  read_search(fields, study);
  reading.throw_if_any();
  const auto clusters = fields.list("clusters");
  for (std::size_t c = 0; c < study.cases.size(); ++c) {
    auto& one = study.cases[c];
    Fields use(clusters.at(c), reading, fields.name());
    one.request = read_plan(fields, use, study.job, one.cluster);
    one.request.axes = study.search.applied_to(plan::Axes::usual(one.software));
  }
  check_job(fields, study);
}

}  // namespace weft::study
