#include "weft/validation/documents.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace weft::validation {

namespace {

constexpr const char* kOneHost = "one host of ";

// The first line of what went wrong: reasons stand in one line of a table.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

template <class Value>
void keep_unchanged(const std::map<std::string, std::shared_ptr<Entry<Value>>>& from,
                    const std::set<std::string>& changed,
                    std::map<std::string, std::shared_ptr<Entry<Value>>>& to) {
  for (const auto& [key, entry] : from) {
    if (!entry->depends_on(changed)) to.emplace(key, entry);
  }
}

cluster::Cluster read_use(const std::string& use, const base::Catalog& catalog,
                          base::Reading& reading) {
  const auto document = base::Document::parse(use + "\n", "runs");
  base::Fields fields(document.root(), reading, "runs");
  auto cluster = cluster::read_cluster(fields, catalog);
  fields.finish();
  return cluster;
}

}  // namespace

Documents::Documents(const base::Catalog& catalog, base::Reading::Draw draw)
    : catalog_(catalog), draw_(std::move(draw)) {
  for (const char* kind : {"cluster", "software", "model"}) names_[kind] = catalog.names(kind);
}

base::Reading Documents::reading() const { return draw_ ? base::Reading(draw_) : base::Reading(); }

std::unique_ptr<Documents> Documents::redrawn(base::Reading::Draw draw,
                                              const std::set<std::string>& changed) const {
  auto other = std::make_unique<Documents>(catalog_, std::move(draw));
  const std::lock_guard lock(mutex_);
  keep_unchanged(clusters_, changed, other->clusters_);
  keep_unchanged(stacks_, changed, other->stacks_);
  keep_unchanged(models_, changed, other->models_);
  return other;
}

template <class Value, class Read>
std::shared_ptr<const Entry<Value>> Documents::fetch(Shelf<Value>& shelf, const std::string& key,
                                                     Read read) const {
  std::shared_ptr<Entry<Value>> entry;
  {
    const std::lock_guard lock(mutex_);
    auto& place = shelf[key];
    if (!place) place = std::make_shared<Entry<Value>>();
    entry = place;
  }
  std::call_once(entry->once, [&] {
    auto reading = this->reading();
    try {
      entry->value = read(reading);
      reading.throw_if_any();
    } catch (const std::exception& error) {
      entry->error = first_line(error.what());
    }
    entry->inputs = reading.uncertain_inputs();
  });
  return entry;
}

std::shared_ptr<const ClusterEntry> Documents::cluster(const std::string& use) const {
  return fetch(clusters_, use,
               [&](base::Reading& reading) { return read_use(use, catalog_, reading); });
}

std::shared_ptr<const ClusterEntry> Documents::one_host(const std::string& name) const {
  return fetch(clusters_, kOneHost + name, [&](base::Reading& reading) {
    base::Reading ignored;  // one host may be less than the fabric's smallest size
    const auto use = fmt::format("{{use: {}, hosts: 1}}", name);
    auto cluster = read_use(use, catalog_, ignored);
    if (cluster.host.devices < 1) reading.throw_if_any();
    return cluster;
  });
}

std::shared_ptr<const StackEntry> Documents::software(const std::string& name) const {
  return fetch(stacks_, name, [&](base::Reading& reading) {
    return workload::read_software(catalog_.load("software", name, std::nullopt), reading);
  });
}

std::shared_ptr<const ModelEntry> Documents::model(const std::string& name) const {
  return fetch(models_, name, [&](base::Reading& reading) {
    return workload::read_model(catalog_.load("model", name, std::nullopt), reading);
  });
}

}  // namespace weft::validation
