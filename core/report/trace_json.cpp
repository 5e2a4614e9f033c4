#include "network_text.h"
#include "weft/report/trace.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;

Json path_json(const std::vector<trace::PathPart>& parts) {
  auto json = Json::array();
  for (const auto& part : parts) {
    json.push_back({{"what", part.what}, {"time_s", part.time}, {"operations", part.operations}});
  }
  return json;
}

Json class_json(const trace::RankClass& one) {
  return {{"ranks", one.ranks},
          {"operations", one.operations},
          {"compute_s", one.parts.compute},
          {"exposed_communication_s", one.parts.communication},
          {"exposed_memory_s", one.parts.memory},
          {"exposed_host_s", one.parts.host},
          {"idle_s", one.parts.idle},
          {"communicating_s", one.communicating},
          {"end_s", one.end}};
}

Json exchange_json(const trace::ExchangeRow& row) {
  return {{"what", key_of(row.what)},
          {"ranks", row.ranks},
          {"bytes", row.bytes.si()},
          {"time_s", row.time.si()},
          {"algorithm", key_of(row.algorithm)},
          {"count", row.count}};
}

}  // namespace

std::string to_json(const trace::TraceAnswer& answer) {
  Json json = {{"schema", "weft.trace/1"},
               {"cluster", answer.cluster},
               {"devices", answer.devices},
               {"ranks", answer.ranks},
               {"operations", answer.operations},
               {"activities", answer.activities},
               {"finish_s", answer.finish.si()},
               {"longest_chain_s", answer.longest_chain.si()},
               {"critical_path", path_json(answer.path)},
               {"critical_path_by_name", path_json(answer.path_names)},
               {"classes", Json::array()},
               {"exchanges", Json::array()},
               {"notes", answer.notes}};
  for (const auto& one : answer.classes) json["classes"].push_back(class_json(one));
  for (const auto& row : answer.exchanges) json["exchanges"].push_back(exchange_json(row));
  // Names come from anywhere: bytes that are no UTF-8 are shown as such.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace weft::report
