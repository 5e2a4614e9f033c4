// One device: what it holds, what it sends, how fast its kernels run.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "run_parts.h"
#include "weft/base/unit_text.h"
#include "weft/details/step_details.h"

namespace weft::pages {

namespace {

using base::to_text;

// Of more stages only as many are drawn, evenly, the fullest among them.
constexpr std::size_t kMostStages = 32;
// Kernels that are drawn: those with this share of the time, no more than so many.
constexpr double kLeastShare = 0.002;
constexpr std::size_t kMostKernels = 40;

std::vector<std::size_t> shown_stages(std::size_t stages, std::size_t fullest) {
  std::vector<std::size_t> shown;
  const std::size_t stride = (stages + kMostStages - 1) / kMostStages;
  for (std::size_t s = 0; s < stages; ++s) {
    if (s % stride == 0 || s == fullest || s + 1 == stages) shown.push_back(s);
  }
  return shown;
}

struct MemoryPart {
  const char* name;
  base::Bytes plan::Memory::*member;
};
constexpr std::array<MemoryPart, 6> kMemoryParts{{{"weights", &plan::Memory::weights},
                                                  {"gradients", &plan::Memory::gradients},
                                                  {"optimizer", &plan::Memory::optimizer},
                                                  {"activations", &plan::Memory::activations},
                                                  {"buffers", &plan::Memory::buffers},
                                                  {"reserve", &plan::Memory::reserve}}};

Json memory_data(const std::vector<details::StageMemory>& stages, std::size_t fullest) {
  const auto shown = shown_stages(stages.size(), fullest);
  std::vector<std::string> categories;
  Json limits = Json::array();
  for (const auto s : shown) {
    limits.push_back(
        {{"category", categories.size()}, {"value", stages[s].usable.si()}, {"name", "usable"}});
    categories.push_back(fmt::format("stage {}", s));
  }
  std::vector<Series> series;
  for (const auto& part : kMemoryParts) {
    Series one{part.name, {}};
    for (const auto s : shown) one.values.push_back((stages[s].memory.*part.member).si());
    series.push_back(std::move(one));
  }
  auto data = bars("B", categories, series);
  data["limits"] = limits;
  return data;
}

Json level_json(const details::Level& level) {
  return {
      {"name", level.name}, {"count", level.count}, {"noun", level.name}, {"inside", level.inside}};
}

Json network_data(const details::Network& network) {
  Json levels = Json::array();
  for (const auto& level : network.levels) levels.push_back(level_json(level));
  Json tiers = Json::array();
  for (std::size_t t = 0; t < network.tiers.size(); ++t) {
    const auto& tier = network.tiers[t];
    tiers.push_back({{"level", t},
                     {"name", tier.name},
                     {"link", tier.link},
                     {"bandwidth", number(tier.bandwidth.si())},
                     {"load", number(tier.load)},
                     {"bytes", number(tier.sent.si())},
                     {"links", tier.links},
                     {"failures_per_week", number(tier.failures_per_week)}});
  }
  return {{"levels", levels}, {"tiers", tiers}};
}

Json roofs_of(const details::ChipUse& chip, const workload::Job& job) {
  Json roofs = Json::array();
  const auto name = std::string(chips::name_of(job.precision));
  for (const auto& roof : chip.roofline.roofs) {
    const bool is_job = roof.precision == job.precision;
    const bool is_wide = roof.precision == chips::Precision::kBf16;
    if (!is_job && !is_wide) continue;
    const std::string format = chips::name_of(roof.precision);
    roofs.push_back({{"name", format + ", peak"},
                     {"flops", roof.peak.si()},
                     {"bandwidth", chip.bandwidth.si()}});
    roofs.push_back({{"name", format + ", a large product alone"},
                     {"flops", roof.achieved.si()},
                     {"bandwidth", chip.roofline.bandwidth.si()}});
  }
  roofs.push_back({{"name", "vector units, fp32"},
                   {"flops", chip.roofline.vector_fp32.si()},
                   {"bandwidth", chip.roofline.bandwidth.si()}});
  return roofs;
}

Json chip_json(const details::ChipUse& chip, const workload::Job& job, const std::string& name) {
  Json points = Json::array();
  for (const auto& kernel : chip.kernels) {
    const bool is_drawn = kernel.share >= kLeastShare && points.size() < kMostKernels;
    if (!is_drawn || kernel.intensity() <= 0 || kernel.rate() <= 0) continue;
    points.push_back({{"name", kernel.name},
                      {"intensity", kernel.intensity()},
                      {"flops", kernel.rate()},
                      {"share", kernel.share}});
  }
  return {{"name", name}, {"roofs", roofs_of(chip, job)}, {"points", points}};
}

}  // namespace

void add_memory(html::Page& page, const study::Study& study, const RunCases& cases) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& c = cases[i];
    const auto stages = details::memory_by_stage(study.job, c.ran, c.outcome());
    const auto fullest = static_cast<std::size_t>(c.outcome().memory.stage);
    const auto& most = stages[fullest];
    page.sections.push_back(
        {id_of("memory", i, cases.size()), "Memory of a device of each stage: " + c.label,
         fmt::format("The fullest is stage {}, with {} of {} that a job can use.{}", fullest,
                     to_text(most.memory.total()), to_text(most.usable),
                     stages.size() > kMostStages
                         ? fmt::format(" Some of the {} stages are shown.", stages.size())
                         : std::string()),
         "bars", memory_data(stages, fullest)});
  }
}

void add_networks(html::Page& page, const RunCases& cases) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& c = cases[i];
    const auto networks = details::networks_of(c.ran, c.outcome());
    for (std::size_t p = 0; p < networks.size(); ++p) {
      const auto& network = networks[p];
      if (network.tiers.empty()) continue;
      const auto busiest =
          std::max_element(network.tiers.begin(), network.tiers.end(),
                           [](const auto& a, const auto& b) { return a.load < b.load; });
      const auto& label = networks.size() > 1 ? network.label : c.label;
      page.sections.push_back(
          {id_of(id_of("network", i, cases.size()), p, networks.size()), "The network: " + label,
           fmt::format("Load is what a device sends over a tier in a step, over what its links "
                       "there could carry in that time; most is {} in the {}. Stops are those of "
                       "switches, modules and cables.",
                       base::percent_text(busiest->load, 2), busiest->name),
           "topology", network_data(network)});
    }
  }
}

void add_rooflines(html::Page& page, const study::Study& study, const RunCases& cases) {
  Json chips = Json::array();
  double share = 0;
  std::string largest;
  for (const auto& c : cases) {
    const auto uses = details::chips_of(study.job, c.ran, c.outcome());
    for (const auto& use : uses) {
      chips.push_back(
          chip_json(use, study.job, cases.size() > 1 ? use.chip + ", " + c.label : use.chip));
      if (!use.kernels.empty() && largest.empty()) {
        largest = use.kernels.front().name;
        share = use.kernels.front().share;
      }
    }
  }
  page.sections.push_back(
      {"roofline",
       "Kernels of the step under the roofs of the chip",
       fmt::format("Each point is a kind of kernel of the step, as large as its share of the "
                   "kernels' time; matrix products say rows × columns × depth. Points far below "
                   "their roof lose time to small shapes or launches. The largest is {}, {}.",
                   largest, base::percent_text(share, 2)),
       "roofline",
       {{"chips", chips}}});
}

}  // namespace weft::pages
