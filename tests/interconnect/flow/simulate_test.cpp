// Flows over time.
#include <gtest/gtest.h>
#include <malloc.h>

#include <stdexcept>
#include <tuple>

#include "reference.h"
#include "weft/flow/engine.h"

namespace weft::flow {
namespace {

using testing::is_near;

void expect_as_reference(testing::Story& story) {
  const auto reference = testing::reference_simulation(story);
  testing::StorySource source(story);
  Options options;
  options.changes = story.changes;
  const auto summary = simulate(story.capacity, story.routes, source, options);
  ASSERT_EQ(source.outcomes.size(), reference.size());
  double end = 0;
  for (const auto& [tag, outcome] : reference) {
    const auto& found = source.outcomes.at(tag);
    ASSERT_EQ(found.failed, outcome.failed) << tag;
    ASSERT_TRUE(is_near(found.time, outcome.time))
        << tag << ": " << found.time << ' ' << outcome.time;
    end = std::max(end, found.time);
  }
  EXPECT_EQ(summary.end, end);
  EXPECT_EQ(summary.transfers, static_cast<std::int64_t>(reference.size()));
}

TEST(Simulate, EqualsAFullSolveAtEachEventOnRandomStories) {
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    SCOPED_TRACE(seed);
    auto story = testing::random_story(seed, 20);
    ASSERT_NO_FATAL_FAILURE(expect_as_reference(story));
  }
}

// With so many links, a change reaches few flows.
TEST(Simulate, EqualsAFullSolveAtEachEventOnWideNetworks) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    auto story = testing::random_story(seed, 150);
    ASSERT_NO_FATAL_FAILURE(expect_as_reference(story));
  }
}

// --- closed forms ---

TEST(Simulate, IncastTakesTurnsOfTheLastLink) {
  // Transfers of 1, 2, ... n over one link end at the times at which processor sharing ends them.
  const std::vector<double> capacity{4};
  Routes routes;
  const RouteId route = routes.add(std::vector<LinkId>{0});
  std::vector<Transfer> transfers;
  for (int i = 1; i <= 20; ++i)
    transfers.push_back({.bytes = static_cast<double>(i), .route = route});
  const auto finished = simulate(capacity, routes, transfers);
  double time = 0;
  for (int i = 1; i <= 20; ++i) {
    time += static_cast<double>(20 - i + 1) / 4;
    EXPECT_NEAR(finished.finish[i - 1], time, 1e-9 * time);
  }
  EXPECT_EQ(finished.summary.moments, 20);
}

TEST(Simulate, APermutationOnASwitchRunsAtFullSpeed) {
  const std::vector<double> capacity(20, 5);
  Routes routes;
  std::vector<Transfer> transfers;
  for (LinkId host = 0; host < 10; ++host) {
    const RouteId route = routes.add(std::vector<LinkId>{host, 10 + (host * 3 + 1) % 10});
    transfers.push_back({.bytes = 10, .route = route, .latency = 0.5});
  }
  const auto finished = simulate(capacity, routes, transfers);
  for (const double finish : finished.finish) EXPECT_DOUBLE_EQ(finish, 2.5);
  EXPECT_EQ(finished.summary.solved, 10);
}

TEST(Simulate, ParkingLot) {
  // The long flow gets 1/2 of both links until a short one is over, then the rest of the slower.
  const std::vector<double> capacity{2, 4};
  Routes routes;
  std::vector<Transfer> transfers;
  transfers.push_back({.bytes = 3, .route = routes.add(std::vector<LinkId>{0, 1})});
  transfers.push_back({.bytes = 1, .route = routes.add(std::vector<LinkId>{0})});
  transfers.push_back({.bytes = 6, .route = routes.add(std::vector<LinkId>{1})});
  const auto finished = simulate(capacity, routes, transfers);
  EXPECT_DOUBLE_EQ(finished.finish[1], 1);     // at 1 byte/s
  EXPECT_DOUBLE_EQ(finished.finish[0], 2);     // 1, then 2 byte/s
  EXPECT_DOUBLE_EQ(finished.finish[2], 2.25);  // 3, then 2, then 4 byte/s
}

TEST(Simulate, StartsLatenciesAndTransfersOfNothing) {
  const std::vector<double> capacity{1};
  Routes routes;
  const RouteId route = routes.add(std::vector<LinkId>{0});
  const RouteId nowhere = routes.add({});
  const std::vector<Transfer> transfers{
      {.bytes = 1, .route = route, .start = 3, .latency = 0.25},
      {.bytes = 0, .route = route, .start = 1, .latency = 0.5},
      {.bytes = 9, .route = nowhere, .start = 2},
      {.bytes = 0, .route = nowhere},
  };
  const auto finished = simulate(capacity, routes, transfers);
  EXPECT_EQ(finished.finish, (std::vector<double>{4.25, 1.5, 2, 0}));
}

TEST(Simulate, OneTransferStandsForEqualOnes) {
  const std::vector<double> capacity{6};
  Routes routes;
  const RouteId route = routes.add(std::vector<LinkId>{0});
  const std::vector<Transfer> transfers{{.bytes = 4, .route = route, .multiplicity = 3},
                                        {.bytes = 4, .route = route, .weight = 3}};
  const auto finished = simulate(capacity, routes, transfers, {.count_bytes = true});
  EXPECT_DOUBLE_EQ(finished.finish[1], 4.0 / 3);
  EXPECT_DOUBLE_EQ(finished.finish[0], 16.0 / 6);
  EXPECT_EQ(finished.summary.bytes, std::vector<double>{16});
}

// --- links that change ---

TEST(Simulate, ALinkThatSlowsDownSlowsItsFlows) {
  const std::vector<double> capacity{2};
  Routes routes;
  const std::vector<Transfer> transfers{{.bytes = 4, .route = routes.add(std::vector<LinkId>{0})}};
  const std::vector<LinkChange> changes{{1, 0, 1}};
  EXPECT_EQ(simulate(capacity, routes, transfers, {.changes = changes}).finish[0], 3);
}

// Takes route 1 for the transfer with tag 0.
class WayAround final : public Source {
 public:
  void advance(double now, std::span<const Completion> finished,
               std::vector<Transfer>& starts) override {
    if (finished.empty()) {
      starts.push_back({.bytes = 4, .route = 0, .tag = 0});
      starts.push_back({.bytes = 4, .route = 0, .tag = 1});
    }
    for (const Completion& each : finished) log.emplace_back(each.tag, now, each.failed);
  }
  std::optional<RouteId> reroute(double, const Transfer& transfer) override {
    if (transfer.tag == 0) return 1;
    return std::nullopt;
  }
  std::vector<std::tuple<std::uint64_t, double, bool>> log;
};

TEST(Simulate, FlowsOverALinkThatDiesGoRoundOrFail) {
  const std::vector<double> capacity{2, 1};
  Routes routes;
  routes.add(std::vector<LinkId>{0});
  routes.add(std::vector<LinkId>{1});
  WayAround source;
  const std::vector<LinkChange> changes{{1, 0, 0}};
  const auto summary =
      simulate(capacity, routes, source, {.changes = changes, .count_bytes = true});
  EXPECT_EQ(source.log,
            (std::vector<std::tuple<std::uint64_t, double, bool>>{{1, 1, true}, {0, 4, false}}));
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.transfers, 2);
  EXPECT_EQ(summary.bytes, (std::vector<double>{2, 3}));
}

TEST(Simulate, AFlowWaitsForALinkThatIsYetToCome) {
  const std::vector<double> capacity{0};
  Routes routes;
  const std::vector<Transfer> transfers{{.bytes = 4, .route = routes.add(std::vector<LinkId>{0})}};
  const std::vector<LinkChange> changes{{5, 0, 4}};
  EXPECT_EQ(simulate(capacity, routes, transfers, {.changes = changes}).finish[0], 6);
  EXPECT_THROW(simulate(capacity, routes, transfers), std::runtime_error);
}

TEST(Simulate, RefusesTransfersThatMakeNoSense) {
  const std::vector<double> capacity{1};
  Routes routes;
  const RouteId route = routes.add(std::vector<LinkId>{0});
  const auto run = [&](const Transfer& transfer) {
    return simulate(capacity, routes, std::vector<Transfer>{transfer});
  };
  EXPECT_THROW(run({.bytes = 1, .route = route + 1}), std::invalid_argument);
  EXPECT_THROW(run({.bytes = 1, .route = -1}), std::invalid_argument);
  EXPECT_THROW(run({.bytes = -1, .route = route}), std::invalid_argument);
  EXPECT_THROW(run({.bytes = 1, .route = route, .start = -1}), std::invalid_argument);
  EXPECT_THROW(run({.bytes = 1, .route = route, .weight = 0}), std::invalid_argument);
  EXPECT_THROW(run({.bytes = 1, .route = route, .cap = 0}), std::runtime_error);
  const std::vector<LinkChange> changes{{0, 7, 1}};
  EXPECT_THROW(simulate(capacity, routes, std::vector<Transfer>{}, {.changes = changes}),
               std::invalid_argument);
}

// --- properties ---

struct RandomTransfers {
  std::vector<double> capacity;
  Routes routes;
  std::vector<Transfer> transfers;
};

// Islands of links that share no flow, so that threads have parts to work on.
RandomTransfers random_transfers(std::uint64_t seed, std::uint64_t islands, bool splits) {
  constexpr std::uint64_t kIsland = 30;
  base::RandomStream draw(seed, 17);
  RandomTransfers out;
  for (std::uint64_t link = 0; link < islands * kIsland; ++link) {
    out.capacity.push_back(1 + draw.uniform());
  }
  for (std::uint64_t flow = 0; flow < islands * 40; ++flow) {
    const auto base = flow % islands * kIsland;
    const auto link = draw.below(kIsland);
    const std::vector<LinkId> links{
        static_cast<LinkId>(base + link),
        static_cast<LinkId>(base + (link + 1 + draw.below(kIsland - 1)) % kIsland)};
    std::vector<double> shares;
    if (splits) shares = {0.25, 0.75};
    Transfer transfer;
    transfer.route = out.routes.add(links, shares);
    transfer.bytes = std::ceil(4 * draw.uniform());
    transfer.multiplicity = static_cast<double>(1 + draw.below(3));
    out.transfers.push_back(transfer);
  }
  return out;
}

TEST(Simulate, EachLinkCarriesTheSharesOfWhatCrossesIt) {
  for (const bool splits : {false, true}) {
    auto c = random_transfers(1, 5, splits);
    std::vector<double> expected(c.capacity.size(), 0);
    for (const Transfer& transfer : c.transfers) {
      const auto links = c.routes.links(transfer.route);
      for (std::size_t i = 0; i < links.size(); ++i) {
        expected[links[i]] += transfer.bytes * transfer.multiplicity *
                              (splits ? c.routes.shares(transfer.route)[i] : 1.0);
      }
    }
    const auto found =
        simulate(c.capacity, c.routes, c.transfers, {.count_bytes = true}).summary.bytes;
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t link = 0; link < found.size(); ++link) {
      EXPECT_NEAR(found[link], expected[link], 1e-9 * expected[link]);
    }
  }
}

TEST(Simulate, ThreadsChangeNothing) {
  auto c = random_transfers(2, 200, false);
  const auto alone = simulate(c.capacity, c.routes, c.transfers);
  for (const int threads : {2, 3}) {
    const auto together = simulate(c.capacity, c.routes, c.transfers, {.threads = threads});
    EXPECT_EQ(together.finish, alone.finish);
    EXPECT_EQ(together.summary.solved, alone.summary.solved);
  }
}

// A long chain of transfers beside some that last: each link of the chain changes their rates.
class Chain final : public Source {
 public:
  explicit Chain(std::int64_t length) : length_(length) {}
  void advance(double now, std::span<const Completion> finished,
               std::vector<Transfer>& starts) override {
    if (finished.empty()) {
      for (int i = 0; i < 50; ++i) starts.push_back({.bytes = 1e9, .route = i % 2, .tag = 1});
    }
    if (!finished.empty() && finished.front().tag == 1) return;
    ++done;
    if (done == length_ / 10) early = mallinfo2().uordblks;
    if (done == length_) late = mallinfo2().uordblks;
    if (done < length_)
      starts.push_back({.bytes = 1, .route = static_cast<RouteId>(done % 3), .start = now});
  }
  std::int64_t done = 0;
  std::size_t early = 0;
  std::size_t late = 0;

 private:
  std::int64_t length_;
};

TEST(Simulate, MemoryIsThatOfTheFlowsInFlight) {
  const std::vector<double> capacity{10, 7};
  Routes routes;
  routes.add(std::vector<LinkId>{0});
  routes.add(std::vector<LinkId>{0, 1});
  routes.add(std::vector<LinkId>{1});
  Chain chain(20'000);
  const auto summary = simulate(capacity, routes, chain);
  EXPECT_EQ(summary.transfers, 50 + 19'999);
  EXPECT_EQ(chain.late, chain.early);
}

}  // namespace
}  // namespace weft::flow
