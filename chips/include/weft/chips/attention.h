// Fused (flash) attention.
//
//   t = t0 + (t_s^p + t_m^p)^(1/p)
//   t_s = scores · (1 + edge·queries/scores) · [FLOPs per score / (e_c·peak) + c]
//         · (waves·cores/blocks)^waves,  blocks of 128 queries
//
// c is the time of the softmax per score; with overlap o, matrix time x and softmax time y of a
// score join as max(x, y) + (1 - o)·min(x, y). The law is linear in the head dimension, as measured
// on H100 (FlashAttention-3, arXiv 2407.08608: 0.515, 0.790 and 1.354 ps a score at 64, 128, 256).
// Backward: five products against two (FlashAttention-2, arXiv 2307.08691, §3.1).
#pragma once

#include <optional>

#include "weft/chips/kernel_cost.h"

namespace weft::chips {

// `scores` counts the (query, key, head) triples that are computed, so a causal mask or a window
// that skips blocks lowers it; a block of ring attention is one kernel with its own scores.
// `traffic` is what is read and written of Q, K, V, O and their gradients.
struct Attention {
  double scores = 0;
  double head_dim = 0;        // of queries and keys
  double value_head_dim = 0;  // of values
  double softmax_work = 1;    // relative to a plain softmax (a soft cap adds a tanh)
  base::Bytes traffic;
  bool backward = false;
  Precision precision = Precision::kBf16;
  double queries = 0;               // (query, head) pairs
  std::optional<double> overlap{};  // of matrix and vector units; unset: the chip's library kernel
};
KernelCost attention(const Device& device, const OperatingPoint& point, const Attention& shape);

// Matrix FLOPs of one score.
double flops_per_score(const Attention& shape);

// Queries and keys of one batch of sequences, as attention sees them.
struct AttentionSize {
  double batch = 1;
  double queries = 0, keys = 0;    // per sequence
  double heads = 0, kv_heads = 0;  // kv_heads < heads: grouped queries; 1: one for all
  double head_dim = 0, value_head_dim = 0;
  bool causal = true;  // the last query sees all keys
  double window = 0;   // keys that a query sees at most; 0: all
  // Latent attention that is not unfolded: keys and values are one vector of head_dim.
  bool shares_keys_and_values = false;
};
// The forward kernel of such a size; 16-bit elements unless the precision is narrow.
Attention attention_of(const AttentionSize& size, Precision precision);

}  // namespace weft::chips
