// What single flags mean, and what is wrong with them.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "fixtures.h"
#include "weft/base/random.h"

namespace weft::imports::flags_test {
namespace {

using testing::error_of;
using testing::expect_same_shape;

using Arguments = std::vector<std::string>;

// A small model on 16 devices; each is a flag with its values.
const Arguments kSmall = {"--nproc_per_node 8",       "--nnodes 2",
                          "--num-layers 12",          "--hidden-size 1024",
                          "--num-attention-heads 16", "--seq-length 2048",
                          "--vocab-size 32000",       "--make-vocab-size-divisible-by 1",
                          "--micro-batch-size 1",     "--global-batch-size 64",
                          "--train-iters 10",         "--bf16"};

std::string joined(const Arguments& arguments) {
  std::string text;
  for (const auto& one : arguments) text += one + "\n";
  return text;
}

Launch read(const std::string& text, const LaunchSettings& settings = {}) {
  return read_launch(testing::text(text), "test", settings);
}

// The small model with more flags.
Launch small(const std::string& more) { return read(joined(kSmall) + more); }
ImportedPlan plan_of(const std::string& more) { return small(more).plan; }
workload::Model model_of(const std::string& more) { return small(more).job.model; }
std::string error_in(const std::string& more) {
  return error_of([&] { small(more); });
}

void expect_error(const std::string& more, const std::string& part) {
  const auto error = error_in(more);
  EXPECT_NE(error.find(part), std::string::npos) << more << "\n" << error;
}

TEST(Flags, DefaultsOfMegatron) {
  const auto launch = small("");
  EXPECT_EQ(launch.devices, 16);
  EXPECT_EQ(launch.plan.data, 16);
  EXPECT_EQ(launch.job.model.ffn, 4096);
  EXPECT_FALSE(launch.job.model.gated);
  EXPECT_TRUE(launch.job.model.tied_embeddings);
  EXPECT_EQ(launch.job.model.kv_heads, 16);
  EXPECT_EQ(launch.job.model.head_dim, 64);
  EXPECT_EQ(launch.plan.recompute, "none");
  // Two thirds of four times the width, in multiples of 64.
  EXPECT_EQ(model_of("--swiglu").ffn, 2688);
}

TEST(Flags, GroupsOfQueries) {
  EXPECT_EQ(model_of("--group-query-attention --num-query-groups 4").kv_heads, 4);
  EXPECT_EQ(model_of("--group-query-attention").kv_heads, 1);
  EXPECT_EQ(model_of("--num-query-groups 4").kv_heads, 16) << "without effect alone";
  expect_error("--group-query-attention --num-query-groups 3", "16 heads are no multiple of 3");
}

TEST(Flags, VocabularyIsPadded) {
  const auto padded = model_of(
      "--vocab-size 50257 --make-vocab-size-divisible-by 128 "
      "--tensor-model-parallel-size 8");
  EXPECT_EQ(padded.vocabulary, 51200);
  EXPECT_EQ(model_of("--padded-vocab-size 50300").vocabulary, 50300);
  auto missing = kSmall;
  std::erase(missing, "--vocab-size 32000");
  const auto error = error_of([&] { read(joined(missing)); });
  EXPECT_NE(error.find("--vocabulary"), std::string::npos) << error;
}

TEST(Flags, Windows) {
  EXPECT_EQ(model_of("--window-size \"(127,0)\"").window, 128);
  EXPECT_DOUBLE_EQ(model_of("--window-size '(127, 0)'").windowed_share, 1.0);
  EXPECT_DOUBLE_EQ(model_of("--window-size 127,0 --window-attn-skip-freq 2").windowed_share, 0.5);
  EXPECT_DOUBLE_EQ(
      model_of("--window-size 127,0 --window-attn-skip-freq '([1]*3+[0])*3'").windowed_share, 0.75);
  EXPECT_DOUBLE_EQ(model_of("--interleave-sliding-window 4096").windowed_share, 0.5);
}

TEST(Flags, Experts) {
  const std::string moe = "--num-experts 8 --moe-ffn-hidden-size 512 ";
  const auto model = model_of(moe + "--moe-router-topk 2 --moe-layer-freq '([0]*3+[1]*9)'");
  EXPECT_EQ(model.moe->first_dense_layers, 3);
  EXPECT_EQ(model.moe->every, 1);
  EXPECT_EQ(model.moe->ffn, 512);
  EXPECT_EQ(model_of(moe + "--moe-layer-freq 2").moe->every, 2);
  const auto odd = model_of(moe + "--moe-layer-freq '([0]+[1])*6'");
  EXPECT_FALSE(odd.is_moe_layer(0));
  EXPECT_TRUE(odd.is_moe_layer(1));
  EXPECT_EQ(odd.moe_layers(), 6);
  const auto single = model_of(moe + "--moe-layer-freq '[0]*11+[1]'");
  EXPECT_EQ(single.moe_layers(), 1);
  expect_error(moe + "--moe-layer-freq '[1]*6+[0]*6'", "can be held");
  expect_error(moe + "--moe-layer-freq '[1]*11'", "11 layers are described, the model has 12");
  expect_error(moe + "--moe-layer-freq '[1'", "a ']' is missing");
  expect_error(moe + "--moe-layer-freq '[1]*99999999'", "more than 65536");
  expect_error(moe + "--moe-router-topk 9", "more experts than there are");
  const auto limited = model_of(moe + "--moe-router-num-groups 4 --moe-router-group-topk 2");
  EXPECT_EQ(limited.moe->groups, 4);
  EXPECT_EQ(limited.moe->top_groups, 2);
  expect_error(moe + "--moe-router-num-groups 3 --moe-router-group-topk 2", "divide the experts");
}

TEST(Flags, SharedExperts) {
  const std::string moe = "--num-experts 8 --moe-ffn-hidden-size 512 ";
  const auto two = model_of(moe + "--moe-shared-expert-intermediate-size 1024");
  EXPECT_EQ(two.moe->shared, 2);
  EXPECT_EQ(two.moe->shared_ffn, 512);
  const auto odd = model_of(moe + "--moe-shared-expert-intermediate-size 700");
  EXPECT_EQ(odd.moe->shared, 1);
  EXPECT_EQ(odd.moe->shared_ffn, 700);
}

TEST(Flags, LatentAttention) {
  const auto model = model_of("--multi-latent-attention --q-lora-rank 1536 --kv-lora-rank 512");
  ASSERT_TRUE(model.latent);
  EXPECT_EQ(model.latent->query_rank, 1536);
  EXPECT_EQ(model.latent->key_value_rank, 512);
  EXPECT_EQ(model.latent->rotary_dim, 64);
  EXPECT_EQ(model.latent->value_dim, 128);
  EXPECT_EQ(model.head_dim, 128);
  expect_error("--multi-head-latent-attention", "--kv-lora-rank is missing");
}

TEST(Flags, ExpertParallelism) {
  const std::string moe = "--num-experts 8 --tensor-model-parallel-size 2 --sequence-parallel ";
  EXPECT_EQ(plan_of(moe + "--expert-model-parallel-size 4").expert_tensor, 2)
      << "Megatron's default";
  EXPECT_EQ(
      plan_of(moe + "--expert-model-parallel-size 4 --expert-tensor-parallel-size 1").expert_tensor,
      1);
  EXPECT_EQ(plan_of(moe + "--expert-model-parallel-size 4 --moe-tp-extend-ep").expert, 8);
  EXPECT_EQ(plan_of("--expert-model-parallel-size 4").expert, 1) << "a dense model has none";
}

TEST(Flags, Sharding) {
  EXPECT_EQ(plan_of("").zero, 0);
  EXPECT_EQ(plan_of("--use-distributed-optimizer").zero, 1);
  EXPECT_EQ(plan_of("--use-torch-fsdp2").zero, 3);
  EXPECT_EQ(plan_of("--use-megatron-fsdp --data-parallel-sharding-strategy optim_grads").zero, 2);
  EXPECT_EQ(
      plan_of("--use-megatron-fsdp --data-parallel-sharding-strategy optim_grads_params").zero, 3);
  expect_error("--use-megatron-fsdp --data-parallel-sharding-strategy all", "'all' is not known");
}

TEST(Flags, VirtualStages) {
  const std::string pipeline = "--pipeline-model-parallel-size 2 ";
  EXPECT_EQ(plan_of(pipeline + "--num-layers-per-virtual-pipeline-stage 2").virtual_stages, 3);
  EXPECT_EQ(plan_of(pipeline + "--num-virtual-stages-per-pipeline-rank 3").virtual_stages, 3);
  expect_error(pipeline + "--num-layers-per-virtual-pipeline-stage 5", "no multiple of 5 x 2");
}

TEST(Flags, LayersOfStages) {
  using Layers = std::vector<int>;
  const std::string pipeline = "--pipeline-model-parallel-size 4 ";
  EXPECT_EQ(plan_of(pipeline).layers, Layers{});
  EXPECT_EQ(plan_of(pipeline + "--decoder-first-pipeline-num-layers 2 "
                               "--decoder-last-pipeline-num-layers 2")
                .layers,
            (Layers{2, 4, 4, 2}));
  EXPECT_EQ(plan_of(pipeline + "--decoder-first-pipeline-num-layers 0").layers,
            (Layers{0, 4, 4, 4}));
  EXPECT_EQ(plan_of("--pipeline-model-parallel-size 2 --num-virtual-stages-per-pipeline-rank 2 "
                    "--decoder-first-pipeline-num-layers 4")
                .layers,
            (Layers{2, 4, 2, 4}));
  EXPECT_EQ(plan_of("--num-layers 14 --account-for-embedding-in-pipeline-split "
                    "--account-for-loss-in-pipeline-split " +
                    pipeline)
                .layers,
            (Layers{3, 4, 4, 3}));
  const auto layout = plan_of(pipeline + "--pipeline-model-parallel-layout 'Et|(tt|)*5t,m|L'");
  EXPECT_EQ(layout.layers, (Layers{1, 2, 2, 2, 2, 2, 1, 0}));
  EXPECT_EQ(layout.virtual_stages, 2);
  EXPECT_EQ(plan_of(pipeline + "--noop-layers 0,11").layers, (Layers{2, 3, 3, 2}));
  EXPECT_EQ(model_of(pipeline + "--noop-layers 0,11").layers, 10);
  expect_error("--num-layers 13 " + pipeline, "13 layers");
  expect_error(pipeline + "--num-layer-list 3,3,3",
               "3 stages with 9 layers; 4 with 12 are expected");
  expect_error(pipeline + "--pipeline-model-parallel-layout 'Et|x'", "'x' is none of E, t, m, L");
  expect_error(pipeline + "--noop-layers 12", "layers 0 to 11");
  expect_error(pipeline + "--schedules-method zigzag", "dualpipev is expected");
}

TEST(Flags, Recomputation) {
  const std::string pipeline = "--pipeline-model-parallel-size 2 ";
  EXPECT_EQ(plan_of("--recompute-activations").recompute, "attention");
  EXPECT_EQ(plan_of("--recompute-granularity selective").recompute, "attention");
  const std::string some = "--recompute-granularity selective --recompute-modules layernorm ";
  EXPECT_EQ(plan_of(some + "mlp").recompute, "[layernorm, mlp]");
  const auto dense = small(some + "moe_act");
  EXPECT_EQ(dense.plan.recompute, "[layernorm]");
  ASSERT_FALSE(dense.notes.comments.empty());
  EXPECT_EQ(dense.notes.comments.back(), "The model has no moe_act.");
  const std::string experts = "--num-experts 4 ";
  EXPECT_EQ(plan_of(experts + some + "moe_act").recompute, "selective");
  EXPECT_EQ(plan_of(experts + "--moe-layer-recompute").recompute, "[moe]");
  EXPECT_EQ(plan_of("--multi-latent-attention --recompute-mla-up-proj").recompute, "[mla_up_proj]");
  EXPECT_EQ(plan_of("--recompute-mla-up-proj").recompute, "none");
  EXPECT_EQ(plan_of("--recompute-norm").recompute, "[layernorm]");
  EXPECT_EQ(plan_of("--recompute-activation-function").recompute, "[mlp_act]");
  EXPECT_EQ(plan_of("--recompute-activation-function --recompute-norm").recompute, "selective");
  const auto odd = small("--recompute-granularity selective --recompute-modules embed");
  EXPECT_EQ(odd.plan.recompute, "none");
  ASSERT_EQ(odd.notes.understood.size(), 1u);
  EXPECT_EQ(odd.notes.understood.front().word, "--recompute-modules embed");
  const std::string full = "--recompute-granularity full --recompute-method ";
  EXPECT_EQ(plan_of(full + "uniform --recompute-num-layers 1").recompute_layers, 0);
  EXPECT_EQ(plan_of(full + "uniform --recompute-num-layers 1").recompute_group, 1);
  EXPECT_EQ(plan_of(full + "uniform --recompute-num-layers 3").recompute_group, 3);
  EXPECT_EQ(plan_of(full + "uniform --recompute-num-layers 3").recompute_layers, 0);
  expect_error(full + "uniform --recompute-num-layers 0", "at least 1");
  expect_error(full + "odd", "uniform or block is expected");
  EXPECT_EQ(plan_of(pipeline + full + "block --recompute-num-layers 4").recompute_layers, 4);
  EXPECT_EQ(plan_of(pipeline + full + "block --recompute-num-layers 6").recompute_layers, 0)
      << "all";
  const std::string chunks = pipeline + "--num-layers-per-virtual-pipeline-stage 3 ";
  EXPECT_EQ(plan_of(chunks + full + "block --recompute-num-layers 2").recompute_layers, 4);
  EXPECT_EQ(plan_of(chunks + full +
                    "block --recompute-num-layers 2 "
                    "--enable-recompute-layers-per-pp-rank")
                .recompute_layers,
            2);
  EXPECT_EQ(plan_of(pipeline + full + "block --recompute-num-layers 6 --num-layer-list 5,7")
                .recompute_layers,
            6);
  expect_error("--recompute-granularity some", "full or selective is expected");
}

TEST(Flags, RoutingToGroups) {
  const std::string moe = "--num-experts 8 --expert-model-parallel-size 4 --moe-router-topk 2 ";
  const auto limited = model_of(moe + "--n-group 4 --topk-group 2").moe;
  EXPECT_EQ(limited->groups, 4);
  EXPECT_EQ(limited->top_groups, 2);
  // Each rank of experts is a group.
  const auto devices = model_of(moe + "--moe-router-topk-limited-devices 2").moe;
  EXPECT_EQ(devices->groups, 4);
  EXPECT_EQ(devices->top_groups, 2);
  const auto open = small(moe + "--topk-group 2");
  EXPECT_EQ(open.job.model.moe->groups, 1);
  ASSERT_EQ(open.notes.understood.size(), 1u);
  EXPECT_EQ(open.notes.understood.front().word, "--topk-group 2");
  expect_error(moe + "--n-group 3 --topk-group 2", "divide the experts");
}

TEST(Flags, ExchangesOfContextRanks) {
  const std::string context = "--context-parallel-size 2 ";
  EXPECT_EQ(plan_of(context + "--cp-comm-type p2p").context_exchange, "ring");
  EXPECT_EQ(plan_of(context + "--cp-comm-type all_gather").context_exchange, "all_gather");
  EXPECT_EQ(plan_of(context + "--cp-comm-type a2a a2a").context_exchange, "ulysses");
  EXPECT_EQ(plan_of(context + "--context-parallel-algo ulysses_cp_algo").context_exchange,
            "ulysses");
  EXPECT_EQ(plan_of(context + "--context-parallel-algo megatron_cp_algo").context_exchange, "ring");
  EXPECT_EQ(plan_of(context).context_exchange, "");
  EXPECT_EQ(plan_of("--cp-comm-type a2a").context_exchange, "") << "one rank exchanges nothing";
  for (const char* mixed : {"--cp-comm-type a2a p2p", "--cp-comm-type a2a+p2p",
                            "--context-parallel-algo hybrid_cp_algo"}) {
    const auto launch = small(context + mixed);
    EXPECT_EQ(launch.plan.context_exchange, "");
    ASSERT_EQ(launch.notes.understood.size(), 1u) << mixed;
    EXPECT_EQ(launch.notes.understood.front().word, mixed);
  }
}

TEST(Flags, WhatLivesOnTheHost) {
  EXPECT_EQ(plan_of("--optimizer-cpu-offload").optimizer_offload, 1);
  EXPECT_EQ(plan_of("--optimizer-cpu-offload --optimizer-offload-fraction 0.25").optimizer_offload,
            0.25);
  EXPECT_EQ(plan_of("--optimizer-offload-fraction 0.25").optimizer_offload, 0);
  expect_error("--optimizer-cpu-offload --optimizer-offload-fraction 2", "a share from 0 to 1");
  EXPECT_EQ(plan_of("--cpu-offloading-num-layers 3").activation_offload, 0.25);
  EXPECT_EQ(
      plan_of("--pipeline-model-parallel-size 2 --cpu-offloading-num-layers 3").activation_offload,
      0.5);
  EXPECT_TRUE(small("--swap-optimizer").plan.optimizer_offload == 0);
}

TEST(Flags, ShardsOrdersAndGradients) {
  const std::string sharded = "--use-distributed-optimizer --num-distributed-optimizer-instances ";
  EXPECT_EQ(plan_of(sharded + "4").zero_ranks, 4);
  EXPECT_EQ(plan_of(sharded + "1").zero_ranks, 0);
  expect_error(sharded + "3", "3 do not divide 16");
  EXPECT_EQ(plan_of("--pipeline-model-parallel-size 2 --use-tp-pp-dp-mapping").rank_order,
            "[tensor, context, pipeline, data]");
  EXPECT_EQ(plan_of("--grad-reduce-in-bf16").gradient_bytes, 2);
  EXPECT_EQ(plan_of("--accumulate-allreduce-grads-in-fp32").gradient_bytes, 4);
  EXPECT_EQ(plan_of("").gradient_bytes, 0);
  const auto text = study_document(small(sharded + "4 --grad-reduce-in-bf16 "
                                                   "--optimizer-cpu-offload"),
                                   "test", std::nullopt);
  EXPECT_NE(text.find("zero_ranks: 4, gradient_bytes: 2 B, optimizer_offload: 1}"),
            std::string::npos)
      << text;
}

TEST(Flags, Precision) {
  EXPECT_EQ(small("--fp8-format hybrid").job.precision, chips::Precision::kFp8);
  EXPECT_EQ(small("--fp8-format e4m3 --fp8-recipe blockwise").job.precision,
            chips::Precision::kFp8Block);
  EXPECT_EQ(small("--fp8-format e4m3 --fp8-recipe mxfp8").job.precision, chips::Precision::kMxfp8);
  EXPECT_EQ(small("--fp4-format e2m1").job.precision, chips::Precision::kNvfp4);
  EXPECT_EQ(small("--lora-r 8").job.training, workload::Training::kLowRank);
  auto none = kSmall;
  std::erase(none, "--bf16");
  EXPECT_NE(error_of([&] { read(joined(none)); }).find("32 bits is not modelled"),
            std::string::npos);
}

TEST(Flags, TheLastOfTwoCounts) {
  EXPECT_EQ(plan_of("--micro-batch-size 2 --micro-batch-size 4").micro_batch, 4);
}

TEST(Flags, WrongValuesAreLocated) {
  // The small model takes twelve lines.
  expect_error("--tensor-model-parallel-size eight",
               "test:13:30: error: --tensor-model-parallel-size: 'eight'");
  expect_error("--tensor-model-parallel-size 0", "at least 1");
  expect_error("--tensor-model-parallel-size 99999999999", "at least 1");
  expect_error("--tensor-model-parallel-size 1e1", "'1e1'");
  expect_error("--tensor-model-parallel-size",
               "the value of --tensor-model-parallel-size is missing");
  expect_error("--tensor-model-parallel-size --swiglu", "is missing");
  expect_error("--tensor-model-parallel-size 3", "do not divide 16 devices");
  expect_error("--swiglu 3", "'3' belongs to no flag");
  expect_error("--tensor-model-parallel-size 2 4", "'4' belongs to no flag");
  auto none = kSmall;
  std::erase(none, "--hidden-size 1024");
  EXPECT_NE(error_of([&] { read(joined(none)); }).find("--hidden-size is missing"),
            std::string::npos);
}

TEST(Flags, UnknownOnesAreListed) {
  const auto launch = small("--swigloo --tensor-model-parallel-size 2\n--magic 1 2 three");
  ASSERT_EQ(launch.notes.unknown.size(), 2u);
  EXPECT_EQ(to_text(launch.notes.unknown[0]), "test:13:1: --swigloo: did you mean --swiglu?");
  EXPECT_EQ(to_text(launch.notes.unknown[1]), "test:14:1: --magic 1 2 three");
  EXPECT_FALSE(launch.job.model.gated) << "not guessed";
  EXPECT_EQ(launch.plan.tensor, 2);
  EXPECT_NE(study_document(launch, "m", std::nullopt).find("--magic 1 2 three"), std::string::npos);
}

TEST(Flags, OtherSpellings) {
  EXPECT_EQ(plan_of("--tensor-model-parallel-size=4").tensor, 4);
  auto settings = LaunchSettings{};
  settings.devices = 32;
  settings.tokens = 1e12;
  const auto launch = read(joined(kSmall), settings);
  EXPECT_EQ(launch.plan.data, 32);
  EXPECT_DOUBLE_EQ(launch.job.tokens, 1e12);
}

TEST(Flags, DevicesMustBeSaid) {
  auto none = kSmall;
  std::erase(none, "--nproc_per_node 8");
  const auto error = error_of([&] { read(joined(none)); });
  EXPECT_NE(error.find("give --devices"), std::string::npos) << error;
}

// Flags in any order, on one line or many, as a list, in a variable or an array, quoted or not, say
// the same.
TEST(Flags, OrderAndQuotingDoNotMatter) {
  Arguments all = kSmall;
  for (const char* more :
       {"--tensor-model-parallel-size 2", "--pipeline-model-parallel-size 2", "--sequence-parallel",
        "--swiglu", "--group-query-attention", "--num-query-groups 4", "--num-experts 8",
        "--moe-router-topk 2", "--moe-layer-freq ([0]*4+[1]*8)", "--expert-model-parallel-size 4",
        "--recompute-granularity full", "--recompute-method block", "--recompute-num-layers 2",
        "--unknown-thing 5"}) {
    all.emplace_back(more);
  }
  base::RandomStream stream(11, 3);
  const auto upto = [&](std::size_t n) {
    return static_cast<std::size_t>(stream.uniform() * static_cast<double>(n));
  };
  const auto quoted_value = [&](const std::string& flag) {
    const auto blank = flag.find(' ');
    if (blank == std::string::npos) return flag;
    const auto name = flag.substr(0, blank);
    const auto value = flag.substr(blank + 1);
    const bool plain = value.find('(') == std::string::npos;
    switch (upto(plain ? 5 : 3)) {
      case 0:
        return name + " '" + value + "'";
      case 1:
        return name + " \"" + value + "\"";
      case 2:
        return name + "='" + value + "'";
      case 3:
        return name + "=" + value;
      default:
        return name + "   \\\n\t " + value;
    }
  };
  std::string first;
  for (int round = 0; round < 200; ++round) {
    for (std::size_t i = all.size() - 1; i > 0; --i) std::swap(all[i], all[upto(i + 1)]);
    std::string list;
    for (const auto& flag : all) list += quoted_value(flag) + (upto(2) == 0 ? " " : " # so\n  ");
    std::string text;
    switch (upto(3)) {
      case 0:
        text = list;
        break;
      case 1:
        text = "A=(" + list + "\n)\ntorchrun pretrain_gpt.py \"${A[@]}\"";
        break;
      default: {
        // In a text, quotes stay quotes: only plain flags can stand there.
        std::string plain;
        for (const auto& flag : all) plain += flag + " \\\n";
        text = "A=\"" + plain + "\"\npython pretrain_gpt.py $A 2>&1 | tee log";
      }
    }
    const auto launch = read(text);
    ASSERT_EQ(launch.notes.unknown.size(), 1u) << text;
    auto shown = launch;
    shown.notes = {};
    const auto document =
        study_document(shown, "m", std::nullopt) + model_document(launch.job.model, "", {});
    if (round == 0) first = document;
    ASSERT_EQ(document, first) << text;
  }
  EXPECT_NE(first.find("expert: 4"), std::string::npos) << first;
  EXPECT_NE(first.find("recompute_layers: 2"), std::string::npos) << first;
}

}  // namespace
}  // namespace weft::imports::flags_test
