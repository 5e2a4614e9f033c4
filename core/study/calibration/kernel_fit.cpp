#include "weft/calibration/kernel_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "fit_document.h"
#include "kernel_solver.h"
#include "weft/kernels/predict.h"

namespace weft::calibration {

namespace {

using chips::Precision;
using Eigen::Index;
using Points = std::vector<const FitPoint*>;

constexpr double kFirstScatter = 0.06;
constexpr std::size_t kLeastPoints = 3;
// Fewer tell nothing of a term that is not always on.
constexpr std::size_t kEnoughToChoose = 10;
constexpr double kNoLimit = 1e9;  // W
// By this share the median error of what was held out must fall for a term that is not always on.
constexpr double kImprovement = 0.02;

// Which points a parameter has a part in.
bool informs(const FitPoint& point, const KernelParameter& parameter) {
  using kernels::MeasuredAttention;
  using kernels::MeasuredGemm;
  using kernels::MeasuredGroupedGemm;
  const auto& kernel = point.point->kernel;
  const auto* gemm = std::get_if<MeasuredGemm>(&kernel);
  const auto* grouped = std::get_if<MeasuredGroupedGemm>(&kernel);
  const auto* attention = std::get_if<MeasuredAttention>(&kernel);
  const auto* streaming = std::get_if<kernels::MeasuredOperator>(&kernel);
  const auto casts_by = [&](chips::Scaling scaling) {
    const bool with_cast =
        (gemm != nullptr && gemm->with_cast) || (grouped != nullptr && grouped->with_cast);
    return with_cast && is_narrow(point.precision) && scaling_of(point.precision) == scaling;
  };
  switch (parameter.family()) {
    case Family::kEfficiency:
    case Family::kMemory:
    case Family::kPerFlop:
      return point.precision == parameter.precision() && streaming == nullptr;
    case Family::kGrouped:
      return grouped != nullptr;
    case Family::kTensorTraffic:
    case Family::kTensorFixed:
      return casts_by(chips::Scaling::kTensor);
    case Family::kBlockTraffic:
    case Family::kBlockFixed:
      return casts_by(chips::Scaling::kBlock);
    case Family::kHandover:
      return gemm != nullptr && gemm->shape.epilogue > 0;
    case Family::kHalfBlock:
      return streaming != nullptr && streaming->shape.block.si() > 0;
    case Family::kBackward:
      return attention != nullptr && attention->pass != MeasuredAttention::Pass::kForward;
    case Family::kPortable:
      return attention != nullptr && attention->portable;
    default:
      return true;
  }
}

constexpr std::array kGemmFamilies = {
    Family::kFixed,        Family::kNorm,          Family::kEdge,
    Family::kGrouped,      Family::kTensorTraffic, Family::kTensorFixed,
    Family::kBlockTraffic, Family::kBlockFixed,    Family::kHandover};
constexpr std::array kMemoryFamilies = {Family::kStream, Family::kHalfBlock};
constexpr std::array kAttentionFamilies = {Family::kSoftmax, Family::kAttentionFixed,
                                           Family::kAttentionEdge, Family::kBackward,
                                           Family::kPortable};
constexpr std::array kPowerFamilies = {Family::kPerByte};

class Fitter {
 public:
  Fitter(const chips::Chip& chip, std::vector<base::UncertainInput> inputs,
         const base::ThreadTeam& team, KernelFit& fit)
      : chip_(chip), inputs_(std::move(inputs)), team_(team), fit_(fit) {}

  void run(KernelStage stage, const std::vector<FitPoint>& all) {
    Points points;
    for (const auto& point : all) {
      if (point.stage == stage) points.push_back(&point);
    }
    if (points.empty()) return;
    if (points.size() < kLeastPoints) {
      fit_.notes.push_back(fmt::format("{}: {} of {} points that a fit needs", name_of(stage),
                                       points.size(), kLeastPoints));
      return;
    }
    auto parameters = parameters_of(stage, points);
    if (stage == KernelStage::kGemm && points.size() >= kEnoughToChoose)
      add_what_pays(parameters, points);
    const auto limit = fit_.device.power.limit;
    if (stage == KernelStage::kPower) fit_.device.power.limit = base::Power(kNoLimit);
    const auto held_out = fit(stage, points, std::move(parameters));
    fit_.device.power.limit = limit;
    record(stage, points, held_out);
  }

 private:
  // Those of a list that some point has a part in.
  template <class Families>
  void add(const Families& families, const Points& points, std::vector<KernelParameter>& all) {
    for (const auto family : families)
      add(KernelParameter(chip_, inputs_, fit_.device, family), points, all);
  }
  static void add(KernelParameter parameter, const Points& points,
                  std::vector<KernelParameter>& all) {
    const bool any = std::any_of(points.begin(), points.end(),
                                 [&](const auto* point) { return informs(*point, parameter); });
    if (any) all.push_back(std::move(parameter));
  }

  std::vector<KernelParameter> parameters_of(KernelStage stage, const Points& points) {
    std::vector<KernelParameter> all;
    const bool is_gemm = stage == KernelStage::kGemm;
    for (std::size_t p = 0; p < chips::kPrecisionCount; ++p) {
      const auto precision = static_cast<Precision>(p);
      if (is_gemm) add(per_format(Family::kEfficiency, precision, points), points, all);
      if (is_gemm) add(per_format(Family::kMemory, precision, points), points, all);
      if (stage == KernelStage::kPower) {
        add(per_format(Family::kPerFlop, precision, points), points, all);
      }
    }
    if (is_gemm) add(kGemmFamilies, points, all);
    if (stage == KernelStage::kMemory) add(kMemoryFamilies, points, all);
    if (stage == KernelStage::kAttention) add(kAttentionFamilies, points, all);
    if (stage == KernelStage::kPower) add(kPowerFamilies, points, all);
    return all;
  }

  // Both 16-bit formats run through the same units: one that has no points of its own follows.
  KernelParameter per_format(Family family, Precision precision, const Points& points) {
    KernelParameter parameter(chip_, inputs_, fit_.device, family, precision);
    const auto has_points = [&](Precision other) {
      return std::any_of(points.begin(), points.end(),
                         [&](const auto* point) { return point->precision == other; });
    };
    for (const auto& [one, other] : {std::pair(Precision::kBf16, Precision::kFp16),
                                     std::pair(Precision::kFp16, Precision::kBf16)}) {
      if (precision == one && chip_.device.has(other) && !has_points(other)) {
        parameter.stand_for(other);
      }
    }
    return parameter;
  }

  // The droop beyond the L2 cache, the waves of tiles, or both, where they predict better what was
  // held out.
  void add_what_pays(std::vector<KernelParameter>& parameters, const Points& points) {
    std::vector<KernelParameter> terms;
    if (chip_.device.l2.si() > 0) terms.emplace_back(chip_, inputs_, fit_.device, Family::kDroop);
    if (chip_.device.cores > 0) terms.emplace_back(chip_, inputs_, fit_.device, Family::kWaves);
    const std::vector<double> scatter(points.size(), kFirstScatter);
    const auto error_with = [&](const std::vector<KernelParameter>& all) {
      return median_of_magnitudes(held_out_errors({fit_.device, points, all, scatter}, team_));
    };
    double least = error_with(parameters);
    const double plain = least;
    auto best = parameters;
    for (unsigned chosen = 1; chosen < 1U << terms.size(); ++chosen) {
      auto tried = parameters;
      for (std::size_t t = 0; t < terms.size(); ++t) {
        if ((chosen >> t & 1U) != 0) tried.push_back(terms[t]);
      }
      const double error = error_with(tried);
      const bool pays = error < (1 - kImprovement) * least;
      fit_.notes.push_back(fmt::format(
          "{}: cross-validated median error {:.2f} % against {:.2f} % "
          "without: {}",
          names_of(terms, chosen), 100 * error, 100 * plain, pays ? "better" : "no better"));
      if (!pays) continue;
      least = error;
      best = tried;
    }
    parameters = best;
  }
  static std::string names_of(const std::vector<KernelParameter>& terms, unsigned chosen) {
    std::string text;
    for (std::size_t t = 0; t < terms.size(); ++t) {
      if ((chosen >> t & 1U) != 0) text += (text.empty() ? "" : " + ") + terms[t].path();
    }
    return text;
  }

  // Fits, drops what stays unknown (it keeps the value written by hand), and fits the rest again.
  // Returns the errors of what was held out.
  std::vector<double> fit(KernelStage stage, const Points& points,
                          std::vector<KernelParameter> parameters) {
    std::vector<double> scatter(points.size(), kFirstScatter);
    std::vector<FittedKernelParameter> refused;
    KernelMinimum minimum;
    for (int rounds = 2; rounds > 0 || !parameters.empty();) {
      const KernelProblem problem = {fit_.device, points, parameters, scatter};
      minimum = solve(problem);
      if (rounds > 0) {
        scatter = scatter_of(points, errors_of(device_at(problem, minimum.z), points));
        --rounds;
        continue;
      }
      Index worst = 0;
      if (minimum.deviation.maxCoeff(&worst) < kInformed) break;
      const auto at = parameters.begin() + worst;
      refused.push_back(fitted(*at, stage, points, 0, minimum.deviation[worst]));
      parameters.erase(at);
    }
    const KernelProblem problem = {fit_.device, points, parameters, scatter};
    auto held_out = held_out_errors(problem, team_);
    if (!parameters.empty()) fit_.device = device_at(problem, minimum.z);
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      const auto i = static_cast<Index>(p);
      fit_.parameters.push_back(
          fitted(parameters[p], stage, points, minimum.z[i], minimum.deviation[i]));
    }
    std::move(refused.begin(), refused.end(), std::back_inserter(fit_.parameters));
    return held_out;
  }

  static FittedKernelParameter fitted(const KernelParameter& parameter, KernelStage stage,
                                      const Points& points, double z, double deviation) {
    FittedKernelParameter result = {parameter, stage, z, deviation, 0, {}};
    for (const auto* point : points) {
      if (!informs(*point, parameter)) continue;
      ++result.points;
      result.sources.insert(source_name(point->point->source));
    }
    drop_bare_names(result.sources);
    return result;
  }

  void record(KernelStage stage, const Points& points, const std::vector<double>& held_out) {
    const auto errors = errors_of(fit_.device, points);
    std::map<std::pair<std::string, std::string>,
             std::pair<std::vector<double>, std::vector<double>>>
        groups;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const auto& point = *points[i]->point;
      fit_.residuals.push_back(
          {point, stage, kernels::figure_of(fit_.device, point), errors[i], held_out[i]});
      fit_.sources.insert(source_name(point.source));
      const bool is_power = stage == KernelStage::kPower;
      auto& group = groups[{is_power ? "power" : point.group, point.precision}];
      group.first.push_back(errors[i]);
      group.second.push_back(held_out[i]);
    }
    for (const auto& [key, pair] : groups) {
      fit_.errors.push_back({key.first, key.second, static_cast<int>(pair.first.size()),
                             median_of_magnitudes(pair.first), median_of_magnitudes(pair.second)});
    }
  }

  const chips::Chip& chip_;
  std::vector<base::UncertainInput> inputs_;
  const base::ThreadTeam& team_;
  KernelFit& fit_;
};

}  // namespace

double FittedKernelParameter::value(double deviations) const {
  if (!is_informed()) return parameter.start();
  return parameter.prior().value(z + deviations * deviation);
}

std::size_t KernelFit::informed() const {
  return static_cast<std::size_t>(std::count_if(parameters.begin(), parameters.end(),
                                                [](const auto& p) { return p.is_informed(); }));
}

namespace {

chips::Device device_with(const base::Catalog& catalog, const base::Document& by_hand,
                          const base::Catalog::KeepFit& fits) {
  base::Reading reading;
  const auto chip = chips::read_chip(catalog.with(fits).load_file(by_hand.file(), "chip"), reading);
  reading.throw_if_any();
  return chips::measured_alone(chip.device);
}

bool can_fit(KernelStage stage, const std::vector<FitPoint>& points) {
  const auto count = std::count_if(points.begin(), points.end(),
                                   [&](const auto& point) { return point.stage == stage; });
  return static_cast<std::size_t>(count) >= kLeastPoints;
}

// Values of the chip's own fit are left, but for stages without points; those that it inherits from
// another's kernels are taken.
chips::Device start_of(const base::Catalog& catalog, const base::Document& by_hand,
                       const std::vector<FitPoint>& points) {
  const auto own = fit_file_of(by_hand);
  auto device = device_with(catalog, by_hand,
                            [&](const std::filesystem::path& file, std::string_view source) {
                              return file != own && comes_from(kOfKernels, source);
                            });
  const auto earlier =
      device_with(catalog, by_hand, [](const std::filesystem::path&, std::string_view source) {
        return comes_from(kOfKernels, source);
      });
  auto& kernels = device.kernels;
  if (!can_fit(KernelStage::kGemm, points)) {
    kernels.gemm = earlier.kernels.gemm;
    kernels.quantise = earlier.kernels.quantise;
    kernels.handover = earlier.kernels.handover;
  }
  if (!can_fit(KernelStage::kMemory, points)) kernels.memory = earlier.kernels.memory;
  if (!can_fit(KernelStage::kAttention, points)) kernels.attention = earlier.kernels.attention;
  if (!can_fit(KernelStage::kPower, points)) device.power = earlier.power;
  return device;
}

}  // namespace

KernelFit fit_kernels(const std::vector<kernels::PointsTable>& tables, const base::Catalog& catalog,
                      const std::string& chip, const base::ThreadTeam& team) {
  const auto by_hand = catalog.with(base::Fits::kIgnore);
  base::Reading reading;
  const auto document = by_hand.load("chip", chip, std::nullopt);
  const auto read = chips::read_chip(document, reading);
  reading.throw_if_any();
  auto chosen = choose_points(tables, by_hand, read);
  KernelFit fit;
  fit.chip = chip;
  fit.device = start_of(catalog, document, chosen.points);
  for (const auto& table : tables) {
    fit.tables.push_back(std::filesystem::path(table.name).filename().string());
  }
  fit.notes = std::move(chosen.left_out);
  Fitter fitter(read, reading.uncertain_inputs(), team, fit);
  for (const auto stage :
       {KernelStage::kGemm, KernelStage::kMemory, KernelStage::kAttention, KernelStage::kPower}) {
    fitter.run(stage, chosen.points);
  }
  drop_bare_names(fit.sources);
  if (fit.informed() == 0) {
    std::string why = fmt::format("the points identify no parameter of {}", chip);
    for (const auto& note : fit.notes) why += "\n  " + note;
    throw std::runtime_error(why);
  }
  return fit;
}

}  // namespace weft::calibration
