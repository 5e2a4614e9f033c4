#include "finder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sizes.h"

namespace weft::compare {

namespace {

// Guesses of a size: power and time are nearly proportional to it.
constexpr int kMostGuesses = 6;
// Between two sizes an amount grows as a power of the size; steps of plans can hide by which.
constexpr double kLeastPower = 0.4;
constexpr double kMostPower = 1.5;
constexpr double kSame = 0.01;  // amounts this near are taken as equal, and the smaller size
constexpr double kMostHosts = 1e6;
constexpr int kMostDoublings = 12;  // of a batch
constexpr int kMostUnplanned = 3;   // sizes without a plan, one after the other

// The rate decides; a run without a plan is the worst.
bool is_faster(const Run& a, const Run& b) {
  if (a.is_known() != b.is_known()) return a.is_known();
  return a.is_known() && a.figures.rate > b.figures.rate;
}

std::vector<chips::Precision> formats_of(const chips::Device& device) {
  using chips::Precision;
  const auto wide = device.has(Precision::kBf16) ? Precision::kBf16 : Precision::kFp16;
  std::vector<Precision> formats;
  for (const auto format : {wide, Precision::kFp8, Precision::kFp8Block, Precision::kMxfp8}) {
    if (device.has(format)) formats.push_back(format);
  }
  return formats;
}

}  // namespace

Finder::Finder(const Question& question, const base::Catalog& catalog, const base::Reading& reading,
               const base::ThreadTeam& team)
    : question_(question),
      catalog_(catalog),
      reading_(reading),
      team_(team),
      formats_(question.builds.size()) {
  for (std::size_t b = 0; b < question.builds.size(); ++b) {
    const bool is_best = question.precision == PrecisionRule::kBest;
    stated_.push_back(is_best ? in_best_format(b) : *at_best_batch({.build = b}));
  }
}

// What cannot be built, such as a part of a torus, is an error of reading, and no answer here; as
// it is stated it was read before.
std::optional<study::Study> Finder::read(const Variant& variant) const {
  auto reading = reading_;
  try {
    return read_variant(question_, variant, catalog_, reading);
  } catch (const base::InputError&) {
    if (variant.hosts == 0) throw;
    return std::nullopt;
  }
}

std::optional<std::size_t> Finder::run(const Variant& variant) {
  const auto found = std::find_if(known_.begin(), known_.end(),
                                  [&](const auto& one) { return one.first == variant; });
  if (found != known_.end()) return found->second;
  std::optional<std::size_t> at;
  if (const auto study = read(variant)) {
    at = runs_.size();
    runs_.push_back(run_of(question_, variant, *study, study::run(*study, team_).front()));
  }
  known_.emplace_back(variant, at);
  return at;
}

std::optional<std::size_t> Finder::at_best_batch(Variant variant) {
  auto best = run(variant);
  if (!best || question_.batch == BatchRule::kSame) return best;
  for (int doublings = 1; doublings <= kMostDoublings; ++doublings) {
    variant.batch = question_.job().global_batch << doublings;
    const auto next = run(variant);
    if (!next || (runs_[*best].is_known() && !is_faster(runs_[*next], runs_[*best]))) break;
    best = next;
  }
  return best;
}

std::size_t Finder::in_best_format(std::size_t build) {
  std::optional<std::size_t> best;
  for (const auto format : formats_of(question_.stated.cases[build].cluster.device())) {
    const auto next = at_best_batch({.build = build, .precision = format});
    if (!best || is_faster(runs_[*next], runs_[*best])) best = next;
  }
  formats_[build] = runs_[*best].variant.precision;
  return *best;
}

std::optional<std::size_t> Finder::near(std::size_t build, double hosts) {
  if (!(hosts < kMostHosts)) return std::nullopt;
  const auto& of = question_.builds[build];
  const auto& cluster = question_.stated.cases[build].cluster;
  std::optional<std::size_t> last;
  int unplanned = 0;
  for (const auto size : sizes_near(hosts, of.unit_hosts, cluster.host.devices, question_.job())) {
    Variant variant{build, size == cluster.hosts ? 0 : size, formats_[build], 0};
    const auto at = at_best_batch(variant);
    if (!at) continue;
    if (runs_[*at].is_known()) return at;
    last = last ? last : at;
    if (++unplanned == kMostUnplanned) break;
  }
  return last;
}

std::optional<std::size_t> Finder::without_idle(std::size_t at) {
  if (!runs_[at].is_known() || runs_[at].figures.devices_idle <= 0) return std::nullopt;
  const auto& figures = runs_[at].figures;
  const auto each = static_cast<double>(runs_[at].study_case.cluster.host.devices);
  const double hosts = std::ceil((figures.devices - figures.devices_idle) / each);
  auto variant = runs_[at].variant;
  variant.hosts = static_cast<std::int64_t>(hosts);
  return run(variant);
}

std::size_t Finder::sized(Footing footing, std::size_t build) {
  const auto amount = [&](std::size_t at) {
    return runs_[at].is_known() ? amount_of(footing, runs_[at].figures) : std::nullopt;
  };
  const auto wanted = amount(stated_.front());
  auto at = stated_[build];
  auto best = at;
  if (!wanted) return best;
  const auto off = [&](std::size_t of) {
    const auto has = amount(of);
    return has ? std::abs(std::log(*has / *wanted)) : std::numeric_limits<double>::infinity();
  };
  const auto hosts_of = [&](std::size_t of) {
    return static_cast<double>(runs_[of].study_case.cluster.hosts);
  };
  const auto is_nearer = [&](std::size_t a, std::size_t b) {
    if (off(a) < off(b) - kSame) return true;
    return off(a) < off(b) + kSame && hosts_of(a) < hosts_of(b);
  };
  double power = 1;  // of the size, that the amount grows with
  for (int guess = 0; guess < kMostGuesses; ++guess) {
    const auto has = amount(at);
    if (!has || off(at) <= kNearEnough) break;
    const auto next = near(build, hosts_of(at) * std::pow(*wanted / *has, 1 / power));
    if (!next || *next == at || !amount(*next)) break;
    power = std::clamp(std::log(*amount(*next) / *has) / std::log(hosts_of(*next) / hosts_of(at)),
                       kLeastPower, kMostPower);
    at = *next;
    if (is_nearer(at, best)) best = at;
  }
  // Devices that no plan of this size uses are no part of what the time takes.
  const auto trimmed = footing == Footing::kTime ? without_idle(best) : std::nullopt;
  return trimmed && is_nearer(*trimmed, best) ? *trimmed : best;
}

}  // namespace weft::compare
