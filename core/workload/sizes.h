// Widths and counts that the memory of a layer is made of.
#pragma once

#include "weft/workload/layer.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::workload {

// Of one micro-batch on one device.
struct Sizes {
  double tokens, local_tokens, hidden;
  double heads, kv_heads;
  int tensor, expert, expert_tensor;
  bool gathers_rows;  // ranks that share experts gather what each of them got
};
Sizes sizes_of(const Job& job, const Shard& shard);

// Bytes of an input of a linear layer that nothing else needs: in the format of the GEMM.
double input_bytes(const Job& job);
// Rows that the experts of the device with most of them see.
double expert_rows(const Job& job, const Software& software, const Sizes& sizes);
// Logits of one device; the padding of the vocabulary is not counted.
double logits_of(const Job& job, const Sizes& sizes);
// What the loss holds of them.
double head_bytes(const Job& job, const Software& software, const Sizes& sizes);

}  // namespace weft::workload
