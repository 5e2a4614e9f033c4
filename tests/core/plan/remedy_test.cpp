// Plans that do not fit: where they go over, and what makes them fit.

#include "weft/plan/remedy.h"

#include <gtest/gtest.h>

#include <set>

#include "fixtures.h"
#include "weft/plan/write.h"

namespace weft::plan {
namespace {

using namespace testing;

TEST(Misfit, NamesTheStageAndThePart) {
  const auto cluster = h100(8);
  const auto job = job_of("llama3_70b", 8192, 64);
  const auto state = misfit_of(cluster, job, megatron(), plan_of(1, 4, 16));
  EXPECT_STREQ(state.part, "gradients");  // 35 GB of weights and 70 GB of gradients
  EXPECT_EQ(state.memory.stage, peak_memory(job, megatron(), plan_of(1, 4, 16)).stage);
  EXPECT_NEAR(state.over.si(), (state.memory.total() - cluster.device().memory_usable).si(), 1);
  const auto long_job = job_of("llama3_70b", 32768, 64);
  const auto activations = misfit_of(cluster, long_job, megatron(), plan_of(8, 4, 2));
  EXPECT_STREQ(activations.part, "activations");
  EXPECT_FALSE(activations.on_host);
}

// Each of them is legal, fits, differs from the plan, and saves what it says.
TEST(Remedies, FitAndSaveWhatTheySay) {
  const auto cluster = h100(8);
  const auto software = megatron();
  for (const char* name : {"llama3_70b", "mixtral_8x7b", "qwen2_7b"}) {
    const auto job = job_of(name, 8192, 64);
    for (const auto& plan : {plan_of(8, 4, 2), plan_of(2, 8, 4), plan_of(4, 1, 16)}) {
      if (first_problem(cluster, job, plan)) continue;
      if (!first_problem(cluster, job, software, plan)) continue;
      const auto needed = peak_memory(job, software, plan).total();
      std::set<std::string> changes;
      for (const auto& remedy : remedies(cluster, job, software, plan)) {
        EXPECT_FALSE(first_problem(cluster, job, software, remedy.plan)) << remedy.change;
        EXPECT_FALSE(remedy.plan == plan) << remedy.change;
        EXPECT_NEAR(remedy.saved.si(),
                    (needed - peak_memory(job, software, remedy.plan).total()).si(), 1)
            << remedy.change;
        EXPECT_TRUE(changes.insert(remedy.change).second) << remedy.change;
      }
      EXPECT_FALSE(changes.empty()) << name << ' ' << to_text(plan);
    }
  }
}

// No fewer recomputed layers would do.
TEST(Remedies, MakeNoMoreLayersAgainThanNeeded) {
  const auto cluster = h100(8);
  const auto software = megatron();
  const auto job = job_of("llama3_70b", 32768, 64);
  const auto plan = plan_of(8, 4, 2);
  bool seen = false;
  for (auto remedy : remedies(cluster, job, software, plan)) {
    if (remedy.plan.recompute != Recompute::kFull) continue;
    seen = true;
    remedy.plan.recompute_layers.front() -= 1;
    EXPECT_EQ(first_problem(cluster, job, software, remedy.plan), Problem::kMemory);
  }
  EXPECT_TRUE(seen);
}

// The reserve of the stack is in the way of no plan more than of another.
TEST(Misfit, NeverNamesTheReserve) {
  const auto cluster = h100(8);
  for (const char* model : {"llama3_8b", "llama3_70b", "mixtral_8x7b"}) {
    const auto job = job_of(model, 8192, 64);
    for (const auto& plan : {plan_of(1, 1, 1), plan_of(2, 4, 8), plan_of(8, 2, 4)}) {
      for (const double fraction : {0.1, 0.5, 0.9}) {
        auto software = megatron();
        software.reserved_fraction = fraction;
        if (first_problem(cluster, job, plan)) continue;
        if (!first_problem(cluster, job, software, plan)) continue;
        const auto misfit = misfit_of(cluster, job, software, plan);
        EXPECT_STRNE(misfit.part, "reserve");
        EXPECT_GT(misfit.part_bytes.si(), 0);
      }
    }
  }
}

// The keys of a plan with those of a change in their place.
std::string changed(const Plan& plan, const std::string& change) {
  std::string text;
  for (const auto& key : written_keys(plan)) {
    if ((", " + change).find(", " + std::string(key.name) + ": ") != std::string::npos) continue;
    const auto whole = document_text(plan);
    const auto at = whole.find(std::string(key.name) + ": ");
    const auto is_list = whole[at + key.name.size() + 2] == '[';
    const auto end = is_list ? whole.find(']', at) + 1 : whole.find_first_of(",}", at);
    text += whole.substr(at, end - at) + ", ";
  }
  return "{" + text + change + "}";
}

struct MisfitCase {
  const char* model;
  std::int64_t sequence;
  Plan plan;
};

std::vector<MisfitCase> misfits() {
  std::vector<MisfitCase> all = {
      {"llama3_70b", 8192, plan_of(4, 8, 2)},  {"llama3_70b", 32768, plan_of(8, 4, 2)},
      {"llama3_8b", 16384, plan_of(1, 2, 16)}, {"mixtral_8x7b", 8192, plan_of(2, 8, 4)},
      {"qwen2_7b", 8192, plan_of(1, 1, 8)},    {"llama3_70b", 4096, plan_of(4, 4, 1)}};
  all[0].plan.micro_batch = 4;
  all[2].plan.micro_batch = 4;
  all[3].plan.virtual_stages = 2;
  return all;
}

// What is printed, put into the plan, is a plan that is read, is the one meant, and fits.
TEST(Remedies, FitAsTheyAreWritten) {
  const auto cluster = h100(8);
  const auto software = megatron();
  std::size_t seen = 0;
  for (const auto& [model, sequence, plan] : misfits()) {
    const auto job = job_of(model, sequence, 64);
    ASSERT_EQ(first_problem(cluster, job, software, plan), Problem::kMemory) << model;
    for (const auto& remedy : remedies(cluster, job, software, plan)) {
      const auto text = changed(plan, remedy.change);
      const auto document = base::Document::parse("plan: " + text + "\n", "remedy.yaml");
      base::Reading reading;
      const auto request = read_request(*document.root().find("plan"), reading, job, cluster);
      EXPECT_NO_THROW(reading.throw_if_any()) << text;
      Plan read = remedy.plan;
      read.recompute = *request.recompute;
      read.recompute_layers = request.recompute_layers;
      read.micro_batch = *request.micro_batch;
      read.data = *request.data;
      read.virtual_stages = *request.virtual_stages;
      read.schedule = *request.schedule;
      apply_options(request, read);
      EXPECT_TRUE(read == remedy.plan) << text << " is not " << document_text(remedy.plan);
      EXPECT_FALSE(first_problem(cluster, job, software, read)) << text;
      ++seen;
    }
  }
  EXPECT_GT(seen, 20U);
}

// One step less of what was changed does not fit.
TEST(Remedies, AreAsSmallAsFits) {
  const auto cluster = h100(8);
  const auto software = megatron();
  std::set<std::string> kinds;
  const auto expect_none = [&](const workload::Job& job, const Plan& less, const Remedy& remedy,
                               const char* kind) {
    kinds.insert(kind);
    EXPECT_TRUE(first_problem(cluster, job, software, less)) << remedy.change;
  };
  for (const auto& [model, sequence, plan] : misfits()) {
    const auto job = job_of(model, sequence, 64);
    for (const auto& remedy : remedies(cluster, job, software, plan)) {
      auto less = remedy.plan;
      if (remedy.plan.recompute == Recompute::kModules) {
        for (int m = 0; m < workload::kModuleCount; ++m) {
          const auto module = static_cast<workload::Module>(m);
          if (!remedy.plan.modules.meets(module)) continue;
          less.modules = {};
          for (int other = 0; other < workload::kModuleCount; ++other) {
            const auto kept = static_cast<workload::Module>(other);
            if (other != m && remedy.plan.modules.meets(kept)) less.modules = less.modules | kept;
          }
          expect_none(job, less, remedy, "modules");
        }
      } else if (remedy.plan.micro_batch < plan.micro_batch) {
        for (int m = remedy.plan.micro_batch + 1; m < plan.micro_batch; ++m) {
          less.micro_batch = m;
          expect_none(job, less, remedy, "micro-batch");
        }
      } else if (remedy.plan.optimizer_offload > 0) {
        less.optimizer_offload -= 0.1;
        expect_none(job, less, remedy, "optimizer");
      } else if (remedy.plan.activation_offload > 0) {
        less.activation_offload -= 0.1;
        expect_none(job, less, remedy, "activations");
      } else if (remedy.plan.context > plan.context) {
        for (int factor = 2; factor * plan.context < remedy.plan.context; ++factor) {
          less.context = factor * plan.context;
          less.data = plan.data / factor;
          if (plan.data % factor == 0) expect_none(job, less, remedy, "context");
        }
      }
    }
  }
  for (const char* kind : {"modules", "optimizer", "activations"}) {
    EXPECT_TRUE(kinds.contains(kind)) << kind;
  }
}

// Interleaving holds more passes than plain 1F1B does.
TEST(Remedies, TryFewerVirtualStages) {
  const auto cluster = h100(8);
  const auto software = megatron();
  const auto job = job_of("llama3_70b", 8192, 64);
  auto plan = plan_of(4, 8, 2);
  plan.virtual_stages = 10;
  plan.micro_batch = 1;
  auto plain = plan;
  plain.virtual_stages = 1;
  ASSERT_LT(peak_memory(job, software, plain).total(), peak_memory(job, software, plan).total());
  auto tight = cluster;
  tight.chip.device.memory_usable = peak_memory(job, software, plain).total() * 1.001;
  bool seen = false;
  for (const auto& remedy : remedies(tight, job, software, plan)) {
    seen = seen || remedy.change == "virtual_stages: 1";
  }
  EXPECT_TRUE(seen);
}

// What the host cannot hold comes back to the device, as little as it must.
TEST(Remedies, LowerAnOffloadThatFillsTheHost) {
  auto cluster = h100(1);
  const auto job = job_of("llama3_8b", 4096, 8);
  Plan plan = plan_of(1, 1, 8);
  plan.optimizer_offload = 1;
  const auto all = peak_memory(job, megatron(), plan).host * 8;
  cluster.host.memory = all * 0.75;
  ASSERT_EQ(first_problem(cluster, job, megatron(), plan), Problem::kMemory);
  const auto misfit = misfit_of(cluster, job, megatron(), plan);
  EXPECT_TRUE(misfit.on_host);
  EXPECT_NEAR(misfit.over / all, 0.25, 1e-9);
  const auto found = remedies(cluster, job, megatron(), plan);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().change, "optimizer_offload: 0.7");
}

TEST(Remedies, OfWhatNeverFitsAreNone) {
  const auto job = job_of("llama3_405b", 8192, 1);
  EXPECT_TRUE(remedies(h100(1), job, megatron(), plan_of(1, 1, 1)).empty());
  EXPECT_NE(misfit_text(h100(1), job, megatron(), plan_of(1, 1, 1)).find("no small change"),
            std::string::npos);
}

// Half of the optimizer leaves the device and needs as much of the host.
TEST(Offload, MovesTheOptimizerToTheHost) {
  const auto job = job_of("llama3_8b");
  Plan plan = plan_of(1, 1, 4);
  const auto all = memory(job, plan);
  plan.optimizer_offload = 0.5;
  const auto half = memory(job, plan);
  EXPECT_DOUBLE_EQ(half.optimizer.si(), all.optimizer.si() / 2);
  EXPECT_DOUBLE_EQ(half.host.si(), all.optimizer.si() / 2);
  EXPECT_EQ(half.weights, all.weights);
}

// What is fetched back needs room for two layers.
TEST(Offload, MovesActivationsToTheHost) {
  const auto job = job_of("llama3_8b");
  Plan plan = plan_of(1, 2, 1);
  const auto all = memory(job, plan);
  plan.activation_offload = 1;
  const auto none = memory(job, plan);
  const auto layer = saved_activations(job, kNoReserve, workload::LayerKind::kDense, plan.shard());
  EXPECT_EQ(none.activations.si(), 0);
  EXPECT_DOUBLE_EQ(none.host.si(), all.activations.si());
  EXPECT_DOUBLE_EQ((none.buffers - all.buffers).si(), 2 * layer.none.si());
}

TEST(Offload, IsRefusedWhereTheHostHasTooLittle) {
  auto cluster = h100(1);
  const auto job = job_of("llama3_8b", 4096, 8);
  Plan plan = plan_of(1, 1, 8);
  plan.optimizer_offload = 1;
  EXPECT_FALSE(first_problem(cluster, job, megatron(), plan));
  const auto needed = peak_memory(job, megatron(), plan).host * 8;
  cluster.host.memory = needed * 1.01;
  EXPECT_FALSE(first_problem(cluster, job, megatron(), plan));
  cluster.host.memory = needed * 0.99;
  EXPECT_EQ(first_problem(cluster, job, megatron(), plan), Problem::kMemory);
  EXPECT_TRUE(misfit_of(cluster, job, megatron(), plan).on_host);
}

TEST(State, OfGivenGradients) {
  const auto job = job_of("llama3_8b");
  const double n = workload::count_parameters(job.model).total;
  Plan plan = plan_of(1, 1, 16);
  plan.gradient_bytes = 2;
  const auto half = memory(job, plan);
  EXPECT_NEAR(half.gradients.si() / n, 2, 1e-12);
  EXPECT_NEAR(half.optimizer.si() / n, 16 / 16.0, 1e-12);
  workload::Software software;
  software.gradient_bytes = 2;
  plan.gradient_bytes = 4;
  EXPECT_NEAR(memory_of_stage(job, software, plan, 0).gradients.si() / n, 4, 1e-12);
  software.keeps_half_gradients = true;
  EXPECT_NEAR(memory_of_stage(job, software, plan, 0).gradients.si() / n, 6, 1e-12);
}

// Row- and column-wise copies in FP8, of all weights but the tables.
TEST(State, OfWeightsThatAreCastOnceAStep) {
  auto job = job_of("llama3_8b");
  job.precision = chips::Precision::kFp8;
  workload::Software software;
  software.casts_weights_once = true;
  const auto plan = plan_of(1, 1, 1);
  const auto plain = memory_of_stage(job, software, plan, 0).weights;
  software.cast_copies = 2;
  const auto with = memory_of_stage(job, software, plan, 0).weights;
  const auto layer = sharded_parameters(job.model, workload::LayerKind::kDense, plan.shard());
  EXPECT_NEAR((with - plain).si() / (2 * 32 * layer.dense), 1, 1e-12);
}

// Megatron's uniform method: one input for each two layers, and two layers at work.
TEST(Activations, OfLayersThatAreMadeAgainTogether) {
  const auto job = job_of("llama3_8b");
  Plan plan = plan_of(1, 2, 1);
  plan.recompute = Recompute::kFull;
  const auto one = memory(job, plan);
  plan.recompute_group = 2;
  const auto two = memory(job, plan);
  const auto layer = saved_activations(job, kNoReserve, workload::LayerKind::kDense, plan.shard());
  EXPECT_DOUBLE_EQ(two.activations.si(), one.activations.si() / 2);
  EXPECT_NEAR((two.buffers - one.buffers).si(), layer.none.si(), 1);
}

}  // namespace
}  // namespace weft::plan
