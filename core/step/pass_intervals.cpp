#include "pass_intervals.h"

#include <algorithm>
#include <array>

namespace weft::step {

namespace {

struct Exposed {
  Part part;
  double time;
};

// Of the kernels of a pass and of what waits for the slowest device, the weight gradients.
double weight_share(const PassCost& pass) {
  const double all = (pass.kernels + pass.stragglers).si();
  return all > 0 ? std::min(1.0, pass.weight.si() / all) : 0.0;
}

}  // namespace

void append(Intervals& intervals, double time, double power, Part part, int layer) {
  if (time > 0) intervals.push_back({time, power, part, layer});
}

void append_pass(Intervals& intervals, const PassCost& pass, const PassBooking& booking,
                 const IdlePowers& idle) {
  const bool weights_alone = booking.share == Share::kWeights;
  const std::array<Exposed, 5> exposed = {
      {{Part::kTensor, pass.tensor.exposed.si()},
       {Part::kContext, pass.context.exposed.si()},
       {Part::kExpert, pass.expert.exposed.si() * booking.expert_kept},
       {Part::kData, pass.data.exposed.si()},
       {Part::kOffload, pass.offload.exposed.si()}}};
  double waits = 0;
  for (const auto& one : exposed) waits += one.time;
  const double behind =
      (pass.tensor.hidden + pass.context.hidden + pass.expert.hidden + pass.data.hidden).si() +
      pass.expert.exposed.si() * (1 - booking.expert_kept);
  const double kernels = pass.kernels.si();
  // Links draw while they send. Where nothing runs beside them, all of it is waited for.
  double in_waits = waits + behind > 0 ? booking.sent * waits / (waits + behind) : 0.0;
  if (kernels <= 0) in_waits = booking.sent;
  if (waits <= 0) in_waits = 0;
  const double kernel_power =
      kernels > 0 ? (pass.energy.si() + booking.sent - in_waits) / kernels : 0.0;

  const double put_off = weight_share(pass);
  double share = 1;
  if (booking.share == Share::kInputs) share = 1 - put_off;
  if (weights_alone) share = put_off;
  append(intervals, kernels * share, kernel_power, booking.kernels, booking.layer);
  append(intervals, pass.stragglers.si() * share, idle.waiting, Part::kStragglers, booking.layer);
  if (weights_alone) return;
  append(intervals, pass.host.si(), idle.waiting, Part::kHost, booking.layer);
  const double link_power = waits > 0 ? in_waits / waits : 0.0;
  for (const auto& one : exposed) {
    append(intervals, one.time, idle.communicating + link_power, one.part, booking.layer);
  }
}

double length_of(const Intervals& intervals) {
  double sum = 0;
  for (const auto& one : intervals) sum += one.time;
  return sum;
}

double energy_of(const Intervals& intervals) {
  double sum = 0;
  for (const auto& one : intervals) sum += one.time * one.power;
  return sum;
}

void spread(Intervals& intervals, double energy) {
  const double length = length_of(intervals);
  if (length <= 0) return;
  for (auto& one : intervals) one.power += energy / length;
}

}  // namespace weft::step
