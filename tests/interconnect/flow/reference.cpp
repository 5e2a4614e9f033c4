#include "reference.h"

#include <set>

namespace weft::flow::testing {
namespace {

std::vector<LinkId> random_links(base::RandomStream& draw, std::size_t links, std::size_t most) {
  std::set<LinkId> chosen;
  const auto wanted = draw.below(std::min(links, most)) + 1;
  while (chosen.size() < wanted) chosen.insert(static_cast<LinkId>(draw.below(links)));
  return {chosen.begin(), chosen.end()};
}

double random_capacity(base::RandomStream& draw, bool coarse) {
  if (coarse) return static_cast<double>(1 + draw.below(3));
  return 0.1 + 10 * draw.uniform();
}

struct Runner {
  Transfer transfer;
  double left = 0;
  double rate = 0;
  double event = kUncapped;
  int stage = 0;  // waits, moves, is delivered, is over
  bool failed = false;
};

class ReferenceSimulation {
 public:
  explicit ReferenceSimulation(const Story& story)
      : story_(story), source_(story), capacity_(story.capacity), dead_(capacity_.size()) {}

  std::map<std::uint64_t, Outcome> run() {
    ask({});
    while (!runners_.empty()) {
      share();
      double next = kUncapped;
      for (const Runner& runner : runners_) next = std::min(next, runner.event);
      if (change_ < story_.changes.size()) next = std::min(next, story_.changes[change_].time);
      if (next == kUncapped) break;
      step(std::max(next, now_));
    }
    return source_.outcomes;
  }

 private:
  bool is_due(double time) const { return time <= now_ * (1 + 1e-12); }

  void step(double next) {
    for (Runner& runner : runners_) {
      if (runner.stage == 1) runner.left -= runner.rate * (next - now_);
    }
    now_ = next;
    std::vector<Runner*> entering;
    for (Runner& runner : runners_) {
      if (!is_due(runner.event)) continue;
      if (runner.stage == 0) {
        entering.push_back(&runner);
      } else if (runner.stage == 1) {
        deliver(runner);
      } else {
        runner.stage = 3;
      }
    }
    for (; change_ < story_.changes.size() && is_due(story_.changes[change_].time); ++change_) {
      const LinkChange& change = story_.changes[change_];
      capacity_[change.link] = change.capacity;
      dead_[change.link] = change.capacity == 0;
    }
    for (Runner& runner : runners_) {
      if (runner.stage == 1) find_way(runner);
    }
    for (Runner* runner : entering) enter(*runner);
    std::vector<Completion> finished;
    for (const Runner& runner : runners_) {
      if (runner.stage == 3) {
        finished.push_back({runner.transfer.tag, runner.failed});
      }
    }
    std::erase_if(runners_, [](const Runner& runner) { return runner.stage == 3; });
    if (!finished.empty()) ask(finished);
  }

  void deliver(Runner& runner) {
    runner.event = now_ + runner.transfer.latency;
    runner.stage = is_due(runner.event) ? 3 : 2;
  }

  void enter(Runner& runner) {
    runner.left = runner.transfer.bytes;
    runner.event = kUncapped;
    runner.stage = 1;
    if (runner.left == 0) {
      deliver(runner);
    } else {
      find_way(runner);
    }
  }

  bool is_dead(RouteId route) const {
    for (const LinkId link : story_.routes.links(route)) {
      if (dead_[link]) return true;
    }
    return false;
  }

  void find_way(Runner& runner) {
    if (!is_dead(runner.transfer.route)) return;
    const auto route = source_.reroute(now_, runner.transfer);
    runner.failed = !route || is_dead(*route);
    if (runner.failed) {
      runner.stage = 3;
      runner.event = now_;
    } else {
      runner.transfer.route = *route;
    }
  }

  void ask(const std::vector<Completion>& finished) {
    std::vector<Transfer> starts;
    source_.advance(now_, finished, starts);
    for (const Transfer& transfer : starts) {
      Runner runner{transfer};
      runner.event = transfer.start;
      if (is_due(runner.event)) {
        enter(runner);
        // Over at once, but told at the next moment.
        if (runner.stage == 3) {
          runner.stage = 2;
          runner.event = now_;
        }
      }
      runners_.push_back(runner);
    }
  }

  void share() {
    Case c;
    c.capacity = capacity_;
    std::vector<Runner*> moving;
    for (Runner& runner : runners_) {
      if (runner.stage != 1) continue;
      moving.push_back(&runner);
      const auto links = story_.routes.links(runner.transfer.route);
      const auto shares = story_.routes.shares(runner.transfer.route);
      c.links.insert(c.links.end(), links.begin(), links.end());
      for (std::size_t i = 0; i < links.size(); ++i) {
        c.share.push_back(shares.empty() ? 1 : shares[i]);
      }
      c.first.push_back(static_cast<std::int64_t>(c.links.size()));
      c.weight.push_back(runner.transfer.weight);
      c.cap.push_back(runner.transfer.cap);
      c.multiplicity.push_back(runner.transfer.multiplicity);
    }
    const auto rates = reference_rates(c);
    for (std::size_t i = 0; i < moving.size(); ++i) {
      moving[i]->rate = rates[i];
      moving[i]->event =
          rates[i] > 0 ? now_ + std::max(0.0, moving[i]->left) / rates[i] : kUncapped;
    }
  }

  const Story& story_;
  StorySource source_;
  std::vector<double> capacity_;
  std::vector<char> dead_;
  std::vector<Runner> runners_;
  std::size_t change_ = 0;
  double now_ = 0;
};

}  // namespace

Case random_case(std::uint64_t seed) {
  base::RandomStream draw(seed, 7);
  const bool coarse = draw.uniform() < 0.3;
  Case c;
  c.capacity.resize(draw.below(12) + 1);
  for (double& capacity : c.capacity) {
    capacity = draw.uniform() < 0.05 ? 0 : random_capacity(draw, coarse);
  }
  const auto flows = draw.below(30) + 1;
  const bool has_shares = draw.uniform() < 0.4;
  const bool has_weights = draw.uniform() < 0.4;
  const bool has_caps = draw.uniform() < 0.4;
  const bool has_multiplicities = draw.uniform() < 0.4;
  for (std::uint64_t flow = 0; flow < flows; ++flow) {
    for (const LinkId link : random_links(draw, c.capacity.size(), 5)) {
      c.links.push_back(link);
      if (has_shares) c.share.push_back(draw.uniform());
    }
    c.first.push_back(static_cast<std::int64_t>(c.links.size()));
    if (has_weights) c.weight.push_back(coarse ? 2 : 0.1 + 5 * draw.uniform());
    if (has_caps) c.cap.push_back(draw.uniform() < 0.5 ? kUncapped : 2 * draw.uniform());
    if (has_multiplicities) c.multiplicity.push_back(static_cast<double>(1 + draw.below(9)));
  }
  return c;
}

Story random_story(std::uint64_t seed, std::uint64_t size) {
  base::RandomStream draw(seed, 11);
  Story story;
  story.seed = seed;
  story.coarse = draw.uniform() < 0.4;
  story.odd = draw.uniform() < 0.5;
  story.starters = static_cast<int>(draw.below(size + size / 4)) + 1;
  story.generations = draw.below(4) + 1;
  story.capacity.resize(draw.below(size) + 1);
  for (double& capacity : story.capacity) capacity = random_capacity(draw, story.coarse);
  const bool splits = draw.uniform() < 0.3;
  const auto routes = draw.below(size) + 1;
  for (std::uint64_t route = 0; route < routes; ++route) {
    const auto links = random_links(draw, story.capacity.size(), 4);
    std::vector<double> shares;
    for (std::size_t i = 0; splits && i < links.size(); ++i) {
      shares.push_back(story.coarse ? 0.5 : draw.uniform());
    }
    story.routes.add(links, shares);
  }
  const auto changes = draw.uniform() < 0.5 ? draw.below(6) : 0;
  for (std::uint64_t i = 0; i < changes; ++i) {
    const double time = story.coarse ? static_cast<double>(draw.below(20)) : 20 * draw.uniform();
    const double capacity = draw.uniform() < 0.4 ? 0 : random_capacity(draw, story.coarse);
    story.changes.push_back(
        {time, static_cast<LinkId>(draw.below(story.capacity.size())), capacity});
  }
  std::sort(story.changes.begin(), story.changes.end(),
            [](const LinkChange& a, const LinkChange& b) { return a.time < b.time; });
  return story;
}

std::map<std::uint64_t, Outcome> reference_simulation(const Story& story) {
  return ReferenceSimulation(story).run();
}

}  // namespace weft::flow::testing
