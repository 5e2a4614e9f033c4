#include "effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

namespace weft::weeks {

namespace {

using manufacturing::Manufacturing;

// A change of this much of the ETTR is seen in its fourth digit.
constexpr double kVisible = 5e-5;

// The ETTR of every replica; empty where an input so far off makes no sense.
class Measure {
 public:
  Measure(const Weeks& weeks, campaign::StepTimes& step_times, const campaign::Sampling& sampling)
      : weeks_(&weeks), step_times_(&step_times), sampling_(sampling), team_(sampling.threads) {}

  std::vector<double> operator()(const std::optional<campaign::Policy>& policy,
                                 const std::optional<Manufacturing>& made) const {
    if (!policy) return {};
    std::vector<double> ettrs(static_cast<std::size_t>(sampling_.replicas));
    try {
      const auto scenario = scenario_of(*weeks_, *policy, made);
      campaign::check(scenario);
      team_.for_each(ettrs.size(), [&](std::size_t index, int /*thread*/) {
        const auto one = campaign::simulate_replica(scenario, *step_times_, sampling_.seed, index);
        ettrs[index] = one.productive / one.wall;
      });
    } catch (const std::invalid_argument&) {
      return {};
    }
    return ettrs;
  }

 private:
  const Weeks* weeks_;
  campaign::StepTimes* step_times_;
  campaign::Sampling sampling_;
  base::ThreadTeam team_;
};

// What effects are told against.
struct Plain {
  std::vector<double> ettrs;
  const Measure* measure;
  std::optional<Manufacturing> made;
};

// Mean difference to the plain replicas; 0 where it drowns in the noise.
double difference(const Plain& plain, const std::vector<double>& ettrs) {
  if (ettrs.empty()) return 0;
  auto differences = ettrs;
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] -= plain.ettrs[i];
  const auto estimate = campaign::estimate(std::move(differences));
  return std::abs(estimate.mean) > estimate.half_width ? estimate.mean : 0.0;
}

std::optional<campaign::Policy> policy_of(const base::Document& document, base::Reading& reading,
                                          const study::CampaignVariant& variant) {
  auto policy = campaign::read_policy(document, reading);
  if (!reading.diagnostics().empty()) return std::nullopt;
  study::set_spares(policy, variant.spares);
  return policy;
}

// The campaign's document with one value replaced.
std::optional<campaign::Policy> replaced(const study::CampaignVariant& variant,
                                         const std::string& path, const std::string& value) {
  std::string before;
  std::string after;
  for (const char letter : path) {
    before += letter == '.' ? ": {" : std::string(1, letter);
    if (letter == '.') after += "}";
  }
  const auto over = base::Document::parse("{" + before + ": " + value + after + "}\n", path);
  base::Reading reading;
  return policy_of(base::merge(variant.document, over.root()), reading, variant);
}

void add(VariantAnswer& answer, const Plain& plain, Effect effect, const std::vector<double>& low,
         const std::vector<double>& high) {
  effect.ettr_low = difference(plain, low);
  effect.ettr_high = difference(plain, high);
  if (std::max(std::abs(effect.ettr_low), std::abs(effect.ettr_high)) < kVisible) return;
  effect.ettr_low += answer.effects_plain;
  effect.ettr_high += answer.effects_plain;
  answer.effects.push_back(std::move(effect));
}

const base::Fact* fact_at(const std::vector<base::Fact>& facts, const std::string& path) {
  for (const auto& fact : facts) {
    // Inputs are named with the document in front of the path.
    if (path == fact.path || path.ends_with("." + fact.path)) return &fact;
  }
  return nullptr;
}

// "60 s (2 s to 600 s)": the middle, and the two ends.
std::array<std::string, 3> parts_of_range(const std::string& text) {
  const auto open = text.find(" (");
  const auto to = text.find(" to ", open);
  if (open == std::string::npos || to == std::string::npos) return {text, "low", "high"};
  const auto close = text.rfind(')');
  return {text.substr(0, open), text.substr(open + 2, to - open - 2),
          text.substr(to + 4, close - to - 4)};
}

void add_ranges(VariantAnswer& answer, const Plain& plain,
                const std::vector<base::UncertainInput>& inputs,
                const std::vector<base::Fact>& facts) {
  for (const auto& input : inputs) {
    const auto at = [&](double value) {
      base::Reading moved([&](const std::string& path, const base::Distribution& distribution) {
        return path == input.path ? value : distribution.mode;
      });
      return (*plain.measure)(policy_of(answer.variant->document, moved, *answer.variant),
                              plain.made);
    };
    const auto* fact = fact_at(facts, input.path);
    const auto parts = parts_of_range(fact != nullptr ? fact->value : "");
    add(answer, plain,
        {input.path, parts[0], fact != nullptr ? fact->confidence : "", parts[1], parts[2]},
        at(input.distribution.low), at(input.distribution.high));
  }
}

void add_halved_and_doubled(VariantAnswer& answer, const Plain& plain, const base::Fact& fact) {
  const auto half = scaled_text(fact.value, 0.5);
  const auto twice = scaled_text(fact.value, 2.0);
  if (half.empty() || half == twice) return;
  const auto at = [&](const std::string& text) {
    return (*plain.measure)(replaced(*answer.variant, fact.path, text), plain.made);
  };
  add(answer, plain, {fact.path, fact.value, fact.confidence, half, twice}, at(half), at(twice));
}

void add_assumed(VariantAnswer& answer, const Plain& plain,
                 const std::vector<base::UncertainInput>& inputs,
                 const std::vector<base::Fact>& facts) {
  // All rates at once: they are those of other chips at another site.
  base::Fact rates{"hazard_factor", "1", "", "derived", false, {}};
  for (const auto& fact : facts) {
    if (fact.path == rates.path) rates = fact;
  }
  add_halved_and_doubled(answer, plain, rates);
  for (const auto& fact : facts) {
    const bool has_range = std::any_of(
        inputs.begin(), inputs.end(),
        [&](const base::UncertainInput& input) { return input.path.ends_with("." + fact.path); });
    if (fact.confidence == "assumed" && !has_range && fact.path != rates.path) {
      add_halved_and_doubled(answer, plain, fact);
    }
  }
}

// What stands behind early failures; no maker has published any of it.
void add_latent(VariantAnswer& answer, const Plain& plain, const std::string& chip) {
  if (!plain.made) return;
  struct Knob {
    std::string name;
    std::string value;
    double low;
    double high;
    void (*turn)(Manufacturing&, double);
  };
  const auto& latent = plain.made->latent;
  const auto& burn_in = plain.made->burn_in;
  const std::array<Knob, 4> knobs = {{
      {"latent.ratio", fmt::format("{:.3g}", latent.ratio), 0.5, 2,
       [](Manufacturing& m, double by) { m.latent.ratio *= by; }},
      {"latent.shape", fmt::format("{:.3g}", latent.shape), 0.6, 1.6,
       [](Manufacturing& m, double by) { m.latent.shape *= by; }},
      {"latent.life", fmt::format("{:.4g} h", latent.life / base::kHour), 0.2, 5,
       [](Manufacturing& m, double by) { m.latent.life = m.latent.life * by; }},
      {"burn_in.acceleration", fmt::format("{:.3g}", burn_in.acceleration), 0.5, 2,
       [](Manufacturing& m, double by) { m.burn_in.acceleration *= by; }},
  }};
  for (const auto& knob : knobs) {
    const auto at = [&](double by) {
      auto turned = plain.made;
      knob.turn(*turned, by);
      return (*plain.measure)(answer.variant->policy, turned);
    };
    add(answer, plain,
        {chip + "." + knob.name, knob.value, "assumed", fmt::format("× {:g}", knob.low),
         fmt::format("× {:g}", knob.high)},
        at(knob.low), at(knob.high));
  }
}

double size_of(const VariantAnswer& answer, const Effect& effect) {
  return std::max(std::abs(effect.ettr_low - answer.effects_plain),
                  std::abs(effect.ettr_high - answer.effects_plain));
}

}  // namespace

std::string scaled_text(const std::string& text, double factor) {
  char* rest = nullptr;
  const double value = std::strtod(text.c_str(), &rest);
  if (rest == text.c_str() || !std::isfinite(value)) return "";
  const std::string unit(rest);
  const double scaled = value * factor;
  if (unit.find('%') != std::string::npos)
    return fmt::format("{:g}{}", std::min(scaled, 100.0), unit);
  return fmt::format("{:g}{}", scaled, unit);
}

void add_effects(VariantAnswer& answer, const Weeks& weeks, campaign::StepTimes& step_times,
                 const campaign::Sampling& sampling) {
  const auto& chip = weeks.study_case->cluster.chip;
  const Measure measure(weeks, step_times, sampling);
  Plain plain{{}, &measure, std::nullopt};
  if (answer.variant->latent_defects) plain.made = study::making_of(chip, *answer.variant);
  plain.ettrs = measure(answer.variant->policy, plain.made);
  answer.effects_plain = campaign::estimate(plain.ettrs).mean;
  base::Reading reading;
  campaign::read_policy(answer.variant->document, reading);
  const auto inputs = reading.uncertain_inputs();
  const auto facts = base::facts(answer.variant->document);
  add_ranges(answer, plain, inputs, facts);
  add_assumed(answer, plain, inputs, facts);
  add_latent(answer, plain, chip.id);
  std::stable_sort(
      answer.effects.begin(), answer.effects.end(),
      [&](const Effect& a, const Effect& b) { return size_of(answer, a) > size_of(answer, b); });
}

}  // namespace weft::weeks
