// What a layer keeps from its forward pass, tensor by tensor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "weft/base/quantity.h"
#include "weft/workload/layer.h"
#include "weft/workload/model.h"
#include "weft/workload/recompute.h"
#include "weft/workload/software.h"

namespace weft::workload {

// A backward pass makes the gradients of inputs first; those of weights may be put off.
enum class Moment : std::uint8_t { kForward, kInputGradient, kWeightGradient };
const char* name_of(Moment moment);

// Held from one pass to the end of another.
struct SavedTensor {
  const char* name = "";
  base::Bytes bytes;
  Moment from = Moment::kForward;
  Moment until = Moment::kInputGradient;
  Modules dropped_by{};   // recomputation of any of these does not keep it from the forward pass
  bool is_input = false;  // of the layer: kept under full recomputation too
};

// A list without allocation.
class SavedTensors {
 public:
  void add(const SavedTensor& tensor) {
    if (tensor.bytes.si() > 0) tensors_[count_++] = tensor;
  }
  [[nodiscard]] const SavedTensor* begin() const { return tensors_.data(); }
  [[nodiscard]] const SavedTensor* end() const { return tensors_.data() + count_; }

  // From the forward pass on, unless made again.
  [[nodiscard]] base::Bytes kept(Modules recomputed = {}) const;
  [[nodiscard]] base::Bytes input() const;
  // From the input gradient to the weight gradient: inputs of linear layers and the gradients of
  // their outputs, whether or not the former had to be made again.
  [[nodiscard]] base::Bytes put_off() const;

 private:
  std::array<SavedTensor, 48> tensors_{};
  std::size_t count_ = 0;
};

// Of one layer of one micro-batch. Sources: Korthikanti et al., arXiv 2205.05198 §4.1; for weight
// gradients Qi et al., arXiv 2401.10241 Table 1; inputs of 8- and 4-bit linear layers are kept in
// that format (NVIDIA/TransformerEngine, module linear; DeepSeek-V3, arXiv 2412.19437 §3.3.3).
SavedTensors saved_tensors(const Job& job, const Software& software, LayerKind kind,
                           const Shard& shard);

}  // namespace weft::workload
