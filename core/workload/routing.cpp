#include "weft/workload/routing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "weft/base/random.h"
#include "weft/workload/model.h"

namespace weft::workload {

namespace {

// Layers whose experts stand differently; the mean of their maxima is good to about a percent.
constexpr int kDrawnLayers = 64;
constexpr std::uint64_t kSeed = 1;

std::vector<double> power_law(int experts, double exponent) {
  std::vector<double> shares(static_cast<std::size_t>(experts));
  for (std::size_t r = 0; r < shares.size(); ++r) {
    shares[r] = std::pow(static_cast<double>(r + 1), -exponent);
  }
  return shares;
}

void normalise(std::vector<double>& shares) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (auto& share : shares) share /= sum;
}

double fullest_rank(const std::vector<double>& shares, int ranks) {
  const auto each = shares.size() / static_cast<std::size_t>(ranks);
  double most = 0;
  for (std::size_t first = 0; first + each <= shares.size(); first += each) {
    const auto begin = shares.begin() + static_cast<std::ptrdiff_t>(first);
    most = std::max(most, std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(each), 0.0));
  }
  return most * ranks;
}

// Mean over places of the experts.
double fullest_rank_of_draws(std::vector<double> shares, int ranks) {
  if (ranks == 1 || static_cast<std::size_t>(ranks) == shares.size()) {
    return fullest_rank(shares, ranks);  // wherever they stand
  }
  base::RandomStream random(kSeed, base::stream_of("places of experts"));
  double sum = 0;
  for (int layer = 0; layer < kDrawnLayers; ++layer) {
    for (std::size_t i = shares.size() - 1; i > 0; --i) {
      std::swap(shares[i], shares[random.below(i + 1)]);
    }
    sum += fullest_rank(shares, ranks);
  }
  return sum / kDrawnLayers;
}

std::vector<double> trace(base::Fields& fields, int experts) {
  std::vector<double> shares;
  auto& reading = fields.reading();
  for (const auto& node : fields.list("trace")) {
    shares.push_back(base::number_of(node, reading, fields.name(), {}));
    if (shares.back() < 0) reading.error(node, "a share is not negative");
  }
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (static_cast<int>(shares.size()) != experts || sum <= 0 || !std::isfinite(sum)) {
    reading.error(*fields.value("trace"),
                  fmt::format("a share for each of {} experts is expected here, {} are given",
                              experts, shares.size()));
    return {};
  }
  normalise(shares);
  return shares;
}

}  // namespace

ExpertLoad expert_load(const Job& job, double padded_capacity, int ranks) {
  const auto& routing = job.routing;
  if (!job.model.moe || routing.is_balanced() || padded_capacity != 1) return {};
  const int experts = job.model.moe->experts;
  const bool is_traced = !routing.shares.empty();
  auto shares = is_traced ? routing.shares : power_law(experts, routing.exponent);
  normalise(shares);
  if (routing.capacity > 0) {
    for (auto& share : shares) share = std::min(share, routing.capacity / experts);
  }
  ExpertLoad load;
  load.kept = std::accumulate(shares.begin(), shares.end(), 0.0);
  load.fullest_rank =
      is_traced ? fullest_rank(shares, ranks) : fullest_rank_of_draws(shares, ranks);
  return load;
}

double kept_share(const Job& job, double padded_capacity) {
  if (padded_capacity != 1) return std::min(1.0, padded_capacity);
  return expert_load(job, padded_capacity, 1).kept;
}

Routing read_routing(base::Fields& job, int experts) {
  Routing routing;
  const auto node = job.value("routing");
  if (!node) return routing;
  if (node->is_scalar()) {
    job.choice("routing", {"balanced"});
    return routing;
  }
  auto fields = job.map("routing");
  const bool has_law = fields.has("power_law");
  if (has_law == fields.has("trace")) {
    job.reading().error(*node, "either 'power_law' or 'trace' is expected here");
  }
  if (experts == 0) job.reading().error(*node, "the model has no experts to route to");
  if (has_law) {
    routing.exponent = fields.number("power_law");
    if (!(routing.exponent >= 0 && routing.exponent <= 4)) {
      job.reading().error(*fields.value("power_law"), "an exponent from 0 to 4 is expected here");
    }
  } else if (fields.has("trace") && experts > 0) {
    routing.shares = trace(fields, experts);
  }
  if (fields.has("capacity")) {
    routing.capacity = fields.number("capacity");
    if (routing.capacity < 1) {
      job.reading().error(*fields.value("capacity"), "at least 1 is expected here");
    }
  }
  fields.finish();
  return routing;
}

}  // namespace weft::workload
