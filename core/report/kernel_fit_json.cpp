#include <nlohmann/json.hpp>

#include <variant>

#include "weft/chips/kernel.h"
#include "weft/report/kernel_fit.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;
using calibration::FittedKernelParameter;
using calibration::KernelFit;
using calibration::KernelResidual;

Json to_json(const FittedKernelParameter& fitted) {
  const auto& parameter = fitted.parameter;
  const auto& prior = parameter.prior().prior();
  Json json = {{"path", parameter.path()},
               {"stage", name_of(fitted.stage)},
               {"informed", fitted.is_informed()},
               {"start", parameter.start()},
               {"low", fitted.value(-calibration::kNinetyPercent)},
               {"mode", fitted.value()},
               {"high", fitted.value(calibration::kNinetyPercent)},
               {"written", parameter.written(fitted.value())},
               {"prior", {{"low", prior.low}, {"mode", prior.mode}, {"high", prior.high}}},
               {"deviation_of_prior", fitted.deviation},
               {"points", fitted.points},
               {"sources", fitted.sources},
               {"advice", fitted.is_informed() ? Json() : Json(parameter.advice())}};
  if (parameter.twin()) json["also"] = parameter.path(*parameter.twin());
  return json;
}

// What a plot may have on its axis.
struct Axes {
  Json operator()(const kernels::MeasuredGemm& kernel) const {
    const auto& s = kernel.shape;
    const double element = bytes_of(s.precision);
    const double bytes = (s.m * s.k + s.k * s.n) * element + s.m * s.n * s.output_bytes;
    return {{"m", s.m},
            {"n", s.n},
            {"k", s.k},
            {"count", s.count},
            {"with_cast", kernel.with_cast},
            {"flops", 2 * s.count * s.m * s.n * s.k},
            {"flops_per_byte", bytes > 0 ? 2 * s.m * s.n * s.k / bytes : 0}};
  }
  Json operator()(const kernels::MeasuredGroupedGemm& kernel) const {
    const auto& s = kernel.shape;
    return {{"groups", s.groups},
            {"m", s.m},
            {"n", s.n},
            {"k", s.k},
            {"with_cast", kernel.with_cast},
            {"flops", 2 * s.groups * s.m * s.n * s.k}};
  }
  Json operator()(const kernels::MeasuredAttention& kernel) const {
    const auto shape = chips::attention_of(kernel.size, kernel.precision);
    return {{"batch", kernel.size.batch},       {"queries", kernel.size.queries},
            {"keys", kernel.size.keys},         {"heads", kernel.size.heads},
            {"kv_heads", kernel.size.kv_heads}, {"head_dim", kernel.size.head_dim},
            {"causal", kernel.size.causal},     {"scores", shape.scores}};
  }
  Json operator()(const kernels::MeasuredBestGemm& kernel) const {
    return {{"best_of", kernel.shapes.size()}};
  }
  Json operator()(const kernels::MeasuredOperator& kernel) const {
    return {{"bytes", kernel.shape.traffic.si()}, {"block", kernel.shape.block.si()}};
  }
};

Json to_json(const KernelResidual& residual) {
  const auto& point = residual.point;
  return {{"id", point.id},
          {"stage", name_of(residual.stage)},
          {"op", point.operation},
          {"group", point.group},
          {"precision", point.precision},
          {"metric", point.metric},
          {"unit", point.unit},
          {"x", std::visit(Axes{}, point.kernel)},
          {"published", point.published / point.unit_size},
          {"predicted", residual.predicted / point.unit_size},
          {"residual", residual.error},
          {"held_out_residual", residual.held_out_error}};
}

}  // namespace

std::string to_json(const KernelFit& fit) {
  Json json = {{"chip", fit.chip},        {"tables", fit.tables},
               {"sources", fit.sources},  {"parameters", Json::array()},
               {"errors", Json::array()}, {"points", Json::array()},
               {"notes", fit.notes}};
  for (const auto& fitted : fit.parameters) json["parameters"].push_back(to_json(fitted));
  for (const auto& e : fit.errors) {
    json["errors"].push_back({{"group", e.group},
                              {"precision", e.precision},
                              {"n", e.n},
                              {"median_abs_error", e.median_error},
                              {"median_abs_error_held_out", e.median_held_out_error}});
  }
  for (const auto& residual : fit.residuals) json["points"].push_back(to_json(residual));
  return json.dump(2) + "\n";
}

}  // namespace weft::report
