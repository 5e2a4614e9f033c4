#include "sizes.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace weft::compare {

namespace {

constexpr double kMostIdle = 0.1;
// A size further off by 1 % is as bad as 0.2 % idle devices.
constexpr double kFarness = 0.2;
// Sizes that are tried when none near enough can be built.
constexpr std::size_t kMostTried = 200;

std::int64_t odd_part(std::int64_t n) {
  while (n % 2 == 0) n /= 2;
  return n;
}

std::vector<std::int64_t> divisors_of(std::int64_t n) {
  std::vector<std::int64_t> all;
  for (std::int64_t d = 1; d * d <= n; ++d) {
    if (n % d != 0) continue;
    all.push_back(d);
    if (d * d != n) all.push_back(n / d);
  }
  return all;
}

double distance(double wanted, std::int64_t hosts) {
  return std::abs(std::log(static_cast<double>(hosts) / wanted));
}

}  // namespace

double idle_share(std::int64_t devices, const workload::Job& job) {
  const auto least =
      static_cast<std::int64_t>(std::ceil(static_cast<double>(devices) * (1 - kMostIdle)));
  const auto layers = odd_part(std::max(job.model.layers, 1));
  const auto replicas = divisors_of(std::max<std::int64_t>(job.global_batch, 1));
  const auto is_usable = [&](std::int64_t used) {
    return std::any_of(replicas.begin(), replicas.end(), [&](std::int64_t data) {
      return used % data == 0 && layers % odd_part(used / data) == 0;
    });
  };
  for (std::int64_t used = devices; used >= std::max<std::int64_t>(least, 1); --used) {
    if (is_usable(used)) return 1 - static_cast<double>(used) / static_cast<double>(devices);
  }
  return 1;
}

namespace {

// Multiples of `unit` near enough.
void add_near(double wanted, std::int64_t unit, std::int64_t devices_per_host,
              const workload::Job& job, std::vector<std::int64_t>& all) {
  const auto step = static_cast<double>(unit);
  const auto first = static_cast<std::int64_t>(std::ceil(wanted * (1 - kNearEnough) / step));
  const auto last = static_cast<std::int64_t>(std::floor(wanted * (1 + kNearEnough) / step));
  std::vector<std::pair<double, std::int64_t>> rated;
  for (auto n = std::max<std::int64_t>(first, 1); n <= last; ++n) {
    const auto hosts = n * unit;
    rated.emplace_back(
        idle_share(hosts * devices_per_host, job) + kFarness * distance(wanted, hosts), hosts);
  }
  std::sort(rated.begin(), rated.end());
  for (const auto& [rating, hosts] : rated) all.push_back(hosts);
}

// Whole units around, and hosts further and further off.
void add_far(double wanted, std::int64_t unit, std::vector<std::int64_t>& all) {
  std::vector<std::int64_t> further;
  const auto step = static_cast<double>(unit);
  const auto whole = static_cast<std::int64_t>(std::floor(wanted / step));
  if (whole > 0) further.push_back(whole * unit);
  further.push_back((whole + 1) * unit);
  const auto middle = static_cast<std::int64_t>(std::llround(wanted));
  for (std::int64_t off = 0; further.size() < kMostTried && off < middle; ++off) {
    further.push_back(std::max<std::int64_t>(middle - off, 1));
    further.push_back(middle + off);
  }
  std::stable_sort(further.begin(), further.end(), [&](std::int64_t a, std::int64_t b) {
    return distance(wanted, a) < distance(wanted, b);
  });
  all.insert(all.end(), further.begin(), further.end());
}

}  // namespace

std::vector<std::int64_t> sizes_near(double wanted, std::int64_t unit_hosts,
                                     std::int64_t devices_per_host, const workload::Job& job) {
  std::vector<std::int64_t> all;
  add_near(wanted, unit_hosts, devices_per_host, job, all);
  if (unit_hosts > 1) add_near(wanted, 1, devices_per_host, job, all);
  add_far(wanted, unit_hosts, all);
  return all;
}

}  // namespace weft::compare
