#include "weft/import/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace weft::imports {

namespace {

using workload::Model;

std::string latent_text(const workload::LatentAttention& latent) {
  return fmt::format(
      "latent: {{query_rank: {}, key_value_rank: {}, rotary_dim: {}, value_dim: {}}}\n",
      latent.query_rank, latent.key_value_rank, latent.rotary_dim, latent.value_dim);
}

std::string state_space_text(const workload::StateSpace& mixer) {
  return fmt::format(
      "state_space: {{heads: {}, head_dim: {}, state: {}, groups: {}, convolution: {}, chunk: "
      "{}}}\n",
      mixer.heads, mixer.head_dim, mixer.state, mixer.groups, mixer.convolution, mixer.chunk);
}

std::string experts_text(const workload::Experts& moe, bool hybrid) {
  std::string text = fmt::format("moe: {{experts: {}, top_k: {}, shared: {}, ffn: {}", moe.experts,
                                 moe.top_k, moe.shared, moe.ffn);
  if (moe.shared > 0 && moe.shared_ffn != moe.ffn) {
    text += fmt::format(", shared_ffn: {}", moe.shared_ffn);
  }
  if (moe.latent > 0) text += fmt::format(", latent: {}", moe.latent);
  if (moe.first_dense_layers > 0 || !hybrid) {
    text += fmt::format(", first_dense_layers: {}", moe.first_dense_layers);
  }
  if (moe.every != 1) text += fmt::format(", every: {}", moe.every);
  if (moe.groups > 1) {
    text += fmt::format(", group_limit: {{groups: {}, top: {}}}", moe.groups, moe.top_groups);
  }
  return text + "}\n";
}

// One comment line; what a user's file says must not end it.
std::string comment(std::string_view text) {
  std::string line = "# ";
  for (const char c : text) line += c == '\n' || c == '\r' ? ' ' : c;
  return line + "\n";
}

}  // namespace

std::string to_text(const Note& note) {
  // A key of JSON may hold what no document and no terminal should.
  auto word = note.word;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  std::replace_if(word.begin(), word.end(), is_control, '?');
  const auto& at = note.position;
  const std::string place =
      at.source ? fmt::format("{}:{}:{}: ", at.source->name, at.line, at.column) : std::string();
  return place + word + (note.text.empty() ? "" : ": " + note.text);
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  }
  return result + "\"";
}

std::string file_stem(const std::string& name) {
  std::string stem;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (upper) stem += static_cast<char>(c - 'A' + 'a');
    if (plain) stem += c;
    if (!upper && !plain && !stem.empty() && stem.back() != '_') stem += '_';
  }
  while (!stem.empty() && stem.back() == '_') stem.pop_back();
  return stem.empty() ? "imported" : stem;
}

std::string comments_of(const Notes& notes) {
  std::string text;
  for (const auto& line : notes.comments) text += comment(line);
  if (!notes.understood.empty()) text += comment("Understood, but weft has no field for it:");
  for (const auto& note : notes.understood) text += comment("  " + to_text(note));
  if (!notes.unknown.empty()) text += comment("Not known or not looked at, not used:");
  for (const auto& note : notes.unknown) text += comment("  " + to_text(note));
  return text;
}

std::string model_document(const Model& model, const std::string& source, const Notes& notes) {
  std::string text = comments_of(notes) + "kind: model\n";
  text += fmt::format("name: {}\nsource: {}\n", quoted(model.name), quoted(source));
  // The file itself is the model's own description; that it is the original is not known.
  text += "confidence: secondary\n";
  text += fmt::format("layers: {}\nhidden: {}\nheads: {}\nkv_heads: {}\nhead_dim: {}\n",
                      model.layers, model.hidden, model.heads, model.kv_heads, model.head_dim);
  if (model.latent) text += latent_text(*model.latent);
  if (model.window > 0) {
    text += fmt::format("window: {{tokens: {}, share: {:.6g} %}}\n", model.window,
                        100.0 * model.windowed_share);
  }
  if (model.score_soft_cap) text += "score_soft_cap: true\n";
  text +=
      fmt::format("ffn: {}\ngated: {}\nvocabulary: {}\n", model.ffn, model.gated, model.vocabulary);
  if (model.tied_embeddings) text += "tied_embeddings: true\n";
  if (model.prediction_layers > 0) {
    text += fmt::format("prediction_layers: {}\n", model.prediction_layers);
  }
  if (model.is_hybrid()) text += fmt::format("pattern: \"{}\"\n", model.pattern);
  if (model.state_space) text += state_space_text(*model.state_space);
  if (model.moe) text += experts_text(*model.moe, model.is_hybrid());
  return text;
}

}  // namespace weft::imports
