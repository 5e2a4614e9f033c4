#include "weft/network/cluster_size.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace weft::network {

namespace {

// A name in single quotes, as YAML has them.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "''" : std::string(1, c);
  return result + "'";
}

cluster::Cluster read(const base::Catalog& catalog, const std::string& name,
                      const std::optional<ClusterSize>& size) {
  auto text = fmt::format("use: {}\n", quoted(name));
  if (size) text += fmt::format("{}: {}\n", size->unit, size->count);
  const auto document = base::Document::parse(std::move(text), "command line");
  base::Reading reading;
  base::Fields use(document.root(), reading, "cluster");
  auto cluster = cluster::read_cluster(use, catalog);
  use.finish();
  reading.throw_if_any();
  return cluster;
}

// Devices are numbered with 32 bits.
void require_countable(const base::Catalog& catalog, const std::string& name,
                       const ClusterSize& size) {
  const auto per_host = read(catalog, name, std::nullopt).host.devices;
  const auto most = std::numeric_limits<std::int32_t>::max() / per_host;
  if (size.count <= most) return;
  refuse(fmt::format("--{} {}: up to {} of {} devices are counted", size.unit, size.count, most,
                     per_host),
         fmt::format("a cluster has up to {} devices", std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

cluster::Cluster read_cluster(const base::Catalog& catalog, const std::string& name,
                              const std::optional<ClusterSize>& size, std::int64_t devices) {
  if (size) require_countable(catalog, name, *size);
  auto cluster = read(catalog, name, size);
  if (size || cluster.devices() >= devices) return cluster;
  const auto unit = cluster.devices();
  const auto units = (devices + unit - 1) / unit;
  constexpr std::int64_t kMostHosts = 1'000'000'000;
  const auto too_many = fmt::format("{} devices are more than {} can have", devices, cluster.name);
  if (units > kMostHosts / cluster.hosts) refuse(too_many);
  try {
    return read(catalog, name, ClusterSize{"hosts", static_cast<int>(units * cluster.hosts)});
  } catch (const base::InputError& error) {
    // Nobody has written this number of hosts: its place in the text says nothing.
    refuse(fmt::format("{}: {}", too_many, error.diagnostics().front().message));
  }
}

void refuse(std::string message, std::string hint) {
  throw base::InputError({{{}, 1, std::move(message), std::move(hint)}});
}

}  // namespace weft::network
