// Sources: NVIDIA/Megatron-LM megatron/training/arguments.py @000c4ac; Ascend/MindSpeed-LLM
// mindspeed_llm/training/arguments.py @015ce04 and docs/features; torchrun, DeepSpeed and Slurm
// manuals for the launchers.
#include "flags.h"

#include <algorithm>
#include <array>
#include <map>

namespace weft::imports {

namespace {

constexpr Role kRead = Role::kRead;
constexpr Role kNoField = Role::kNoField;

constexpr std::string_view kOverlap = "what overlaps is said by the software stack";
constexpr std::string_view kKernels = "which kernels run is said by the software stack";
constexpr std::string_view kOffload = "offload to the host";
constexpr std::string_view kRouting = "how tokens choose experts";

// Read, or with a meaning that nothing holds yet. To connect one of the latter: make it kRead and
// read it in launch_model.cpp or launch_plan.cpp.
constexpr std::array kFlags = std::to_array<Flag>({
    // The model.
    {"num-layers", 1, kRead, ""},
    {"encoder-num-layers", 1, kRead, ""},
    {"hidden-size", 1, kRead, ""},
    {"ffn-hidden-size", 1, kRead, ""},
    {"num-attention-heads", 1, kRead, ""},
    {"group-query-attention", 0, kRead, ""},
    {"num-query-groups", 1, kRead, ""},
    {"kv-channels", 1, kRead, ""},
    {"vocab-size", 1, kRead, ""},
    {"padded-vocab-size", 1, kRead, ""},
    {"make-vocab-size-divisible-by", 1, kRead, ""},
    {"untie-embeddings-and-output-weights", 0, kRead, ""},
    {"swiglu", 0, kRead, ""},
    {"quick-geglu", 0, kRead, ""},
    {"window-size", 1, kRead, ""},
    {"window-attn-skip-freq", 1, kRead, ""},
    {"mtp-num-layers", 1, kRead, ""},
    {"num-experts", 1, kRead, ""},
    {"moe-router-topk", 1, kRead, ""},
    {"moe-router-num-groups", 1, kRead, ""},
    {"moe-router-group-topk", 1, kRead, ""},
    {"moe-router-topk-limited-devices", 1, kRead, ""},
    {"moe-ffn-hidden-size", 1, kRead, ""},
    {"moe-shared-expert-intermediate-size", 1, kRead, ""},
    {"moe-layer-freq", 1, kRead, ""},
    {"multi-latent-attention", 0, kRead, ""},
    {"q-lora-rank", 1, kRead, ""},
    {"kv-lora-rank", 1, kRead, ""},
    {"qk-head-dim", 1, kRead, ""},
    {"qk-pos-emb-head-dim", 1, kRead, ""},
    {"v-head-dim", 1, kRead, ""},
    // The job.
    {"seq-length", 1, kRead, ""},
    {"global-batch-size", 1, kRead, ""},
    {"train-iters", 1, kRead, ""},
    {"train-samples", 1, kRead, ""},
    {"bf16", 0, kRead, ""},
    {"fp16", 0, kRead, ""},
    {"fp8-format", 1, kRead, ""},
    {"fp8-recipe", 1, kRead, ""},
    {"fp4-format", 1, kRead, ""},
    // The plan.
    {"tensor-model-parallel-size", 1, kRead, ""},
    {"pipeline-model-parallel-size", 1, kRead, ""},
    {"context-parallel-size", 1, kRead, ""},
    {"expert-model-parallel-size", 1, kRead, ""},
    {"expert-tensor-parallel-size", 1, kRead, ""},
    {"num-layers-per-virtual-pipeline-stage", 1, kRead, ""},
    {"num-virtual-stages-per-pipeline-rank", 1, kRead, ""},
    {"decoder-first-pipeline-num-layers", 1, kRead, ""},
    {"decoder-last-pipeline-num-layers", 1, kRead, ""},
    {"pipeline-model-parallel-layout", 1, kRead, ""},
    {"account-for-embedding-in-pipeline-split", 0, kRead, ""},
    {"account-for-loss-in-pipeline-split", 0, kRead, ""},
    {"micro-batch-size", 1, kRead, ""},
    {"sequence-parallel", 0, kRead, ""},
    {"use-distributed-optimizer", 0, kRead, ""},
    {"use-torch-fsdp2", 0, kRead, ""},
    {"torch-fsdp2-no-reshard-after-forward", 0, kRead, ""},
    {"use-megatron-fsdp", 0, kRead, ""},
    {"data-parallel-sharding-strategy", 1, kRead, ""},
    {"recompute-activations", 0, kRead, ""},
    {"checkpoint-activations", 0, kRead, ""},
    {"recompute-granularity", 1, kRead, ""},
    {"recompute-method", 1, kRead, ""},
    {"recompute-num-layers", 1, kRead, ""},
    {"recompute-modules", kMany, kRead, ""},
    {"moe-layer-recompute", 0, kRead, ""},
    {"cp-comm-type", kMany, kRead, ""},
    {"cpu-offloading-num-layers", 1, kRead, ""},
    {"optimizer-cpu-offload", 0, kRead, ""},
    {"optimizer-offload-fraction", 1, kRead, ""},
    {"num-distributed-optimizer-instances", 1, kRead, ""},
    {"use-tp-pp-dp-mapping", 0, kRead, ""},
    {"accumulate-allreduce-grads-in-fp32", 0, kRead, ""},
    {"grad-reduce-in-bf16", 0, kRead, ""},
    // Launchers.
    {"nproc-per-node", 1, kRead, ""},
    {"nnodes", 1, kRead, ""},
    {"num-gpus", 1, kRead, ""},
    {"num-nodes", 1, kRead, ""},
    {"nodes", 1, kRead, ""},
    {"ntasks-per-node", 1, kRead, ""},
    // No field.
    {"overlap-grad-reduce", 0, kNoField, kOverlap},
    {"overlap-param-gather", 0, kNoField, kOverlap},
    {"overlap-param-gather-with-optimizer-step", 0, kNoField, kOverlap},
    {"tp-comm-overlap", 0, kNoField, kOverlap},
    {"disable-tp-comm-overlap-ag", 0, kNoField, kOverlap},
    {"disable-tp-comm-overlap-rs", 0, kNoField, kOverlap},
    {"tp-comm-overlap-rs-dgrad", 0, kNoField, kOverlap},
    {"disable-tp-comm-bulk-dgrad", 0, kNoField, kOverlap},
    {"disable-tp-comm-bulk-wgrad", 0, kNoField, kOverlap},
    {"disable-tp-comm-split-ag", 0, kNoField, kOverlap},
    {"disable-tp-comm-split-rs", 0, kNoField, kOverlap},
    {"no-overlap-p2p-communication", 0, kNoField, kOverlap},
    {"overlap-p2p-communication-warmup-flush", 0, kNoField, kOverlap},
    {"moe-shared-expert-overlap", 0, kNoField, kOverlap},
    {"overlap-moe-expert-parallel-comm", 0, kNoField, kOverlap},
    {"delay-wgrad-compute", 0, kNoField, kOverlap},
    {"defer-embedding-wgrad-compute", 0, kNoField, kOverlap},
    {"wgrad-deferral-limit", 1, kNoField, kOverlap},
    {"use-flash-attn", 0, kNoField, kKernels},
    {"attention-backend", 1, kNoField, kKernels},
    {"moe-grouped-gemm", 0, kNoField, kKernels},
    {"moe-permute-fusion", 0, kNoField, kKernels},
    {"moe-router-fusion", 0, kNoField, kKernels},
    {"cross-entropy-loss-fusion", 0, kNoField, kKernels},
    {"enable-cuda-graph", 0, kNoField, kKernels},
    {"external-cuda-graph", 0, kNoField, kKernels},
    {"cuda-graph-impl", 1, kNoField, kKernels},
    {"use-legacy-models", 0, kNoField, kKernels},
    {"moe-token-dispatcher-type", 1, kNoField, "how tokens are sent to experts"},
    {"moe-enable-deepep", 0, kNoField, "how tokens are sent to experts"},
    {"moe-expert-capacity-factor", 1, kNoField, kRouting},
    {"moe-pad-expert-input-to-capacity", 0, kNoField, kRouting},
    {"hierarchical-context-parallel-sizes", kMany, kNoField,
     "how context ranks exchange keys and values"},
    {"overlap-cpu-optimizer-d2h-h2d", 0, kNoField, kOffload},
    {"optimizer", 1, kNoField, "which optimizer; Adam is taken"},
    {"use-precision-aware-optimizer", 0, kNoField, "bytes of the optimizer's state"},
    {"exp-avg-dtype", 1, kNoField, "bytes of the optimizer's state"},
    {"exp-avg-sq-dtype", 1, kNoField, "bytes of the optimizer's state"},
    {"main-params-dtype", 1, kNoField, "bytes of the optimizer's state"},
    {"main-grads-dtype", 1, kNoField, "bytes of the optimizer's state"},
    {"microbatch-group-size-per-virtual-pipeline-stage", 1, kNoField,
     "the order of micro-batches in an interleaved pipeline"},
    {"distribute-saved-activations", 0, kNoField, "saved activations cut over tensor ranks"},
    {"fp8-param-gather", 0, kNoField, "weights gathered in 8 bits"},
    {"fp4-param-gather", 0, kNoField, "weights gathered in 4 bits"},
    {"no-fp8-wgrad", 0, kNoField, "weight gradients in 16 bits"},
    {"first-last-layers-bf16", 0, kNoField, "layers in 16 bits under an 8-bit recipe"},
    {"num-layers-at-start-in-bf16", 1, kNoField, "layers in 16 bits under an 8-bit recipe"},
    {"num-layers-at-end-in-bf16", 1, kNoField, "layers in 16 bits under an 8-bit recipe"},
    {"rampup-batch-size", kMany, kNoField, "a batch that grows; the full batch is taken"},
    {"fp32-residual-connection", 0, kNoField, "residuals in 32 bits"},
    {"use-sharp", 0, kNoField, "reduction in switches is said by the links"},
    {"spec", kMany, kNoField, "layers that code of the user's describes"},
    {"heterogeneous-layers-config-path", 1, kNoField, "layers that differ from each other"},
});

constexpr std::array kMindSpeedFlags = std::to_array<Flag>({
    {"geglu", 0, kRead, "", true},
    {"gelu-tanh", 0, kRead, "", true},
    {"sliding-window", 1, kRead, "", true},
    {"interleave-sliding-window", 1, kRead, "", true},
    {"attn-logit-softcapping", 1, kRead, "", true},
    {"moe-intermediate-size", 1, kRead, "", true},
    {"n-shared-experts", 1, kRead, "", true},
    {"first-k-dense-replace", 1, kRead, "", true},
    {"multi-head-latent-attention", 0, kRead, "", true},
    {"qk-rope-head-dim", 1, kRead, "", true},
    {"qk-nope-head-dim", 1, kRead, "", true},
    {"num-layer-list", 1, kRead, "", true},
    {"noop-layers", 1, kRead, "", true},
    {"schedules-method", 1, kRead, "", true},
    {"moe-tp-extend-ep", 0, kRead, "", true},
    {"recompute-activation-function", 0, kRead, "", true},
    {"recompute-norm", 0, kRead, "", true},
    {"recompute-mla-up-proj", 0, kRead, "", true},
    {"enable-recompute-layers-per-pp-rank", 0, kRead, "", true},
    {"lora-r", 1, kRead, "", true},
    {"use-mc2", 0, kNoField, kOverlap, true},
    {"use-ascend-mc2", 0, kNoField, kOverlap, true},
    {"use-ascend-coc", 0, kNoField, kOverlap, true},
    {"coc-fused-kernel", 0, kNoField, kOverlap, true},
    {"coc-parallel-num", 1, kNoField, kOverlap, true},
    {"use-cp-send-recv-overlap", 0, kNoField, kOverlap, true},
    {"moe-alltoall-overlap-comm", 0, kNoField, kOverlap, true},
    {"moe-allgather-overlap-comm", 0, kNoField, kOverlap, true},
    {"moe-permutation-async-comm", 0, kNoField, kOverlap, true},
    {"moe-fb-overlap", 0, kNoField, kOverlap, true},
    {"dualpipev-dw-detach", 0, kNoField, kOverlap, true},
    {"mla-up-proj-tp-overlap", 0, kNoField, kOverlap, true},
    {"use-fused-rmsnorm", 0, kNoField, kKernels, true},
    {"use-fused-swiglu", 0, kNoField, kKernels, true},
    {"use-fused-rotary-pos-emb", 0, kNoField, kKernels, true},
    {"use-fused-mlp", 0, kNoField, kKernels, true},
    {"use-fused-ring-attention-update", 0, kNoField, kKernels, true},
    {"use-fused-moe-token-permute-and-unpermute", 0, kNoField, kKernels, true},
    {"use-gmm-fp8", 0, kNoField, kKernels, true},
    {"gemm-gradient-accumulation-fusion", 0, kNoField, kKernels, true},
    {"context-parallel-algo", 1, kRead, "", true},
    {"use-cp-algo", 1, kRead, "", true},
    {"ulysses-degree-in-cp", 1, kNoField, "how context ranks exchange keys and values", true},
    {"cp-window-size", 1, kNoField, "how context ranks exchange keys and values", true},
    {"attention-mask-type", 1, kNoField, "which scores a mask leaves out", true},
    {"cp-attention-mask-type", 1, kNoField, "which scores a mask leaves out", true},
    {"swap-attention", 0, kNoField, kOffload, true},
    {"swap-modules", 1, kNoField, kOffload, true},
    {"swap-optimizer", 0, kNoField, kOffload, true},
    {"swap-optimizer-times", 1, kNoField, kOffload, true},
    {"mla-swap-core-attn-out", 0, kNoField, kOffload, true},
    {"moe-unperm2-mem-optim-swap", 0, kNoField, kOffload, true},
    {"reuse-fp32-param", 0, kNoField, "16-bit weights inside of the 32-bit ones", true},
    {"o2-optimizer", 0, kNoField, "bytes of the optimizer's state", true},
    {"o2-gradient", 0, kNoField, "bytes of a gradient are said by the software stack", true},
    {"moe-zero-memory", 1, kNoField, "recomputation of a part of the layer", true},
    {"moe-zero-memory-num-layers", 1, kNoField, "recomputation of a part of the layer", true},
    {"mla-zero-memory", 0, kNoField, "recomputation of a part of the layer", true},
    {"recompute-mtp-norm", 0, kNoField, "recomputation of a part of the layer", true},
    {"recompute-mtp-layer", 0, kNoField, "recomputation of a part of the layer", true},
    {"recompute-in-advance", 0, kNoField, "recomputation inside of bubbles", true},
    {"recompute-activation-function-num-layers", 1, kNoField,
     "recomputation on a part of the layers", true},
    {"recompute-norm-num-layers", 1, kNoField, "recomputation on a part of the layers", true},
    {"moe-unperm2-mem-optim", 0, kNoField, "what is kept of the experts", true},
    {"n-group", 1, kRead, "", true},
    {"topk-group", 1, kRead, "", true},
    {"tp-2d", 0, kNoField, "tensor parallelism in two dimensions", true},
    {"tp-x", 1, kNoField, "tensor parallelism in two dimensions", true},
    {"tp-y", 1, kNoField, "tensor parallelism in two dimensions", true},
    {"use-nd-matmul", 0, kNoField, "tensor parallelism in several dimensions", true},
    {"output-layer-slice-num", 1, kNoField, "logits in pieces", true},
    {"mtp-mem-efficient-logits", 0, kNoField, "logits in pieces", true},
    {"share-kvstates", 0, kNoField, "keys and values shared by layers", true},
});

// Without a bearing on time or memory, or only on what is not modelled: by how many words follow.
constexpr std::string_view kSwitches =
    " add-qkv-bias adlr-autoresume allow-ambiguous-pad-tokens apply-layernorm-1p"
    " apply-query-key-layer-scaling apply-residual-connection-post-layernorm async-save"
    " attention-softmax-in-fp32 auto-detect-ckpt-format bert-no-binary-head"
    " calculate-per-token-loss check-for-large-grads check-for-spiky-loss"
    " ckpt-assume-constant-structure ckpt-fully-parallel-load ckpt-fully-parallel-save"
    " data-parallel-random-init ddp-average-in-collective ddp-pad-buckets-for-high-nccl-busbw"
    " decrease-batch-size-if-needed deterministic-mode disable-bias-linear"
    " disable-gloo-process-groups disable-bf16-reduced-precision-matmul"
    " dist-ckpt-optim-fully-reshardable enable-experimental enable-ft-package eod-mask-loss"
    " exit-on-missing-checkpoint exit-signal-handler finetune fp16-lm-cross-entropy"
    " full-validation init-method-xavier-uniform init-model-with-meta-device legacy-tokenizer"
    " log-energy log-memory-to-tensorboard log-num-zeros-in-grad log-params-norm log-progress"
    " log-straggler log-throughput log-timers-to-tensorboard log-validation-ppl-to-tensorboard"
    " log-world-size-to-tensorboard log-loss-scale-to-tensorboard"
    " log-batch-size-to-tensorboard log-learning-rate-to-tensorboard manual-gc mock-data"
    " moe-apply-probs-on-input moe-extended-tp moe-per-layer-logging moe-router-enable-expert-bias"
    " moe-router-force-load-balancing moe-router-padding-for-fp8 moe-router-pre-softmax"
    " moe-use-legacy-grouped-gemm moe-use-upcycling no-align-grad-reduce no-align-param-gather"
    " no-async-tensor-model-parallel-allreduce no-barrier-with-level-1-timing "
    "no-bias-dropout-fusion"
    " no-bias-gelu-fusion no-bias-swiglu-fusion no-check-for-nan-in-loss-and-grad"
    " no-ckpt-fully-parallel-save no-clone-scatter-output-in-embedding"
    " no-create-attention-mask-in-dataloader no-data-sharding no-gradient-accumulation-fusion"
    " no-gradient-reduce-div-fusion no-initialization no-load-optim no-load-rng"
    " no-log-loss-scale-to-tensorboard no-manual-gc-eval no-masked-softmax-fusion"
    " no-mmap-bin-files no-one-logger no-persist-layer-norm no-pin-cpu-grads no-pin-cpu-params"
    " no-position-embedding no-query-key-layer-scaling no-rope-fusion no-save-optim no-save-rng"
    " no-scatter-gather-tensors-in-pipeline no-use-tokenizer-model-from-checkpoint-args"
    " one-logger-async openai-gelu override-opt-param-scheduler profile"
    " qk-l2-norm qk-layernorm record-memory-history replication reset-attention-mask"
    " reset-position-ids rotary-interleaved sft skip-train squared-relu te-rng-tracker test-mode"
    " trust-remote-code use-checkpoint-args use-checkpoint-opt-param-scheduler"
    " use-cpu-initialization use-dist-ckpt use-fused-weighted-squared-relu"
    " use-mcore-models use-mp-args-from-checkpoint-args use-nccl-ub use-persistent-ckpt-worker"
    " use-pytorch-profiler use-ring-exchange-p2p use-rope-scaling use-rotary-position-embeddings"
    " use-te-activation-func use-torch-optimizer-for-cpu-offload exit-on-missing"
    " ddp-reduce-scatter-with-fp32-accumulation fsdp-double-buffer keep-fp8-transpose-cache"
    " cache-mla-latents run-workload-inspector-server inprocess-restart standalone no-python ";
constexpr std::string_view kSingles =
    " activation-func-clamp-value adam-beta1 adam-beta2 adam-eps adlr-autoresume-interval"
    " app-tag-run-name app-tag-run-version attention-dropout"
    " check-weight-hash-across-dp-replicas-interval ckpt-convert-format ckpt-convert-save"
    " ckpt-format ckpt-step clip-grad config-logger-dir cross-entropy-fusion-impl"
    " cuda-graph-scope cuda-graph-warmup-steps data-args-path data-cache-path dataloader-type"
    " ddp-bucket-size ddp-num-buckets decoupled-lr decoupled-min-lr dist-ckpt-format"
    " dist-ckpt-strictness distributed-backend distributed-timeout-minutes"
    " distributed-timeout-seconds-after-init embedding-init-method-std"
    " empty-unused-memory-level end-weight-decay eval-interval eval-iters exit-duration-in-mins"
    " exit-interval fp8-amax-compute-algo fp8-amax-history-len fp8-interval fp8-margin"
    " fp4-recipe glu-linear-offset hidden-dropout high-priority-stream hysteresis"
    " init-method-std initial-loss-scale inference-max-seq-length load local-rank log-interval"
    " logging-level loss-scale loss-scale-window lr lr-decay-iters lr-decay-samples"
    " lr-decay-style lr-warmup-fraction lr-warmup-init lr-warmup-iters lr-warmup-samples"
    " lr-wsd-decay-iters lr-wsd-decay-samples lr-wsd-decay-style manual-gc-interval"
    " max-position-embeddings memory-snapshot-path merge-file mid-level-dataset-surplus "
    "min-loss-scale"
    " min-lr moe-aux-loss-coeff moe-deepep-num-sms moe-input-jitter-eps moe-router-bias-update-rate"
    " moe-router-dtype moe-router-load-balancing-type moe-router-score-function"
    " moe-router-topk-scaling-factor moe-token-drop-policy moe-upcycling-granularity"
    " moe-z-loss-coeff mscale mscale-all-dim mtp-loss-scaling-factor nccl-communicator-config-path"
    " no-rope-freq non-persistent-ckpt-type non-persistent-global-ckpt-dir"
    " non-persistent-local-ckpt-dir non-persistent-save-interval norm-epsilon normalization"
    " num-dataset-builder-threads num-workers one-logger-project one-logger-run-name"
    " per-split-data-args-path pipeline-model-parallel-comm-backend position-embedding-type"
    " pretrained-checkpoint profile-step-end profile-step-start"
    " replication-factor replication-jump rerun-mode rope-scaling-factor rope-type rotary-base"
    " rotary-percent rotary-scaling-factor rotary-seq-len-interpolation-factor sample-rate save"
    " save-interval save-retain-interval seed sgd-momentum sharp-enabled-group softmax-type split"
    " start-weight-decay suggested-communication-unit-size tensorboard-dir"
    " tensorboard-log-interval tensorboard-queue-size tiktoken-num-special-tokens tiktoken-pattern"
    " timing-log-level timing-log-option tokenizer-metadata tokenizer-model tokenizer-type"
    " tp-comm-bootstrap-backend tp-comm-overlap-cfg train-sync-interval transformer-impl"
    " vocab-extra-ids vocab-file wandb-entity wandb-exp-name wandb-project wandb-save-dir"
    " weight-decay weight-decay-incr-style yaml-cfg"
    // Launchers.
    " node-rank master-addr master-port rdzv-backend rdzv-endpoint rdzv-id rdzv-conf max-restarts"
    " monitor-interval start-method role log-dir redirects tee local-addr hostfile include"
    " exclude launcher deepspeed-config ";
constexpr std::string_view kLists =
    " data-path train-data-path valid-data-path test-data-path tiktoken-special-tokens"
    " iterations-to-skip profile-ranks high-priority-stream-groups mrope-section"
    " retriever-report-topk-accuracies ";
constexpr std::string_view kMindSpeedSwitches =
    " add-dense-bias add-output-layer-bias add-rmsnorm-offset attention-mask-on-cpu cut-max-seqlen"
    " enable-thinking fill-neg-inf hf-chat-template input-embeds-norm is-instruction-dataset"
    " is-pairwise-dataset jit-compile kv-head-repeat-before-uly-alltoall lora-fusion"
    " load-checkpoint-loosely mla-fa-divide-qk mla-fa-without-pad mla-mm-split moe-zerc neat-pack"
    " no-cut-token no-pad-to-seq-lengths no-post-layer-norm no-shared-storage norm-topk-prob"
    " padded-samples post-norm profile-data-simplification profile-record-shapes"
    " profile-with-cpu profile-with-memory profile-with-stack return-document-ids"
    " router-gating-in-fp32 seq-aux shared-expert-gate skip-bias-add square-alibi-mask"
    " tokenizer-not-use-fast use-deter-comp use-fusion-attn-v2 use-glm-rope variable-seq-lengths"
    " async-log-allreduce fix-router ";
constexpr std::string_view kMindSpeedSingles =
    " ai-framework dim-model-base embedding-multiplier-scale fix-sub-seq-length"
    " full-shuffle-instruction-dataset hccl-group-buffer long-factor long-mscale lora-alpha"
    " lora-load lora-ckpt-filter moe-comm-aux-loss-coeff moe-device-level-aux-loss-coeff"
    " next-tockens output-logit-softcapping output-multiplier-scale pad-to-multiple-of"
    " padded-base-length pre-tockens profile-export-type profile-level profile-save-path"
    " prompt-type prompt-type-path query-pre-attn-scalar rope-scaling-beta-fast"
    " rope-scaling-beta-slow rope-scaling-mscale rope-scaling-mscale-all-dim"
    " rope-scaling-original-max-position-embeddings rope-scaling-type routed-scaling-factor"
    " scale-depth scale-emb shape-order short-factor short-mscale sparse-mode stage"
    " tokenizer-name-or-path tokenizer-padding-side ";
constexpr std::string_view kMindSpeedLists =
    " dataset-additional-keys lora-target-modules add-eos-token ";

using Table = std::map<std::string, Flag, std::less<>>;

void add_all(Table& table, std::string_view names, int values, bool mindspeed) {
  while (true) {
    const std::size_t first = names.find_first_not_of(' ');
    if (first == std::string_view::npos) return;
    names.remove_prefix(first);
    const std::string_view name = names.substr(0, names.find(' '));
    table.emplace(name, Flag{name, values, Role::kNeutral, "", mindspeed});
    names.remove_prefix(name.size());
  }
}

Table make_table() {
  Table table;
  for (const auto& flag : kFlags) table.emplace(flag.name, flag);
  for (const auto& flag : kMindSpeedFlags) table.emplace(flag.name, flag);
  add_all(table, kSwitches, 0, false);
  add_all(table, kSingles, 1, false);
  add_all(table, kLists, kMany, false);
  add_all(table, kMindSpeedSwitches, 0, true);
  add_all(table, kMindSpeedSingles, 1, true);
  add_all(table, kMindSpeedLists, kMany, true);
  return table;
}

const Table& table() {
  static const Table kTable = make_table();
  return kTable;
}

}  // namespace

const Flag* find_flag(std::string_view name) {
  std::string dashed(name);
  std::replace(dashed.begin(), dashed.end(), '_', '-');
  const auto found = table().find(dashed);
  return found == table().end() ? nullptr : &found->second;
}

std::vector<std::string> flag_names() {
  std::vector<std::string> names;
  for (const auto& [name, flag] : table()) names.push_back(name);
  return names;
}

}  // namespace weft::imports
