#include "weft/ask/question.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "asker.h"
#include "weft/ask/found.h"

namespace weft::ask {

namespace {

struct Kind {
  const char* name;
  std::unique_ptr<Asker> (*make)(const Settings& settings);
};
constexpr std::array kKinds = std::to_array<Kind>({{"study", make_run},
                                                   {"scaling", make_scaling},
                                                   {"compare", make_compare},
                                                   {"supply", make_supply},
                                                   {"cost", make_cost},
                                                   {"size", make_size},
                                                   {"weeks", make_weeks},
                                                   {"power", make_power},
                                                   {"yield", make_yield},
                                                   {"collective", make_collective},
                                                   {"several", make_several}});

std::vector<base::UncertainInput> each_once(const std::vector<base::UncertainInput>& met) {
  std::vector<base::UncertainInput> inputs;
  std::set<std::string> seen;
  for (const auto& input : met) {
    if (seen.insert(input.path).second) inputs.push_back(input);
  }
  return inputs;
}

}  // namespace

void require_kind(const base::Document& document) {
  const auto root = document.root();
  const auto kind = root.is_map() ? root.find("kind") : std::nullopt;
  if (!kind) {
    throw base::InputError({{root.position(), 1, "'kind' is missing: what is asked?", ""}});
  }
  const auto names = kinds();
  if (std::find(names.begin(), names.end(), kind_of(document)) != names.end()) return;
  base::Reading reading;
  base::choice_of(*kind, reading, names);
  reading.throw_if_any();
}

std::unique_ptr<Asker> asker_of(const base::Document& document, const Settings& settings) {
  require_kind(document);
  const auto names = kinds();
  const auto asked = std::find(names.begin(), names.end(), kind_of(document));
  return kKinds[static_cast<std::size_t>(asked - names.begin())].make(settings);
}

std::string kind_of(const base::Document& document) {
  const auto root = document.root();
  const auto kind = root.is_map() ? root.find("kind") : std::nullopt;
  if (!kind || !kind->is_scalar()) return "";
  if (kind->text() != "study") return std::string(kind->text());
  if (root.find("supply")) return "supply";
  return root.find("cost") && !root.find("job") ? "cost" : "study";
}

std::vector<std::string> kinds() {
  std::vector<std::string> names;
  for (const auto& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

std::vector<std::size_t> chosen(const std::vector<Column>& all,
                                const std::vector<std::string>& names) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; names.empty() && i < all.size(); ++i) places.push_back(i);
  for (const auto& name : names) {
    std::size_t i = 0;
    while (i < all.size() && all[i].name != name) ++i;
    if (i == all.size()) throw std::invalid_argument("no figure '" + name + "'");
    places.push_back(i);
  }
  return places;
}

Question::Question(base::Document document, base::Catalog catalog, Settings settings,
                   const base::ThreadTeam& team)
    : Question(asker_of(document, settings), document, std::move(catalog), team) {}

Question::Question(std::unique_ptr<Asker> asker, base::Document document, base::Catalog catalog,
                   const base::ThreadTeam& team)
    : document_(std::move(document)), catalog_(std::move(catalog)), asker_(std::move(asker)) {
  base::Reading reading;
  base_ = asker_->begin({document_, catalog_}, reading, team);
  inputs_ = each_once(reading.uncertain_inputs());
}
Question::Question(Question&&) noexcept = default;
Question::~Question() = default;

const std::vector<Column>& Question::columns() const { return asker_->columns(); }

void Question::read(const Changed& changed) const {
  base::Reading reading;
  asker_->read(changed, reading);
}

std::size_t Question::column(const std::string& name) const {
  for (std::size_t i = 0; i < columns().size(); ++i) {
    if (columns()[i].name == name) return i;
  }
  throw std::out_of_range("no figure '" + name + "'");
}

// Makes questions of answers that are known.
struct Known {
  static Question of(base::Document document, base::Catalog catalog, std::unique_ptr<Asker> asker) {
    return {std::move(asker), std::move(document), std::move(catalog), base::ThreadTeam(1)};
  }
};

Question question_of(std::shared_ptr<const size::Answer> found, base::Document document,
                     base::Catalog catalog, const Settings& settings) {
  return Known::of(std::move(document), std::move(catalog), make_size(settings, std::move(found)));
}

Question question_of(const compare::Answer& found, base::Document document, base::Catalog catalog,
                     const Settings& settings) {
  return Known::of(
      std::move(document), std::move(catalog),
      make_compare(settings, std::make_shared<compare::Answer>(compare::headline_of(found))));
}

struct Session::Memory {
  std::unique_ptr<Talk> talk;
  std::map<std::string, std::size_t, std::less<>> place;  // of an input
};

Session::Session(const Question& question)
    : question_(&question), memory_(std::make_unique<Memory>()) {
  memory_->talk = question.asker_->talk();
  const auto& inputs = question.inputs();
  for (std::size_t i = 0; i < inputs.size(); ++i) memory_->place[inputs[i].path] = i;
}
Session::Session(Session&&) noexcept = default;
Session::~Session() = default;

std::vector<Row> Session::ask(const Point& point) {
  const auto draw = [&](const std::string& path, const base::Distribution& distribution) {
    if (point.draws.empty()) return distribution.mode;
    const auto known = memory_->place.find(path);
    return known == memory_->place.end() ? distribution.mode : point.draws.at(known->second);
  };
  base::Reading reading(draw);
  return memory_->talk->ask(changed(question_->document_, question_->catalog_, point.changes),
                            reading, point);
}

}  // namespace weft::ask
