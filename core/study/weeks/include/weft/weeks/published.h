// What has been published about failures, checkpoints, spares and yield, beside what the rooms
// below say: `weft campaign --published`, and a golden file of the tests.
#pragma once

#include <string>
#include <vector>

#include "weft/base/catalog.h"

namespace weft::weeks {

// Where the inputs of a prediction are from.
enum class Inputs {
  kApart,    // from elsewhere
  kSameRun,  // rates or times of the very run that is predicted
  kChosen,   // one was chosen so that this comes out: it checks the code, not the model
};

struct PublishedPoint {
  std::string id;  // "V3", with a letter where a source gives several figures
  std::string what;
  std::string unit;  // "" for shares and counts
  double low = 0;    // published, from … to; a bound has the other end open (infinite)
  double high = 0;
  double predicted = 0;
  Inputs inputs = Inputs::kApart;
  std::string how;  // which model
  std::string source;
  std::string note{};          // why it is off, where it is
  bool is_share_kept = false;  // ETTR, goodput, availability

  // 0 within what is published, else relative to the nearer end. Of a share that is kept near 1, of
  // what is lost: an ETTR of 0.99 where 0.98 is published is 50 % of the loss away, not 1 %.
  [[nodiscard]] double error() const;
  // Whether error() is that of the lost share, 1 - predicted: where less is lost than kept.
  [[nodiscard]] bool is_error_of_loss() const;

 private:
  [[nodiscard]] double nearer_end() const;
};

// Beyond it a point says why (PublishedPoint::note); tested.
inline constexpr double kFarOff = 0.15;

// All of them, in the order of their ids. Reads the studies llama3_54_days, mttf_16k_131k and
// ft_hsdp_98k and the campaign mature, and plays a few hundred short campaigns; the same for any
// number of threads.
std::vector<PublishedPoint> published_points(const base::Catalog& catalog, int threads);

}  // namespace weft::weeks
