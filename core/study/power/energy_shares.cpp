#include "energy_shares.h"

#include <algorithm>
#include <array>

namespace weft::power_study {

namespace {

using campaign::TimeClass;
using step::Part;

const char* cause_of(TimeClass time_class) {
  switch (time_class) {
    case TimeClass::kCheckpointSave:
      return "checkpoints";
    case TimeClass::kCheckpointRestore:
      return "reload";
    case TimeClass::kProgramStartup:
    case TimeClass::kTpuInitialization:
      return "restart";
    case TimeClass::kCustomMaintenance:
      return "maintenance";
    case TimeClass::kElasticSliceDown:
    case TimeClass::kElasticScaleUp:
      return "elastic stalls";
    default:
      return "detect and repair";
  }
}

class Shares {
 public:
  void add(const std::string& cause, double energy, bool is_lost) {
    if (energy == 0) return;
    const auto known = std::find_if(all_.begin(), all_.end(),
                                    [&](const EnergyShare& one) { return one.cause == cause; });
    if (known != all_.end()) {
      known->energy += base::Energy(energy);
    } else {
      all_.push_back({cause, base::Energy(energy), is_lost});
    }
  }
  std::vector<EnergyShare> take() { return std::move(all_); }

 private:
  std::vector<EnergyShare> all_;
};

struct Stepping {
  double energy = 0;  // J of as much sound stepping as was done
  double time = 0;    // s of it
};

// Everything that is not a step as it should be goes to `shares` at once.
class Counter {
 public:
  Counter(const Course& course, const Timelines& timelines, const Levels& levels,
          const Overheads& overheads)
      : course_(course),
        timelines_(timelines),
        unused_(overheads.total(levels.unused()) - overheads.total({})) {
    sound_ = overheads.total(levels.stepping());
  }

  Stepping count(Shares& shares) const {
    Stepping stepping;
    double before = 0;
    for (std::size_t k = 0; k < course_.segments.size(); ++k) {
      const auto& segment = course_.segments[k];
      const double time = segment.until - before;
      before = segment.until;
      const double unused = unused_ * segment.overhead * time;
      const double energy = timelines_.site.energy(k) - unused;
      shares.add("idle hosts", unused, true);
      if (segment.evaluates) {
        shares.add("evaluation", energy, false);
      } else if (!segment.steps()) {
        shares.add(cause_of(segment.doing), energy, true);
      } else {
        const bool is_sound = segment.rate >= 1 && segment.missing <= 0;
        const double due = is_sound ? energy : sound_ * segment.overhead * segment.rate * time;
        shares.add("slowed or reduced", energy - due, true);
        stepping.energy += due;
        stepping.time += segment.rate * time;
      }
    }
    return stepping;
  }

 private:
  const Course& course_;
  const Timelines& timelines_;
  double unused_;     // W at the meter, mean of the day
  double sound_ = 0;  // W, mean of a step
};

bool is_work(Part part) {
  return part == Part::kForward || part == Part::kBackward || part == Part::kHead ||
         part == Part::kOptimizer;
}

}  // namespace

double stepping(const Course& course) {
  double sum = 0;
  double before = 0;
  for (const auto& segment : course.segments) {
    if (segment.steps()) sum += segment.rate * (segment.until - before);
    before = segment.until;
  }
  return sum;
}

std::vector<EnergyShare> shares_of(const Course& course, const Timelines& timelines,
                                   const Levels& levels, const Overheads& overheads,
                                   const step_power::JobProfile& profile) {
  Shares shares;
  Shares later;
  const auto sound = Counter(course, timelines, levels, overheads).count(later);
  const double wasted = sound.time > 0 ? std::clamp(course.wasted / sound.time, 0.0, 1.0) : 0.0;
  const auto& parts = profile.energy_by_part;
  const double all = profile.device_energy().si();
  double kept = sound.energy * (1 - wasted);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const auto part = static_cast<Part>(p);
    shares.add(step::name_of(part), kept * parts[p].si() / all, !is_work(part));
  }
  shares.add("work done again", sound.energy * wasted, true);
  for (const auto& one : later.take()) shares.add(one.cause, one.energy.si(), one.is_lost);
  return shares.take();
}

}  // namespace weft::power_study
