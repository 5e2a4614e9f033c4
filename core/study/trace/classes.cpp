#include "classes.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace weft::trace {

namespace {

using Words = std::vector<std::uint64_t>;

std::uint64_t bits_of(double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// Equal traces get equal numbers.
std::vector<std::uint32_t> numbers_of(const std::vector<chakra::Trace>& traces) {
  std::multimap<std::uint64_t, std::uint32_t> known;  // by likeness
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < traces.size(); ++i) {
    const auto key = likeness(traces[i]);
    const auto [begin, end] = known.equal_range(key);
    const auto same = std::find_if(
        begin, end, [&](const auto& each) { return is_alike(traces[each.second], traces[i]); });
    numbers.push_back(same == end ? i : same->second);
    if (same == end) known.emplace(key, i);
  }
  return numbers;
}

class Refinement {
 public:
  Refinement(const RankTraces& traces, const Meetings& meetings, std::span<const double> times)
      : meetings_(meetings), times_(times) {
    const auto numbers = numbers_of(traces.traces);
    std::vector<Words> words;
    for (const auto trace : traces.trace_of_rank) words.push_back({numbers[trace]});
    renumber(words);
  }

  Classes run() {
    for (std::size_t before = 0; before != result_.first.size();) {
      before = result_.first.size();
      look_at_meetings();
      std::vector<Words> words;
      for (std::size_t rank = 0; rank < result_.of_rank.size(); ++rank) {
        words.push_back(words_of(rank));
      }
      renumber(words);
    }
    if (is_shifted()) keep_apart();
    return std::move(result_);
  }

 private:
  // Whether a collective joins ranks of one class that are at different places in their traces:
  // each of them then has two such collectives, and cannot be in both at once.
  [[nodiscard]] bool is_shifted() const {
    constexpr unsigned kClassBits = 32;
    for (std::size_t i = 0; i < meetings_.all.size(); ++i) {
      if (meetings_.all[i].is_message) continue;
      const auto& places = result_.members[result_.alike_of[i]];
      const auto same_class = [](std::uint64_t a, std::uint64_t b) {
        return a >> kClassBits == b >> kClassBits;
      };
      if (std::adjacent_find(places.begin(), places.end(), same_class) != places.end()) return true;
    }
    return false;
  }

  void keep_apart() {
    std::vector<Words> words;
    for (std::size_t rank = 0; rank < result_.of_rank.size(); ++rank) words.push_back({rank});
    renumber(words);
    look_at_meetings();
  }

  // Classes by what is said of each rank, numbered by their first.
  void renumber(const std::vector<Words>& words) {
    std::map<Words, std::uint32_t> known;
    result_.of_rank.clear();
    result_.first.clear();
    for (const auto& each : words) {
      const auto next = static_cast<std::uint32_t>(known.size());
      const auto [entry, is_new] = known.emplace(each, next);
      if (is_new) result_.first.push_back(static_cast<std::uint32_t>(result_.of_rank.size()));
      result_.of_rank.push_back(entry->second);
    }
  }

  [[nodiscard]] Words words_of(std::size_t rank) const {
    Words words = {result_.of_rank[rank]};
    for (const auto meeting : meetings_.of_rank[rank]) {
      words.push_back(meeting == kNoMeeting ? kNoMeeting : result_.alike_of[meeting]);
    }
    return words;
  }

  void look_at_meetings() {
    std::map<Words, std::uint32_t> known;
    result_.alike_of.clear();
    result_.members.clear();
    for (std::size_t i = 0; i < meetings_.all.size(); ++i) {
      auto places = places_of(meetings_.all[i]);
      auto key = places;
      key.push_back(bits_of(times_[i]));
      const auto next = static_cast<std::uint32_t>(known.size());
      const auto [entry, is_new] = known.emplace(std::move(key), next);
      result_.alike_of.push_back(entry->second);
      if (!is_new) continue;
      places.erase(std::unique(places.begin(), places.end()), places.end());
      result_.members.push_back(std::move(places));
    }
  }

  [[nodiscard]] Words places_of(const Meeting& meeting) const {
    Words places;
    for (const auto& member : meetings_.members_of(meeting)) {
      places.push_back(place_key(result_.of_rank[member.rank], member.position));
    }
    std::sort(places.begin(), places.end());
    return places;
  }

  const Meetings& meetings_;
  std::span<const double> times_;
  Classes result_;
};

}  // namespace

Classes classes_of(const RankTraces& traces, const Meetings& meetings,
                   std::span<const double> times) {
  return Refinement(traces, meetings, times).run();
}

}  // namespace weft::trace
