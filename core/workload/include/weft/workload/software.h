// The training software: what it fuses, overlaps, keeps in memory and costs the host. One set of
// numbers per stack, never per run.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/quantity.h"

namespace weft::workload {

// Which attention kernel a stack calls: flash attention never writes the scores to memory.
enum class AttentionKernel { kFlash, kUnfused };

// Pipeline schedules that a stack may ship, as a plan names them; `interleaved` is 1f1b with
// virtual stages.
const std::vector<std::string>& shippable_schedules();
inline constexpr const char* kInterleaved = "interleaved";

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order of what it says
// Traffic and work of the scan of a state-space layer beside its products, as in state-spaces/mamba
// mamba_ssm/ops/triton: states in FP32; step sizes read in 16 bits, and written in FP32 with their
// running sum.
struct Scan {
  double state = 4.0;       // bytes of a number of a state
  double step = 10.0;       // bytes that go for each token and head
  double step_work = 10.0;  // operations of each: softplus and a running sum
  double decay_work = 6.0;  // of a pair of tokens: an exponential, two products
};

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
  // Whether recomputing a whole layer ends where nothing more is needed by the backward pass
  // (PyTorch's non-reentrant checkpointing), so that the last linear layer is not repeated.
  bool recomputation_stops_early = false;
  // Whole waves of tiles in GEMMs, over the chip's (chips::GemmParameters::waves): libraries of
  // their time split the last wave less well than those that the chip was measured with.
  std::optional<double> gemm_waves;
  // Whether one kernel works on all experts of a rank, or one after the other; and the share of the
  // routed tokens that experts work on (a capacity: tokens beyond it are dropped, places padded).
  bool groups_experts = true;
  double expert_capacity = 1.0;
  AttentionKernel attention = AttentionKernel::kFlash;
  double attention_time = 1.0;  // of this stack's flash kernel relative to the chip's
  // Whether that kernel does without the chip's own instructions (FlashAttention-2, Triton), which
  // costs what the chip says (chips::AttentionEfficiency::portable).
  bool portable_attention = false;
  // Kernels of a state-space scan relative to plain batched products and streams. Published for
  // those of mamba_ssm, written in Triton: as fast as FlashAttention-2 at 2 K tokens with 64
  // numbers a channel, on A100 (Dao and Gu, arXiv 2405.21060 Figure 10), where this model without
  // it takes 0.26 of that time.
  double scan_time = 3.8;
  Scan scan;
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
  // Share of the outermost link's bandwidth that the stack's own exchange kernels reach; 0: what an
  // all-to-all of the vendor's library reaches (interconnect::Link::all_to_all_efficiency).
  double expert_bandwidth = 0.0;
  // Whether tensor ranks cast to the format of a linear layer before they gather its inputs.
  bool gathers_narrow = false;
  // The same of data ranks and the parameters that they shard.
  bool gathers_narrow_parameters = false;
  // Whether tensor ranks that hold the same activations each send a part of them to the next stage,
  // where they are gathered again (Narayanan et al., arXiv 2104.04473 §4.1); parts of a split
  // sequence always are.
  bool splits_transfers = false;
  // Gathers and scatters by a ring (NCCL), or by whatever is cheapest (HCCL); and in how many
  // pieces the parameters of a layer are gathered when they are sharded.
  bool gathers_by_ring = false;
  double gather_pieces = 1.0;
  // Share of gathered keys and values, or of heads traded for tokens, that runs behind kernels; a
  // ring hides what its blocks of attention can.
  double context_hidden = 0.0;
  // Share of expert-parallel communication that runs behind another micro-batch or the shared
  // experts.
  double expert_hidden = 0.0;
  // The same of passes that run alone under a schedule that interweaves others in pairs.
  double expert_hidden_alone = 0.0;
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
  // Kept per element that the activation of an MLP reads: 2, or 1 where it is kept in 8 bits; and
  // whether what experts yield is kept, for the gradient of the routing weights.
  double activation_input_bytes = 2.0;
  bool keeps_expert_outputs = true;
  // Copies in a narrow format that are cast once a step, of each weight of a linear layer: their
  // number (a row-wise and a column-wise one are 2).
  double cast_copies = 0.0;
  double mask_bytes = 0.0;  // kept per element of the stream by each of a layer's two dropouts
  // FP32 gradients stand beside the 16-bit ones of the backward pass (DeepSpeed's BF16_Optimizer);
  // else weight gradients are accumulated to FP32 at once.
  bool keeps_half_gradients = false;
  double norm_bytes = 0.0;  // kept per element by a norm that is not fused, beside input and output
  double score_bytes = 5.0;  // kept per score by unfused attention: 2, with dropout 5
  // Fused weight gradients go to the accumulated ones and leave a 16-bit dummy per weight shape.
  bool dummy_weight_gradients = false;
  // Of shippable_schedules(), those that it ships; empty: it has no pipelines; unset: not known.
  std::optional<std::vector<std::string>> schedules;
  // Memory the allocator and the runtime hold beside the tensors.
  base::Bytes reserved_fixed;
  double reserved_fraction = 0.0;
  // Where published runs stand behind these numbers: chips, by document name, and ZeRO stages.
  std::vector<std::string> fitted_chips;
  std::vector<int> fitted_zero;
  // Stacks of the further parts of a mixed cluster, in their order; else empty.
  std::vector<Software> further;

  // Of a part of the cluster; this one where there is but one stack.
  [[nodiscard]] const Software& of_part(int part) const {
    return part == 0 || further.empty() ? *this : further[static_cast<std::size_t>(part) - 1];
  }
};

Software read_software(const base::Document& document, base::Reading& reading);

}  // namespace weft::workload
