#include "weft/workload/software.h"

#include <algorithm>

#include "weft/base/fields.h"

namespace weft::workload {

namespace {

// A kernel of a captured graph. With graphs the forward pass of a model of 1 G parameters on B200
// falls from 8.1 to 1.9 ms (stas00/ml-engineering @744d01e).
constexpr base::Time kGraphLaunch(1.5e-6);

void read_host(base::Fields fields, Software& software) {
  software.launch = fields.quantity<base::Time>("launch");
  const auto replayed = fields.quantity<base::Time>("graph_launch", kGraphLaunch);
  if (fields.flag("graph", false)) software.launch = std::min(software.launch, replayed);
  software.launch_exponent = fields.number("exponent", software.launch_exponent);
  software.exchange_launches = fields.number("exchange_launches", software.exchange_launches);
  software.expert_synchronisation =
      fields.quantity<base::Time>("expert_synchronisation", base::Time(0));
  software.per_step = fields.quantity<base::Time>("per_step", base::Time(0));
  fields.finish();
}

void read_kernels(base::Fields fields, Software& software) {
  software.elementwise_traffic = fields.number("elementwise_traffic");
  software.norm_traffic = fields.number("norm_traffic", software.norm_traffic);
  software.permutation_traffic = fields.number("permutation_traffic", software.permutation_traffic);
  software.groups_experts = fields.flag("groups_experts", true);
  software.expert_capacity = fields.number("expert_capacity", software.expert_capacity);
  software.casts_weights_once = fields.flag("casts_weights_once", false);
  software.loss_bytes_per_logit = fields.quantity<base::Bytes>("loss_per_logit");
  software.attention =
      static_cast<AttentionKernel>(fields.choice("attention", {"flash", "unfused"}, 0));
  software.attention_time = fields.number("attention_time", software.attention_time);
  software.portable_attention =
      fields.choice("attention_instructions", {"native", "portable"}, 0) == 1;
  if (fields.has("unit_overlap")) software.unit_overlap = fields.share("unit_overlap");
  software.unfused_score_bytes =
      fields.quantity<base::Bytes>("unfused_score", software.unfused_score_bytes);
  software.residual = fields.number("residual");
  software.residual_sharded = fields.number("residual_sharded");
  fields.finish();
}

void read_communication(base::Fields fields, Software& software) {
  software.dispatch_bytes = fields.quantity<base::Bytes>("dispatch", base::Bytes(2)).si();
  software.sends_once_per_host = fields.flag("once_per_host", false);
  software.splits_transfers = fields.flag("splits_transfers", false);
  software.gathers_by_ring = fields.choice("gather", {"ring", "cheapest"}, 1) == 0;
  software.gather_pieces = fields.number("gather_pieces", software.gather_pieces);
  fields.finish();
}

void read_overlap(base::Fields fields, Software& software) {
  software.tensor_hidden = fields.number("tensor");
  software.tensor_hidden_fused = fields.number("tensor_fused", software.tensor_hidden);
  software.fuses_tensor = fields.flag("fuses_tensor", false);
  software.expert_hidden = fields.number("expert", 0.0);
  software.overlap_gradients = fields.required_flag("gradients");
  software.overlap_parameters = fields.required_flag("parameters");
  software.overlap_pipeline = fields.required_flag("pipeline");
  software.data_window = fields.number("data_window", software.data_window);
  software.communication_tax = fields.number("compute_tax");
  fields.finish();
}

void read_memory(base::Fields fields, Software& software) {
  const auto bytes = [&](const char* key, double fallback) {
    return fields.quantity<base::Bytes>(key, base::Bytes(fallback)).si();
  };
  software.reserved_fixed = fields.quantity<base::Bytes>("fixed");
  software.reserved_fraction = fields.number("fraction");
  software.gradient_bytes = bytes("gradient", software.gradient_bytes);
  software.optimizer_bytes = bytes("optimizer", software.optimizer_bytes);
  software.logit_bytes = bytes("logit", software.logit_bytes);
  software.gathered_logit_bytes = bytes("gathered_logit", software.gathered_logit_bytes);
  software.norm_bytes = bytes("norm", software.norm_bytes);
  software.score_bytes = bytes("score", software.score_bytes);
  software.dummy_weight_gradients = fields.flag("dummy_weight_gradients", false);
  fields.finish();
}

void read_fitted(base::Fields fields, Software& software) {
  for (const auto& node : fields.list("chips")) {
    software.fitted_chips.push_back(base::text_of(node, fields.reading()));
  }
  for (const auto& node : fields.list("zero")) {
    software.fitted_zero.push_back(
        static_cast<int>(base::integer_of(node, fields.reading(), fields.name(), 0)));
  }
  fields.finish();
}

}  // namespace

Software read_software(const base::Document& document, base::Reading& reading) {
  Software software;
  base::Fields fields(document.root(), reading, document.file().stem().string());
  fields.text("kind");
  software.id = document.file().stem().string();
  software.name = fields.text("name");
  read_host(fields.map("host"), software);
  read_kernels(fields.map("kernels"), software);
  if (auto map = fields.maybe_map("communication")) read_communication(*map, software);
  read_overlap(fields.map("overlap"), software);
  read_memory(fields.map("memory"), software);
  if (auto fitted = fields.maybe_map("fitted")) read_fitted(*fitted, software);
  fields.finish();
  return software;
}

}  // namespace weft::workload
