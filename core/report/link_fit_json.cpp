#include <nlohmann/json.hpp>

#include "weft/report/link_fit.h"

namespace weft::report {

std::string to_json(const calibration::LinkFit& fit) {
  using Json = nlohmann::ordered_json;
  Json json = {{"link", fit.link},
               {"tables", fit.tables},
               {"sources", fit.sources},
               {"points_fit", fit.points},
               {"points_elsewhere", fit.elsewhere},
               {"parameters", Json::array()},
               {"errors", Json::array()},
               {"points", Json::array()}};
  for (const auto& p : fit.parameters) {
    const auto& prior = p.prior.prior();
    json["parameters"].push_back(
        {{"path", p.family->path},
         {"informed", p.is_written},
         {"start", prior.mode},
         {"low", p.value(-calibration::kNinetyPercent)},
         {"mode", p.value()},
         {"high", p.value(calibration::kNinetyPercent)},
         {"written", p.written(p.value())},
         {"prior", {{"low", prior.low}, {"mode", prior.mode}, {"high", prior.high}}},
         {"deviation_of_prior", p.deviation}});
  }
  for (const auto& e : fit.errors) {
    json["errors"].push_back({{"curve", e.curve},
                              {"split", e.split},
                              {"n", e.n},
                              {"median_abs_error_before", e.median_before},
                              {"median_abs_error", e.median}});
  }
  for (const auto& residual : fit.residuals) {
    const auto& point = residual.point;
    json["points"].push_back({{"id", point.id},
                              {"curve", point.curve},
                              {"cluster", residual.cluster},
                              {"op", point.operation},
                              {"group", point.ranks},
                              {"bytes", point.bytes.si()},
                              {"split", point.split},
                              {"published_s", point.time.si()},
                              {"predicted_s", residual.predicted},
                              {"relative_error_before", residual.before},
                              {"relative_error", residual.error}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace weft::report
