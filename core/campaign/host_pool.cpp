#include "host_pool.h"

#include <algorithm>
#include <limits>

namespace weft::campaign {

HostPool::HostPool(const Hosts& policy, std::uint64_t seed, std::uint64_t replica)
    : policy_(policy), random_(seed, replica, base::stream_of("warming")) {
  if (policy.unlimited) return;
  warm_.assign(static_cast<std::size_t>(policy.warm), -1);
  cold_.assign(static_cast<std::size_t>(policy.cold), -1);
}

double HostPool::next_time() const {
  return events_.empty() ? std::numeric_limits<double>::infinity() : events_.top().time;
}

int HostPool::advance() {
  const Event event = events_.top();
  events_.pop();
  if (event.warmed) {
    // One that broke down meanwhile does not become warm.
    const auto erased =
        std::erase_if(warming_, [&event](const Warming& one) { return one.order == event.order; });
    if (erased > 0) warm_.push_back(event.host);
    return kNone;
  }
  --out_;
  --busy_crews_;
  ++repaired_;
  if (!waiting_.empty()) {
    const Waiting next = waiting_.front();
    waiting_.pop_front();
    start_repair(next.host, next.takes, event.time);
  }
  if (!policy_.unlimited) {
    cold_.push_back(event.host);
    warm_up(event.time);
  }
  return event.host;
}

void HostPool::send(int host, double takes, bool for_good, double now) {
  ++out_;
  peak_out_ = std::max(peak_out_, out_);
  if (for_good) return;
  if (policy_.crews > 0 && busy_crews_ >= policy_.crews) {
    waiting_.push_back({host, takes});
  } else {
    start_repair(host, takes, now);
  }
}

void HostPool::start_repair(int host, double takes, double now) {
  ++busy_crews_;
  events_.push({now + takes, order_++, host, false});
}

void HostPool::warm_up(double now) {
  const auto target = static_cast<std::size_t>(policy_.warm);
  while (!cold_.empty() && warm_.size() + warming_.size() < target) {
    const int host = cold_.front();
    cold_.pop_front();
    warming_.push_back({order_, host});
    events_.push({now + policy_.provision.draw(random_), order_++, host, true});
  }
}

bool HostPool::has_spare() const { return policy_.unlimited || !warm_.empty() || !cold_.empty(); }

HostPool::Spare HostPool::take(double now) {
  if (policy_.unlimited) return {-1, policy_.warm > 0};
  auto& from = warm_.empty() ? cold_ : warm_;
  const Spare spare{from.front(), &from == &warm_};
  from.pop_front();
  warm_up(now);
  return spare;
}

void HostPool::lose_idle(double place, double takes, double now) {
  if (idle() == 0) return;
  auto at = static_cast<std::size_t>(place * static_cast<double>(idle()));
  int host = 0;
  const auto take_from = [&at, &host](std::deque<int>& hosts) {
    host = hosts[at];
    hosts.erase(hosts.begin() + static_cast<std::ptrdiff_t>(at));
  };
  if (at < warm_.size()) {
    take_from(warm_);
  } else if (at -= warm_.size(); at < cold_.size()) {
    take_from(cold_);
  } else {
    at -= cold_.size();
    host = warming_[at].host;
    warming_.erase(warming_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  send(host, takes, false, now);
  warm_up(now);
}

std::int64_t HostPool::idle() const {
  return static_cast<std::int64_t>(warm_.size() + cold_.size() + warming_.size());
}

}  // namespace weft::campaign
