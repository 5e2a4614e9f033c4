#include <nlohmann/json.hpp>
#include <string>

#include "json_value.h"
#include "weft/report/scaling.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;

Json scaling_point_json(const scaling::Point& point, const scaling::PointAnswer& answer) {
  Json json{{"label", point.label},
            {"devices", point.devices},
            {"global_batch_sequences", point.study.job.global_batch}};
  if (!answer.is_known()) {
    json["reason"] = answer.reason;
    return json;
  }
  const auto& outcome = answer.outcome();
  json["plan"] = plan::to_text(outcome.plan);
  json["devices_used"] = outcome.devices_used;
  json["step_s"] = outcome.ledger.step.si();
  json["tokens_per_second"] = answer.tokens_per_second;
  json["tokens_per_device_second"] = answer.per_device;
  json["mfu"] = outcome.mfu;
  json["exposed_communication"] = answer.exposed_communication;
  json["bubble"] = answer.bubble;
  json["ettr"] = outcome.goodput.ettr;
  json["linearity"] = number_or_null(answer.linearity);
  return json;
}

}  // namespace

std::string to_json(const scaling::Answer& answer) {
  const auto& question = answer.question;
  Json json{{"schema", kScalingSchema},
            {"cluster", question.of},
            {"model", question.points.front().study.job.model.name},
            {"varied", question.varied},
            {"grow", scaling::name_of(question.grow)},
            {"plan", scaling::name_of(question.plan)},
            {"linearity", scaling::name_of(question.linearity)},
            {"points", Json::array()}};
  for (std::size_t i = 0; i < answer.points.size(); ++i) {
    json["points"].push_back(scaling_point_json(question.points[i], answer.points[i]));
  }
  return json.dump(2) + "\n";
}

}  // namespace weft::report
