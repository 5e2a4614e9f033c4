#pragma once

#include "weft/base/fields.h"
#include "weft/plan/space.h"

namespace weft::plan {

// The keys layers, embedding_as_layer and loss_as_layer of a plan whose degrees and schedule are
// read; all say Request::layers. Bad ones are errors of the reading.
void read_layers(base::Fields& fields, Request& request, const workload::Model& model);

}  // namespace weft::plan
