#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "mixed_parts.h"
#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/report/memory_study.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using base::to_text;
using study::MemoryCase;

constexpr std::size_t kStageWidth = 12;
constexpr std::size_t kTensorWidth = 40;
constexpr std::size_t kRemediesShown = 8;

// Stages that need the same are told together: "1–6".
struct StageGroup {
  int first = 0;
  int last = 0;
};

bool are_alike(const plan::Memory& a, const plan::Memory& b) {
  return a.part == b.part && a.weights == b.weights && a.total() == b.total() &&
         a.activations == b.activations;
}

std::vector<StageGroup> groups_of(const std::vector<plan::Memory>& stages) {
  std::vector<StageGroup> groups;
  for (int s = 0; s < static_cast<int>(stages.size()); ++s) {
    const auto at = static_cast<std::size_t>(s);
    if (s > 0 && are_alike(stages[at - 1], stages[at])) {
      groups.back().last = s;
    } else {
      groups.push_back({s, s});
    }
  }
  return groups;
}

// Of a mixed cluster.
std::string part_lines(const MemoryCase& c) {
  std::string text;
  for (int p = 0; p < c.study_case->cluster.parts(); ++p) {
    const auto& cluster = c.study_case->cluster.part(p);
    std::vector<int> stages;
    for (const auto& memory : c.stages) {
      if (memory.part == p) stages.push_back(memory.stage);
    }
    text += wrapped(fmt::format("stages {} on {}, {} a device", fmt::join(stages, " "),
                                cluster.name, to_text(cluster.device().memory_usable)),
                    2);
  }
  return text;
}

std::string stage_table(const MemoryCase& c, Colour colour) {
  std::string text = bold(
      fitted("  stage", kStageWidth) +
          fmt::format("{:>9} {:>9} {:>9} {:>11} {:>9} {:>9} {:>9} {:>9}", "weights", "gradients",
                      "optimizer", "activations", "buffers", "reserve", "total", "host"),
      colour);
  for (const auto& group : groups_of(c.stages)) {
    const auto& m = c.stages[static_cast<std::size_t>(group.first)];
    const auto name = group.first == group.last ? fmt::format("  {}", group.first)
                                                : fmt::format("  {}–{}", group.first, group.last);
    text += fitted(name, kStageWidth) +
            fmt::format("{:>9} {:>9} {:>9} {:>11} {:>9} {:>9} {:>9} {:>9}\n", to_text(m.weights),
                        to_text(m.gradients), to_text(m.optimizer), to_text(m.activations),
                        to_text(m.buffers), to_text(m.reserve), to_text(m.total()),
                        m.host.si() > 0 ? to_text(m.host) : "-");
  }
  return text;
}

std::string tensor_table(const study::LayerTensors& layer, Colour colour) {
  std::string text =
      bold(fitted(fmt::format("  a micro-batch in one {}", layer.name), kTensorWidth) +
               fmt::format("{:>9}  from … until", "bytes"),
           colour);
  for (const auto& tensor : layer.tensors) {
    text += fitted(fmt::format("    {}", tensor.name), kTensorWidth) +
            fmt::format("{:>9}  {} … {}{}\n", to_text(tensor.bytes), name_of(tensor.from),
                        name_of(tensor.until),
                        tensor.dropped_by.meets(layer.recomputed) ? ", made again" : "");
  }
  text += fitted("    kept from forward to backward", kTensorWidth) +
          fmt::format("{:>9}\n", to_text(layer.tensors.kept(layer.recomputed)));
  return text;
}

std::string verdict(const MemoryCase& c) {
  const auto& most = c.stages[static_cast<std::size_t>(c.fullest)];
  const auto& cluster = c.study_case->cluster.part(c.fits ? most.part : c.misfit.memory.part);
  if (c.fits) {
    return wrapped(fmt::format("fits: stage {} needs {} of {}", c.fullest, to_text(most.total()),
                               to_text(cluster.device().memory_usable)),
                   2);
  }
  std::string text =
      wrapped(c.misfit.on_host
                  ? fmt::format("does not fit: {} are offloaded to a host that has {}",
                                to_text(c.misfit.part_bytes), to_text(cluster.host.memory))
                  : fmt::format("does not fit: stage {} needs {} of {}; it goes over with {} ({})",
                                c.misfit.memory.stage, to_text(c.misfit.memory.total()),
                                to_text(cluster.device().memory_usable), c.misfit.part,
                                to_text(c.misfit.part_bytes)),
              2);
  if (c.remedies.empty()) return text + "  no small change makes it fit\n";
  text += "  what makes it fit, the shortest step first:\n";
  for (std::size_t i = 0; i < std::min(c.remedies.size(), kRemediesShown); ++i) {
    text += wrapped(study::remedy_text(c.remedies[i]), 4);
  }
  if (c.remedies.size() > kRemediesShown) {
    text += fmt::format("    and {} further\n", c.remedies.size() - kRemediesShown);
  }
  return text;
}

}  // namespace

std::string to_terminal(const study::Study& study, const std::vector<study::MemoryCase>& cases,
                        Colour colour) {
  std::string text =
      fmt::format("{}, sequence {}, batch {} sequences, {}\n", study.job.model.name,
                  study.job.sequence, study.job.global_batch, chips::name_of(study.job.precision));
  for (const auto& c : cases) {
    text += "\n" + bold(c.study_case->cluster.label + ", " + software_names(c.study_case->software),
                        colour);
    if (!c.reason.empty()) {
      text += wrapped(c.reason, 2);
      continue;
    }
    text += wrapped(plan::to_text(c.plan), 2);
    if (c.study_case->cluster.is_mixed()) text += part_lines(c);
    text += stage_table(c, colour);
    for (const auto& layer : c.layers) text += tensor_table(layer, colour);
    text += verdict(c);
  }
  return text;
}

}  // namespace weft::report
