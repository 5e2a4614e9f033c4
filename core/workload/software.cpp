#include "weft/workload/software.h"

#include "weft/base/fields.h"

namespace weft::workload {

namespace {

void read_overlap(base::Fields fields, Software& software) {
  software.tensor_overlap_chunks = static_cast<int>(fields.integer("tensor_chunks", 1, 1));
  software.overlap_gradients = fields.flag("gradients", software.overlap_gradients);
  software.overlap_parameters = fields.flag("parameters", software.overlap_parameters);
  software.overlap_pipeline = fields.flag("pipeline", software.overlap_pipeline);
  software.communication_tax = fields.number("compute_tax", software.communication_tax);
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
  software.launch_exponent = host.number("exponent", software.launch_exponent);
  host.finish();
  auto kernels = fields.map("kernels");
  software.elementwise_traffic = kernels.number("elementwise_traffic", 1.0);
  software.loss_bytes_per_logit = kernels.quantity<base::Bytes>("loss_per_logit");
  software.residual = kernels.number("residual", 0.0);
  kernels.finish();
  read_overlap(fields.map("overlap"), software);
  auto memory = fields.map("memory");
  software.reserved_fixed = memory.quantity<base::Bytes>("fixed");
  software.reserved_fraction = memory.number("fraction");
  memory.finish();
  fields.finish();
  return software;
}

}  // namespace weft::workload
