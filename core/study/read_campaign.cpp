#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "weft/manufacturing/die_yield.h"
#include "weft/study/campaign_request.h"

namespace weft::study {

namespace {

using base::Fields;
using base::Node;

constexpr const char* kUsualCampaign = "mature";
constexpr const char* kDieYield = "die_yield";
constexpr const char* kBurnIn = "burn_in";
constexpr const char* kSpares = "spares";
constexpr std::size_t kMostVariants = 1000;

// Something that is varied; `values` is empty where it does not concern the chip.
struct VariedAxis {
  std::string name;
  std::vector<Node> values;
};

// Sets one value of a variant. The name of an axis is one of three, or a path in the document.
class VariantSetter {
 public:
  VariantSetter(base::Reading& reading, std::string study, const chips::Chip& chip)
      : reading_(&reading), study_(std::move(study)), chip_(&chip) {}

  void set(CampaignVariant& variant, const std::string& name, const Node& value) {
    if (name == kDieYield) {
      set_yield(variant, value);
    } else if (name == kSpares) {
      variant.spares = not_negative(base::number_of(value, *reading_, study_), value);
    } else if (name == kBurnIn) {
      const auto time = base::quantity_of<base::Time>(value, *reading_, study_);
      variant.burn_in = base::Time(not_negative(time.si(), value));
    } else {
      set_path(variant, name, value);
    }
  }

 private:
  double not_negative(double number, const Node& value) {
    if (number >= 0) return number;
    reading_->error(value, "must not be negative");
    return 0;
  }

  void set_yield(CampaignVariant& variant, const Node& value) {
    const double share = base::number_of(value, *reading_, study_);
    if (!(share > 0 && share <= 1)) {
      reading_->error(value, "a yield above 0 and up to 100 % is expected here");
      return;
    }
    variant.die_yield = share;
    const auto made = making_of(*chip_, variant);
    if (!made) {
      reading_->error(value, fmt::format("the file of {} does not say how it is made", chip_->name),
                      "`manufacturing:`, as in ascend_910c");
    } else if (const auto why = manufacturing::unreachable(*made); !why.empty()) {
      reading_->error(value, why);
    }
  }

  // A value deep in the campaign's document. What is wrong with it is said where it is written.
  void set_path(CampaignVariant& variant, const std::string& path, const Node& value) {
    std::string before;
    std::string after;
    std::size_t begin = 0;
    for (auto dot = path.find('.'); dot != std::string::npos; dot = path.find('.', begin)) {
      before += path.substr(begin, dot - begin) + ": {";
      after += "}";
      begin = dot + 1;
    }
    const auto text = before + path.substr(begin) + ": " + std::string(value.text()) + after;
    try {
      const auto over = base::Document::parse("{" + text + "}\n", study_);
      const auto changed = base::merge(variant.document, over.root());
      base::Reading trial;
      campaign::read_policy(changed, trial);
      trial.throw_if_any();
      variant.document = changed;
    } catch (const base::InputError& error) {
      const auto& first = error.diagnostics().front();
      reading_->error(value, fmt::format("{}: {}", path, first.message), first.hint);
    }
  }

  base::Reading* reading_;
  std::string study_;
  const chips::Chip* chip_;
};

std::vector<Node> values_of(const Node& node, base::Reading& reading) {
  std::vector<Node> values;
  if (node.is_scalar()) return {node};
  for (std::size_t i = 0; node.is_list() && i < node.size(); ++i) {
    if (!node.item(i).is_scalar()) {
      reading.error(node.item(i), "plain values are expected in this list");
      continue;
    }
    values.push_back(node.item(i));
  }
  if (values.empty()) reading.error(node, "a list of values is expected here");
  return values;
}

std::vector<VariedAxis> read_axes(const Node& node, base::Reading& reading, const chips::Chip& chip,
                                  const base::Catalog& catalog) {
  std::vector<VariedAxis> axes;
  if (!node.is_map()) {
    reading.error(node, "a map from what is varied to a list of its values is expected here");
    return axes;
  }
  for (std::size_t i = 0; i < node.size(); ++i) {
    VariedAxis axis{std::string(node.key(i)), {}};
    const auto member = node.item(i);
    if (axis.name == kDieYield && member.is_map()) {
      // By chip: names of those that the cluster does not have count too.
      for (std::size_t c = 0; c < member.size(); ++c) {
        static_cast<void>(catalog.load("chip", std::string(member.key(c)), member.item(c)));
        if (member.key(c) == chip.id) axis.values = values_of(member.item(c), reading);
      }
    } else {
      axis.values = values_of(member, reading);
    }
    axes.push_back(std::move(axis));
  }
  return axes;
}

// All combinations, the last axis fastest.
std::vector<CampaignVariant> combined(const CampaignVariant& base,
                                      const std::vector<VariedAxis>& axes, VariantSetter& setter) {
  std::vector<CampaignVariant> variants = {base};
  for (const auto& axis : axes) {
    std::vector<CampaignVariant> longer;
    for (const auto& variant : variants) {
      if (axis.values.empty()) {
        longer.push_back(variant);
        longer.back().values.emplace_back();
      }
      for (const auto& value : axis.values) {
        longer.push_back(variant);
        longer.back().values.emplace_back(value.text());
        setter.set(longer.back(), axis.name, value);
      }
    }
    variants = std::move(longer);
    if (variants.size() > kMostVariants) break;
  }
  return variants;
}

void read_policies(CampaignRequest& request, base::Reading& reading) {
  reading.throw_if_any();  // a variant with mistakes has none of its own to tell
  for (auto& variant : request.variants) {
    variant.policy = campaign::read_policy(variant.document, reading);
    set_spares(variant.policy, variant.spares);
  }
}

CampaignRequest read_map(Fields fields, const base::Catalog& catalog, const chips::Chip& chip,
                         bool has_population) {
  auto& reading = fields.reading();
  CampaignRequest request;
  request.name = fields.text("use", kUsualCampaign);
  CampaignVariant base;
  base.document = catalog.load("campaign", request.name, fields.value("use"));
  if (const auto with = fields.value("with")) {
    if (!with->is_map()) reading.error(*with, "a map of the campaign's keys is expected here");
    base.document = base::merge(base.document, *with);
  }
  if (fields.has("window")) request.window = fields.positive<base::Time>("window");
  request.replicas = fields.integer("replicas", 1, request.replicas);
  request.seed = static_cast<std::uint64_t>(fields.integer("seed", 0, 1));
  VariantSetter setter(reading, fields.name(), chip);
  for (const char* name : {kDieYield, kBurnIn, kSpares}) {
    if (const auto value = fields.value(name)) setter.set(base, name, *value);
  }
  std::vector<VariedAxis> axes;
  if (const auto vary = fields.value("vary")) axes = read_axes(*vary, reading, chip, catalog);
  for (const auto& axis : axes) request.axes.push_back(axis.name);
  const auto is_said = [&](const char* name) {
    return fields.has(name) ||
           std::find(request.axes.begin(), request.axes.end(), name) != request.axes.end();
  };
  base.latent_defects =
      fields.flag("latent_defects", has_population || is_said(kDieYield) || is_said(kBurnIn));
  fields.finish();
  request.variants = combined(base, axes, setter);
  if (request.variants.size() > kMostVariants) {
    reading.error(*fields.value("vary"),
                  fmt::format("these are more than {} combinations", kMostVariants));
  }
  read_policies(request, reading);
  return request;
}

}  // namespace

void set_spares(campaign::Policy& policy, const std::optional<double>& share) {
  if (!share) return;
  if (!policy.spares.hosts) {
    policy.spares.hosts.emplace();
    policy.spares.hosts->unlimited = false;
  }
  policy.spares.hosts->cold = 0;
  if (*share <= 0) policy.spares.hosts->warm = 0;
  policy.spares.share = *share;
}

std::optional<manufacturing::Manufacturing> making_of(const chips::Chip& chip,
                                                      const CampaignVariant& variant) {
  auto made = chip.manufacturing;
  if (!made) return made;
  if (variant.die_yield) {
    const auto counts =
        made->reported ? made->reported->counts : manufacturing::ReportedYield{}.counts;
    made->density.reset();
    made->learning.reset();
    made->reported = {*variant.die_yield, manufacturing::Scope::kDie, counts};
  }
  if (variant.burn_in) made->burn_in.time = *variant.burn_in;
  return made;
}

CampaignRequest read_campaign(Fields& study, const base::Catalog& catalog, const chips::Chip& chip,
                              bool has_population) {
  const auto node = study.value("campaign");
  if (node && node->is_map()) {
    return read_map(study.map("campaign"), catalog, chip, has_population);
  }
  CampaignRequest request;
  request.name = study.text("campaign", kUsualCampaign);
  request.variants.emplace_back();
  request.variants.front().document = catalog.load("campaign", request.name, node);
  request.variants.front().latent_defects = has_population;
  read_policies(request, study.reading());
  return request;
}

}  // namespace weft::study
