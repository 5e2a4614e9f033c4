// The sizes of one offer that are looked at, and what they come to. Internal to the room.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "builder.h"
#include "designer.h"
#include "lattice.h"

namespace weft::size {

class Finder {
 public:
  // All must outlive it.
  Finder(const Question& question, const Offer& offer, Builder& builder, const Designer& designer);

  // Looks at all sizes that the smallest, the cheapest or the coolest cluster may have.
  void look_for_time();
  // The same of the quickest within limits.
  void look_for_speed();

  // Everything looked at, by hosts.
  [[nodiscard]] std::vector<Design> take();
  [[nodiscard]] const std::string& limit() const { return limit_; }
  [[nodiscard]] std::int64_t least_hosts() const { return least_; }

 private:
  // Null: it cannot be built so.
  const Design* look_at(std::int64_t hosts);
  [[nodiscard]] std::int64_t most_hosts() const;
  [[nodiscard]] std::int64_t largest_buildable(std::int64_t above, std::int64_t below);
  [[nodiscard]] std::optional<std::int64_t> first_in_time();
  [[nodiscard]] std::int64_t next_size(const Design& design) const;
  [[nodiscard]] bool stands_still(const Design& design);
  [[nodiscard]] std::int64_t stop_at(std::int64_t built, std::int64_t failed);
  void look_below(std::int64_t hosts, base::Time wall);
  void look_above(std::int64_t hosts);
  void look_within(std::int64_t hosts);
  void climb(std::int64_t hosts);
  [[nodiscard]] std::int64_t most_counted();
  [[nodiscard]] const Design* smallest() const;

  const Question* question_;
  Builder* builder_;
  const Designer* designer_;
  Lattice lattice_;
  Sizes sizes_;
  std::map<std::int64_t, std::optional<Design>> seen_;  // none: cannot be built
  double best_ = 0;                                     // of 1 / (hosts · wall) so far
  std::int64_t least_ = 1;
  std::string limit_;
  // Of sizes that grow: where the run was last seen to get shorter.
  std::int64_t shortest_at_ = 0;
  double shortest_ = 0;
};

}  // namespace weft::size
