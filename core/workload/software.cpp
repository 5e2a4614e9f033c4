#include "weft/workload/software.h"

#include "weft/base/fields.h"

namespace weft::workload {

namespace {

void read_overlap(base::Fields fields, Software& software) {
  software.tensor_overlap_chunks = fields.small_integer("tensor_chunks", 1);
  software.overlap_gradients = fields.required_flag("gradients");
  software.overlap_parameters = fields.required_flag("parameters");
  software.overlap_pipeline = fields.required_flag("pipeline");
  software.communication_tax = fields.number("compute_tax");
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
  software.name = fields.text("name");
  auto host = fields.map("host");
  software.launch = host.quantity<base::Time>("launch");
  software.launch_exponent = host.number("exponent");
  host.finish();
  auto kernels = fields.map("kernels");
  software.elementwise_traffic = kernels.number("elementwise_traffic");
  software.loss_bytes_per_logit = kernels.quantity<base::Bytes>("loss_per_logit");
  software.residual = kernels.number("residual");
  software.residual_sharded = kernels.number("residual_sharded");
  kernels.finish();
  read_overlap(fields.map("overlap"), software);
  auto memory = fields.map("memory");
  software.reserved_fixed = memory.quantity<base::Bytes>("fixed");
  software.reserved_fraction = memory.number("fraction");
  memory.finish();
  if (auto fitted = fields.maybe_map("fitted")) read_fitted(*fitted, software);
  fields.finish();
  return software;
}

}  // namespace weft::workload
