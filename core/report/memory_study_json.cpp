#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "weft/report/memory_study.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;
using study::MemoryCase;

Json stage_json(const plan::Memory& m) {
  return {{"stage", m.stage},
          {"weights", m.weights.si()},
          {"gradients", m.gradients.si()},
          {"optimizer", m.optimizer.si()},
          {"activations", m.activations.si()},
          {"buffers", m.buffers.si()},
          {"reserve", m.reserve.si()},
          {"total", m.total().si()},
          {"host", m.host.si()}};
}

Json tensor_json(const workload::SavedTensor& tensor, workload::Modules recomputed) {
  return {{"name", tensor.name},
          {"bytes", tensor.bytes.si()},
          {"from", name_of(tensor.from)},
          {"until", name_of(tensor.until)},
          {"made_again", tensor.dropped_by.meets(recomputed)}};
}

Json case_json(const MemoryCase& c) {
  Json json{{"cluster", c.study_case->cluster.label}, {"software", c.study_case->software.name}};
  if (!c.reason.empty()) {
    json["reason"] = c.reason;
    return json;
  }
  json["plan"] = plan::to_text(c.plan);
  json["usable"] = c.study_case->cluster.device().memory_usable.si();
  json["fits"] = c.fits;
  const auto& cluster = c.study_case->cluster;
  for (const auto& stage : c.stages) {
    json["stages"].push_back(stage_json(stage));
    if (!cluster.is_mixed()) continue;
    json["stages"].back()["part"] = stage.part;
    json["stages"].back()["usable"] = cluster.part(stage.part).device().memory_usable.si();
  }
  for (const auto& layer : c.layers) {
    Json one{{"name", layer.name}, {"layers", layer.layers}};
    for (const auto& tensor : layer.tensors) {
      one["tensors"].push_back(tensor_json(tensor, layer.recomputed));
    }
    json["layers"].push_back(one);
  }
  if (!c.fits) {
    json["misfit"] = {{"stage", c.misfit.memory.stage},
                      {"part", c.misfit.part},
                      {"bytes", c.misfit.part_bytes.si()},
                      {"over", c.misfit.over.si()}};
    json["remedies"] = Json::array();
    for (const auto& remedy : c.remedies) {
      json["remedies"].push_back({{"change", remedy.remedy.change},
                                  {"saves", remedy.remedy.saved.si()},
                                  {"step_ratio", remedy.step_ratio}});
    }
  }
  return json;
}

const char* word_of(plan::Task task) {
  switch (task) {
    case plan::Task::kForward:
      return "forward";
    case plan::Task::kBackward:
      return "backward";
    case plan::Task::kInputGradient:
      return "input gradient";
    case plan::Task::kWeightGradient:
      return "weight gradient";
    case plan::Task::kPair:
      break;
  }
  return "pair";
}

// Calls visit(case index, stage, step, moment).
template <class Visit>
void for_each_moment(const study::Study& study, const std::vector<MemoryCase>& cases, Visit visit) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& c = cases[i];
    for (int stage = 0; stage < static_cast<int>(c.stages.size()); ++stage) {
      const auto moments = plan::memory_timeline(study.job, c.study_case->software, c.plan, stage);
      for (std::size_t step = 0; step < moments.size(); ++step)
        visit(i, stage, step, moments[step]);
    }
  }
}

}  // namespace

std::string to_json(const study::Study& study, const std::vector<study::MemoryCase>& cases) {
  Json json{{"schema", "weft.memory/1"}, {"model", study.job.model.name}, {"cases", Json::array()}};
  for (const auto& c : cases) json["cases"].push_back(case_json(c));
  return json.dump(2) + "\n";
}

std::string timeline_csv(const study::Study& study, const std::vector<study::MemoryCase>& cases) {
  std::string text =
      "case,stage,step,operation,micro_batch,chunk,kept_bytes,put_off_bytes,"
      "buffers_bytes,total_bytes\n";
  for_each_moment(study, cases, [&](std::size_t i, int stage, std::size_t step, const auto& m) {
    text += fmt::format("{},{},{},{},{},{},{:.0f},{:.0f},{:.0f},{:.0f}\n", i, stage, step,
                        word_of(m.operation.task), m.operation.micro_batch, m.operation.chunk,
                        m.kept.si(), m.put_off.si(), m.buffers.si(), m.total.si());
  });
  return text;
}

std::string timeline_trace(const study::Study& study, const std::vector<study::MemoryCase>& cases) {
  Json events = Json::array();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    events.push_back({{"ph", "M"},
                      {"name", "process_name"},
                      {"pid", i},
                      {"args", {{"name", cases[i].study_case->cluster.label}}}});
  }
  for_each_moment(study, cases, [&](std::size_t i, int stage, std::size_t step, const auto& m) {
    const auto rest = m.total - m.kept - m.put_off - m.buffers;
    events.push_back({{"ph", "C"},
                      {"name", fmt::format("memory of stage {} (bytes)", stage)},
                      {"pid", i},
                      {"ts", step},
                      {"args",
                       {{"state and reserve", rest.si()},
                        {"kept", m.kept.si()},
                        {"put off", m.put_off.si()},
                        {"buffers", m.buffers.si()}}}});
  });
  return Json{{"traceEvents", events}}.dump() + "\n";
}

}  // namespace weft::report
