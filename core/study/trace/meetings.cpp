#include "meetings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "weft/network/cluster_size.h"

namespace weft::trace {

namespace {

using chakra::Kind;
using chakra::Operation;

constexpr std::uint32_t kNoRank = UINT32_MAX;

class Matcher {
 public:
  explicit Matcher(const RankTraces& traces) : traces_(traces), names_(traces.traces.size()) {}

  Meetings match() {
    const auto ranks = static_cast<std::uint32_t>(traces_.ranks());
    result_.of_rank.resize(ranks);
    for (std::uint32_t rank = 0; rank < ranks; ++rank) add_rank(rank);
    for (const auto& meeting : result_.all) require_complete(meeting);
    add_messages();
    mark_alone();
    return std::move(result_);
  }

 private:
  using Pair = std::tuple<std::int64_t, std::int64_t, std::int64_t>;  // from, to, tag

  [[noreturn]] void fail(const Member& member, const std::string& message,
                         const std::string& hint = "") const {
    network::refuse(place_of(traces_, member.rank, member.position) + ": " + message, hint);
  }

  void add_rank(std::uint32_t rank) {
    const auto& operations = traces_.of(rank).operations;
    std::unordered_map<std::uint32_t, std::uint32_t> counts;  // of collectives, by group
    Member member{rank, 0, 0};
    for (; member.position < operations.size(); ++member.position) {
      const auto& operation = operations[member.position];
      if (!is_exchange(operation)) continue;
      result_.of_rank[rank].push_back(kNoMeeting);
      if (operation.kind == Kind::kCollective) {
        const auto group = group_of(member, operation);
        add_collective(member, operation, group, counts[group]++);
      } else {
        add_message(member, operation);
      }
      ++member.ordinal;
    }
  }

  // --- groups ---

  [[nodiscard]] std::vector<std::int64_t> all_ranks() const {
    std::vector<std::int64_t> ranks(traces_.trace_of_rank.size());
    std::iota(ranks.begin(), ranks.end(), 0);
    return ranks;
  }

  std::vector<std::int64_t> ranks_of(const Member& member, const std::string& name) const {
    const auto& own = traces_.of(member.rank).groups;
    for (const auto* groups : {&traces_.groups, &own}) {
      const auto found = groups->find(name);
      if (found == groups->end()) continue;
      return found->second.empty() ? all_ranks() : found->second;
    }
    // As ASTRA-sim has it.
    if (name.empty() || name == "0") return all_ranks();
    fail(member, fmt::format("group '{}' is not known", name),
         "--groups FILE names the ranks of each group");
  }

  std::uint32_t group_of(const Member& member, const Operation& operation) {
    auto& known = names_[traces_.trace_of_rank[member.rank]];
    auto found = known.find(operation.group);
    if (found == known.end()) {
      auto ranks = ranks_of(member, operation.group);
      if (ranks.back() >= traces_.ranks()) {
        fail(member, fmt::format("group '{}' has rank {}, and there are {} ranks", operation.group,
                                 ranks.back(), traces_.ranks()));
      }
      const auto next = static_cast<std::uint32_t>(result_.groups.size());
      const auto [entry, is_new] = numbers_.emplace(std::pair(operation.group, ranks), next);
      if (is_new) {
        result_.groups.push_back({operation.group, std::move(ranks), false});
        occurrences_.emplace_back();
      }
      found = known.emplace(operation.group, entry->second).first;
    }
    const auto& ranks = result_.groups[found->second].ranks;
    if (!std::binary_search(ranks.begin(), ranks.end(), member.rank)) {
      fail(member, fmt::format("rank {} is not in group '{}'", member.rank, operation.group));
    }
    return found->second;
  }

  // Two groups that have no rank in common may be at work at once.
  void mark_alone() {
    auto& groups = result_.groups;
    std::vector<std::vector<std::uint32_t>> of_rank(result_.of_rank.size());
    std::uint32_t used = 0;
    for (std::uint32_t g = 0; g < groups.size(); ++g) {
      if (groups[g].ranks.size() < 2) continue;
      ++used;
      for (const auto rank : groups[g].ranks) of_rank[rank].push_back(g);
    }
    std::vector<std::uint32_t> seen(groups.size(), kNoRank);
    for (std::uint32_t g = 0; g < groups.size(); ++g) {
      std::uint32_t met = 0;
      for (const auto rank : groups[g].ranks) {
        for (const auto other : of_rank[rank]) {
          if (std::exchange(seen[other], g) != g) ++met;
        }
      }
      groups[g].alone = met == used;
    }
  }

  // --- collectives ---

  void add_collective(const Member& member, const Operation& operation, std::uint32_t group,
                      std::uint32_t count) {
    const auto& ranks = result_.groups[group].ranks;
    if (ranks.size() < 2) return;
    auto& known = occurrences_[group];
    if (count == known.size()) {
      known.push_back(static_cast<std::uint32_t>(result_.all.size()));
      result_.all.push_back({group, false, operation.collective, operation.bytes,
                             static_cast<std::uint32_t>(result_.members.size()),
                             static_cast<std::uint32_t>(ranks.size())});
      result_.members.resize(result_.members.size() + ranks.size(), Member{kNoRank, 0, 0});
    }
    auto& meeting = result_.all[known[count]];
    const auto place = std::lower_bound(ranks.begin(), ranks.end(), member.rank) - ranks.begin();
    result_.members[meeting.first_member + static_cast<std::size_t>(place)] = member;
    result_.of_rank[member.rank].back() = known[count];
    require_same(member, operation, meeting);
    if (operation.bytes != meeting.bytes) ++result_.uneven_sizes;
    meeting.bytes = std::max(meeting.bytes, operation.bytes);
  }

  void require_same(const Member& member, const Operation& operation,
                    const Meeting& meeting) const {
    if (operation.collective == meeting.collective) return;
    const auto members = result_.members_of(meeting);
    const auto other = std::find_if(members.begin(), members.end(),
                                    [](const Member& m) { return m.rank != kNoRank; });
    fail(member,
         fmt::format("this is of type {}, and the same one of group '{}' on rank {} is of "
                     "type {} ({})",
                     name_of(operation.collective), result_.groups[meeting.group].name, other->rank,
                     name_of(meeting.collective), place_of(traces_, other->rank, other->position)));
  }

  void require_complete(const Meeting& meeting) const {
    const auto members = result_.members_of(meeting);
    const auto is_missing = [](const Member& m) { return m.rank == kNoRank; };
    const auto missing = std::find_if(members.begin(), members.end(), is_missing);
    if (missing == members.end()) return;
    const auto& group = result_.groups[meeting.group];
    const auto rank = group.ranks[static_cast<std::size_t>(missing - members.begin())];
    const auto waiting = std::find_if_not(members.begin(), members.end(), is_missing);
    fail(*waiting,
         fmt::format("this {} of group '{}' waits for rank {}, whose trace ({}) has fewer "
                     "of this group",
                     name_of(meeting.collective), group.name, rank, traces_.of(rank).file));
  }

  // --- messages ---

  void add_message(const Member& member, const Operation& operation) {
    if (operation.peer >= traces_.ranks()) {
      fail(member, fmt::format("rank {} is named, and there are {} ranks", operation.peer,
                               traces_.ranks()));
    }
    if (operation.kind == Kind::kSend) {
      sent_[{member.rank, operation.peer, operation.tag}].push_back(member);
    } else {
      received_[{operation.peer, member.rank, operation.tag}].push_back(member);
    }
  }

  void require_counterparts(const std::map<Pair, std::vector<Member>>& some,
                            const std::map<Pair, std::vector<Member>>& others,
                            const char* missing) const {
    for (const auto& [pair, members] : some) {
      const auto found = others.find(pair);
      const auto there = found == others.end() ? 0 : found->second.size();
      if (members.size() <= there) continue;
      fail(members[there],
           fmt::format("from rank {} to rank {} with tag {}, {} {} it", std::get<0>(pair),
                       std::get<1>(pair), std::get<2>(pair), "nothing", missing));
    }
  }

  void add_messages() {
    require_counterparts(sent_, received_, "receives");
    require_counterparts(received_, sent_, "sends");
    std::set<std::pair<std::int64_t, std::int64_t>> pairs;
    for (const auto& [pair, senders] : sent_) {
      pairs.emplace(std::get<0>(pair), std::get<1>(pair));
      const auto& receivers = received_.at(pair);
      for (std::size_t i = 0; i < senders.size(); ++i) add_pair(senders[i], receivers[i]);
    }
    result_.one_pair = pairs.size() == 1;
  }

  void add_pair(const Member& sender, const Member& receiver) {
    const auto number = static_cast<std::uint32_t>(result_.all.size());
    const auto& operation = traces_.of(sender.rank).operations[sender.position];
    result_.all.push_back({0, true, chakra::Collective::kAllReduce, operation.bytes,
                           static_cast<std::uint32_t>(result_.members.size()), 2});
    for (const auto& member : {sender, receiver}) {
      result_.members.push_back(member);
      result_.of_rank[member.rank][member.ordinal] = number;
    }
  }

  const RankTraces& traces_;
  std::vector<std::unordered_map<std::string, std::uint32_t>> names_;  // of groups, by trace
  std::map<std::pair<std::string, std::vector<std::int64_t>>, std::uint32_t> numbers_;
  std::vector<std::vector<std::uint32_t>> occurrences_;  // meetings, by group
  std::map<Pair, std::vector<Member>> sent_, received_;
  Meetings result_;
};

}  // namespace

bool is_exchange(const Operation& operation) {
  return operation.kind == Kind::kCollective || operation.kind == Kind::kSend ||
         operation.kind == Kind::kReceive;
}

std::string place_of(const RankTraces& traces, std::uint32_t rank, std::uint32_t position) {
  const auto& trace = traces.of(rank);
  const auto& operation = trace.operations[position];
  return fmt::format("{}: node {}{}", trace.file, operation.id,
                     operation.name.empty() ? "" : " (" + operation.name + ")");
}

Meetings match(const RankTraces& traces) { return Matcher(traces).match(); }

}  // namespace weft::trace
