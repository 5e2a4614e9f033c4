// The max-min levels of the flows of a network, kept up while flows come and go.
//
// What a change can move is found by filling again from the links that changed, in the order of
// levels: below the level at which a changed link filled or fills, nothing differs. A link that
// fills earlier than it did stops flows sooner, one that does not fill at its old level releases
// the flows that it held; either changes the other links of those flows, and so on upwards. Flows
// that neither happens to keep their level. When this turns out to reach far, everything connected
// with the change is filled from nothing instead.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "components.h"
#include "network.h"

namespace weft::flow {

class Rates {
 public:
  Rates(Network& network, int threads)
      : network_(network), teamwork_(threads), links_(network.link_count()) {}

  // A flow left this link, or its capacity changed.
  void link_changed(LinkId link) {
    ++changes_;
    if (links_[link].changed) return;
    links_[link].changed = true;
    changed_.push_back(link);
  }
  // A flow entered the network.
  void started(std::int32_t slot) { started_.push_back(slot); }

  // Brings the levels up to date; returns the slots whose level may have changed, but for those
  // that started and share no link: alone(slot) is called for them.
  template <class Alone>
  std::span<const std::int32_t> solve(Alone alone) {
    touched_.clear();
    ++solve_;
    std::erase_if(started_, [&](std::int32_t slot) {
      if (!settle_alone(slot)) return false;
      alone(slot);
      return true;
    });
    return solve_shared();
  }

 private:
  struct LinkSolve {
    double key = 0;    // where it is in the heap
    double level = 0;  // at which it fills
    bool changed = false;
    std::uint32_t solve = 0;
  };
  struct Riser {  // on one link
    double limit = 0;
    double load = 0;
  };

  bool settle_alone(std::int32_t slot);
  std::span<const std::int32_t> solve_shared();
  void touch(Flow& flow, std::int32_t slot);
  bool is_released(const Flow& flow) const { return flow.solve == solve_ && !flow.decided; }
  bool is_held(const Flow& flow, LinkId link) const {
    return flow.solve != solve_ && flow.bottleneck == link;
  }
  template <bool Plain>
  void solve_as();
  bool is_worth_a_try();
  template <bool Plain>
  bool solve_upwards();
  template <bool Plain>
  void queue(LinkId link);
  template <bool Plain>
  double load(const Member& member) const;
  double filling_level(double capacity);
  template <bool Plain>
  void stop_members(LinkId link);
  void release_members(LinkId link);
  void others_changed(std::int32_t slot, LinkId except);
  template <bool Plain>
  void solve_connected();
  void collect_connected();

  Network& network_;
  Teamwork teamwork_;
  std::vector<LinkSolve> links_;
  std::vector<LinkFill> fill_;
  std::vector<LinkId> changed_;  // since the last solve
  std::int64_t changes_ = 0;     // flows that came or went, over their links
  std::vector<std::int32_t> started_;
  std::vector<std::int32_t> touched_;
  std::uint32_t solve_ = 0;
  int skip_ = 0;  // solves upwards not to be tried after one that failed
  int skipped_ = 0;
  std::int64_t work_ = 0;  // members looked at by this solve
  Heap heap_;
  std::vector<Riser> risers_;
  std::vector<LinkId> pending_;  // links to queue again
  std::vector<LinkId> connected_;
};

}  // namespace weft::flow
