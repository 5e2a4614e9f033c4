// The documents that rows refer to, read once each. Safe to ask from several threads.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/cluster/cluster.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::validation {

// What a document says, with the uncertain numbers it was read from; `error` when it cannot be had.
template <class Value>
struct Entry {
  std::once_flag once;
  Value value;
  std::vector<base::UncertainInput> inputs;
  std::string error;
  [[nodiscard]] bool depends_on(const std::set<std::string>& paths) const {
    return std::any_of(inputs.begin(), inputs.end(),
                       [&](const auto& input) { return paths.contains(input.path); });
  }
};
using ClusterEntry = Entry<cluster::Cluster>;
using StackEntry = Entry<workload::Software>;
using ModelEntry = Entry<workload::Model>;

class Documents {
 public:
  // `draw` replaces uncertain numbers and must be safe to call from several threads.
  explicit Documents(const base::Catalog& catalog, base::Reading::Draw draw = {});

  // The same documents under another draw: those that do not depend on `changed` are kept as read.
  [[nodiscard]] std::unique_ptr<Documents> redrawn(base::Reading::Draw draw,
                                                   const std::set<std::string>& changed) const;

  // `use` as in a study: "{use: dgx_h100, hosts: 8}".
  [[nodiscard]] std::shared_ptr<const ClusterEntry> cluster(const std::string& use) const;
  // The smallest one, for its chip and its hosts; its fabric may be missing.
  [[nodiscard]] std::shared_ptr<const ClusterEntry> one_host(const std::string& name) const;
  [[nodiscard]] std::shared_ptr<const StackEntry> software(const std::string& name) const;
  [[nodiscard]] std::shared_ptr<const ModelEntry> model(const std::string& name) const;

  [[nodiscard]] const std::vector<std::string>& names(const std::string& kind) const {
    return names_.at(kind);
  }

 private:
  template <class Value>
  using Shelf = std::map<std::string, std::shared_ptr<Entry<Value>>>;

  template <class Value, class Read>
  std::shared_ptr<const Entry<Value>> fetch(Shelf<Value>& shelf, const std::string& key,
                                            Read read) const;
  [[nodiscard]] base::Reading reading() const;

  const base::Catalog& catalog_;
  base::Reading::Draw draw_;
  std::map<std::string, std::vector<std::string>> names_;
  mutable std::mutex mutex_;
  mutable Shelf<cluster::Cluster> clusters_;
  mutable Shelf<workload::Software> stacks_;
  mutable Shelf<workload::Model> models_;
};

}  // namespace weft::validation
