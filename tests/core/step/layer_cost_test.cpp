// One layer: what hides behind its kernels, what its exchanges cost, and what the host adds.
#include "weft/step/layer_cost.h"

#include <gtest/gtest.h>

#include <cmath>

#include "layers.h"
#include "shipped.h"
#include "weft/plan/memory.h"

namespace weft::step {
namespace {

using interconnect::Collective;
using test::cluster_of;
using test::job_of;
using workload::LayerKind;

TEST_F(OnHosts, TensorExchangesAreAllSeenWhereNothingHidesThem) {
  const auto plan = tensor_plan(8);
  const OwnShapes shapes(cluster_.fabric, plan);
  const double bytes = 4096.0 * 4096 * 2;
  const auto one = [&](Collective collective) {
    return cluster_.fabric.cost(collective, shapes.tensor, base::Bytes(bytes)).time;
  };
  const auto forward = cost(plan).forward;
  EXPECT_EQ(forward.tensor.hidden.si(), 0);
  const auto expected = (one(Collective::kAllGather) + one(Collective::kReduceScatter)) * 2.0;
  EXPECT_NEAR(forward.tensor.exposed / expected, 1, 1e-12);
  EXPECT_EQ(forward.total, forward.kernels + forward.tensor.exposed);
}

TEST_F(OnHosts, TensorExchangesHideBehindGemmsInProportion) {
  const auto plan = tensor_plan(8);
  const auto none = cost(plan).forward.tensor;
  software_.tensor_hidden = 1;
  const auto all = cost(plan).forward.tensor;
  EXPECT_GT(all.hidden.si(), 0);
  EXPECT_NEAR((all.exposed + all.hidden) / none.exposed, 1, 1e-12);
  for (const double share : {0.25, 0.5, 0.9}) {
    software_.tensor_hidden = share;
    EXPECT_NEAR(cost(plan).forward.tensor.hidden / all.hidden, share, 1e-12);
  }
}

// Slow links: no more is hidden than the GEMMs take. Fast ones: nothing is left to see.
TEST_F(OnHosts, TensorExchangesHideAsLongAsGemmsRun) {
  const auto tiers = cluster_.fabric.tiers();
  const auto with_bandwidth = [&](double factor) {
    auto changed = tiers;
    for (auto& tier : changed) tier.link.bandwidth *= factor;
    cluster_.fabric = interconnect::Fabric(changed);
    return cost(tensor_plan(8)).forward;
  };
  software_.tensor_hidden = 1;
  const auto slow = with_bandwidth(1e-3);
  EXPECT_LT(slow.tensor.hidden, slow.kernels);
  EXPECT_GT(slow.tensor.exposed, slow.tensor.hidden * 10.0);
  const auto fast = with_bandwidth(10);
  EXPECT_NEAR(fast.tensor.exposed.si(), 0, 1e-12);
}

TEST_F(OnHosts, WhatIsHiddenTakesItsTax) {
  const auto plan = tensor_plan(8);
  software_.tensor_hidden = 1;
  const auto free = cost(plan).forward.tensor;
  software_.communication_tax = 0.25;
  const auto taxed = cost(plan).forward.tensor;
  EXPECT_EQ(taxed.hidden, free.hidden);
  EXPECT_NEAR((taxed.exposed - free.exposed) / free.hidden, 0.25, 1e-9);
}

TEST_F(OnHosts, FusedStacksHideTheirOwnShare) {
  const auto plan = tensor_plan(8);
  software_.tensor_hidden = 0.2;
  software_.tensor_hidden_fused = 0.8;
  const auto loose = cost(plan).forward.tensor.hidden;
  software_.fuses_tensor = true;
  EXPECT_NEAR(cost(plan).forward.tensor.hidden / loose, 4, 1e-9);
}

TEST_F(OnHosts, AttentionTimeIsOfAttentionAlone) {
  const auto plan = tensor_plan(1);
  const auto one = cost(plan);
  software_.attention_time = 2;
  const auto two = cost(plan);
  const auto added = two.forward.kernels - one.forward.kernels;
  EXPECT_NEAR(added / one.attention_recompute.kernels, 1, 1e-9);
  EXPECT_NEAR(two.attention_recompute.kernels / one.attention_recompute.kernels, 2, 1e-12);
  EXPECT_EQ(two.selective_recompute.kernels, one.selective_recompute.kernels);
}

// A kernel without Hopper's instructions takes what the chip says, on chips that say nothing no
// more.
TEST_F(OnHosts, PortableAttentionTakesWhatTheChipSays) {
  const auto plan = tensor_plan(1);
  const auto native = cost(plan).attention_recompute.kernels;
  software_.portable_attention = true;
  const double portable = cluster_.device().kernels.attention.portable;
  EXPECT_GT(portable, 1.2);
  EXPECT_NEAR(cost(plan).attention_recompute.kernels / native, portable, 1e-12);
}

// A third of the GEMMs of a layer, a half of those of its backward pass.
TEST_F(OnHosts, WeightGradientsAreHalfOfTheBackwardGemms) {
  const auto plan = tensor_plan(1);
  const auto full = cost(plan);
  job_.training = workload::Training::kLowRank;
  const auto frozen = cost(plan);
  EXPECT_EQ(full.forward.weight.si(), 0);
  EXPECT_EQ(frozen.backward.weight.si(), 0);
  EXPECT_NEAR((full.backward.kernels - frozen.backward.kernels) / full.backward.weight, 1, 1e-9);
  EXPECT_GT(full.backward.weight / full.backward.kernels, 0.3);
  EXPECT_LT(full.backward.weight / full.backward.kernels, 0.5);
}

TEST_F(OnHosts, RecomputedIsWhatItSays) {
  const auto one = cost(tensor_plan(1));
  EXPECT_EQ(one.recomputed(plan::Recompute::kFull).total, one.forward.total);
  EXPECT_EQ(&one.recomputed(plan::Recompute::kSelective), &one.selective_recompute);
  EXPECT_EQ(&one.recomputed(plan::Recompute::kAttention), &one.attention_recompute);
  EXPECT_LT(one.selective_recompute.kernels, one.forward.kernels);
}

// In proportion, and nothing of the rest.
TEST_F(OnHosts, ScanTimeScalesScansAlone) {
  job_ = job_of("nemotron_h_8b", 4096, 64);
  const auto kernels = [&](double scan_time) {
    software_.scan_time = scan_time;
    return cost(tensor_plan(1)).forward.kernels;
  };
  const auto plain = kernels(1);
  EXPECT_GT(kernels(2), plain);
  EXPECT_NEAR((kernels(3) - plain) / (kernels(2) - plain), 2, 1e-9);
  EXPECT_LT(kernels(2) - plain, 0.5 * plain);
  job_ = job_of("llama3_8b", 4096, 64);
  EXPECT_EQ(kernels(1), kernels(4));
}

class Experts : public OnHosts {
 protected:
  void SetUp() override { job_ = job_of("mixtral_8x7b", 4096, 64); }

  // Of one pass, with a number of experts per token.
  base::Time exchanged(int experts_ranks, int top_k) {
    job_.model.moe->top_k = top_k;
    return cost(data_plan(std::max(experts_ranks, 8), 1, experts_ranks), LayerKind::kMoe)
        .forward.expert.exposed;
  }
  base::Time expected(int expert_ranks, int top_k, double share) const {
    const OwnShapes shapes(cluster_.fabric, data_plan(expert_ranks, 1, expert_ranks));
    const base::Bytes bytes(4096.0 * top_k * 4096 * 2 * share);
    return cluster_.fabric.cost(Collective::kAllToAll, shapes.expert, bytes).time * 2.0;
  }
};

TEST_F(Experts, SendEachCopyOfAToken) {
  for (const int ranks : {2, 8, 16, 64}) {
    job_.model.moe->experts = 64;
    EXPECT_NEAR(exchanged(ranks, 4) / expected(ranks, 4, 1), 1, 1e-12) << ranks;
  }
}

// k experts at random on H hosts are on H (1 - (1 - 1/H)^k) of them.
TEST_F(Experts, SendOncePerHost) {
  job_.model.moe->experts = 64;
  software_.sends_once_per_host = true;
  for (const int hosts : {2, 4, 8}) {
    for (const int k : {2, 8}) {
      const double h = hosts;
      const double share = h * (1 - std::pow(1 - 1 / h, k)) / k;
      EXPECT_LT(share, 1);
      EXPECT_NEAR(exchanged(8 * hosts, k) / expected(8 * hosts, k, share), 1, 1e-12);
    }
  }
}

// Between hosts the copies shrink; inside them each still goes to the device of its expert.
TEST_F(Experts, PassAllCopiesOnInsideHosts) {
  job_.model.moe->experts = 64;
  job_.model.moe->top_k = 8;
  const auto sent = [&] { return cost(data_plan(64, 1, 64), LayerKind::kMoe).forward.sent; };
  const double copies = 2 * 4096.0 * 8 * 4096 * 2;  // of both exchanges, B
  const auto each = sent();
  EXPECT_DOUBLE_EQ(each[0].si(), copies * 7 / 64);
  EXPECT_DOUBLE_EQ(each[1].si(), copies * 56 / 64);
  software_.sends_once_per_host = true;
  const auto once = sent();
  EXPECT_DOUBLE_EQ(once[0].si(), copies * 7 / 8);
  EXPECT_NEAR(once[1].si() / (copies * 7 / 8), 1 - std::pow(7.0 / 8, 8), 1e-12);
}

// 32 copies a token cross to one other host once: the links inside set the time.
TEST_F(Experts, WaitForTheSlowerOfHostsAndLinksInside) {
  job_.model.moe->experts = 64;
  software_.sends_once_per_host = true;
  const OwnShapes inside(cluster_.fabric, data_plan(8, 1, 8));
  const base::Bytes bytes(4096.0 * 32 * 4096 * 2);
  const auto within = cluster_.fabric.cost(Collective::kAllToAll, inside.expert, bytes).time * 2.0;
  EXPECT_GT(within, expected(16, 32, 1.0 / 16));
  EXPECT_NEAR(exchanged(16, 32) / within, 1, 1e-12);
}

TEST_F(Experts, OnOneHostSendAllCopies) {
  job_.model.moe->experts = 64;
  for (const int ranks : {2, 8}) {
    software_.sends_once_per_host = false;
    const auto plain = exchanged(ranks, 8);
    software_.sends_once_per_host = true;
    EXPECT_EQ(exchanged(ranks, 8), plain);
  }
}

TEST_F(Experts, SendOneCopyOnce) {
  job_.model.moe->experts = 64;
  const auto plain = exchanged(32, 1);
  software_.sends_once_per_host = true;
  EXPECT_NEAR(exchanged(32, 1) / plain, 1, 1e-12);
}

// On many hosts no two experts of a token are on one.
TEST_F(Experts, OnManyHostsSendAllCopies) {
  cluster_ = cluster_of("{use: dgx_h100, hosts: 128}");
  job_.model.moe->experts = 1024;
  const auto plain = exchanged(1024, 2);
  software_.sends_once_per_host = true;
  EXPECT_NEAR(exchanged(1024, 2) / plain, 1, 1.0 / 128);
  EXPECT_LT(exchanged(1024, 2), plain);
}

TEST_F(Experts, HideBehindKernelsInProportion) {
  const auto plan = data_plan(8, 1, 8);
  const auto none = cost(plan, LayerKind::kMoe).forward.expert;
  EXPECT_EQ(none.hidden.si(), 0);
  software_.expert_hidden = 1;
  const auto all = cost(plan, LayerKind::kMoe).forward.expert;
  EXPECT_NEAR((all.exposed + all.hidden) / none.exposed, 1, 1e-12);
  software_.expert_hidden = 0.5;
  EXPECT_NEAR(cost(plan, LayerKind::kMoe).forward.expert.hidden / all.hidden, 0.5, 1e-12);
}

TEST_F(Experts, WaitForTheHostOnceAPass) {
  software_.launch = base::Time(2e-6);
  const auto plan = data_plan(8, 1, 8);
  const auto before = cost(plan, LayerKind::kMoe);
  const auto dense_before = cost(plan);
  software_.expert_synchronisation = base::Time(3e-3);
  const auto after = cost(plan, LayerKind::kMoe);
  EXPECT_NEAR((after.forward.total - before.forward.total).si(), 3e-3, 1e-12);
  EXPECT_NEAR((after.backward.total - before.backward.total).si(), 3e-3, 1e-12);
  EXPECT_NEAR((after.forward.host - before.forward.host).si(), 3e-3, 1e-12);
  EXPECT_EQ(after.selective_recompute.total, before.selective_recompute.total);
  EXPECT_EQ(after.attention_recompute.total, before.attention_recompute.total);
  EXPECT_EQ(cost(plan).forward.total, dense_before.forward.total);
}

TEST_F(OnHosts, RingsAreOfGathersAndScattersOnly) {
  const auto group = cluster_.fabric.group(64, 1, 64);
  const base::Bytes bytes(1e6);
  const auto ring = [&](Collective collective) {
    return cluster_.fabric.cost(collective, group, bytes, interconnect::Algorithm::kRing).time;
  };
  const auto cost = [&](Collective collective) {
    return collective_cost(cluster_.fabric, software_, collective, group, bytes).time;
  };
  for (const auto collective :
       {Collective::kAllGather, Collective::kReduceScatter, Collective::kAllReduce}) {
    EXPECT_EQ(cost(collective), cluster_.fabric.cost(collective, group, bytes).time);
  }
  software_.gathers_by_ring = true;
  EXPECT_EQ(cost(Collective::kAllGather), ring(Collective::kAllGather));
  EXPECT_EQ(cost(Collective::kReduceScatter), ring(Collective::kReduceScatter));
  EXPECT_EQ(cost(Collective::kAllReduce),
            cluster_.fabric.cost(Collective::kAllReduce, group, bytes).time);
  EXPECT_GE(cost(Collective::kAllGather),
            cluster_.fabric.cost(Collective::kAllGather, group, bytes).time);
}

// What a ring over any group takes is finite, so that no plan is lost by it.
TEST_F(OnHosts, RingsGoRoundEveryGroup) {
  software_.gathers_by_ring = true;
  for (const char* use : {"{use: dgx_h100, hosts: 5}", "{use: atlas_900_a2, hosts: 3}",
                          "{use: cloudmatrix384, hosts: 6}"}) {
    const auto cluster = cluster_of(use);
    for (const int stride : {1, 2, 4}) {
      for (const int size : {2, 3, 5, 6, 8, 10}) {
        if (stride * size > cluster.devices()) continue;
        const auto group = cluster.fabric.group(cluster.devices(), stride, size);
        const auto cost = collective_cost(cluster.fabric, software_, Collective::kAllGather, group,
                                          base::Bytes(1e8));
        EXPECT_TRUE(std::isfinite(cost.time.si())) << use << ' ' << stride << ' ' << size;
      }
    }
  }
}

// Of the layer's weights, 16 bits each, in both passes; of its gradients behind.
TEST_F(OnHosts, Zero3GathersInPieces) {
  const auto plan = data_plan(64, 3);
  const OwnShapes shapes(cluster_.fabric, plan);
  for (const double pieces : {1.0, 4.0, 9.0}) {
    software_.gather_pieces = pieces;
    const auto layer = cost(plan);
    const double parameters = layer.parameters.dense;
    const auto one = [&](Collective collective, double bytes) {
      return cluster_.fabric.cost(collective, shapes.data, base::Bytes(bytes / pieces)).time *
             pieces;
    };
    const auto gather = one(Collective::kAllGather, 2 * parameters);
    const auto scatter = one(Collective::kReduceScatter, software_.gradient_bytes * parameters);
    EXPECT_NEAR((layer.forward.data.exposed + layer.forward.data.hidden) / gather, 1, 1e-12);
    EXPECT_NEAR((layer.backward.data.exposed + layer.backward.data.hidden) / (gather + scatter), 1,
                1e-12);
  }
}

TEST_F(OnHosts, MorePiecesAreNeverFaster) {
  const auto plan = data_plan(64, 3);
  base::Time last;
  for (const double pieces : {1.0, 2.0, 8.0, 64.0}) {
    software_.gather_pieces = pieces;
    const auto data = cost(plan).forward.data;
    EXPECT_GE(data.exposed + data.hidden, last);
    last = data.exposed + data.hidden;
  }
}

TEST_F(OnHosts, NothingIsScatteredForFrozenWeights) {
  job_.training = workload::Training::kLowRank;
  const auto plan = data_plan(64, 3);
  const auto layer = cost(plan);
  EXPECT_NEAR((layer.backward.data.exposed + layer.backward.data.hidden) /
                  (layer.forward.data.exposed + layer.forward.data.hidden),
              1, 1e-12);
  EXPECT_EQ(cost(data_plan(64, 2)).backward.data.exposed.si(), 0);
}

TEST_F(OnHosts, ResidualsAreOfWholeOrOfShardedParameters) {
  const auto plain = cost(data_plan(8, 1)).forward.kernels;
  software_.residual = 0.1;
  software_.residual_sharded = 0.4;
  EXPECT_NEAR(cost(data_plan(8, 1)).forward.kernels / plain, 1.1, 1e-12);
  EXPECT_NEAR(cost(data_plan(8, 3)).forward.kernels / plain, 1.4, 1e-12);
}

}  // namespace
}  // namespace weft::step
