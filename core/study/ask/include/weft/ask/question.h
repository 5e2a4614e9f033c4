// Any question that a document holds, as a function from inputs to figures: what sweeps, draws and
// claims ask again and again.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weft/ask/point.h"
#include "weft/base/fields.h"
#include "weft/base/parallel.h"

namespace weft::ask {

// The value of a figure that is not known; compare by std::isnan().
inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// A figure that a question has an answer to.
struct Column {
  std::string name;     // "step_time"
  std::string unit;     // SI or money: "s", "W", "J/token", "CNY"; empty: a plain number
  std::string meaning;  // a few words
  bool is_better_high = true;
};

// The answer for one case: a cluster of a study, a build of a comparison.
struct Row {
  std::string label;
  std::vector<double> values;  // as Question::columns()
  // 90 % of the draws, of questions that draw their uncertain inputs themselves; else empty.
  std::vector<double> low, high;
  // Of the same questions: all inputs at the ends that make a figure least, or most, at once; else
  // empty.
  std::vector<double> least, most;
  std::string plan;      // in words; empty: none
  std::string why_not;   // why there are no figures
  std::size_t part = 0;  // of kind `several`: which of its questions, of Question::base() alone
};

enum class Plans { kSearched, kKept };
// kF1: the step by its closed form, which is a lower bound, and nothing that goes beyond the step.
enum class Depth { kF1, kWhole };

struct Settings {
  // kKept: plans that the document leaves open are those found for it as it stands. One that is not
  // legal any more has no answer.
  Plans plans = Plans::kSearched;
  Depth depth = Depth::kWhole;
  // Which of the figures, by name; empty: all. What is not asked for is not computed where that
  // saves time.
  std::vector<std::string> figures;
};

class Asker;
struct Known;

// A document of one of kinds(). For any number of threads at a time, each with its own Session.
class Question {
 public:
  // Reads the document, and answers it as it stands. Throws base::InputError for a document that
  // is wrong or of a kind that has no figures; std::invalid_argument for a figure that the question
  // does not have.
  Question(base::Document document, base::Catalog catalog, Settings settings,
           const base::ThreadTeam& team);
  Question(Question&&) noexcept;
  ~Question();

  [[nodiscard]] const std::vector<Column>& columns() const;
  [[nodiscard]] std::size_t column(const std::string& name) const;  // throws std::out_of_range
  // Uncertain numbers that were met, each path once.
  [[nodiscard]] const std::vector<base::UncertainInput>& inputs() const { return inputs_; }
  [[nodiscard]] const std::vector<Row>& base() const { return base_; }
  // Reads the document with changes laid over as a session does, and answers nothing. Throws
  // base::InputError for what a session puts into `why_not`. What is changed in vain shows by
  // require_used(changed.catalog) then.
  void read(const Changed& changed) const;
  [[nodiscard]] const base::Document& document() const { return document_; }
  [[nodiscard]] const base::Catalog& catalog() const { return catalog_; }

 private:
  friend class Session;
  friend struct Known;
  Question(std::unique_ptr<Asker> asker, base::Document document, base::Catalog catalog,
           const base::ThreadTeam& team);
  base::Document document_;
  base::Catalog catalog_;
  std::unique_ptr<Asker> asker_;
  std::vector<base::UncertainInput> inputs_;
  std::vector<Row> base_;
};

// Asks a question on one thread; keeps what neighbouring points share. The question must outlive
// it. Answers do not depend on what was asked before.
class Session {
 public:
  explicit Session(const Question& question);
  Session(Session&&) noexcept;
  ~Session();

  // Rows as Question::base(). Where a point makes the document wrong (a plan that breaks a rule, a
  // key that is not known) they say so in `why_not`. Throws base::InputError for a path that leads
  // nowhere.
  std::vector<Row> ask(const Point& point);

 private:
  struct Memory;
  const Question* question_;
  std::unique_ptr<Memory> memory_;
};

// Of documents that have figures. Beside kinds that a document names: `supply`, `cost` and `weeks`
// are studies asked as `weft supply`, `weft cost` and `weft campaign` ask them, `power` as `weft
// power` does; `collective` is {cluster: {use:, …}, op:, bytes:, group:, stride:, algorithm:} and
// `yield` {chip:, die_yield:, scope:, counts:, defect_density:, law:, clustering:}.
std::vector<std::string> kinds();

// Throws base::InputError for a document whose kind is missing or none of kinds().
void require_kind(const base::Document& document);

// What a document is asked as: its kind, but for a study that has `supply`, or `cost` and no job:
// these are asked as `supply` and `cost`. Empty where no kind is said.
std::string kind_of(const base::Document& document);

}  // namespace weft::ask
