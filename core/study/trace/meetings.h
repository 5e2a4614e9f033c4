// Which operations of different ranks are one and the same exchange.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weft/trace/ranks.h"

namespace weft::trace {

// An operation of a rank. `ordinal` counts its collectives and messages.
struct Member {
  std::uint32_t rank = 0, position = 0, ordinal = 0;
};

struct Group {
  std::string name;
  std::vector<std::int64_t> ranks;  // sorted
  bool alone = false;               // no other group of the traces is apart from it
};

// One collective of a group, or one message.
struct Meeting {
  std::uint32_t group = 0;  // of a collective
  bool is_message = false;  // its members are the sender and the receiver
  chakra::Collective collective = chakra::Collective::kAllReduce;
  double bytes = 0;  // the largest that a member names; of a message what is sent
  std::uint32_t first_member = 0, members = 0;
};

inline constexpr std::uint32_t kNoMeeting = UINT32_MAX;

struct Meetings {
  std::vector<Group> groups;
  std::vector<Meeting> all;
  std::vector<Member> members;
  // By rank, of its collectives and messages in order; kNoMeeting: of a group of one.
  std::vector<std::vector<std::uint32_t>> of_rank;
  bool one_pair = false;          // all messages are from one rank to one other
  std::int64_t uneven_sizes = 0;  // collectives whose members name different sizes

  [[nodiscard]] std::span<const Member> members_of(const Meeting& meeting) const {
    return {members.data() + meeting.first_member, meeting.members};
  }
};

bool is_exchange(const chakra::Operation& operation);
// "FILE: node 7 (NAME)" of rank 3.
std::string place_of(const RankTraces& traces, std::uint32_t rank, std::uint32_t position);

// The n-th collective of a group on one rank is the n-th on every other; the n-th message between
// two ranks with one tag is what is received n-th. Throws base::InputError when one has no
// counterpart, or another kind of collective for one.
Meetings match(const RankTraces& traces);

}  // namespace weft::trace
