// Questions beside each other: `of` is a list of whole documents of other kinds.
#include <memory>
#include <utility>

#include "asker.h"

namespace weft::ask {

namespace {

std::vector<base::Document> parts_of(const base::Document& document, base::Reading& reading) {
  base::Fields fields(document.root(), reading, "several");
  fields.text("kind");
  std::vector<base::Document> parts;
  for (const auto& node : fields.list("of")) parts.push_back(base::subtree(node));
  if (parts.empty()) reading.error(fields.node(), "'of' lists no questions");
  fields.finish();
  reading.throw_if_any();
  return parts;
}

// All of them answer the same figures, by name; rows stand one after the other.
class SeveralAsker : public Asker {
 public:
  explicit SeveralAsker(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] const std::vector<Column>& columns() const override {
    return parts_.front()->columns();
  }

  std::vector<Row> begin(const Changed& asked, base::Reading& reading,
                         const base::ThreadTeam& team) override {
    std::vector<Row> rows;
    for (const auto& document : parts_of(asked.document, reading)) {
      parts_.push_back(asker_of(document, settings_));
      // Those of a part that has parts itself stay apart.
      const std::size_t first = rows.empty() ? 0 : rows.back().part + 1;
      for (auto& row : parts_.back()->begin({document, asked.catalog}, reading, team)) {
        row.part += first;
        rows.push_back(std::move(row));
      }
    }
    return rows;
  }

  void read(const Changed& asked, base::Reading& reading) const override {
    const auto documents = parts_of(asked.document, reading);
    for (std::size_t p = 0; p < documents.size() && p < parts_.size(); ++p) {
      parts_[p]->read({documents[p], asked.catalog}, reading);
    }
  }

  [[nodiscard]] std::unique_ptr<Talk> talk() const override;
  [[nodiscard]] const std::vector<std::unique_ptr<Asker>>& parts() const { return parts_; }

 private:
  Settings settings_;
  std::vector<std::unique_ptr<Asker>> parts_;
};

class SeveralTalk : public Talk {
 public:
  explicit SeveralTalk(const SeveralAsker& asker) {
    for (const auto& part : asker.parts()) talks_.push_back(part->talk());
  }
  std::vector<Row> ask(const Changed& asked, base::Reading& reading, const Point& point) override {
    std::vector<Row> rows;
    const auto documents = parts_of(asked.document, reading);
    for (std::size_t p = 0; p < documents.size() && p < talks_.size(); ++p) {
      for (auto& row : talks_[p]->ask({documents[p], asked.catalog}, reading, point)) {
        rows.push_back(std::move(row));
      }
    }
    return rows;
  }

 private:
  std::vector<std::unique_ptr<Talk>> talks_;
};

std::unique_ptr<Talk> SeveralAsker::talk() const { return std::make_unique<SeveralTalk>(*this); }

}  // namespace

std::unique_ptr<Asker> make_several(const Settings& settings) {
  return std::make_unique<SeveralAsker>(settings);
}

}  // namespace weft::ask
