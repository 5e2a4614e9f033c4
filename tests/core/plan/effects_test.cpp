// Keys of a plan that would change nothing, and keys that are left to the search.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fixtures.h"
#include "weft/plan/write.h"

namespace weft::plan {
namespace {

using namespace testing;

Request request_of(const std::string& keys, const std::string& model = "llama3_70b",
                   const cluster::Cluster& cluster = h100(8)) {
  const auto document = base::Document::parse("plan: {" + keys + "}\n", "study.yaml");
  base::Reading reading;
  auto request =
      read_request(*document.root().find("plan"), reading, job_of(model, 8192, 64), cluster);
  reading.throw_if_any();
  return request;
}

std::string error_of(const std::string& keys, const std::string& model,
                     const cluster::Cluster& cluster) {
  try {
    request_of(keys, model, cluster);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

void expect_refused(const std::string& keys, int column, const std::string& part,
                    const std::string& model = "llama3_70b",
                    const cluster::Cluster& cluster = h100(8)) {
  const auto error = error_of(keys, model, cluster);
  EXPECT_NE(error.find("study.yaml:1:" + std::to_string(column) + ": "), std::string::npos)
      << keys << '\n'
      << error;
  EXPECT_NE(error.find(part), std::string::npos) << error;
}

TEST(KeysWithoutEffect, ModulesThatTheModelHasNot) {
  expect_refused("recompute: [layernorm, mla_up_proj]", 31, "Llama-3 70B has no mla_up_proj");
  expect_refused("recompute: [moe]", 20, "it has core_attn, layernorm, mlp_act, mlp");
  expect_refused("recompute: [shared_experts]", 20, "no shared_experts", "mixtral_8x7b");
  expect_refused("recompute: [mlp]", 20, "no mlp", "mixtral_8x7b");
  EXPECT_EQ(error_of("recompute: [mla_up_proj, moe, mlp]", "deepseek_v3", h100(8)), "");
}

TEST(KeysWithoutEffect, MoreLayersThanAStageHas) {
  expect_refused("pipeline: 4, recompute_layers: 21", 39, "21 layers are more than the 20");
  expect_refused("pipeline: 4, recompute_layers: [4, 21, 4]", 43, "more than the 20 of the stage");
  expect_refused("pipeline: 2, recompute_layers: [1, 1, 1]", 46, "the pipeline has 2 stages");
  expect_refused("recompute_layers: 81", 26, "81 layers are more than the 80 of the model");
  expect_refused("recompute: none, recompute_layers: 2", 43, "nothing is made again");
  expect_refused("recompute: selective, recompute_group: 2", 47, "recompute: full");
  // The last number is for all stages that follow: one of 30 layers is among them.
  const std::string uneven = "pipeline: 3, layers: [20, 30, 30], recompute_layers: ";
  EXPECT_EQ(error_of(uneven + "30", "llama3_70b", h100(8)), "");
  EXPECT_NE(error_of(uneven + "[30, 30]", "llama3_70b", h100(8)), "");
}

TEST(KeysWithoutEffect, ExchangesOfOneRank) {
  expect_refused("context: 1, context_exchange: ulysses", 38, "nothing to exchange");
  EXPECT_EQ(error_of("context: auto, context_exchange: ulysses", "llama3_70b", h100(8)), "");
  expect_refused("expert_tensor: 8", 23, "Llama-3 70B has no experts");
  expect_refused("zero: 0, zero_ranks: 8", 29, "nothing is sharded");
  expect_refused("zero: 1, data: 8, context: 1, zero_ranks: 3", 50, "3 do not divide 8");
  expect_refused("zero: 1, data: 8, context: 1, zero_ranks: 16", 50, "16 do not divide 8");
  EXPECT_EQ(request_of("zero: 1, data: 8, context: 1, zero_ranks: 4").zero_ranks, 4);
}

// Not found out by the search, and not only where all else is given.
TEST(KeysWithoutEffect, OffloadWithoutALinkToTheHost) {
  auto cluster = h100(8);
  EXPECT_EQ(error_of("optimizer_offload: 1", "llama3_70b", cluster), "");
  cluster.host.device_link = base::Bandwidth(0);
  expect_refused("tensor: 8, optimizer_offload: 0.5", 38, "needs device_link", "llama3_70b",
                 cluster);
  expect_refused("activation_offload: 1", 28, "needs device_link", "llama3_70b", cluster);
  EXPECT_EQ(error_of("activation_offload: 0", "llama3_70b", cluster), "");
}

// All plans of a request, as far as they fit.
std::vector<Plan> plans_of(const Request& request, const std::string& model = "llama3_8b") {
  SpaceCount count;
  return legal_plans(h100(2), job_of(model, 8192, 16), megatron(), request, count);
}

TEST(OpenKeys, AreSearchedOver) {
  auto request = request_of(
      "tensor: 2, pipeline: 2, context: 2, data: 2, micro_batch: 1, zero: 1, virtual_stages: 1,"
      " expert: 1, recompute: none, rank_order: auto, context_exchange: auto,"
      " optimizer_offload: auto, activation_offload: auto, layers: auto, sequence_parallel: auto",
      "llama3_8b", h100(2));
  EXPECT_FALSE(request.is_complete());
  std::set<RankOrder> orders;
  std::set<ContextExchange> exchanges;
  std::set<double> optimizer, activations;
  for (const auto& plan : plans_of(request)) {
    orders.insert(plan.rank_order);
    exchanges.insert(plan.context_exchange);
    optimizer.insert(plan.optimizer_offload);
    activations.insert(plan.activation_offload);
    EXPECT_TRUE(plan.sequence_parallel);
  }
  EXPECT_EQ(orders.size(), 2U);
  EXPECT_EQ(exchanges.size(), 3U);
  EXPECT_EQ(optimizer, (std::set<double>{0, 1}));
  EXPECT_EQ(activations, (std::set<double>{0, 1}));
  // Without the words there is one plan.
  request.open = {};
  EXPECT_EQ(plans_of(request).size(), 1U);
}

TEST(OpenKeys, ExpertsOnOneTensorRankOrOnAll) {
  const auto request = request_of("tensor: 2, expert_tensor: auto", "mixtral_8x7b", h100(2));
  std::set<int> seen;
  for (const auto& plan : plans_of(request, "mixtral_8x7b")) seen.insert(plan.expert_tensor);
  EXPECT_EQ(seen, (std::set<int>{1, 2}));
}

TEST(OpenKeys, WhatNoSearchVariesIsRefused) {
  expect_refused("gradient_bytes: auto", 24, "2 B or 4 B is expected here");
  expect_refused("recompute_layers: auto", 26, "whole number");
  expect_refused("rank_order: any", 20, "tensor");
}

TEST(OpenKeys, AScheduleLeftOpenIsNotAPlan) {
  const std::string all =
      "tensor: 2, context: 1, pipeline: 2, data: 4, virtual_stages: 1, expert: 1, micro_batch: 1,"
      " zero: 1, recompute: none";
  EXPECT_TRUE(request_of(all).is_complete());
  EXPECT_FALSE(request_of(all + ", schedule: auto").is_complete());
  EXPECT_FALSE(request_of(all + ", expert_tensor: auto").is_complete());
}

// The first plan that a rule refused breaks that rule.
TEST(Examples, OfRefusedPlans) {
  const auto cluster = h100(2);
  const auto job = job_of("llama3_8b", 8192, 12);
  SpaceCount count;
  Request request;
  request.micro_batch = 8;
  EXPECT_TRUE(legal_plans(cluster, job, megatron(), request, count).empty());
  ASSERT_FALSE(count.examples.empty());
  std::set<Problem> seen;
  for (const auto& [problem, plan] : count.examples) {
    EXPECT_TRUE(seen.insert(problem).second);
    EXPECT_GT(count.refused[static_cast<std::size_t>(problem)], 0U);
    if (problem == Problem::kMemory) continue;
    EXPECT_FALSE(explain(problem, cluster, job, megatron(), plan).empty());
  }
  ASSERT_NE(count.example_of(Problem::kBatchSplit), nullptr);
  EXPECT_EQ(first_problem(cluster, job, *count.example_of(Problem::kBatchSplit)),
            Problem::kBatchSplit);
}

}  // namespace
}  // namespace weft::plan
