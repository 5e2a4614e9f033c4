#include "weft/schema/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>
#include <tuple>

#include "weft/base/place.h"

namespace weft::schema {

namespace {

using base::Asked;
using base::Node;
using Type = Asked::Type;
using Steps = std::vector<std::string>;

constexpr const char* kVaries = "?";  // a fallback that depends on something else

// Whether two say the same but for ranges, fallbacks and who requires it.
bool is_same(const Asked& a, const Asked& b) {
  return a.type == b.type && a.dimension == b.dimension && a.noun == b.noun &&
         a.choices == b.choices;
}

void add(std::vector<Asked>& all, const Asked& what) {
  for (auto& known : all) {
    if (!is_same(known, what)) continue;
    known.range = std::max(known.range, what.range);
    known.least = std::min(known.least, what.least);
    if (known.fallback.empty()) known.fallback = what.fallback;
    if (!what.fallback.empty() && known.fallback != what.fallback) known.fallback = kVaries;
    return;
  }
  all.push_back(what);
}

std::string key_of(const Node& node) {
  const auto at = node.position();
  return fmt::format("{}:{}:{}", node.source()->name, at.line, at.column);
}

std::string kind_of(const Node& node) {
  const auto root = base::root_of(node);
  const auto kind = root.is_map() ? root.find("kind") : std::nullopt;
  return kind && kind->is_scalar() ? std::string(kind->text()) : std::string();
}

// Where values stand in the files that they were written in: documents that a reader makes of
// pieces keep the positions of these.
class Files {
 public:
  struct Spot {
    std::string kind;
    Steps steps;
  };
  const Spot* find(const Node& value) {
    const auto& file = value.source()->name;
    if (seen_.insert(file).second) index(file);
    const auto spot = spots_.find(key_of(value));
    return spot == spots_.end() ? nullptr : &spot->second;
  }

 private:
  void index(const std::string& file) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) return;
    const auto root = base::Document::load(file).root();
    add(root, kind_of(root));
  }
  void add(const Node& node, const std::string& kind) {
    if (node.is_scalar()) spots_[key_of(node)] = {kind, base::steps_to(node)};
    for (std::size_t i = 0; !node.is_scalar() && !node.is_null() && i < node.size(); ++i) {
      add(node.item(i), kind);
    }
  }
  std::set<std::string> seen_;
  std::map<std::string, Spot> spots_;
};

class Recorder final : public base::AskedObserver {
 public:
  void asked(const Node& map, std::string_view key, const Asked& what) override {
    auto* place = at(map);
    if (place == nullptr) return;
    auto& member = place->members[std::string(key)];
    member.is_asked = true;
    schema::add(member.keyed, what);
    const auto value = map.find(key);
    auto& asks = place->maps[key_of(map)];
    const auto [said, is_new] =
        asks.emplace(key, Place::Ask{what.is_required, value && !value->is_null()});
    // A look at a key that has been asked for says nothing new.
    const bool is_look = what.type == Type::kKnown || what.type == Type::kAny;
    if (!is_new && !is_look) {
      said->second.is_required = said->second.is_required && what.is_required;
    }
    if (value) note_origin(*value);
  }
  void read(const Node& value, const Asked& what) override {
    const auto steps = base::steps_to(value);
    // These may stand anywhere.
    if (!steps.empty() && (steps.back() == "confidence" || steps.back() == "disputed")) return;
    if (auto* place = at(value)) schema::add(place->read, what);
    note_origin(value);
  }
  void finished(const Node& map) override {
    if (auto* place = at(map)) place->is_closed = true;
  }
  void named(const Node& value, std::string_view kind) override {
    if (auto* place = at(value)) place->names.emplace(kind);
  }

  Places places;

 private:
  Place* at(const Node& node) {
    const auto kind = kind_of(node);
    return kind.empty() ? nullptr : &find(kind, base::steps_to(node));
  }
  Place& find(const std::string& kind, const Steps& steps) {
    Place* place = &places[kind];
    for (const auto& step : steps) place = &place->members[step];
    return *place;
  }
  // A value that was written somewhere else: the map around it there stands for a whole document.
  void note_origin(const Node& value) {
    if (!value.is_scalar()) return;
    const auto kind = kind_of(value);
    const auto* spot = kind.empty() ? nullptr : files_.find(value);
    if (spot == nullptr || spot->kind.empty()) return;
    const auto steps = base::steps_to(value);
    if (spot->steps.size() <= steps.size() || (spot->kind == kind && spot->steps == steps)) return;
    if (!std::equal(steps.rbegin(), steps.rend(), spot->steps.rbegin())) return;
    const Steps around(spot->steps.begin(), spot->steps.end() - static_cast<int>(steps.size()));
    find(spot->kind, around).laid_over.insert(kind);
  }
  Files files_;
};

void merge(Place& into, Place&& from);

void merge_members(Place& into, std::map<std::string, Place>&& members) {
  for (auto& [key, member] : members) merge(into.members[key], std::move(member));
}

void merge(Place& into, Place&& from) {
  for (const auto& what : from.keyed) add(into.keyed, what);
  for (const auto& what : from.read) add(into.read, what);
  into.is_asked = into.is_asked || from.is_asked;
  into.is_closed = into.is_closed || from.is_closed;
  into.is_question = into.is_question || from.is_question;
  into.is_anything = into.is_anything || from.is_anything;
  into.names.merge(from.names);
  into.laid_over.merge(from.laid_over);
  into.maps.merge(from.maps);
  merge_members(into, std::move(from.members));
}

bool is_asked_as(const Place& place, Type type) {
  return std::any_of(place.keyed.begin(), place.keyed.end(),
                     [type](const Asked& what) { return what.type == type; });
}

// Whether keys are asked for only because they stand there, and others in other maps: the reader
// goes through what there is.
bool has_names(const Place& place) {
  if (place.members.contains("kind")) return false;
  std::set<std::set<std::string>> sets;
  for (const auto& [map, asks] : place.maps) {
    std::set<std::string> keys;
    for (const auto& [key, ask] : asks) {
      if (!ask.is_there) return false;
      keys.insert(key);
    }
    sets.insert(std::move(keys));
  }
  return sets.size() > 1;
}

// Keys that nobody asked for by name are the user's own.
void free_names(Place& place) {
  std::vector<std::string> free;
  const bool all = has_names(place);
  for (const auto& [key, member] : place.members) {
    if (key != kItem && (all || !member.is_asked)) free.push_back(key);
  }
  for (const auto& key : free) {
    auto member = std::move(place.members.at(key));
    place.members.erase(key);
    merge(place.members[kAnyKey], std::move(member));
  }
}

// Where a list is read, a value that is no list is its only member.
void fold_only_members(Place& place) {
  if (!is_asked_as(place, Type::kList)) return;
  Place only;
  only.read = std::move(place.read);
  only.is_closed = place.is_closed;
  only.names = std::move(place.names);
  only.laid_over = std::move(place.laid_over);
  only.maps = std::move(place.maps);
  for (auto& [key, member] : place.members) {
    if (key != kItem) only.members.emplace(key, std::move(member));
  }
  Place items;
  if (const auto found = place.members.find(kItem); found != place.members.end()) {
    items = std::move(found->second);
  }
  merge(items, std::move(only));
  place.read.clear();
  place.names.clear();
  place.laid_over.clear();
  place.maps.clear();
  place.is_closed = false;
  place.members.clear();
  place.members.emplace(kItem, std::move(items));
}

void settle(Place& place) {
  for (auto& what : place.keyed) {
    if (what.fallback == kVaries) what.fallback.clear();
  }
  fold_only_members(place);
  free_names(place);
  for (auto& [key, member] : place.members) settle(member);
}

// Parts of a document that its reader hands on as they are, to a reader of another kind of document
// that it makes only when it answers.
struct HandedOn {
  const char* kind;
  Steps from;
  Steps to;  // in a study
};
const std::vector<HandedOn>& handed_on() {
  static const std::vector<HandedOn> kAll = [] {
    std::vector<HandedOn> all = {{"size", {"offer", kItem}, {"clusters", kItem}},
                                 {"compare", {"builds", kItem}, {"clusters", kItem}},
                                 {"scaling", {"cluster"}, {"clusters", kItem}},
                                 {"size", {"cost"}, {"cost"}}};
    for (const auto* kind : {"size", "compare", "scaling"}) {
      for (const auto* key : {"job", "plan", "search", "campaign"}) {
        all.push_back({kind, {key}, {key}});
      }
    }
    return all;
  }();
  return kAll;
}

Place* found(Places& places, const std::string& kind, const Steps& steps) {
  const auto at = places.find(kind);
  Place* place = at == places.end() ? nullptr : &at->second;
  for (const auto& step : steps) {
    if (place == nullptr) return nullptr;
    const auto member = place->members.find(step);
    place = member == place->members.end() ? nullptr : &member->second;
  }
  return place;
}

void hand_on(Places& places) {
  for (const auto& part : handed_on()) {
    auto* from = found(places, part.kind, part.from);
    const auto* to = found(places, "study", part.to);
    if (from == nullptr || to == nullptr) continue;
    from->members.erase(kAnyKey);
    Place copy = *to;
    merge(*from, std::move(copy));
  }
}

// Places whose values are read elsewhere.
void mark(Places& places) {
  const std::vector<std::pair<std::string, Steps>> questions = {
      {"claim", {"study"}}, {"claim", {"tests", kItem, "study"}}, {"sweep", {"base"}}};
  for (const auto& [kind, steps] : questions) {
    if (auto* place = found(places, kind, steps)) place->is_question = true;
  }
  const std::vector<std::pair<std::string, Steps>> anything = {
      {"sweep", {"vary", kAnyKey}}, {"study", {"campaign", "vary", kAnyKey}}};
  for (const auto& [kind, steps] : anything) {
    if (auto* place = found(places, kind, steps)) place->is_anything = true;
  }
  // Named by the document of the chip.
  auto* bins = found(places, "study", {"clusters", kItem, "population", "bins"});
  if (bins == nullptr) return;
  for (auto& [key, member] : bins->members) member.is_asked = false;
  free_names(*bins);
}

}  // namespace

bool Place::is_required(const std::string& key) const {
  return !maps.empty() && std::all_of(maps.begin(), maps.end(), [&](const auto& map) {
    const auto said = map.second.find(key);
    return said != map.second.end() && said->second.is_required;
  });
}

Places recorded(const std::function<void()>& read) {
  Recorder recorder;
  read();
  auto places = std::move(recorder.places);
  for (auto& [kind, place] : places) settle(place);
  mark(places);
  hand_on(places);
  return places;
}

}  // namespace weft::schema
