#include "courier.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace weft::traffic {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr std::size_t kMostRemembered = 32;  // ways of a rank
constexpr std::int32_t kNone = -1;
constexpr std::int64_t kMostAhead = 1 << 20;  // messages

void check(const Network& network, const Job& job) {
  if (job.schedule == nullptr) throw std::invalid_argument("a job has a schedule");
  for (const std::int32_t device : job.devices) {
    if (device >= 0 && device < network.graph().devices()) continue;
    throw std::invalid_argument(fmt::format("device {} is not among the {} of the fabric", device,
                                            network.graph().devices()));
  }
}

}  // namespace

Courier::Courier(const Network& network, std::span<const Job> jobs, const RunOptions& options,
                 bool all_to_all)
    : network_(network), graph_(network.graph()), ways_(network, options), all_to_all_(all_to_all) {
  ways_.detour_for(jobs);
  for (const Job& job : jobs) {
    check(network, job);
    JobState state;
    state.job = &job;
    state.steps = job.schedule->steps();
    state.first = static_cast<std::int32_t>(ranks_.size());
    state.unfinished = static_cast<std::int64_t>(job.devices.size());
    state.last_first = last_.size();
    messages_.clear();
    if (state.steps > 0 && !job.devices.empty()) job.schedule->sends(0, 0, messages_);
    state.last_width = std::clamp<std::size_t>(messages_.size(), 1, kMostRemembered);
    last_.resize(last_.size() + state.last_width * job.devices.size());
    Rank rank;
    rank.job = static_cast<std::int32_t>(jobs_.size());
    rank.ready = job.start + job.call_overhead;
    ranks_.resize(ranks_.size() + job.devices.size(), rank);
    jobs_.push_back(state);
  }
}

void Courier::advance(double now, std::span<const flow::Completion> finished,
                      std::vector<flow::Transfer>& starts) {
  if (ways_.see_changes(now)) std::fill(last_.begin(), last_.end(), Last{});
  if (finished.empty()) start_jobs(starts);
  for (const flow::Completion& completion : finished) take(now, completion, starts);
  if (has_unsettled_) settle(starts);
}

void Courier::start_jobs(std::vector<flow::Transfer>& starts) {
  for (std::int32_t rank = 0; rank < static_cast<std::int32_t>(ranks_.size()); ++rank) {
    go_on(rank, starts);
  }
}

void Courier::take(double now, const flow::Completion& completion,
                   std::vector<flow::Transfer>& starts) {
  const Flight flight = flights_[completion.tag];
  free_flight(static_cast<std::int32_t>(completion.tag));
  if (completion.failed) {
    lose(flight);
    return;
  }
  ++events_;
  arrived(flight.to, flight.step, now + latency_of(flight));
  Rank& sender = ranks_[flight.from];
  sender.ready = std::max(sender.ready, now);
  --sender.waits;
  if (ranks_[flight.to].waits == 0) go_on(flight.to, starts);
  if (flight.from != flight.to && ranks_[flight.from].waits == 0) go_on(flight.from, starts);
}

void Courier::arrived(std::int32_t rank, std::int64_t step, double time) {
  Rank& receiver = ranks_[rank];
  if (receiver.step == step) {
    receiver.ready = std::max(receiver.ready, time);
    --receiver.waits;
    return;
  }
  std::int32_t at = static_cast<std::int32_t>(early_.size());
  if (free_early_.empty()) {
    early_.emplace_back();
  } else {
    at = free_early_.back();
    free_early_.pop_back();
  }
  early_[at] = {step, time, receiver.early};
  receiver.early = at;
}

// A rank whose step is done, or that has not begun, enters steps until it has to wait.
void Courier::go_on(std::int32_t rank, std::vector<flow::Transfer>& starts) {
  while (enter_step(rank, starts)) {
  }
}

// Returns whether the step was over at once.
bool Courier::enter_step(std::int32_t index, std::vector<flow::Transfer>& starts) {
  Rank& rank = ranks_[index];
  JobState& job = jobs_[rank.job];
  if (rank.step >= job.steps) return false;
  const Schedule& schedule = *job.job->schedule;
  const std::int32_t place = index - job.first;
  if (++rank.step >= job.steps) {
    rank.waits = kNone;  // for nothing any more
    --job.unfinished;
    job.finish = std::max(job.finish, rank.ready);
    return false;
  }
  messages_.clear();
  schedule.sends(rank.step, place, messages_);
  rank.waits = static_cast<std::int32_t>(messages_.size()) + schedule.receives(rank.step, place);
  if (rank.waits == 0) {
    rank.step = std::min(schedule.next_busy(rank.step + 1, place), job.steps) - 1;
    return true;
  }
  for (std::size_t i = 0; i < messages_.size(); ++i) send(index, messages_[i], i, starts);
  if (rank.early != kNone) take_early(rank);
  return rank.waits == 0;
}

// Messages of this step that came before it began.
void Courier::take_early(Rank& rank) {
  std::int32_t* link = &rank.early;
  while (*link != kNone) {
    const std::int32_t at = *link;
    Early& early = early_[at];
    if (early.step != rank.step) {
      link = &early.next;
      continue;
    }
    rank.ready = std::max(rank.ready, early.time);
    --rank.waits;
    *link = early.next;
    free_early_.push_back(at);
  }
}

// Into how many of this step's messages, a channel each, what the closed forms send as one is cut:
// those over the same ports. Dimensions have a link for each neighbour.
int Courier::parts_of(const Job& job, std::int32_t from, const Message& message, int tier) const {
  if (message.parts > 0) return message.parts;
  const auto is_same_channel = [](const Message& a, const Message& b) {
    return a.channel == b.channel;
  };
  const bool is_cut =
      messages_.size() > 1 &&
      std::adjacent_find(messages_.begin(), messages_.end(), is_same_channel) == messages_.end();
  if (!is_cut) return 1;
  const interconnect::Fabric& fabric = network_.fabric();
  const bool has_own_links = fabric.tiers()[tier].is_dimension();
  const auto parts = std::count_if(messages_.begin(), messages_.end(), [&](const Message& other) {
    if (has_own_links) return other.to == message.to;
    return tier_between(fabric, from, job.devices[other.to]) == tier;
  });
  return std::max(static_cast<int>(parts), 1);
}

Courier::Last Courier::look_up(const JobState& state, std::int32_t rank, const Message& message) {
  const Job& job = *state.job;
  const std::int32_t from = job.devices[rank];
  const std::int32_t to = job.devices[message.to];
  Last last{message.to, message.channel};
  if (message.to == rank && !job.in_switch_tiers.empty()) {
    const int tier = job.in_switch_tiers.at(static_cast<std::size_t>(message.channel));
    const interconnect::Link& link = network_.fabric().tiers()[tier].link;
    last.way = ways_.through_switch(from, tier);
    last.scale = link.efficiency / link.in_switch_reduction->efficiency;
    ways_[last.way].latency = std::max(link.in_switch_reduction->latency.si(),
                                       2 * network_.fabric().message_latency(tier).si());
    return last;
  }
  const int tier = tier_between(network_.fabric(), from, to);
  last.way = ways_.between(from, to, message.channel);
  const interconnect::Link& link = network_.fabric().tiers()[tier].link;
  if (job.low_latency && link.low_latency) {
    last.scale = link.efficiency / link.low_latency->efficiency;
    return last;
  }
  if (from != to) {
    last.extra = network_.extra_bytes(tier) / parts_of(job, from, message, tier);
  }
  if (job.all_to_all != all_to_all_) last.scale = link.efficiency / link.all_to_all_efficiency;
  return last;
}

// Between its last byte's leaving and its arrival [s].
double Courier::latency_of(const Flight& flight) const {
  const double latency = ways_[flight.way].latency;
  const JobState& state = jobs_[ranks_[flight.from].job];
  if (!state.job->low_latency || flight.from == flight.to) return latency;
  const auto [from, to] = devices_of(flight);
  const interconnect::Fabric& fabric = network_.fabric();
  const int tier = tier_between(fabric, from, to);
  const base::Time saved = fabric.message_latency(tier) - fabric.low_message_latency(tier);
  return std::max(0.0, latency - saved.si());
}

void Courier::send(std::int32_t rank, const Message& message, std::size_t place,
                   std::vector<flow::Transfer>& starts) {
  const JobState& job = jobs_[ranks_[rank].job];
  const std::int32_t here = rank - job.first;
  Last looked_up;
  Last* last = &looked_up;
  if (place < job.last_width) {
    last = &last_[job.last_first + static_cast<std::size_t>(here) * job.last_width + place];
  }
  if (last->to != message.to || last->channel != message.channel) {
    *last = look_up(job, here, message);
  }
  const std::int32_t id = take_flight();
  Way& way = ways_[last->way];
  way.bytes += message.bytes;
  const Rank& sender = ranks_[rank];
  flights_[id] = {sender.step, message.bytes, rank, job.first + message.to, last->way};
  flow::Transfer& transfer = starts.emplace_back();
  transfer.bytes = (message.bytes + last->extra) * last->scale;
  transfer.route = way.route;
  transfer.start = sender.ready;
  transfer.tag = static_cast<std::uint64_t>(id);
  has_unsettled_ = has_unsettled_ || transfer.route < 0;
}

// Asks for the ways of the steps to come, all at once, since finding those to one device together
// takes little longer than finding one.
void Courier::look_ahead(const Flight& flight) {
  const JobState& state = jobs_[ranks_[flight.from].job];
  const Job& job = *state.job;
  const auto ranks = static_cast<std::int32_t>(job.devices.size());
  const std::int64_t end = std::min(state.steps, flight.step + 1 + kMostAhead / ranks);
  ways_.expect(static_cast<std::size_t>(std::max<std::int64_t>(end - flight.step - 1, 0)) *
               static_cast<std::size_t>(ranks));
  for (std::int64_t step = flight.step + 1; step < end; ++step) {
    for (std::int32_t rank = 0; rank < ranks; ++rank) {
      messages_.clear();
      job.schedule->sends(step, rank, messages_);
      for (const Message& message : messages_) {
        ways_.between(job.devices[rank], job.devices[message.to], message.channel);
      }
    }
  }
}

// Finds the ways that messages to start have asked for; what has none fails. Who asks again after
// the first step will go on asking.
void Courier::settle(std::vector<flow::Transfer>& starts) {
  const auto first = std::find_if(starts.begin(), starts.end(), [](const flow::Transfer& transfer) {
    return transfer.route < 0;
  });
  if (looks_ahead_ && first != starts.end()) look_ahead(flights_[first->tag]);
  looks_ahead_ = true;
  ways_.settle();
  has_unsettled_ = false;
  const auto is_lost = [&](flow::Transfer& transfer) {
    Flight& flight = flights_[transfer.tag];
    transfer.route = ways_[flight.way].route;
    if (transfer.route >= 0) return false;
    if (!ways_.lost_links()) complain(flight);
    lose(flight);
    free_flight(static_cast<std::int32_t>(transfer.tag));
    return true;
  };
  starts.erase(std::remove_if(starts.begin(), starts.end(), is_lost), starts.end());
}

std::pair<std::int32_t, std::int32_t> Courier::devices_of(const Flight& flight) const {
  const JobState& state = jobs_[ranks_[flight.from].job];
  const auto& devices = state.job->devices;
  return {devices[flight.from - state.first], devices[flight.to - state.first]};
}

// A message that has no way, or none any more.
void Courier::lose(const Flight& flight) {
  ways_[flight.way].bytes -= flight.bytes;
  ++failed_;
  parted_.insert(devices_of(flight));
  if (!first_parted_) first_parted_ = devices_of(flight);
}

void Courier::complain(const Flight& flight) const {
  const auto [from, to] = devices_of(flight);
  throw std::invalid_argument(
      fmt::format("{} cannot reach {}", graph_.name(from), graph_.name(to)));
}

std::optional<flow::RouteId> Courier::reroute(double now, const flow::Transfer& transfer) {
  if (ways_.see_changes(now)) std::fill(last_.begin(), last_.end(), Last{});
  Flight& flight = flights_[transfer.tag];
  const JobState& job = jobs_[ranks_[flight.from].job];
  const Message message{flight.to - job.first, flight.bytes, 0};
  if (flight.from == flight.to) return std::nullopt;
  ways_[flight.way].bytes -= flight.bytes;
  flight.way = look_up(job, flight.from - job.first, message).way;
  ways_.settle();
  Way& way = ways_[flight.way];
  way.bytes += flight.bytes;
  if (way.route < 0) return std::nullopt;
  return way.route;
}

std::int32_t Courier::take_flight() {
  if (free_flight_ == kNone) {
    flights_.emplace_back();
    return static_cast<std::int32_t>(flights_.size()) - 1;
  }
  return std::exchange(free_flight_, flights_[free_flight_].from);
}

void Courier::free_flight(std::int32_t id) { flights_[id].from = std::exchange(free_flight_, id); }

void Courier::report(RunResult& result) const {
  for (const JobState& job : jobs_) {
    result.finish.push_back(job.unfinished == 0 ? job.finish : kNever);
    result.time = std::max(result.time, result.finish.back());
  }
  result.events = events_;
  result.failed = failed_;
  result.parted_pairs = static_cast<std::int64_t>(parted_.size());
  result.parted = first_parted_;
}

}  // namespace weft::traffic
