#include "read_layers.h"

#include <fmt/format.h>

#include <stdexcept>

#include "read_options.h"

namespace weft::plan {

namespace {

using base::Fields;

// The number a text is, or -1.
int whole_number(const std::string& text) {
  try {
    const int number = std::stoi(text);
    return number >= 0 && std::to_string(number) == text ? number : -1;
  } catch (const std::exception&) {
    return -1;
  }
}

std::vector<int> layer_list(Fields& fields) {
  const auto nodes = fields.list("layers");
  if (says_auto(fields, "layers")) return {};
  std::vector<int> layers;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto text = base::text_of(nodes[i], fields.reading());
    const int count = whole_number(text);
    const bool end = i == 0 || i + 1 == nodes.size();
    if (count < 0) {
      fields.reading().error(nodes[i], fmt::format("'{}' is not a number of layers", text));
    } else if (count == 0 && !end) {
      fields.reading().error(nodes[i],
                             "only the first virtual stage, with the embedding, and the last, with "
                             "the loss, may have no layer");
    }
    layers.push_back(count);
  }
  return layers;
}

// "62 layers, the embedding and the loss".
std::string counted_text(const workload::Model& model, bool embedding, bool loss) {
  auto text = fmt::format("{} layers", model.layers);
  if (model.prediction_layers > 0)
    text += fmt::format(", {} of prediction", model.prediction_layers);
  if (embedding) text += loss ? ", the embedding" : " and the embedding";
  if (loss) text += " and the loss";
  return text;
}

}  // namespace

void read_layers(Fields& fields, Request& request, const workload::Model& model) {
  request.layers = layer_list(fields);
  const bool embedding = fields.flag("embedding_as_layer", false);
  const bool loss = fields.flag("loss_as_layer", false);
  if (!embedding && !loss) return;
  const auto complain = [&](const std::string& message) {
    fields.reading().error(*fields.value(embedding ? "embedding_as_layer" : "loss_as_layer"),
                           message);
  };
  if (!request.layers.empty()) return complain("'layers' says how layers are split");
  if (!request.pipeline || !request.virtual_stages) {
    return complain("pipeline and virtual_stages are needed beside this, as numbers");
  }
  const int stages = *request.pipeline * *request.virtual_stages;
  request.layers = layers_with_ends(model, stages, embedding, loss);
  if (!request.layers.empty()) return;
  complain(fmt::format("{} do not split evenly over {} virtual stages",
                       counted_text(model, embedding, loss), stages));
}

}  // namespace weft::plan
