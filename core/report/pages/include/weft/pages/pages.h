// Answers as pages for people: what is drawn, in which order and with which words. No model: all
// numbers are those of an answer, or of weft::details, in SI units. The caller adds the question as
// written and the answer for programs.
#pragma once

#include <filesystem>
#include <vector>

#include "weft/details/sources.h"
#include "weft/html/page.h"
#include "weft/report/campaign.h"
#include "weft/report/claim.h"
#include "weft/report/compare.h"
#include "weft/report/cost.h"
#include "weft/report/power.h"
#include "weft/report/scaling.h"
#include "weft/report/size.h"
#include "weft/report/sweep.h"
#include "weft/report/uncertainty.h"
#include "weft/study/run.h"
#include "weft/study/sensitivity.h"
#include "weft/validation/nearest_runs.h"

namespace weft::pages {

using Sources = std::vector<details::Source>;

struct RunAnswer {
  const study::Study& study;
  const std::vector<study::CaseResult>& results;
  const std::vector<study::Sensitivity>& sensitivities;
  const std::vector<validation::NearestPublished>& nearest;  // one a result, or none
};

html::Page run_page(const RunAnswer& answer, const Sources& sources);
// `draws`: of figures beside the answer, or without samples.
html::Page compare_page(const compare::Answer& answer, const uncertainty::Draws& draws,
                        const Sources& sources);
html::Page size_page(const size::Answer& answer, const uncertainty::Draws& draws,
                     const Sources& sources);
// Reads the file that the sweep left.
html::Page sweep_page(const sweep::Summary& summary, const std::filesystem::path& file);
html::Page claims_page(const report::Claims& claims);
html::Page campaign_page(const report::CampaignReport& report, const Sources& sources);
html::Page scaling_page(const scaling::Answer& answer, const Sources& sources);
html::Page uncertainty_page(const uncertainty::Answer& answer);
html::Page power_page(const report::PowerReport& report, const Sources& sources);
html::Page cost_page(const cost::Answer& answer, const Sources& sources);

}  // namespace weft::pages
