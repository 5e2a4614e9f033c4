#include "weft/calibration/link_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <utility>

#include "link_family.h"
#include "weft/calibration/least_squares.h"
#include "weft/validation/validate.h"

namespace weft::calibration {

namespace {

using Eigen::Index;
using Eigen::VectorXd;
using interconnect::Fabric;
using interconnect::Link;
using network::CollectivePoint;

// Of ln(time): how well the same call repeats, and how well one curve holds on both sides of a
// change of protocol.
constexpr double kScatter = 0.05;
// Of fewer points none can be told for an outlier: all count alike.
constexpr int kEnoughForOutliers = 5;
// Residuals and priors in units this much wider leave the solver's robust sum a plain one.
constexpr double kPlain = 10;
// What leaves a parameter this much of its prior's deviation does not tell it.
constexpr double kInformed = 0.8;
// Unless they have moved it so far, against a limit where it tells no more.
constexpr double kMoved = 0.5;

// A point with the network that it ran on.
struct Placed {
  const CollectivePoint* point;
  std::string cluster;
  Fabric fabric;
  interconnect::GroupShape group;
};

// The fabric with this link in place of its namesake.
Fabric with_link(const Fabric& fabric, const Link& link) {
  auto tiers = fabric.tiers();
  for (auto& tier : tiers) {
    if (tier.link.name == link.name) tier.link = link;
  }
  return Fabric(std::move(tiers));
}

double time_of(const Placed& placed, const Link& link) {
  const auto& point = *placed.point;
  return with_link(placed.fabric, link)
      .cost(point.collective, placed.group, point.bytes,
            point.algorithm.value_or(network::Algorithm::kNone))
      .time.si();
}

struct Problem {
  Link link;  // to start from
  std::vector<FittedLinkParameter> parameters;
  std::vector<Placed> placed;
  double unit = 1;  // of residuals and parameters, in their deviations

  [[nodiscard]] Link at(const VectorXd& z) const {
    Link moved = link;
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      const auto& parameter = parameters[p];
      parameter.family->set(moved, parameter.prior.value(unit * z[static_cast<Index>(p)]));
    }
    return moved;
  }
  [[nodiscard]] VectorXd residuals(const VectorXd& z) const {
    const Link moved = at(z);
    std::vector<double> all;
    for (const auto& one : placed) {
      if (one.point->split != "fit") continue;
      all.push_back(std::log(time_of(one, moved) / one.point->time.si()) / (unit * kScatter));
    }
    return Eigen::Map<const VectorXd>(all.data(), static_cast<Index>(all.size()));
  }
};

bool is_of_link(const Fabric& fabric, const interconnect::GroupShape& group, const Link& link) {
  const int top = group.top_tier();
  return top >= 0 && fabric.tiers()[static_cast<std::size_t>(top)].link.name == link.name;
}

std::vector<Placed> place_all(const std::vector<network::PointsTable>& tables,
                              const base::Catalog& catalog,
                              const std::optional<std::string>& cluster, const Link& link,
                              LinkFit& fit) {
  network::Places places(catalog, cluster);
  std::vector<Placed> placed;
  for (const auto& table : tables) {
    for (const auto& point : table.points) {
      auto place = places.place(point);
      if (!place.reason.empty() || !is_of_link(place.fabric, place.group, link) ||
          !std::isfinite(time_of({&point, "", place.fabric, place.group}, link))) {
        ++fit.elsewhere;
        continue;
      }
      placed.push_back({&point, place.cluster, std::move(place.fabric), place.group});
    }
  }
  return placed;
}

Minimum minimum_of(const Problem& problem) {
  const auto count = static_cast<Index>(problem.parameters.size());
  return minimise([&](const VectorXd& z) { return problem.residuals(z); }, count);
}

void solve(Problem& problem, LinkFit& fit) {
  if (fit.points < kEnoughForOutliers) problem.unit = kPlain;
  const auto minimum = minimum_of(problem);
  for (std::size_t p = 0; p < problem.parameters.size(); ++p) {
    auto parameter = problem.parameters[p];
    parameter.z = problem.unit * minimum.z[static_cast<Index>(p)];
    parameter.deviation = minimum.deviation[static_cast<Index>(p)];
    parameter.is_written = parameter.deviation < kInformed || std::abs(parameter.z) > kMoved;
    fit.parameters.push_back(std::move(parameter));
  }
}

// Two numbers that mean nothing alone.
void write_together(LinkFit& fit) {
  const auto is_low_latency = [](const FittedLinkParameter& parameter) {
    return std::string_view(parameter.family->path).starts_with("low_latency.");
  };
  const bool any = std::any_of(
      fit.parameters.begin(), fit.parameters.end(),
      [&](const auto& parameter) { return is_low_latency(parameter) && parameter.is_written; });
  for (auto& parameter : fit.parameters) {
    if (is_low_latency(parameter)) parameter.is_written = any;
  }
}

// As the file will have it.
Link fitted_link(const Link& by_hand, const Link& start, const LinkFit& fit) {
  Link link = by_hand;
  for (const auto& parameter : fit.parameters) {
    if (!parameter.is_written) continue;
    if (!link.low_latency && parameter.family->applies(start) && !parameter.family->applies(link)) {
      link.low_latency = start.low_latency;
    }
    parameter.family->set(link, parameter.value());
  }
  return link;
}

void add_errors(LinkFit& fit) {
  using Key = std::pair<std::string, std::string>;
  for (const bool by_curve : {false, true}) {
    std::map<Key, std::pair<std::vector<double>, std::vector<double>>> found;
    for (const auto& residual : fit.residuals) {
      auto& errors = found[{by_curve ? residual.point.curve : "all", residual.point.split}];
      errors.first.push_back(std::abs(residual.before));
      errors.second.push_back(std::abs(residual.error));
    }
    for (const auto& [key, errors] : found) {
      fit.errors.push_back({key.first, key.second, static_cast<int>(errors.first.size()),
                            validation::quantile(errors.first, 0.5),
                            validation::quantile(errors.second, 0.5)});
    }
  }
}

}  // namespace

LinkFit fit_link(std::vector<network::PointsTable> tables, const base::Catalog& catalog,
                 const std::string& name, const std::optional<std::string>& cluster) {
  const auto by_hand = catalog.with(base::Fits::kIgnore);
  base::Reading reading;
  const Link link = interconnect::read_link(by_hand.load("link", name, std::nullopt), reading);
  reading.throw_if_any();
  LinkFit fit;
  fit.link = name;
  for (auto& table : tables) {
    network::split_by_thirds(table);
    fit.tables.push_back(table.name);
  }
  const auto collectives = catalog.with(base::Fits::kCollectives);
  Problem problem;
  problem.link = with_low_latency(link);
  problem.placed = place_all(tables, collectives, cluster, link, fit);
  for (const auto& placed : problem.placed) {
    if (placed.point->split != "fit") continue;
    ++fit.points;
    fit.sources.insert(placed.point->source);
  }
  if (fit.points == 0) {
    throw std::runtime_error(fmt::format("no point marked 'fit' is of the link {}", name));
  }
  problem.parameters = parameters_of(problem.link, reading.uncertain_inputs());
  solve(problem, fit);
  write_together(fit);
  const Link fitted = fitted_link(link, problem.link, fit);
  for (const auto& placed : problem.placed) {
    const double measured = placed.point->time.si();
    const double time = time_of(placed, fitted);
    fit.residuals.push_back({*placed.point, placed.cluster, measured / time_of(placed, link) - 1,
                             measured / time - 1, time});
  }
  add_errors(fit);
  return fit;
}

}  // namespace weft::calibration
