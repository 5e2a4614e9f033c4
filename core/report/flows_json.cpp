#include <cmath>

#include "network_text.h"
#include "weft/report/flows.h"

namespace weft::report {

std::string to_json(const network::FlowsAnswer& answer) {
  using Json = nlohmann::ordered_json;
  Json json = {
      {"schema", "weft.flows/1"}, {"cluster", answer.cluster}, {"devices", answer.devices}};
  add_routes(answer.question.routes, json);
  json["time_s"] = answer.time;
  json["summary"] = {{"flows", answer.flows.size()},
                     {"failed", answer.failed},
                     {"never_started", answer.never_started},
                     {"least_s", answer.least},
                     {"p50_s", answer.median},
                     {"p99_s", answer.p99},
                     {"max_s", answer.most}};
  json["parted"] = parted_json(answer.parted);
  json["bytes_per_tier"] = tiers_json(answer.tiers);
  json["hot_links"] = hot_links_json(answer.hot_links);
  json["flows"] = Json::array();
  for (const auto& flow : answer.flows) {
    const auto& connection = flow.connection;
    json["flows"].push_back(
        {{"from", connection.from},
         {"to", connection.to},
         {"bytes", connection.bytes},
         {"start_s", std::isfinite(flow.start) ? Json(flow.start) : Json()},
         {"completion_s", std::isfinite(flow.duration) ? Json(flow.duration) : Json()}});
  }
  return json.dump(1) + "\n";
}

}  // namespace weft::report
