// Threads, their limits, and loops over them.
#include "weft/base/parallel.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft::base {
namespace {

namespace fs = std::filesystem;

cpu_set_t affinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  EXPECT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
  return set;
}

TEST(DetectMachine, StaysWithinTheAffinity) {
  const Machine machine = detect_machine();
  const cpu_set_t set = affinity();
  EXPECT_EQ(machine.hardware_threads, CPU_COUNT(&set));
  EXPECT_GE(machine.cores, 1);
  EXPECT_LE(machine.cores, machine.hardware_threads);
  EXPECT_GE(machine.numa_nodes, 1);
  EXPECT_GE(machine.usable_threads, 1);
  EXPECT_LE(machine.usable_threads, machine.cores);
}

TEST(DetectMachine, HonoursANarrowerMask) {
  const cpu_set_t all = affinity();
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  const Machine machine = detect_machine();
  EXPECT_EQ(machine.hardware_threads, 1);
  EXPECT_EQ(machine.usable_threads, 1);
  EXPECT_EQ(ThreadTeam(64).size(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
}

class CpuQuota : public ::testing::Test {
 protected:
  CpuQuota()
      : root_(fs::temp_directory_path() /
              ("weft_cgroup_" + std::to_string(getpid()) + "_" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name())) {}
  ~CpuQuota() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  fs::path root_;
};

TEST_F(CpuQuota, ReadsVersion2) {
  EXPECT_EQ(cpu_quota(root_), 0.0);
  write("proc/self/cgroup", "0::/a/b\n");
  write("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(cpu_quota(root_), 0.0);
  write("sys/fs/cgroup/a/b/cpu.max", "250000 100000\n");
  EXPECT_EQ(cpu_quota(root_), 2.5);
  // The group around it grants less.
  write("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  EXPECT_EQ(cpu_quota(root_), 1.5);
}

TEST_F(CpuQuota, ReadsVersion1) {
  write("proc/self/cgroup", "5:cpuset:/x\n4:cpu,cpuacct:/docker/1\n3:memory:/docker/1\n");
  write("sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cpu_quota(root_), 0.0);
  write("sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us", "300000\n");
  EXPECT_EQ(cpu_quota(root_), 3.0);
}

TEST_F(CpuQuota, FindsAContainersOwnRoot) {
  // Inside of a container the path of the host is not mounted.
  write("proc/self/cgroup", "4:cpu:/docker/123\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cpu_quota(root_), 0.5);
}

TEST_F(CpuQuota, IgnoresNonsense) {
  write("proc/self/cgroup", "nonsense\n::\n0::/../../etc\n");
  write("sys/fs/cgroup/cpu.max", "many often\n");
  EXPECT_EQ(cpu_quota(root_), 0.0);
}

TEST(ThreadTeam, HasAtLeastOneAndAtMostAllThreads) {
  const Machine machine = detect_machine();
  EXPECT_EQ(ThreadTeam().size(), machine.usable_threads);
  EXPECT_EQ(ThreadTeam(1).size(), 1);
  EXPECT_EQ(ThreadTeam(100000).size(), machine.hardware_threads);
}

TEST(ThreadTeam, CallsEveryIndexOnce) {
  for (const int threads : {1, 0, 1000}) {
    const ThreadTeam team(threads);
    for (const std::size_t count : {0U, 1U, 2U, 1000U}) {
      std::vector<std::atomic<int>> calls(count);
      std::atomic<bool> bad = false;
      team.for_each(count, [&](std::size_t index, int thread) {
        ++calls.at(index);
        if (thread < 0 || thread >= team.size()) bad = true;
      });
      for (const auto& n : calls) EXPECT_EQ(n, 1);
      EXPECT_FALSE(bad);
    }
  }
}

TEST(ThreadTeam, RethrowsTheFirstExceptionByIndex) {
  const ThreadTeam team;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::atomic<int>> calls(500);
    try {
      team.for_each(calls.size(), [&](std::size_t index, int) {
        ++calls.at(index);
        if (index % 100 == 37) throw std::runtime_error(std::to_string(index));
      });
      ADD_FAILURE() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "37");
    }
    for (std::size_t i = 0; i <= 37; ++i) EXPECT_EQ(calls[i], 1);
  }
}

TEST(ThreadTeam, RunsLoopsInsideOfLoops) {
  const ThreadTeam team;
  std::atomic<int> calls = 0;
  std::atomic<bool> bad = false;
  team.for_each(8, [&](std::size_t, int outer) {
    const ThreadTeam inner_team(2);
    team.for_each(8, [&](std::size_t, int inner) {
      ++calls;
      if (inner != outer) bad = true;
    });
    inner_team.for_each(2, [&](std::size_t, int inner) {
      ++calls;
      if (inner >= inner_team.size()) bad = true;
    });
  });
  EXPECT_EQ(calls, 8 * 10);
  EXPECT_FALSE(bad);
}

TEST(ThreadTeam, RestoresTheAffinity) {
  const cpu_set_t before = affinity();
  {
    const ThreadTeam team;
    team.for_each(100, [](std::size_t, int) {});
    if (team.size() > 1 && team.size() >= detect_machine().cores) {
      // Pinned: this thread has one core only.
      const cpu_set_t during = affinity();
      EXPECT_LT(CPU_COUNT(&during), CPU_COUNT(&before));
    }
  }
  const cpu_set_t after = affinity();
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
  // Threads of the next team start free, too.
  std::atomic<int> bound = 0;
  const ThreadTeam next(1);
  next.for_each(4, [&](std::size_t, int) {
    const cpu_set_t now = affinity();
    if (CPU_COUNT(&now) < CPU_COUNT(&before)) ++bound;
  });
  if (detect_machine().cores > 1) {
    EXPECT_EQ(bound, 0);
  }
}

TEST(Progress, IsSilentWithoutATerminal) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress("plans", 1000, true);
    const ThreadTeam team;
    team.for_each(1000, [&](std::size_t, int) { progress.advance(1); });
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace weft::base
