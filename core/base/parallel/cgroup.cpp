// How much processor time a container may use.
#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include "weft/base/parallel.h"

namespace weft::base {
namespace {

namespace fs = std::filesystem;

// The CPUs in "QUOTA PERIOD"; none for "max" and for -1.
std::optional<double> cpus(const std::string& quota, const std::string& period) {
  const auto number = [](const std::string& text) {
    double value = 0.0;
    const auto end = text.data() + text.size();
    return std::from_chars(text.data(), end, value).ec == std::errc() ? value : 0.0;
  };
  const double q = number(quota);
  const double p = number(period);
  if (q <= 0.0 || p <= 0.0) return std::nullopt;
  return q / p;
}

std::string first_word(const fs::path& file) {
  std::ifstream stream(file);
  std::string word;
  stream >> word;
  return word;
}

std::optional<double> quota_v2(const fs::path& group) {
  std::ifstream stream(group / "cpu.max");
  std::string quota;
  std::string period;
  stream >> quota >> period;
  return cpus(quota, period);
}

std::optional<double> quota_v1(const fs::path& group) {
  return cpus(first_word(group / "cpu.cfs_quota_us"), first_word(group / "cpu.cfs_period_us"));
}

// The least quota of a group and of all groups around it.
template <class Quota>
void tighten(const fs::path& mount, const fs::path& group, Quota quota, double& limit) {
  fs::path at = mount;
  const auto apply = [&] {
    if (const auto found = quota(at)) limit = limit == 0.0 ? *found : std::min(limit, *found);
  };
  apply();
  for (const fs::path& part : group.relative_path()) {
    // A container may see a path that begins outside of what is mounted in it.
    if (part == "..") return;
    at /= part;
    apply();
  }
}

bool has_cpu(const std::string& controllers) {
  std::istringstream list(controllers);
  for (std::string name; std::getline(list, name, ',');) {
    if (name == "cpu") return true;
  }
  return false;
}

}  // namespace

double cpu_quota(const fs::path& root) {
  double limit = 0.0;
  const fs::path mounts = root / "sys/fs/cgroup";
  std::ifstream groups(root / "proc/self/cgroup");
  // Each line is ID:CONTROLLERS:PATH; version 2 has no controllers.
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) {
      tighten(mounts, group, quota_v2, limit);
      tighten(mounts / "unified", group, quota_v2, limit);
    } else if (has_cpu(controllers)) {
      tighten(mounts / controllers, group, quota_v1, limit);
      if (controllers != "cpu") tighten(mounts / "cpu", group, quota_v1, limit);
    }
  }
  return limit;
}

}  // namespace weft::base
