#include "weft/validation/rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "fixtures.h"
#include "weft/base/diagnostics.h"

namespace weft::validation {
namespace {

Rules parsed(const std::string& text) {
  base::Reading reading;
  auto rules =
      read_rules(base::Document::parse("kind: rules\nname: r\n" + text, "r.yaml"), reading);
  reading.throw_if_any();
  return rules;
}

Traits traits_of(const std::string& software, const std::string& kind) {
  Traits traits;
  traits.software = software;
  traits.kind = kind;
  return traits;
}

TEST(Rules, Releases) {
  EXPECT_TRUE(is_from("26.06", "26.06"));
  EXPECT_TRUE(is_from("26.06.01", "26.06"));
  EXPECT_TRUE(is_from("26.08", "26.06"));
  EXPECT_FALSE(is_from("26.04.01", "26.06"));
  EXPECT_FALSE(is_from("1.0.RC3", "1.0"));
  EXPECT_TRUE(is_from("v24.11.1", "24.05"));
  EXPECT_FALSE(is_from("", "26.06"));
}

TEST(Rules, FirstFillThatHoldsCounts) {
  const auto rules = parsed(
      "fills:\n"
      "  - {column: zero, software: 'fsdp*', value: FSDP, why: a}\n"
      "  - {column: zero, value: ZeRO-1, why: b}\n"
      "  - {column: etp, kind: moe, value: '=tp', why: c}\n"
      "  - {column: recompute, written: selective, value: selective(core_attn), why: d}\n");
  PublishedRun run;
  run.tensor = 4;
  run.recompute = "selective";
  std::vector<Filled> filled;
  fill_blanks(run, traits_of("fsdp2", "moe"), rules, filled);
  EXPECT_EQ(run.zero, "FSDP");
  EXPECT_EQ(run.expert_tensor, 4);
  EXPECT_EQ(run.recompute, "selective(core_attn)");
  ASSERT_EQ(filled.size(), 3U);
  EXPECT_EQ(filled[0].why, "a");

  PublishedRun other;
  other.zero = "3";
  fill_blanks(other, traits_of("nemo", "dense"), rules, filled);
  EXPECT_EQ(other.zero, "3");
  EXPECT_FALSE(other.expert_tensor.has_value());
}

TEST(Rules, StacksByReleaseAndDefault) {
  const auto rules = parsed(
      "stacks:\n"
      "  - {software: bridge, from: '26.06', use: bridge_26_06, why: new}\n"
      "  - {software: old, before: 2022, use: older, why: year}\n"
      "  - {vendor: Ascend, use: mindspeed, why: default}\n");
  const std::vector<std::string> known = {"bridge", "bridge_26_06", "old", "older", "mindspeed"};
  PublishedRun run;
  run.software = "bridge";
  run.release = "26.08";
  const auto choice = [&](const std::string& vendor) {
    Traits traits;
    traits.software = run.software;
    traits.vendor = vendor;
    return stack_of(run, traits, rules, known).name;
  };
  EXPECT_EQ(choice("Nvidia"), "bridge_26_06");
  run.release = "26.04.01";
  EXPECT_EQ(choice("Nvidia"), "bridge");
  run.software = "nobody's";
  EXPECT_EQ(choice("Ascend"), "mindspeed");
  EXPECT_EQ(choice("Nvidia"), "nobody's");
  run.software = "old";
  EXPECT_EQ(choice("Nvidia"), "old");
  run.year = "2020";
  EXPECT_EQ(choice("Nvidia"), "older");
  run.year = "2022";
  EXPECT_EQ(choice("Nvidia"), "old");
}

TEST(Rules, OtherNamesOfAStackCountForThoseThatAreNoDocument) {
  const auto rules = parsed(
      "stacks:\n"
      "  - {alias: ['*titan*'], vendor: Nvidia, use: torchtitan, why: name}\n"
      "  - {zero: ['*FSDP*'], use: sharded, why: shards}\n"
      "  - {use: megatron, why: default}\n");
  const std::vector<std::string> known = {"torchtitan", "torchtitan_npu", "sharded", "megatron"};
  const auto choice = [&](const std::string& software, const std::string& zero) {
    PublishedRun run;
    run.software = software;
    Traits traits;
    traits.software = software;
    traits.vendor = "Nvidia";
    traits.zero = zero;
    return stack_of(run, traits, rules, known).name;
  };
  EXPECT_EQ(choice("TorchTitan 0.2", "FSDP2"), "torchtitan");
  EXPECT_EQ(choice("torchtitan_npu", "FSDP2"), "torchtitan_npu");
  EXPECT_EQ(choice("somebody's trainer", "FSDP FULL_SHARD"), "sharded");
  EXPECT_EQ(choice("somebody's trainer", ""), "megatron");
  EXPECT_EQ(choice("", ""), "megatron");
}

// Words in which nobody described a cluster or a stack yet.
TEST(Rules, WordsNeverSeenAreRunOrSaidWhyNot) {
  const auto& shelves = test::shelves();
  for (const auto& [cluster, software] :
       {std::pair{"64x H100-80GB, NDR InfiniBand", "home-grown trainer"},
        std::pair{"GB200 rack", "Megatron-LM r0.9"}, std::pair{"A100 PCIe box", "litgpt"},
        std::pair{"Atlas 800T A2 (910B3)", "ModelLink"}, std::pair{"Ascend 910C", ""}}) {
    auto run = test::whole_row();
    run.cluster = cluster;
    run.software = software;
    const auto prepared = prepare_run(run, shelves.rules, shelves.documents);
    EXPECT_EQ(prepared.reason, "") << cluster;
    EXPECT_FALSE(prepared.stack.empty());
  }
  auto run = test::whole_row();
  run.cluster = "quantum annealer";
  EXPECT_NE(prepare_run(run, shelves.rules, shelves.documents).reason.find("no cluster"),
            std::string::npos);
}

TEST(Rules, ADefaultStandsForEveryStackOfItsKindAndForItself) {
  const auto& shelves = test::shelves();
  for (const auto& [stack, instead] :
       {std::pair{"nemo", "nvidia_megatron"}, std::pair{"llm_foundry", "nvidia_sharded"},
        std::pair{"mindformers", "ascend_megatron"},
        std::pair{"nvidia_sharded", "nvidia_sharded"}}) {
    const auto* kind = default_of(stack, shelves.rules);
    ASSERT_NE(kind, nullptr) << stack;
    EXPECT_EQ(kind->use, instead);
  }
  EXPECT_EQ(default_of("never heard of", shelves.rules), nullptr);
  for (const auto& stack : shelves.documents.names("software")) {
    EXPECT_NE(default_of(stack, shelves.rules), nullptr) << stack;
  }
}

TEST(Rules, ModelsByNameAliasAndBeginning) {
  const auto rules = parsed("models: [{names: ['llama_3_1_*70b*'], use: llama3_70b}]\n");
  const std::vector<std::string> known = {"llama2_7b", "llama3_70b", "gpt3_1_3b"};
  EXPECT_EQ(model_of("GPT3-1.3B", rules, known), "gpt3_1_3b");
  EXPECT_EQ(model_of("Llama-3.1-70B", rules, known), "llama3_70b");
  EXPECT_EQ(model_of("LLaMA2-7B finetune", rules, known), "llama2_7b");
  EXPECT_EQ(model_of("Llama2-70B", rules, known), "");
  EXPECT_EQ(model_of("", rules, known), "");
}

TEST(Rules, MistakesAreLocated) {
  EXPECT_THROW(parsed("fills: [{column: zeor, value: '1', why: x}]\n"), base::InputError);
  EXPECT_THROW(parsed("fills: [{column: zero, value: '1'}]\n"), base::InputError);
  EXPECT_THROW(parsed("sets: [{name: n, ids: x, judge: guess, aim: 1 %}]\n"), base::InputError);
  EXPECT_THROW(parsed("sets: [{name: n, ids: x, judge: mean}]\n"), base::InputError);
  EXPECT_THROW(parsed("features: [{name: n, column: notes, words: x, set: {speed: 2}, why: y}]\n"),
               base::InputError);
}

// Only doubts do.
TEST(Rules, NoRuleNamesARow) {
  std::ifstream file(std::string(WEFT_CONFIGS) + "/validation/rules.yaml");
  std::stringstream text;
  text << file.rdbuf();
  const auto rules = text.str().substr(0, text.str().find("\ndoubts:"));
  EXPECT_LT(rules.size(), text.str().size());
  for (const auto& run : read_runs(test::shipped_table()).runs) {
    EXPECT_EQ(rules.find(run.id), std::string::npos) << run.id;
  }
}

TEST(Rules, DoubtsAreOfShippedRowsAndFew) {
  const auto table = read_runs(test::shipped_table());
  const auto is_in = [](const Doubt& doubt, const std::string& id) {
    return std::any_of(doubt.ids.begin(), doubt.ids.end(),
                       [&](const auto& name) { return matches(name, id); });
  };
  std::size_t doubted = 0;
  for (const auto& doubt : test::shelves().rules.doubts) {
    EXPECT_FALSE(doubt.why.empty());
    const auto count = std::count_if(table.runs.begin(), table.runs.end(),
                                     [&](const auto& run) { return is_in(doubt, run.id); });
    EXPECT_GT(count, 0) << doubt.ids.front();
    doubted += static_cast<std::size_t>(count);
  }
  EXPECT_LT(doubted, table.runs.size() / 10);
}

TEST(Rules, WhatTheyUseIsShipped) {
  const auto& shelves = test::shelves();
  const auto known = [&](const char* kind, const std::string& name) {
    const auto& names = shelves.documents.names(kind);
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const auto& rule : shelves.rules.stacks)
    EXPECT_TRUE(known("software", rule.use)) << rule.use;
  for (const auto& kind : shelves.rules.defaults) EXPECT_TRUE(known("software", kind.use));
  for (const auto& rule : shelves.rules.models) EXPECT_TRUE(known("model", rule.use)) << rule.use;
  for (const auto& rule : shelves.rules.clusters) {
    EXPECT_TRUE(rule.use.empty() || known("cluster", rule.use)) << rule.use;
  }
}

}  // namespace
}  // namespace weft::validation
