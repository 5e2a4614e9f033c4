#include "weft/import/hugging_face.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "config.h"
#include "family.h"
#include "json.h"

namespace weft::imports {

namespace {

using workload::Model;

const Family* find_family(std::string_view type) {
  const auto& all = families();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Family& family) { return family.type == type; });
  return found == all.end() ? nullptr : &*found;
}

[[noreturn]] void fail_type(const base::Node& where, const std::string& type) {
  std::vector<std::string> names;
  for (const auto& family : families()) names.emplace_back(family.type);
  const auto near = base::nearest(type, names);
  throw base::InputError({{where.position(), where.length(),
                           fmt::format("no shape is known for models of type '{}'", type),
                           near.empty() ? "" : fmt::format("did you mean '{}'?", near)}});
}

const Family& family_of(const base::Node& root) {
  if (!root.is_map()) {
    throw base::InputError({{root.position(), 1, "a map with 'model_type' is expected here", ""}});
  }
  const auto type = root.find("model_type");
  if (!type || !type->is_scalar()) {
    throw base::InputError({{root.position(), 1, "missing key 'model_type'", ""}});
  }
  const std::string name(type->text());
  const auto* family = find_family(name);
  if (family == nullptr) fail_type(*type, name);
  return *family;
}

std::optional<std::int64_t> fallback_of(int number, std::int64_t derived) {
  if (number == kRequired) return std::nullopt;
  return number == kDerived ? derived : number;
}

Model read_shape(Config& config, const Family& family) {
  const auto& keys = *family.keys;
  const auto& defaults = family.defaults;
  const auto small = [](int number) {
    return number == kRequired ? std::nullopt : std::optional(number);
  };
  Model model;
  model.layers = config.small(keys.layers, 1, small(defaults.layers));
  model.hidden = config.number(keys.hidden, 1, fallback_of(defaults.hidden, 0));
  model.heads = config.small(keys.heads, 1, small(defaults.heads));
  model.kv_heads = model.heads;
  if (!keys.kv_heads.empty()) {
    const int kv_heads = defaults.kv_heads == kDerived ? model.heads : defaults.kv_heads;
    model.kv_heads = config.small(keys.kv_heads, 1, kv_heads);
  }
  const auto quotient = std::max<std::int64_t>(1, model.hidden / model.heads);
  model.head_dim = static_cast<int>(quotient);
  const bool given = !keys.head_dim.empty() && config.value(keys.head_dim).has_value();
  if (given || defaults.head_dim > 0) {
    model.head_dim = config.small(keys.head_dim, 1, small(defaults.head_dim));
  }
  model.ffn = 4 * model.hidden;
  if (!keys.ffn.empty()) {
    model.ffn = config.number(keys.ffn, 1, fallback_of(defaults.ffn, 4 * model.hidden));
  }
  model.vocabulary = config.number(keys.vocabulary, 1, fallback_of(defaults.vocabulary, 0));
  model.tied_embeddings = config.flag("tie_word_embeddings", family.tied);
  model.gated = family.gated;
  return model;
}

void check_shape(Config& config, const Family& family, const Model& model) {
  const auto& keys = *family.keys;
  if (model.heads % model.kv_heads != 0) {
    config.fail(keys.kv_heads, "heads must be a multiple of the key-value heads");
  }
  const bool divided = keys.head_dim.empty() || !config.value(keys.head_dim);
  if (!model.latent && divided && family.defaults.head_dim == kDerived &&
      model.hidden % model.heads != 0) {
    config.fail(keys.heads,
                fmt::format("{} heads do not divide a width of {}", model.heads, model.hidden));
  }
}

}  // namespace

ImportedModel read_hugging_face(const base::PlainText& file, const std::string& name) {
  const auto document = read_json(file);
  const auto& family = family_of(document.root());
  ImportedModel result;
  base::Reading reading;
  // A model of text and images: the text part is trained as any other.
  const auto inner = document.root().find("text_config");
  const bool wrapped = inner && inner->is_map();
  if (wrapped) result.notes.comments.emplace_back("The text part of a model with other parts.");
  Config config(wrapped ? *inner : document.root(), reading, result.notes);
  config.find("model_type");
  result.model = read_shape(config, family);
  if (family.special != nullptr && reading.diagnostics().empty()) {
    family.special(config, result.model);
  }
  check_shape(config, family, result.model);
  config.note_unknown();
  reading.throw_if_any();
  result.model.name = name;
  return result;
}

}  // namespace weft::imports
