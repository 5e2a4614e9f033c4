// Plans whose parts are known cost no allocation.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include "shipped.h"
#include "weft/plan/space.h"
#include "weft/step/evaluator.h"

namespace {
std::atomic<std::size_t> allocated{0};
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  allocated.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;  // NOLINT
  throw std::bad_alloc();
}
// The standard library's own forwards to the one above, a sanitizer's does not.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  allocated.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size == 0 ? 1 : size);  // NOLINT
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }  // NOLINT
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}  // NOLINT

namespace weft::step {
namespace {

template <class Work>
std::size_t allocations_of(const std::vector<plan::Plan>& plans, Work work) {
  for (const auto& plan : plans) work(plan);
  const auto before = allocated.load();
  for (const auto& plan : plans) work(plan);
  return allocated.load() - before;
}

TEST(Allocations, NoneForPlansWhosePartsAreKnown) {
  const auto cluster = test::cluster_of("{use: dgx_h100, hosts: 8}");
  const auto software = test::software_of("megatron_core");
  for (const char* model : {"llama3_70b", "mixtral_8x7b"}) {
    const auto job = test::job_of(model, 8192, 128);
    plan::SpaceCount count;
    const auto plans = plan::legal_plans(cluster, job, software, plan::Request{}, count);
    ASSERT_GT(plans.size(), 500U);
    Evaluator evaluator(cluster, job, software);
    plan::Fitting fitting(cluster, job, software);
    double sum = 0;
    EXPECT_EQ(allocations_of(plans, [&](const auto& p) { sum += evaluator.lower_bound(p).si(); }),
              0U);
    EXPECT_EQ(allocations_of(plans, [&](const auto& p) { sum += evaluator.bounds(p).energy.si(); }),
              0U);
    EXPECT_EQ(allocations_of(plans, [&](const auto& p) { sum += fitting.fits(p) ? 1 : 0; }), 0U);
    EXPECT_GT(sum, 0);
  }
}

}  // namespace
}  // namespace weft::step
