// The `campaign:` of a study: which campaign, what is changed in it, and how it is looked at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/campaign/policy.h"
#include "weft/chips/chip.h"

namespace weft::study {

// One combination of what a study varies.
struct CampaignVariant {
  std::vector<std::string> values;  // as written, one an axis; empty: not of this chip
  base::Document document;          // of kind campaign, with all changes
  campaign::Policy policy;
  bool latent_defects = false;        // on top of the campaign's rates
  std::optional<double> die_yield;    // the chip's reported yield, else that of its file
  std::optional<base::Time> burn_in;  // of packages, else that of the chip's file
  std::optional<double> spares;  // hosts that wait, over hosts of the job; none: the campaign's
};

struct CampaignRequest {
  std::string name;                  // of the campaign's document
  std::optional<base::Time> window;  // of the wall clock; none: until the job's tokens are done
  std::int64_t replicas = 200;
  std::uint64_t seed = 1;
  std::vector<std::string> axes;          // what is varied
  std::vector<CampaignVariant> variants;  // at least one; the last axis changes fastest
};

// CampaignVariant::spares over what the campaign has; nothing where there are none.
void set_spares(campaign::Policy& policy, const std::optional<double>& share);

// How a chip is made in a variant; none where its file does not say. A yield that the variant gives
// is of dies, and counts those that the file's reported yield counts.
std::optional<manufacturing::Manufacturing> making_of(const chips::Chip& chip,
                                                      const CampaignVariant& variant);

// `campaign:` is NAME or {use: NAME, with: {…}, window: 54 d, replicas: 200, seed: 1, spares: 2 %,
// burn_in: 168 h, die_yield: 40 %, vary: {…}}. `with` is laid over the campaign's document. `vary`
// has lists: of spares (cold ones over the hosts of the job, beside the campaign's warm ones; 0 %:
// none of either), of burn_in, of die_yield (a map from chips to lists), or of any value of
// the campaign's document by its path, such as components.optics.tolerated. `latent_defects` says
// whether packages with a weak die fail on top of the campaign's rates, which hold those of the
// chip that they were measured on; unsaid, they do where die_yield or burn_in is, and where the
// cluster has a population. `study` asks for the key `campaign`. Errors go to its reading.
CampaignRequest read_campaign(base::Fields& study, const base::Catalog& catalog,
                              const chips::Chip& chip, bool has_population = false);

}  // namespace weft::study
