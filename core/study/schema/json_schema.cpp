#include "weft/schema/json_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "quantity_pattern.h"
#include "weft/base/unit_text.h"

namespace weft::schema {

namespace {

using base::Asked;
using Json = nlohmann::ordered_json;
using Type = Asked::Type;

constexpr const char* kDraft = "http://json-schema.org/draft-07/schema#";
constexpr const char* kNumberFirst = "^[^0-9.+-]";  // a word such as auto, where numbers are read

Json reference(const std::string& name) { return {{"$ref", "#/definitions/" + name}}; }

Json any_of(std::vector<Json> all) {
  if (all.empty()) return Json::object();
  return all.size() == 1 ? std::move(all.front()) : Json{{"anyOf", std::move(all)}};
}

std::string slug(std::string text) {
  for (char& c : text) {
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!is_plain) c = '_';
  }
  return text;
}

// What may stand beside any value.
Json annotations() {
  const Json text = {{"type", Json::array({"string", "number"})}};
  return {{"source", {{"description", "where the values here come from"}}},
          {"confidence",
           {{"enum", {"primary", "secondary", "derived", "memory", "assumed"}},
            {"description", "how good the source is"}}},
          {"disputed",
           {{"enum", {true, false, "yes", "no"}}, {"description", "whether sources disagree"}}},
          {"note", Json::object()},
          {"notes", Json::object()},
          {"where", Json::object()},
          {"date", text}};
}

// A whole number is written without units, a number as 400 W; both with bounds or a source.
Json number_map(const Json& plain) {
  auto properties = annotations();
  properties["mode"] = plain;
  properties["value"] = plain;
  properties["low"] = plain;
  properties["high"] = plain;
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"additionalProperties", false},
          {"anyOf", {{{"required", {"mode"}}}, {{"required", {"value"}}}}}};
}

Json value_map(const Json& plain) {
  auto properties = annotations();
  properties["value"] = plain;
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"additionalProperties", false},
          {"required", {"value"}}};
}

class Writer {
 public:
  Writer(const Places& places, const Names& names) : places_(places), names_(names) {}

  Json schema(const std::string& kind) {
    auto whole = document(kind);
    Json result = {{"$schema", kDraft},
                   {"title", "weft: " + kind},
                   {"description", fmt::format("A document of weft that starts with kind: {}. "
                                               "Written by `weft schema`.",
                                               kind)}};
    for (auto& [key, value] : whole.items()) result[key] = value;
    result["properties"]["kind"] = {{"const", kind}};
    result["definitions"] = std::move(definitions_);
    return result;
  }

 private:
  // Of a kind's whole document. What is required may come from the document that it extends.
  Json document(const std::string& kind) {
    const auto& place = places_.at(kind);
    auto whole = object(place);
    whole["properties"]["kind"] = {{"type", "string"}};
    auto extends = offered(text(), {kind});
    extends["description"] = "the document that this one changes";
    whole["properties"]["extends"] = std::move(extends);
    auto required = required_tree(place);
    whole["if"] = {{"not", {{"required", {"extends"}}}}};
    whole["then"] = std::move(required);
    whole["required"] = {"kind"};
    return whole;
  }

  // A whole document, or a part of one, in another one.
  std::string held(const std::string& kind) {
    const auto name = "document_" + kind;
    if (held_.insert(kind).second) {
      auto part = object(places_.at(kind));
      part["properties"]["kind"] = {{"type", "string"}};
      part["properties"]["extends"] = offered(text(), {kind});
      definitions_[name] = std::move(part);
    }
    return name;
  }

  static Json text() { return {{"type", Json::array({"string", "number", "boolean"})}}; }

  Json offered(Json schema, const std::set<std::string>& kinds) const {
    Json examples = Json::array();
    for (const auto& kind : kinds) {
      for (const auto& name : names_(kind)) examples.push_back(name);
    }
    if (!examples.empty()) schema["examples"] = std::move(examples);
    return schema;
  }

  Json number(const std::string& name, const std::string& pattern, const Json& bare,
              const std::string& description) {
    if (!definitions_.contains(name)) {
      std::vector<Json> plain = {{{"type", "string"}, {"pattern", pattern}}};
      if (!bare.is_null()) plain.push_back(bare);
      auto written = any_of(plain);
      definitions_[name] = {{"anyOf", {written, number_map(written)}},
                            {"description", description}};
    }
    return reference(name);
  }

  Json quantity(const Asked& what) {
    const bool is_money = what.type == Type::kMoney;
    if (what.dimension == base::Dimension{} && !is_money) return plain_number(what);
    const auto name = base::dimension_name(what.dimension, is_money);
    const auto& d = what.dimension;
    const auto tag = fmt::format("{}{}{}{}{}", d.time, d.data, d.work, d.energy, d.length);
    return number(slug(name + (name.find("energy") == 0 ? "" : "_") + tag),
                  quantity_pattern(what.dimension, is_money), nullptr,
                  fmt::format("{} ({})", name, base::dimension_examples(what.dimension, is_money)));
  }

  Json plain_number(const Asked& what) {
    Json bare = {{"type", "number"}};
    const auto pattern = quantity_pattern({}, false);
    switch (what.range) {
      case Asked::Range::kAll:
        return number("number", pattern, bare, "a number or percentage");
      case Asked::Range::kPositive:
        bare["exclusiveMinimum"] = 0;
        return number("positive_number", pattern, bare, "a number or percentage above 0");
      case Asked::Range::kShare:
        break;
    }
    bare["exclusiveMinimum"] = 0;
    bare["maximum"] = 1;
    return number("share", pattern, bare, "a share: more than 0, at most 1 (100 %)");
  }

  Json counted(const Asked& what) {
    if (what.type == Type::kCount) {
      return number("count_of_" + slug(what.noun), count_pattern(what.noun),
                    {{"type", "number"}, {"minimum", 0}, {"multipleOf", 1}},
                    "a number of " + what.noun);
    }
    const auto least = static_cast<std::int64_t>(what.least);
    return number(slug(fmt::format("whole_from_{}", least)), count_pattern(""),
                  {{"type", "number"}, {"minimum", least}, {"multipleOf", 1}},
                  fmt::format("a whole number, at least {}", least));
  }

  // A value that may also be written {value: ..., source: ...}.
  static Json annotated(const Json& plain) { return {{"anyOf", {plain, value_map(plain)}}}; }

  std::optional<Json> scalar(const Asked& what, const Place& place) {
    switch (what.type) {
      case Type::kText:
        return annotated(offered(text(), place.names));
      case Type::kFlag:
        return annotated({{"enum", {true, false, "yes", "no"}}});
      case Type::kWhole:
      case Type::kCount:
        return counted(what);
      case Type::kNumber:
      case Type::kMoney:
        return quantity(what);
      case Type::kChoice:
        return annotated({{"enum", what.choices}});
      case Type::kCountedName: {
        Json name = {{"type", "string"}, {"description", "NAME, or a number of them: 8 x NAME"}};
        return annotated(offered(std::move(name), place.names));
      }
      default:
        return std::nullopt;
    }
  }

  static Json or_nothing(Json schema) {
    const Json nothing = {{"type", "null"}};
    if (schema.size() == 1 && schema.contains("anyOf")) {
      schema["anyOf"].push_back(nothing);
      return schema;
    }
    Json result = Json::object();
    if (schema.contains("default")) {
      result["default"] = schema["default"];
      schema.erase("default");
    }
    result["anyOf"] = {std::move(schema), nothing};
    return result;
  }

  // A schema that stands in several places: written once.
  Json shared(Json schema) {
    if (schema.dump().size() < 200) return schema;
    for (const auto& [name, known] : definitions_.items()) {
      if (known == schema) return reference(name);
    }
    const auto name = fmt::format("shared_{}", ++shared_);
    definitions_[name] = std::move(schema);
    return reference(name);
  }

  // Types of one place; those of keys count before those that were read without.
  static std::vector<Asked> types(const Place& place) {
    auto all = place.keyed;
    for (const auto& what : place.read) {
      const bool known = std::any_of(all.begin(), all.end(), [&](const Asked& other) {
        return other.type == what.type && other.dimension == what.dimension &&
               (what.type != Type::kChoice || other.choices == what.choices);
      });
      if (!known) all.push_back(what);
    }
    return all;
  }

  static bool has(const std::vector<Asked>& all, Type type) {
    return std::any_of(all.begin(), all.end(), [&](const Asked& a) { return a.type == type; });
  }

  // A question of any kind: by what it says it is.
  Json question() {
    constexpr const char* kName = "question";
    if (definitions_.contains(kName)) return reference(kName);
    definitions_[kName] = Json::object();  // it may hold itself
    Json cases = Json::array();
    std::set<std::string> kinds;
    for (const auto* kind : {"study", "size", "compare", "scaling", "sweep"}) {
      if (!places_.contains(kind)) continue;
      kinds.insert(kind);
      const Json is_it = {{"properties", {{"kind", {{"const", kind}}}}}, {"required", {"kind"}}};
      cases.push_back({{"if", is_it}, {"then", reference(held(kind))}});
    }
    const Json several = {{"properties", {{"kind", {{"const", "several"}}}}},
                          {"required", {"kind"}}};
    const Json list = {{"properties", {{"of", {{"type", "array"}, {"items", reference(kName)}}}}}};
    cases.push_back({{"if", several}, {"then", list}});
    definitions_[kName] = {
        {"anyOf",
         {offered({{"type", "string"}}, kinds), {{"type", "object"}, {"allOf", std::move(cases)}}}},
        {"description", "a question as a map (kind: study, ...), or its name"}};
    return reference(kName);
  }

  Json value(const Place& place) {
    if (place.is_anything) return Json::object();
    if (place.is_question) return question();
    const auto all = types(place);
    std::vector<Json> ways;
    for (const auto& what : all) {
      auto one = scalar(what, place);
      if (one) one = shared(*std::move(one));
      if (one && std::find(ways.begin(), ways.end(), *one) == ways.end()) {
        ways.push_back(*std::move(one));
      }
    }
    const bool has_scalar = !ways.empty();
    const auto items = place.members.find(kItem);
    const bool is_list = items != place.members.end() || has(all, Type::kList);
    const bool has_keys = place.members.size() > (items == place.members.end() ? 0U : 1U);
    for (const auto& kind : place.laid_over) ways.push_back(reference(held(kind)));
    if (has_keys || (has(all, Type::kMap) && place.laid_over.empty())) {
      ways.push_back(shared(object(place)));
    }
    if (is_list) {
      auto item = items == place.members.end() ? Json::object() : value(items->second);
      if (has(all, Type::kList)) {
        item = shared(std::move(item));
        ways.push_back(item);
      }
      ways.push_back({{"type", "array"}, {"items", std::move(item)}});
    }
    const bool is_looked_at = has(all, Type::kAny) || place.names.size() > 0;
    if (is_looked_at && !has_scalar) ways.push_back(other_text(place, !ways.empty()));
    if (is_looked_at && has_scalar && !has(all, Type::kText) && !has(all, Type::kCountedName)) {
      ways.push_back({{"type", "string"}, {"pattern", kNumberFirst}});
    }
    return described(any_of(std::move(ways)), all);
  }

  // A value that is read in a way of its own: a word where it may be something else too.
  Json other_text(const Place& place, bool is_else) {
    if (!is_else && place.names.empty()) return Json::object();
    return offered({{"type", "string"}}, place.names);
  }

  static Json described(Json schema, const std::vector<Asked>& all) {
    for (const auto& what : all) {
      if (what.fallback.empty()) continue;
      if (schema.contains("$ref")) schema = {{"allOf", Json::array({schema})}};
      schema["default"] = what.fallback;
      break;
    }
    return schema;
  }

  Json object(const Place& place) {
    auto properties = annotations();
    Json others = !place.is_closed;
    for (const auto& [key, member] : place.members) {
      if (key == kItem) continue;
      if (key == kAnyKey) {
        others = value(member);
      } else {
        auto one = value(member);
        // `key: ~` is as if it were not there.
        if (!place.is_required(key) && !one.empty()) one = or_nothing(std::move(one));
        // `source` and their like are text where they are asked for, and stay what they are.
        if (!properties.contains(key)) properties[key] = std::move(one);
      }
    }
    Json result = {{"type", "object"}, {"properties", std::move(properties)}};
    if (!(others.is_boolean() && others.get<bool>())) {
      result["additionalProperties"] = std::move(others);
    }
    return result;
  }

  static bool is_map_alone(const Place& place) {
    const auto all = types(place);
    return !place.members.empty() && !place.members.contains(kItem) && place.laid_over.empty() &&
           !place.is_question && std::all_of(all.begin(), all.end(), [](const Asked& what) {
             return what.type == Type::kMap || what.type == Type::kKnown;
           });
  }

  // {required: [...], properties: {KEY: {required: ...}}}: apart from the types, since it holds
  // for documents alone that do not change another one.
  static Json required_tree(const Place& place) {
    Json result = Json::object();
    for (const auto& [key, member] : place.members) {
      if (key == kItem || key == kAnyKey) continue;
      if (place.is_required(key)) result["required"].push_back(key);
      // Where a map may also be something else, what it then holds is not said here.
      if (!is_map_alone(member)) continue;
      auto inner = required_tree(member);
      if (!inner.empty()) result["properties"][key] = std::move(inner);
    }
    return result;
  }

  const Places& places_;
  const Names& names_;
  Json definitions_ = Json::object();
  std::set<std::string> held_;
  int shared_ = 0;
};

}  // namespace

std::string json_schema(const Places& places, const std::string& kind, const Names& names) {
  return Writer(places, names).schema(kind).dump(1) + "\n";
}

}  // namespace weft::schema
