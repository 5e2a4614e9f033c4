#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "weft/base/change.h"
#include "weft/scaling/question.h"

namespace weft::scaling {

namespace {

using base::Document;
using base::Fields;
using base::Node;

// What a cluster may be counted in.
constexpr std::array<const char*, 4> kSizes = {"devices", "hosts", "racks", "pods"};

bool is_size(std::string_view key) {
  return std::find(kSizes.begin(), kSizes.end(), key) != kSizes.end();
}

Document with_text(const Document& document, const std::string& path, const std::string& text) {
  const auto value = Document::parse(fmt::format("value: {}\n", text), "scaling");
  return base::with_value(document, path, *value.root().find("value"));
}

// The study of one case that the document is about; its size as stated, or as one of kSizes.
struct Size {
  std::string unit;  // empty: as stated
  std::int64_t count = 0;
};
Document study_of(const Document& scaling, const Size& size) {
  const auto root = scaling.root();
  auto study = Document::parse("kind: study\n", "scaling");
  for (const char* key : {"job", "search", "campaign"}) {
    if (const auto value = root.find(key)) study = base::with_value(study, key, *value);
  }
  const auto plan = root.find("plan");
  if (plan && plan->is_map()) study = base::with_value(study, "plan", *plan);
  const auto cluster = *root.find("cluster");
  if (!cluster.is_map()) {
    study = base::with_value(study, "clusters.use", cluster);
  } else {
    for (std::size_t i = 0; i < cluster.size(); ++i) {
      if (!size.unit.empty() && is_size(cluster.key(i))) continue;
      study = base::with_value(study, "clusters." + std::string(cluster.key(i)), cluster.item(i));
    }
  }
  if (size.unit.empty()) return study;
  return with_text(study, "clusters." + size.unit, fmt::format("{}", size.count));
}

study::Study read_study(const Document& scaling, const base::Catalog& catalog, const Size& size,
                        base::Reading& reading) {
  auto study = study::read_study(study_of(scaling, size), catalog, reading);
  reading.throw_if_any();
  return study;
}

class Reader {
 public:
  Reader(const Document& document, const base::Catalog& catalog, base::Reading& reading)
      : document_(document), catalog_(catalog), reading_(reading) {}

  Question run() {
    Fields fields(document_.root(), reading_, document_.file().stem().string());
    fields.text("kind");
    fields.text("name", "");
    fields.map("job");  // that it is there
    if (!fields.has("cluster")) {
      reading_.error(fields.node(), "missing key 'cluster': what the job runs on");
    }
    fields.value("cluster");
    for (const char* key : {"search", "campaign"}) fields.value(key);
    question_.grow = static_cast<Grow>(fields.choice("grow", {"strong", "weak"}, 0));
    question_.linearity =
        static_cast<Linearity>(fields.choice("linearity", {"step", "goodput"}, 0));
    read_plan(fields);
    const auto axis = read_axis(fields);
    auto against = fields.maybe_map("against");
    if (against && !axis) {
      question_.varied = against->text("path");
      values_ = against->list("values");
      if (values_.empty()) reading_.error(against->node(), "missing key 'values': a list");
      against->finish();
    }
    fields.finish();
    reading_.throw_if_any();
    axis ? sizes(*axis) : values();
    return std::move(question_);
  }

 private:
  void read_plan(Fields& fields) {
    const auto plan = fields.value("plan");
    if (!plan || plan->is_map()) return;
    const auto rule = fields.choice("plan", {"re-optimised", "fixed", "auto"}, 0);
    if (rule == 1) question_.plan = PlanRule::kFixed;
  }

  std::optional<std::string> read_axis(Fields& fields) {
    std::optional<std::string> axis;
    for (const char* key : kSizes) {
      if (!fields.has(key)) continue;
      if (axis)
        reading_.error(*fields.value(key), fmt::format("'{}' says the sizes already", *axis));
      axis = key;
      read_counts(fields.list(key));
    }
    if (axis && fields.has("against")) {
      reading_.error(*fields.value("against"),
                     fmt::format("either sizes ('{}') or values ('against')", *axis));
    }
    if (!axis && !fields.has("against")) {
      reading_.error(fields.node(),
                     "missing sizes: 'devices', 'hosts', 'racks' or 'pods', or 'against'");
    }
    if (axis) question_.varied = *axis;
    return axis;
  }

  void read_counts(const std::vector<Node>& nodes) {
    for (const auto& node : nodes) {
      const auto count = base::integer_of(node, reading_, "size", 1);
      if (!counts_.empty() && count <= counts_.back()) {
        reading_.error(node, "sizes grow from the first, which all others are compared with");
      }
      counts_.push_back(count);
      nodes_.push_back(node);
    }
    if (nodes.empty()) reading_.error(document_.root(), "a list of sizes is empty");
  }

  // Devices are said in hosts.
  Size size_of(const std::string& axis, std::size_t i, std::int64_t devices_per_host) {
    if (axis != "devices") return {axis, counts_[i]};
    if (counts_[i] % devices_per_host != 0) {
      reading_.error(nodes_[i], fmt::format("a host has {} devices", devices_per_host));
      reading_.throw_if_any();
    }
    return {"hosts", counts_[i] / devices_per_host};
  }

  void sizes(const std::string& axis) {
    const auto stated = read_study(document_, catalog_, {}, reading_);
    const auto& cluster = stated.cases.front().cluster;
    question_.of = cluster.name;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      const auto size = size_of(axis, i, cluster.host.devices);
      auto study = read_study(document_, catalog_, size, reading_);
      const auto devices = study.cases.front().cluster.all_devices();
      if (question_.grow == Grow::kWeak && i > 0) {
        study = read_study(grown(i, devices), catalog_, size, reading_);
      }
      const char* noun = counts_[i] == 1 ? "" : "s";
      const auto label = fmt::format("{} {}{}", counts_[i], axis.substr(0, axis.size() - 1), noun);
      question_.points.push_back({label, devices, std::move(study)});
    }
  }

  // The document with as many sequences a device as at the first point.
  Document grown(std::size_t i, std::int64_t devices) {
    const auto& first = question_.points.front();
    const auto batch = first.study.job.global_batch * devices;
    if (batch % first.devices != 0) {
      reading_.error(nodes_[i], fmt::format("{} sequences on {} devices are no whole number on {}",
                                            first.study.job.global_batch, first.devices, devices));
      reading_.throw_if_any();
    }
    return with_text(document_, "job.global_batch",
                     fmt::format("{} sequences", batch / first.devices));
  }

  void values() {
    for (const auto& value : values_) {
      const auto laid = base::changed(document_, catalog_, {{question_.varied, value}});
      auto study = read_study(laid.document, laid.catalog, {}, reading_);
      base::require_used(laid.catalog);
      question_.of = study.cases.front().cluster.name;
      const auto devices = study.cases.front().cluster.all_devices();
      const auto text = value.is_scalar() ? std::string(value.text())
                                          : fmt::format("value {}", question_.points.size() + 1);
      question_.points.push_back({text, devices, std::move(study)});
    }
  }

  const Document& document_;
  const base::Catalog& catalog_;
  base::Reading& reading_;
  Question question_;
  std::vector<std::int64_t> counts_;
  std::vector<Node> nodes_;
  std::vector<Node> values_;
};

}  // namespace

const char* name_of(Grow grow) { return grow == Grow::kStrong ? "strong" : "weak"; }
const char* name_of(PlanRule rule) {
  return rule == PlanRule::kReoptimised ? "re-optimised" : "fixed";
}
const char* name_of(Linearity linearity) {
  return linearity == Linearity::kStep ? "step" : "goodput";
}

Question read_question(const Document& document, const base::Catalog& catalog,
                       base::Reading& reading) {
  return Reader(document, catalog, reading).run();
}

}  // namespace weft::scaling
