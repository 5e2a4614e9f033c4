// The training software: what it fuses, overlaps, keeps in memory and costs the host. One set of
// numbers per stack, never per run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/quantity.h"

namespace weft::workload {

// Which attention kernel a stack calls: flash attention never writes the scores to memory.
enum class AttentionKernel { kFlash, kUnfused };

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order of what it says
struct Software {
  std::string id;  // of its document, "megatron_core"
  std::string name;
  // Host side: time to issue one kernel (eager, or replayed from a captured graph), how many of
  // them one collective call costs, and the exponent of the soft maximum of host and device.
  base::Time launch;
  double exchange_launches = 3.0;
  double launch_exponent = 4.0;
  // In each pass of an MoE layer the host waits for the device to say how the tokens were routed.
  base::Time expert_synchronisation;
  // What the host does once a step and nothing hides: data, logging, optimizer bookkeeping.
  base::Time per_step;
  // Traffic of norms, activations and residuals as a multiple of fully fused kernels.
  double elementwise_traffic = 1.0;
  // Of norms besides: 1 for one kernel; eager PyTorch moves every step of it in FP32.
  double norm_traffic = 1.0;
  // The same for sorting the tokens of an MoE layer to their experts and back.
  double permutation_traffic = 1.0;
  base::Bytes loss_bytes_per_logit{8};
  // Whether weights are cast to an 8- or 4-bit format once a step, for all its micro-batches
  // (Transformer Engine's is_first_microbatch), or in each pass.
  bool casts_weights_once = false;
  // Whether one kernel works on all experts of a rank, or one after the other; and the share of the
  // routed tokens that experts work on (a capacity: tokens beyond it are dropped, places padded).
  bool groups_experts = true;
  double expert_capacity = 1.0;
  AttentionKernel attention = AttentionKernel::kFlash;
  double attention_time = 1.0;  // of this stack's flash kernel relative to the chip's
  // Whether that kernel does without the chip's own instructions (FlashAttention-2, Triton), which
  // costs what the chip says (chips::AttentionEfficiency::portable).
  bool portable_attention = false;
  // Of matrix and vector units inside a kernel: 0 adds their times, 1 hides the shorter; unset: the
  // chip's library kernel.
  std::optional<double> unit_overlap;
  base::Bytes unfused_score_bytes{10};  // moved per score by unfused attention, forward
  // Whatever the mechanisms do not name, as a share of kernel time (fitted): with parameters held
  // whole (ZeRO-0 and ZeRO-1), and sharded (ZeRO-2, ZeRO-3, FSDP).
  double residual = 0.0;
  double residual_sharded = 0.0;
  // Share of tensor-parallel communication that the GEMM beside it hides: as a rule, and where GEMM
  // and collective are fused (user buffers, MC2) if `fuses_tensor`.
  double tensor_hidden = 0.0;
  double tensor_hidden_fused = 0.0;
  bool fuses_tensor = false;
  // Tokens on their way to the experts: bytes of an element, and whether a token that several
  // experts of one host want crosses to it once (DeepEP: deepseek-ai/DeepEP README).
  double dispatch_bytes = 2.0;
  bool sends_once_per_host = false;
  // Whether tensor ranks that hold the same activations each send a part of them to the next stage,
  // where they are gathered again (Narayanan et al., arXiv 2104.04473 §4.1); parts of a split
  // sequence always are.
  bool splits_transfers = false;
  // Gathers and scatters by a ring (NCCL), or by whatever is cheapest (HCCL); and in how many
  // pieces the parameters of a layer are gathered when they are sharded.
  bool gathers_by_ring = false;
  double gather_pieces = 1.0;
  // Share of expert-parallel communication that runs behind another micro-batch or the shared
  // experts.
  double expert_hidden = 0.0;
  // Whether gradient reduction runs behind the last backward pass, parameter gathering behind the
  // next forward pass, and stage-to-stage transfers behind compute; and how much of such a window
  // is of use.
  bool overlap_gradients = true;
  bool overlap_parameters = true;
  bool overlap_pipeline = false;
  double data_window = 1.0;
  // Share of a device's compute that a running collective takes away.
  double communication_tax = 0.0;
  double gradient_bytes = 4.0;  // of one gradient that is kept and reduced: 4 (FP32) or 2
  // Master weight, moments and copies per parameter, all sharded by ZeRO-1; 0: what mixed precision
  // with Adam needs.
  double optimizer_bytes = 0.0;
  double logit_bytes = 6.0;  // held per logit of a rank when the loss turns back: 16-bit, FP32 copy
  // Held besides per logit of the whole vocabulary where tensor ranks gather it for the loss.
  double gathered_logit_bytes = 0.0;
  double norm_bytes = 0.0;  // kept per element by a norm that is not fused, beside input and output
  double score_bytes = 5.0;  // kept per score by unfused attention: 2, with dropout 5
  // Fused weight gradients go to the accumulated ones and leave a 16-bit dummy per weight shape.
  bool dummy_weight_gradients = false;
  // Memory the allocator and the runtime hold beside the tensors.
  base::Bytes reserved_fixed;
  double reserved_fraction = 0.0;
  // Where published runs stand behind these numbers: chips, by document name, and ZeRO stages.
  std::vector<std::string> fitted_chips;
  std::vector<int> fitted_zero;
};

Software read_software(const base::Document& document, base::Reading& reading);

}  // namespace weft::workload
