#include "finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "weft/base/unit_text.h"
#include "weft/workload/model.h"

namespace weft::size {

namespace {

// No one asks for more, and larger searches take long.
constexpr double kMostDevices = 1 << 22;
// A size this much larger that is no quicker by that share: more does not help.
constexpr double kLarger = 1.9;
constexpr double kQuicker = 0.97;
// Sizes above the smallest are looked at in coarser steps, up to this many times as large: they
// cost less only where they divide better.
constexpr double kAbove = 2;
constexpr double kCoarse = 0.25;
constexpr int kRounds = 16;
// First size of a search that goes by power: units.
constexpr std::int64_t kFirstUnits = 16;

// Time is the only target that more hosts help with.
bool meets_all_but_time(const Design& design) {
  return std::all_of(design.checks.begin(), design.checks.end(), [](const Check& check) {
    return check.target == Target::kTime || check.holds();
  });
}

// How far the target that is used up most is used, time apart; infinite where one is not known.
double most_used(const Design& design) {
  double most = 0;
  for (const auto& check : design.checks) {
    if (check.target != Target::kTime) most = std::max(most, check.use());
  }
  return most;
}

}  // namespace

Finder::Finder(const Question& question, const Offer& offer, Builder& builder,
               const Designer& designer)
    : question_(&question),
      builder_(&builder),
      designer_(&designer),
      lattice_(builder.unit_hosts(), offer.sizes.spacing),
      sizes_(offer.sizes) {
  if (!question.targets.time) return;
  // No device does more useful work than its peak, failures or not.
  const auto& study = *builder.one_unit().study;
  const auto& one = study.cases.front();
  const auto work = workload::model_flops_per_token(study.job, one.software.expert_capacity,
                                                    workload::FlopConvention::kCausalAttention) *
                    study.job.tokens;
  const auto peak = one.cluster.device().peaks.matrix[chips::index_of(study.job.precision)] *
                    static_cast<double>(one.cluster.host.devices);
  const double least = std::ceil(work / (peak * *question.targets.time));
  least_ = static_cast<std::int64_t>(std::clamp(least, 1.0, kMostDevices));
}

std::int64_t Finder::most_hosts() const {
  const auto devices = builder_->one_unit().study->cases.front().cluster.host.devices;
  const auto all = static_cast<std::int64_t>(kMostDevices) / devices;
  return sizes_.most ? std::min(all, *sizes_.most * builder_->unit_hosts()) : all;
}

const Design* Finder::look_at(std::int64_t hosts) {
  auto [place, is_new] = seen_.try_emplace(hosts);
  if (is_new) {
    if (const auto built = builder_->at(hosts)) place->second = designer_->design(*built);
  }
  if (!place->second) return nullptr;
  if (const auto wall = place->second->wall()) {
    best_ = std::max(best_, 1 / (static_cast<double>(hosts) * wall->si()));
  }
  return &*place->second;
}

// The largest size that can be built above one that can, below one that cannot.
std::int64_t Finder::largest_buildable(std::int64_t above, std::int64_t below) {
  const auto why = builder_->why_not();
  for (auto size = lattice_.before(below); size > above; size = lattice_.before(size)) {
    if (builder_->at(size)) return size;
  }
  limit_ = why;
  return above;
}

// Whether sizes grow and the run does not get shorter.
bool Finder::stands_still(const Design& design) {
  const auto wall = design.wall();
  if (!wall) return false;
  if (shortest_at_ == 0 || wall->si() < kQuicker * shortest_) {
    shortest_at_ = design.hosts;
    shortest_ = wall->si();
    return false;
  }
  if (static_cast<double>(design.hosts) < kLarger * static_cast<double>(shortest_at_)) return false;
  const auto& plan = design.outcome->plan;
  const auto batch = builder_->one_unit().study->job.global_batch;
  limit_ = "more hosts no longer shorten the run";
  if (plan.data == batch) {
    limit_ +=
        fmt::format(": no more than {} replicas, as the global batch has no more sequences", batch);
  }
  return true;
}

std::int64_t Finder::next_size(const Design& design) const {
  const auto wall = design.wall();
  const double missed = wall ? *wall / *question_->targets.time : 2.0;
  // Not by much more than is missed, so that what follows has few sizes to look at.
  const double times = std::clamp(missed * 1.01, 1.0, 4.0);
  return std::max(lattice_.after(design.hosts),
                  lattice_.at_least(times * static_cast<double>(design.hosts)));
}

// A size in time, as found while sizes grow; other targets are not looked at.
std::optional<std::int64_t> Finder::first_in_time() {
  const auto most = most_hosts();
  // Half of the peak is more than most runs get.
  auto size = std::min(lattice_.at_least(2 * static_cast<double>(least_)), most);
  std::int64_t built = 0;
  for (;;) {
    const auto* design = look_at(size);
    if (design == nullptr) {
      const auto largest = largest_buildable(built, size);
      if (largest > built) {
        size = largest;
        continue;
      }
      if (built > 0) return std::nullopt;
      // A plan may be none for so few.
      if (size >= most) builder_->give_up();
      size = std::min(lattice_.at_least(2.0 * static_cast<double>(size)), most);
      continue;
    }
    built = size;
    if (design->meets(Target::kTime)) return size;
    if (stands_still(*design)) return std::nullopt;
    if (size >= most) {
      limit_ = sizes_.most ? "no more are on offer (most)" : "larger clusters are not looked at";
      return std::nullopt;
    }
    size = std::min(next_size(*design), most);
  }
}

// Smaller sizes as far as one of them could be as quick.
void Finder::look_below(std::int64_t hosts, base::Time wall) {
  for (auto size = lattice_.before(hosts); size >= least_; size = lattice_.before(size)) {
    const double needed = 1 / (static_cast<double>(size) * wall.si());
    if (needed > (1 + sizes_.margin) * best_) return;
    look_at(size);
  }
}

void Finder::look_above(std::int64_t hosts) {
  const Lattice coarse(builder_->unit_hosts(), sizes_.spacing > 0 ? kCoarse : 0);
  const auto most =
      std::min(kAbove * static_cast<double>(hosts), static_cast<double>(most_hosts()));
  for (auto size = coarse.after(hosts); static_cast<double>(size) <= most;
       size = coarse.after(size)) {
    const auto* design = look_at(size);
    if (design == nullptr || !meets_all_but_time(*design)) return;
  }
}

// Larger sizes than one that keeps all targets but the time, while they do.
void Finder::climb(std::int64_t hosts) {
  for (int round = 0; round < kRounds; ++round) {
    hosts = lattice_.after(hosts);
    if (hosts > most_hosts() || seen_.count(hosts) > 0) return;
    const auto* design = look_at(hosts);
    if (design == nullptr || !design->outcome || !meets_all_but_time(*design)) return;
  }
}

// What keeps all other targets, from a size that does not, downwards.
void Finder::look_within(std::int64_t hosts) {
  auto size = hosts;
  for (int round = 0; round < kRounds && size >= 1; ++round) {
    const auto* design = look_at(size);
    if (design != nullptr && design->outcome && meets_all_but_time(*design)) return climb(size);
    const double used = design != nullptr ? most_used(*design) : 1;
    if (!std::isfinite(used)) return;
    const double fewer = static_cast<double>(size) / std::max(used, 1.0);
    size = std::min(lattice_.before(size), lattice_.at_most(fewer));
  }
}

const Design* Finder::smallest() const {
  for (const auto& [hosts, design] : seen_) {
    if (design && design->meets_all()) return &*design;
  }
  return nullptr;
}

void Finder::look_for_time() {
  const auto reached = first_in_time();
  if (reached) look_below(*reached, *question_->targets.time);
  if (const auto* found = smallest()) {
    if (question_->seeks(Aim::kCheapest)) look_above(found->hosts);
    return;
  }
  std::int64_t from = 0;  // in time, else the largest
  for (const auto& [hosts, design] : seen_) {
    if (!design || !design->outcome) continue;
    from = hosts;
    if (design->meets(Target::kTime)) break;
  }
  if (from > 0) look_within(from);
}

// The largest size that keeps the targets that need no plan to be counted.
std::int64_t Finder::most_counted() {
  const auto holds = [this](std::int64_t hosts) {
    const auto built = builder_->at(hosts);
    if (!built) return false;
    const auto design = designer_->counted(*built);
    return std::all_of(design.checks.begin(), design.checks.end(),
                       [](const Check& check) { return !check.needed || check.holds(); });
  };
  const auto most = most_hosts();
  std::int64_t low = 0;
  auto high = std::min(builder_->unit_hosts(), most);
  while (high < most && holds(high)) {
    low = high;
    high = std::min(lattice_.at_most(2.0 * static_cast<double>(high)), most);
  }
  if (high == most && holds(high)) return high;
  while (lattice_.after(low) < high) {
    const auto middle =
        std::max(lattice_.after(low), lattice_.at_most(0.5 * static_cast<double>(low + high)));
    (holds(middle) ? low : high) = middle;
  }
  return low;
}

void Finder::look_for_speed() {
  const auto most = most_counted();
  if (most == 0) {
    limit_ = "not one host keeps all targets";
    return;
  }
  const bool needs_plan =
      question_->targets.power ||
      (question_->targets.budget && question_->targets.budget_of != MoneyOf::kCapital);
  auto size = needs_plan ? std::min(most, kFirstUnits * builder_->unit_hosts()) : most;
  std::int64_t best = 0;
  for (int round = 0; round < kRounds && size >= 1; ++round) {
    const auto* design = look_at(size);
    const bool holds = design != nullptr && design->outcome && design->meets_all();
    if (holds) {
      best = std::max(best, size);
      const double room = 1 / std::max(most_used(*design), 0.25);
      const auto more = std::min(most, lattice_.at_most(room * static_cast<double>(size)));
      if (more <= size || seen_.count(more) > 0) break;
      size = more;
      continue;
    }
    const double used = design != nullptr && design->outcome ? most_used(*design) : 1.0;
    if (!std::isfinite(used)) break;
    size = std::min(lattice_.before(size),
                    lattice_.at_most(static_cast<double>(size) / std::max(used, 1.0)));
    if (size <= best) break;
  }
  if (best == 0) return;
  climb(best);
  std::optional<base::Time> shortest;
  for (const auto& [hosts, design] : seen_) {
    if (!design || !design->meets_all()) continue;
    best = hosts;
    if (!shortest || *design->wall() < *shortest) shortest = design->wall();
  }
  look_below(best, *shortest);
}

std::vector<Design> Finder::take() {
  std::vector<Design> designs;
  for (auto& [hosts, design] : seen_) {
    if (design) designs.push_back(std::move(*design));
  }
  seen_.clear();
  return designs;
}

}  // namespace weft::size
