// One collective on a network that does nothing else, by closed forms.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "kept_columns.h"
#include "weft/base/unit_text.h"
#include "weft/network/collective.h"

namespace weft::ask {

namespace {

const std::vector<Column>& collective_columns() {
  static const std::vector<Column> kColumns = {
      {"time", "s", "of the collective", false},
      {"algorithm_bandwidth", "B/s", "its bytes over its time", true},
      {"bus_bandwidth", "B/s", "that a ring would need of each link for the same time", true},
      {"lower_bound", "s", "what the links leave at best", false},
  };
  return kColumns;
}

struct Asked {
  cluster::Cluster cluster;
  network::CollectiveQuestion question;
};

template <class Known>
Known known_name(const base::Node& node, base::Reading& reading, std::optional<Known> known) {
  if (!known) reading.error(node, fmt::format("'{}' is not known here", node.text()));
  return known.value_or(Known());
}

Asked read_asked(const Changed& asked, base::Reading& reading) {
  base::Fields fields(asked.document.root(), reading, asked.document.file().stem().string());
  fields.text("kind");
  Asked all;
  auto use = fields.map("cluster");
  all.cluster = cluster::read_cluster(use, asked.catalog);
  use.finish();
  auto& question = all.question;
  const auto op = fields.text("op");
  if (const auto node = fields.value("op")) {
    question.collective = known_name(*node, reading, interconnect::collective_of(op));
  }
  for (const auto& node : fields.list("bytes")) {
    question.sizes.push_back(
        base::quantity_of<base::Bytes>(node, reading, fields.name() + ".bytes"));
    if (question.sizes.back().si() <= 0) reading.error(node, "more than nothing is expected");
  }
  if (question.sizes.empty()) reading.error(fields.node(), "missing key 'bytes': of each rank");
  question.ranks = fields.small_integer("group", 2);
  question.stride = fields.integer("stride", 1, 1);
  if (const auto node = fields.value("algorithm"); node && node->text() != "auto") {
    question.algorithm = known_name(*node, reading, interconnect::algorithm_of(node->text()));
  }
  fields.finish();
  reading.throw_if_any();
  return all;
}

// Rows are sizes.
class CollectiveAsker : public Asker {
 public:
  explicit CollectiveAsker(const Settings& settings) : kept_(collective_columns(), settings) {}

  [[nodiscard]] const std::vector<Column>& columns() const override { return kept_.columns(); }

  std::vector<Row> begin(const Changed& asked, base::Reading& reading,
                         const base::ThreadTeam&) override {
    rows_ = rows_of(asked, reading);
    return rows_;
  }

  void read(const Changed& asked, base::Reading& reading) const override {
    static_cast<void>(read_asked(asked, reading));
  }

  [[nodiscard]] std::unique_ptr<Talk> talk() const override;

  [[nodiscard]] std::vector<Row> again(const Changed& asked, base::Reading& reading) const {
    try {
      return rows_of(asked, reading);
    } catch (const base::InputError& error) {
      auto rows = rows_;
      for (auto& row : rows) row = kept_.nothing(row.label, error.diagnostics().front().message);
      return rows;
    }
  }

 private:
  [[nodiscard]] std::vector<Row> rows_of(const Changed& asked, base::Reading& reading) const {
    const auto read = read_asked(asked, reading);
    const auto answer = network::answer(read.cluster, read.question);
    std::vector<Row> rows;
    for (const auto& one : answer.rows) {
      const auto label = fmt::format("{}, {} of {} over {} devices", answer.cluster,
                                     interconnect::name_of(read.question.collective),
                                     base::to_text(one.bytes), read.question.ranks);
      auto row = kept_.nothing(label, "");
      row.values = kept_.of({one.time.si(), one.algorithm_bandwidth.si(), one.bus_bandwidth.si(),
                             one.lower_bound.si()});
      row.plan = interconnect::name_of(one.algorithm);
      rows.push_back(std::move(row));
    }
    return rows;
  }

  KeptColumns kept_;
  std::vector<Row> rows_;
};

class CollectiveTalk : public Talk {
 public:
  explicit CollectiveTalk(const CollectiveAsker& asker) : asker_(asker) {}
  std::vector<Row> ask(const Changed& asked, base::Reading& reading, const Point&) override {
    return asker_.again(asked, reading);
  }

 private:
  const CollectiveAsker& asker_;
};

std::unique_ptr<Talk> CollectiveAsker::talk() const {
  return std::make_unique<CollectiveTalk>(*this);
}

}  // namespace

std::unique_ptr<Asker> make_collective(const Settings& settings) {
  return std::make_unique<CollectiveAsker>(settings);
}

}  // namespace weft::ask
