#include "weft/workload/software.h"

#include <algorithm>
#include <optional>

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

void read_scan(std::optional<base::Fields> fields, Scan& scan) {
  if (!fields) return;
  scan.state = fields->quantity<base::Bytes>("state", base::Bytes(scan.state)).si();
  scan.step = fields->quantity<base::Bytes>("step", base::Bytes(scan.step)).si();
  scan.step_work = fields->number("step_work", scan.step_work);
  scan.decay_work = fields->number("decay_work", scan.decay_work);
  fields->finish();
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
  software.scan_time = fields.number("scan_time", software.scan_time);
  read_scan(fields.maybe_map("scan"), software.scan);
  software.portable_attention =
      fields.choice("attention_instructions", {"native", "portable"}, 0) == 1;
  software.recomputation_stops_early = fields.flag("recomputation_stops_early", false);
  if (fields.has("gemm_waves")) software.gemm_waves = fields.number("gemm_waves");
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
  if (fields.has("expert_bandwidth")) software.expert_bandwidth = fields.share("expert_bandwidth");
  software.gathers_narrow = fields.flag("gathers_narrow", false);
  software.gathers_narrow_parameters = fields.flag("gathers_narrow_parameters", false);
  software.splits_transfers = fields.flag("splits_transfers", false);
  software.gathers_by_ring = fields.choice("gather", {"ring", "cheapest"}, 1) == 0;
  software.gather_pieces = fields.number("gather_pieces", software.gather_pieces);
  fields.finish();
}

void read_overlap(base::Fields fields, Software& software) {
  software.tensor_hidden = fields.number("tensor");
  software.tensor_hidden_fused = fields.number("tensor_fused", software.tensor_hidden);
  software.fuses_tensor = fields.flag("fuses_tensor", false);
  software.context_hidden = fields.number("context", 0.0);
  software.expert_hidden = fields.number("expert", 0.0);
  software.expert_hidden_alone = fields.number("expert_alone", 0.0);
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
  software.activation_input_bytes = bytes("activation_input", software.activation_input_bytes);
  software.keeps_expert_outputs = fields.flag("expert_outputs", true);
  software.mask_bytes = bytes("dropout_mask", 0.0);
  software.keeps_half_gradients = fields.flag("half_gradients_beside", false);
  software.cast_copies = fields.number("cast_copies", 0.0);
  software.score_bytes = bytes("score", software.score_bytes);
  software.dummy_weight_gradients = fields.flag("dummy_weight_gradients", false);
  fields.finish();
}

void read_schedules(base::Fields& fields, Software& software) {
  if (!fields.has("schedules")) return;
  software.schedules.emplace();
  for (const auto& node : fields.list("schedules")) {
    const auto& name =
        shippable_schedules()[base::choice_of(node, fields.reading(), shippable_schedules())];
    auto& known = *software.schedules;
    if (std::find(known.begin(), known.end(), name) != known.end()) {
      fields.reading().error(node, "this stands here twice");
    }
    known.push_back(name);
  }
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

const std::vector<std::string>& shippable_schedules() {
  static const std::vector<std::string> kNames = {"1f1b",  kInterleaved, "gpipe",    "zb_h1",
                                                  "zb_h2", "zb_v",       "dualpipe", "dualpipe_v"};
  return kNames;
}

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
  read_schedules(fields, software);
  if (auto fitted = fields.maybe_map("fitted")) read_fitted(*fitted, software);
  fields.finish();
  return software;
}

}  // namespace weft::workload
