// The plainest source.
#include <algorithm>
#include <numeric>

#include "weft/flow/engine.h"

namespace weft::flow {
namespace {

class KnownTransfers final : public Source {
 public:
  KnownTransfers(std::span<const Transfer> transfers, std::vector<double>& finish)
      : transfers_(transfers), finish_(finish) {}

  void advance(double now, std::span<const Completion> finished,
               std::vector<Transfer>& starts) override {
    for (const Completion& each : finished) {
      if (!each.failed) finish_[each.tag] = now;
    }
    if (!finished.empty()) return;
    starts.assign(transfers_.begin(), transfers_.end());
    for (std::size_t i = 0; i < starts.size(); ++i) starts[i].tag = i;
  }

 private:
  std::span<const Transfer> transfers_;
  std::vector<double>& finish_;
};

}  // namespace

Finished simulate(std::span<const double> capacity, Routes& routes,
                  std::span<const Transfer> transfers, const Options& options) {
  Finished out;
  out.finish.assign(transfers.size(), kUncapped);
  KnownTransfers source(transfers, out.finish);
  out.summary = simulate(capacity, routes, source, options);
  return out;
}

}  // namespace weft::flow
