#include "campaign_text.h"

#include <algorithm>

#include "weft/base/quantity.h"

namespace weft::report {

std::string variant_text(const weeks::CaseAnswer& answer, const weeks::VariantAnswer& variant) {
  const auto& axes = answer.study_case->campaign.axes;
  std::string text;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (variant.variant->values[i].empty()) continue;
    // The last word of a path says enough beside the others.
    text += (text.empty() ? "" : ", ") + axes[i].substr(axes[i].find_last_of('.') + 1) + " " +
            variant.variant->values[i];
  }
  return text;
}

double stops_a_week(const weeks::VariantAnswer& variant) {
  const auto& outlook = variant.outlook;
  return outlook.interruptions.mean / outlook.wall.mean * base::kWeek.si();
}

double stops_a_week_half_width(const weeks::VariantAnswer& variant) {
  const auto& outlook = variant.outlook;
  return outlook.interruptions.half_width / outlook.wall.mean * base::kWeek.si();
}

const campaign::CauseOutlook* costliest(const campaign::Outlook& outlook) {
  const campaign::CauseOutlook* most = nullptr;
  for (const auto& cause : outlook.by_cause) {
    if (cause.loss.mean > (most == nullptr ? 0.0 : most->loss.mean)) most = &cause;
  }
  return most;
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"') quoted += '"';
    quoted += letter;
  }
  return quoted + "\"";
}

}  // namespace weft::report
