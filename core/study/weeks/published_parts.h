// Parts of the table of published points, by what they are made of.
#pragma once

#include <limits>
#include <vector>

#include "weft/campaign/scenario.h"
#include "weft/weeks/published.h"

namespace weft::weeks {

// The other end of a bound.
inline constexpr double kOpen = std::numeric_limits<double>::infinity();
inline constexpr base::Time kMinute{60.0};

using PublishedPoints = std::vector<PublishedPoint>;

// The point is an ETTR, a goodput or an availability.
PublishedPoint share_kept(PublishedPoint point);

void add_closed_form_points(PublishedPoints& points);
void add_manufacturing_points(PublishedPoints& points, const base::Catalog& catalog);
void add_checkpoint_points(PublishedPoints& points, const base::Catalog& catalog);
void add_played_points(PublishedPoints& points, int threads);
void add_large_points(PublishedPoints& points, const base::Catalog& catalog, int threads);
void add_llama_points(PublishedPoints& points, const base::Catalog& catalog, int threads);

// A job of one host that fails at random, as the renewal formula has it.
struct PlainJob {
  base::Time between;   // M
  base::Time pause;     // δ
  base::Time recovery;  // R
  base::Time interval;  // τ; 0: the best one
};
campaign::Scenario plain_scenario(const PlainJob& job, base::Time window);

}  // namespace weft::weeks
