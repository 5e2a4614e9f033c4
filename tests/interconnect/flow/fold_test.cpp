// Flows that cannot differ, computed once.
#include "weft/flow/fold.h"

#include <gtest/gtest.h>

#include <set>

#include "reference.h"
#include "weft/flow/engine.h"

namespace weft::flow {
namespace {

using testing::Case;
using testing::is_near;

// All pairs of hosts on a switch: host links up, then down.
Case all_pairs(LinkId hosts, double capacity) {
  Case c;
  c.capacity.assign(static_cast<std::size_t>(2 * hosts), capacity);
  for (LinkId from = 0; from < hosts; ++from) {
    for (LinkId to = 0; to < hosts; ++to) {
      if (from == to) continue;
      c.links.insert(c.links.end(), {from, hosts + to});
      c.first.push_back(static_cast<std::int64_t>(c.links.size()));
    }
  }
  return c;
}

std::vector<double> folded_rates(const Case& c, const Classes& classes) {
  const Folded folded = fold(c.problem(), classes);
  // Weights and caps of a class are those of any member.
  std::vector<double> weight(static_cast<std::size_t>(classes.flows));
  std::vector<double> cap(weight.size());
  for (std::size_t f = 0; f < c.flows(); ++f) {
    weight[classes.of_flow[f]] = c.weight_of(f);
    cap[classes.of_flow[f]] = c.cap_of(f);
  }
  const auto rates =
      max_min_rates({folded.capacity, folded.routes.first(), folded.routes.all_links(),
                     folded.routes.all_shares(), weight, cap, folded.multiplicity});
  std::vector<double> out(c.flows());
  for (std::size_t f = 0; f < c.flows(); ++f) out[f] = rates[classes.of_flow[f]];
  return out;
}

TEST(Fold, AllPairsAreOneClass) {
  const Case c = all_pairs(16, 30);
  const Classes classes = classes_of(c.problem(), {});
  EXPECT_EQ(classes.flows, 1);
  EXPECT_EQ(classes.links, 1);  // up and down links are alike: one for each flow
  const Folded folded = fold(c.problem(), classes);
  EXPECT_EQ(folded.multiplicity, std::vector<double>{240});
  EXPECT_EQ(folded.capacity, std::vector<double>{960});
  EXPECT_EQ(folded.routes.shares(0)[0], 2);
  for (const double rate : folded_rates(c, classes)) EXPECT_DOUBLE_EQ(rate, 2);
}

TEST(Fold, ASlowLinkTellsItsFlowsApart) {
  Case c = all_pairs(8, 7);
  c.capacity[3] = 3.5;
  const Classes classes = classes_of(c.problem(), {});
  EXPECT_GT(classes.flows, 1);
  EXPECT_LT(classes.flows, 8);
  const auto folded = folded_rates(c, classes);
  const auto whole = max_min_rates(c.problem());
  for (std::size_t f = 0; f < c.flows(); ++f) EXPECT_TRUE(is_near(folded[f], whole[f])) << f;
}

TEST(Fold, KindsAreKeptApart) {
  const Case c = all_pairs(4, 3);
  std::vector<std::int32_t> kind(c.flows(), 5);
  EXPECT_EQ(classes_of(c.problem(), kind).flows, 1);
  kind[0] = 6;
  const Classes classes = classes_of(c.problem(), kind);
  EXPECT_EQ(std::count(classes.of_flow.begin(), classes.of_flow.end(), classes.of_flow[0]), 1);
}

// The definition: flows of a class cross equally many links of each class with equal shares.
void expect_equitable(const Case& c, const Classes& classes) {
  std::vector<std::map<std::pair<std::int32_t, double>, int>> flows(c.flows());
  std::vector<std::map<std::pair<std::int32_t, double>, int>> links(c.capacity.size());
  for (std::size_t f = 0; f < c.flows(); ++f) {
    for (auto at = c.first[f]; at < c.first[f + 1]; ++at) {
      ++flows[f][{classes.of_link[c.links[at]], c.share_at(at)}];
      ++links[c.links[at]][{classes.of_flow[f], c.share_at(at)}];
    }
  }
  std::map<std::int32_t, std::size_t> first_flow;
  for (std::size_t f = 0; f < flows.size(); ++f) {
    const auto first = first_flow.try_emplace(classes.of_flow[f], f).first->second;
    ASSERT_EQ(flows[f], flows[first]);
  }
  std::map<std::int32_t, std::size_t> first_link;
  for (std::size_t l = 0; l < links.size(); ++l) {
    const auto first = first_link.try_emplace(classes.of_link[l], l).first->second;
    ASSERT_EQ(links[l], links[first]);
    ASSERT_EQ(c.capacity[l], c.capacity[first]);
  }
  EXPECT_EQ(first_flow.size(), static_cast<std::size_t>(classes.flows));
  EXPECT_EQ(first_link.size(), static_cast<std::size_t>(classes.links));
}

// A random case, copied, so that there is something to fold.
Case copies_of(const Case& one, int copies) {
  Case out;
  for (int copy = 0; copy < copies; ++copy) {
    const auto links = static_cast<LinkId>(out.capacity.size());
    const std::int64_t entries = out.first.back();
    for (const LinkId link : one.links) out.links.push_back(links + link);
    for (std::size_t f = 0; f < one.flows(); ++f) out.first.push_back(entries + one.first[f + 1]);
    const auto append = [](std::vector<double>& to, const std::vector<double>& from) {
      to.insert(to.end(), from.begin(), from.end());
    };
    append(out.capacity, one.capacity);
    append(out.share, one.share);
    append(out.weight, one.weight);
    append(out.cap, one.cap);
    append(out.multiplicity, one.multiplicity);
  }
  return out;
}

TEST(Fold, FoldedEqualsUnfoldedOnRandomNetworks) {
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE(seed);
    const Case one = testing::random_case(seed);
    const Case c = copies_of(one, 3);
    const Classes classes = classes_of(c.problem(), {});
    ASSERT_LE(classes.flows, static_cast<std::int32_t>(one.flows()));
    ASSERT_NO_FATAL_FAILURE(expect_equitable(c, classes));
    const auto folded = folded_rates(c, classes);
    const auto whole = max_min_rates(c.problem());
    for (std::size_t f = 0; f < c.flows(); ++f) {
      ASSERT_TRUE(is_near(folded[f], whole[f])) << f << ": " << folded[f] << ' ' << whole[f];
    }
  }
}

TEST(Fold, FoldedTransfersFinishWhenTheirMembersDo) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Case c = copies_of(testing::random_case(seed), 2);
    for (double& capacity : c.capacity) capacity = std::max(capacity, 0.1);
    const Classes classes = classes_of(c.problem(), {});
    Folded folded = fold(c.problem(), classes);
    Routes routes;
    std::vector<Transfer> members;
    std::vector<Transfer> classed(static_cast<std::size_t>(classes.flows));
    for (std::size_t f = 0; f < c.flows(); ++f) {
      const auto from = c.first[f];
      const auto size = static_cast<std::size_t>(c.first[f + 1] - from);
      const auto shares =
          c.share.empty() ? std::span<const double>() : std::span(c.share).subspan(from, size);
      Transfer transfer{.bytes = 5, .weight = c.weight_of(f), .cap = c.cap_of(f)};
      transfer.multiplicity = c.multiplicity_of(f);
      transfer.route = routes.add(std::span(c.links).subspan(from, size), shares);
      members.push_back(transfer);
      transfer.route = classes.of_flow[f];
      transfer.multiplicity = folded.multiplicity[classes.of_flow[f]];
      classed[classes.of_flow[f]] = transfer;
    }
    const auto whole = simulate(c.capacity, routes, members);
    const auto once = simulate(folded.capacity, folded.routes, classed);
    for (std::size_t f = 0; f < c.flows(); ++f) {
      ASSERT_TRUE(is_near(once.finish[classes.of_flow[f]], whole.finish[f])) << f;
    }
  }
}

}  // namespace
}  // namespace weft::flow
