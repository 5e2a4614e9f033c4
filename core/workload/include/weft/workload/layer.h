// One layer of one micro-batch on one device, as a list of kernels and of exchanges with its
// groups.
#pragma once

#include <variant>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/chips/kernel.h"
#include "weft/workload/model.h"
#include "weft/workload/recompute.h"
#include "weft/workload/software.h"

namespace weft::workload {

// How context ranks meet the keys and values of the others: a ring of blocks (Ring Attention, arXiv
// 2310.01889), all of them gathered before attention (Llama 3, arXiv 2407.21783 §3.3.2), or heads
// traded for tokens by all-to-all (DeepSpeed-Ulysses, arXiv 2309.14509).
enum class ContextExchange { kRing, kAllGather, kUlysses };
inline constexpr int kContextExchangeCount = 3;

// How a layer is cut. All degrees are >= 1.
struct Shard {
  int tensor = 1;
  bool sequence_parallel = false;
  int context = 1;
  int expert = 1;         // experts are spread over this many ranks (groups of expert_tensor)
  int expert_tensor = 1;  // ranks that share each expert: 1, or as many as tensor
  int micro_batch = 1;    // sequences
  ContextExchange context_exchange = ContextExchange::kRing;
};

// What part of the model a list belongs to. In hybrid models kDense is the mean of all layers that
// are not kMoe: state-space, attention and MLP layers by their shares of the whole model.
enum class LayerKind { kDense, kMoe, kEmbedding, kHead };

// A kernel with how often the host must launch for it.
struct Kernel {
  std::variant<chips::Gemm, chips::GroupedGemm, chips::Attention, chips::MemoryBound,
               chips::Quantise>
      shape;
  double launches = 1;
  bool is_weight_gradient = false;  // of a layer: may be put off until the pipeline would wait
  Modules modules{};                // in a forward pass: recomputation of any of these repeats it
  bool ends_layer = false;          // in a forward pass: the backward pass needs nothing of it
  double times = 1;                 // how often; less than 1 where only some layers have it
  bool is_scan = false;             // of a state-space layer (Software::scan_time)
};

// Which group an exchange is over, and what it is.
enum class Group { kTensor, kContext, kExpert };
enum class ExchangeKind { kAllGather, kReduceScatter, kAllReduce, kAllToAll, kRing };

// `bytes` in the sense of interconnect::Fabric::cost; kRing: (group size - 1) messages of `bytes`
// to the next rank, each behind one block of attention.
struct Exchange {
  Group group = Group::kTensor;
  ExchangeKind kind = ExchangeKind::kAllReduce;
  base::Bytes bytes;
  double count = 1;
  double copies = 1;        // kAllToAll: of each token among `bytes`
  Modules modules{};        // in a forward pass: recomputation of any of these repeats it
  bool ends_layer = false;  // in a forward pass: the backward pass needs nothing of it
  // kAllToAll to experts: what the fullest rank gets over the mean, which sets the time, and to how
  // many of how many groups of experts the copies of a token go.
  double fullest = 1;
  int groups = 1;
  int top_groups = 1;
};

struct Pass {
  std::vector<Kernel> kernels;
  std::vector<Exchange> exchanges;
};

// Forward and backward of one layer. Recomputation repeats a part of `forward`, see done_again(),
// or all of it.
struct LayerWork {
  Pass forward;
  Pass backward;
};

// Builds the lists. Sources: operator shapes from the public model definitions; saved and moved
// bytes as in Korthikanti et al., arXiv 2205.05198; sequence parallelism turns each all-reduce into
// a reduce-scatter and an all-gather.
LayerWork layer_work(const Job& job, const Software& software, LayerKind kind, const Shard& shard);

// Bytes of activations kept from forward to backward by one layer of one micro-batch: sums over
// saved_tensors().
struct SavedActivations {
  base::Bytes none;       // nothing recomputed
  base::Bytes selective;  // without norm outputs and the activation product
  base::Bytes attention;  // without what attention keeps of the scores
  base::Bytes full;       // the layer's input only
  base::Bytes modules;    // without what `modules` make again
  base::Bytes put_off;    // from the input gradient to a weight gradient that is put off
};
SavedActivations saved_activations(const Job& job, const Software& software, LayerKind kind,
                                   const Shard& shard, Modules modules = {});

// Parameters that one device holds of one layer of a kind.
struct ShardedParameters {
  double dense = 0;    // replicated over data and context ranks
  double experts = 0;  // replicated over data·context·tensor / expert ranks
};
ShardedParameters sharded_parameters(const Model& model, LayerKind kind, const Shard& shard);

}  // namespace weft::workload
