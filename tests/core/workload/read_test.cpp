// Models, jobs and software as written, and the errors in them.

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::workload {
namespace {

using namespace testing;

const std::string kModel =
    "kind: model\nname: Tiny\nlayers: 4\nhidden: 64\nheads: 4\nffn: 256\nvocabulary: 100\n";

template <class Read>
std::string complaint(const std::string& text, Read read) {
  base::Reading reading;
  try {
    read(base::Document::parse(text, "bad.yaml"), reading);
    reading.throw_if_any();
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

std::string model_complaint(const std::string& text) {
  return complaint(text,
                   [](const auto& document, auto& reading) { read_model(document, reading); });
}

Job parsed_job(const base::Document& document, base::Reading& reading) {
  return read_job(base::Fields(document.root(), reading, "job"), base::Catalog({WEFT_CONFIGS}));
}

std::string job_complaint(const std::string& text) {
  return complaint(text,
                   [](const auto& document, auto& reading) { parsed_job(document, reading); });
}

#define EXPECT_SAYS(what, part) EXPECT_NE((what).find(part), std::string::npos) << (what)

TEST(ReadModel, FillsInWhatFollows) {
  base::Reading reading;
  const auto model = read_model(base::Document::parse(kModel, "tiny.yaml"), reading);
  reading.throw_if_any();
  EXPECT_EQ(model.kv_heads, 4);
  EXPECT_EQ(model.head_dim, 16);
  EXPECT_TRUE(model.gated);
  EXPECT_FALSE(model.tied_embeddings);
  EXPECT_EQ(model.moe_layers(), 0);
}

TEST(ReadModel, SaysWhatIsWrongWithAPattern) {
  const std::string scan = "state_space: {heads: 8, head_dim: 16, state: 16}\n";
  const auto with = [&](const std::string& more) { return model_complaint(kModel + more); };
  EXPECT_EQ(with(scan + "pattern: \"M-M*\"\n"), "");
  EXPECT_SAYS(with(scan + "pattern: \"M-A*\"\n"), "'A' is no layer");
  EXPECT_SAYS(with(scan + "pattern: \"M-*\"\n"), "4 layers are expected here, 3 are given");
  EXPECT_SAYS(with("pattern: \"M-M*\"\n"), "layers M and 'state_space' come together");
  EXPECT_SAYS(with(scan + "pattern: \"*-*-\"\n"), "layers M and 'state_space' come together");
  EXPECT_SAYS(with(scan + "pattern: \"MEM*\"\n"), "layers E and 'moe' come together");
  EXPECT_SAYS(with(scan), "missing key 'pattern'");
  EXPECT_SAYS(with(scan + "pattern: \"MEM*\"\nmoe: {experts: 4, top_k: 1, ffn: 8, every: 2}\n"),
              "the pattern says which layers have experts");
  EXPECT_SAYS(with("state_space: {heads: 8, head_dim: 16, state: 16, groups: 3}\n"),
              "groups must divide the heads");
}

TEST(ReadModel, CountsDenseLayersBeforeTheExperts) {
  base::Reading reading;
  const auto model = read_model(
      base::Document::parse(
          kModel + "moe: {experts: 8, top_k: 2, ffn: 32, first_dense_layers: 3}\n", "tiny.yaml"),
      reading);
  reading.throw_if_any();
  EXPECT_EQ(model.moe_layers(), 1);
  EXPECT_FALSE(model.is_moe_layer(2));
  EXPECT_TRUE(model.is_moe_layer(3));
}

TEST(BadModel, KeyValueHeadsThatDoNotDivideTheHeads) {
  EXPECT_SAYS(model_complaint(kModel + "kv_heads: 3\n"), "heads must be a multiple of kv_heads");
}

TEST(BadModel, MoreExpertsPerTokenThanThereAre) {
  const auto what = model_complaint(kModel + "moe: {experts: 4, top_k: 5, ffn: 8}\n");
  EXPECT_SAYS(what, "bad.yaml:8:");
  EXPECT_SAYS(what, "top_k is larger");
}

TEST(BadModel, MoreDenseLayersThanLayers) {
  EXPECT_SAYS(
      model_complaint(kModel + "moe: {experts: 4, top_k: 1, ffn: 8, first_dense_layers: 5}\n"),
      "first_dense_layers is larger than layers");
}

TEST(BadModel, NoLayersAtAll) {
  EXPECT_SAYS(model_complaint("kind: model\nname: Tiny\nlayers: 0\n"), "bad.yaml:3:9");
}

TEST(BadModel, AnUnknownKey) {
  EXPECT_SAYS(model_complaint(kModel + "vocabluary: 3\n"), "did you mean 'vocabulary'");
}

// 65 / 4 is no head size; nothing says so now.
TEST(BadModel, AHeadSizeThatMustBeGuessed) {
  EXPECT_NE(model_complaint("kind: model\nname: Tiny\nlayers: 4\nhidden: 65\nheads: 4\nffn: "
                            "256\nvocabulary: 100\n"),
            "");
}

// 2³² + 4 layers are read as 4.
TEST(BadModel, MoreLayersThanAnIntHolds) {
  EXPECT_NE(model_complaint("kind: model\nname: Tiny\nlayers: 4294967300\nhidden: 64\nheads: "
                            "4\nffn: 256\nvocabulary: 100\n"),
            "");
}

const std::string kJob = "model: llama3_8b\nsequence: 8192\n";

TEST(ReadJob, CountsTokensAndSteps) {
  base::Reading reading;
  const auto job = parsed_job(
      base::Document::parse(kJob + "global_batch: 512 sequences\ntokens: 1 T\n", "job.yaml"),
      reading);
  reading.throw_if_any();
  EXPECT_EQ(job.global_batch, 512);
  EXPECT_DOUBLE_EQ(job.tokens_per_step(), 512 * 8192);
  EXPECT_DOUBLE_EQ(job.steps(), 1e12 / (512 * 8192));
  EXPECT_EQ(job.precision, chips::Precision::kBf16);
}

TEST(BadJob, ABatchThatIsNoWholeNumberOfSequences) {
  const auto what = job_complaint(kJob + "global_batch: 2.5 sequences\ntokens: 1 T\n");
  EXPECT_SAYS(what, "bad.yaml:3:15");
}

TEST(BadJob, AnEmptyBatch) {
  EXPECT_SAYS(job_complaint(kJob + "global_batch: 0\ntokens: 1 T\n"), "at least 1");
}

TEST(BadJob, AnUnknownModelNamesTheNearest) {
  const auto what =
      job_complaint("model: llama3_7b\nsequence: 8192\nglobal_batch: 8\ntokens: 1 T\n");
  EXPECT_SAYS(what, "bad.yaml:1:8");
  EXPECT_SAYS(what, "llama3_");
}

TEST(BadJob, AnUnknownPrecision) {
  EXPECT_SAYS(job_complaint(kJob + "global_batch: 8\ntokens: 1 T\nprecision: bf17\n"),
              "bad.yaml:5:12");
}

TEST(ShippedSoftware, Loads) {
  const base::Catalog catalog({WEFT_CONFIGS}, base::Fits::kIgnore);
  for (const auto& name : catalog.names("software")) {
    base::Reading reading;
    const auto software = read_software(catalog.load("software", name, std::nullopt), reading);
    reading.throw_if_any();
    EXPECT_GT(software.launch.si(), 0) << name;
    EXPECT_GE(software.elementwise_traffic, 1) << name;
    EXPECT_GE(software.tensor_hidden_fused, software.tensor_hidden) << name;
    EXPECT_LT(software.reserved_fraction, 0.2) << name;
  }
}

TEST(BadSoftware, MissingUnits) {
  const auto what = complaint(
      "kind: software\nname: x\nhost: {launch: 4}\nkernels: {loss_per_logit: 8 B}\n"
      "overlap: {tensor: 400 W}\nmemory: {fixed: 1 GB, fraction: 0}\n",
      [](const auto& document, auto& reading) { read_software(document, reading); });
  EXPECT_SAYS(what, "bad.yaml:3:16");
  EXPECT_SAYS(what, "bad.yaml:5:19");
}

TEST(BadSoftware, AnUnknownKernelOrGather) {
  const auto say = [](const std::string& more) {
    return complaint("kind: software\nextra: 1\n" + more,
                     [](const auto& document, auto& reading) { read_software(document, reading); });
  };
  EXPECT_SAYS(say("kernels: {attention: flesh}\n"), "flash");
  EXPECT_SAYS(say("communication: {gather: tree}\n"), "ring");
}

TEST(BadSoftware, AScheduleThatIsNone) {
  const auto say = [](const std::string& list) {
    return complaint("kind: software\nname: x\nschedules: " + list + "\n",
                     [](const auto& document, auto& reading) { read_software(document, reading); });
  };
  EXPECT_SAYS(say("[1f1b, interleafed]"), "bad.yaml:3:19");
  EXPECT_SAYS(say("[1f1b, interleafed]"), "interleaved");
  EXPECT_SAYS(say("{value: [1f1b, 1f1b], source: a book}"), "bad.yaml:3:27");
}

TEST(ReadSoftware, TakesEveryMap) {
  base::Reading reading;
  const auto software = read_software(
      base::Document::parse(
          "kind: software\nname: x\n"
          "host: {launch: 4 us, per_step: 2 ms, expert_synchronisation: 1 ms, graph: true, "
          "graph_launch: 1 us}\n"
          "kernels: {loss_per_logit: 8 B, elementwise_traffic: 1, residual: 0, residual_sharded: 0,"
          " attention: unfused, unfused_score: 12 B, unit_overlap: 0.5, groups_experts: false, "
          "expert_capacity: 1.2, attention_instructions: portable, norm_traffic: 9, "
          "casts_weights_once: true}\n"
          "communication: {dispatch: 1 B, once_per_host: true, gather: ring, gather_pieces: 3, "
          "splits_transfers: true}\n"
          "overlap: {tensor: 20 %, expert: 30 %, gradients: true, parameters: false, pipeline: "
          "true, compute_tax: 0, fuses_tensor: true}\n"
          "memory: {fixed: 1 GB, fraction: 0, gradient: 2 B}\n"
          "fitted: {chips: [h100_sxm5], zero: [0, 3]}\n",
          "x.yaml"),
      reading);
  reading.throw_if_any();
  EXPECT_EQ(software.launch.si(), 1e-6);  // replayed
  EXPECT_EQ(software.per_step.si(), 2e-3);
  EXPECT_EQ(software.expert_synchronisation.si(), 1e-3);
  EXPECT_EQ(software.attention, AttentionKernel::kUnfused);
  EXPECT_EQ(software.unfused_score_bytes.si(), 12);
  EXPECT_EQ(software.unit_overlap, 0.5);
  EXPECT_FALSE(software.groups_experts);
  EXPECT_EQ(software.expert_capacity, 1.2);
  EXPECT_EQ(software.dispatch_bytes, 1);
  EXPECT_TRUE(software.sends_once_per_host);
  EXPECT_TRUE(software.gathers_by_ring);
  EXPECT_EQ(software.gather_pieces, 3);
  EXPECT_TRUE(software.splits_transfers);
  EXPECT_TRUE(software.portable_attention);
  EXPECT_TRUE(software.casts_weights_once);
  EXPECT_EQ(software.norm_traffic, 9);
  EXPECT_EQ(software.tensor_hidden, 0.2);
  EXPECT_EQ(software.tensor_hidden_fused, 0.2);  // as the other where it is not said
  EXPECT_TRUE(software.fuses_tensor);
  EXPECT_EQ(software.expert_hidden, 0.3);
  EXPECT_FALSE(software.overlap_parameters);
  EXPECT_EQ(software.gradient_bytes, 2);
  EXPECT_EQ(software.fitted_chips, std::vector<std::string>{"h100_sxm5"});
  EXPECT_EQ(software.fitted_zero, (std::vector<int>{0, 3}));
}

}  // namespace
}  // namespace weft::workload
