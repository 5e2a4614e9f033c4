#include "weft/yield/yield.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "weft/manufacturing/die_yield.h"

namespace weft::yield {

namespace {

using manufacturing::Bins;
using manufacturing::Manufacturing;
using YieldFigures = std::array<double, kFigures>;

constexpr const char* kBlock = "manufacturing";
constexpr std::size_t kSamples = 400;

// Whether a chip's uncertain input has a say in how it is made.
bool is_of_making(const std::string& path) {
  return path.find(".manufacturing.") != std::string::npos || path.ends_with(".die.area");
}

// The document with the changes on top, as if they stood in a file of their own.
base::Document changed(const base::Document& document, const Changes& changes) {
  std::string text = "manufacturing:\n";
  const auto size = text.size();
  const auto line = [&](const char* key, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {}: {}\n", key, value);
  };
  if (!changes.die_yield.empty() || !changes.density.empty()) {
    line("learning", "~");
    line("defect_density", changes.density.empty() ? "~" : changes.density);
    line("die_yield", changes.die_yield.empty() ? "~" : changes.die_yield);
  }
  if (!changes.scope.empty() || !changes.counts.empty()) {
    text += "  yield:\n";
    line("  scope", changes.scope);
    line("  counts", changes.counts);
  }
  line("law", changes.law);
  line("clustering", changes.clustering);
  if (text.size() == size) return document;
  return base::merge(document, base::Document::parse(text, "command line").root());
}

struct Read {
  chips::Chip chip;
  Manufacturing made;
};

Read read(const base::Document& document, base::Reading& reading) {
  Read result;
  result.chip = chips::read_chip(document, reading);
  reading.throw_if_any();
  base::Fields fields(document.root(), reading, document.file().stem().string());
  result.made = manufacturing::read_manufacturing(fields.map(kBlock), design_of(result.chip));
  reading.throw_if_any();
  return result;
}

YieldFigures figures_of(const Manufacturing& made, const Bins& bins) {
  return {bins.density.si(),
          bins.perfect_yield,
          bins.sold_yield,
          bins.good_packages,
          bins.p_latent,
          early_failures(made, bins),
          bins.cost ? bins.cost->total() : 0.0};
}

// The figures with the uncertain inputs of making as `draw` says; nothing where they cannot be.
std::optional<YieldFigures> figures_at(const base::Document& document,
                                       const base::Reading::Draw& draw) {
  base::Reading reading([&](const std::string& path, const base::Distribution& distribution) {
    return is_of_making(path) ? draw(path, distribution) : distribution.mode;
  });
  try {
    const auto made = read(document, reading).made;
    return figures_of(made, make_bins(made));
  } catch (const base::InputError&) {
    return std::nullopt;
  }
}

double drawn(const base::Distribution& d, base::RandomStream stream) {
  if (d.kind == base::Distribution::Kind::kNormal)
    return d.mode + (d.high - d.mode) * stream.normal();
  return stream.triangular(d.low, d.mode, d.high);
}

// The middle 90 % of all inputs drawn together.
void add_intervals(const base::Document& document, const base::ThreadTeam& team, Answer& answer) {
  std::vector<std::optional<YieldFigures>> samples(kSamples);
  team.for_each(kSamples, [&](std::size_t i, int) {
    samples[i] = figures_at(document, [i](const std::string& path, const base::Distribution& d) {
      return drawn(d, base::RandomStream(1, base::stream_of(path), i));
    });
  });
  answer.samples = kSamples;
  std::vector<YieldFigures> known;
  for (const auto& sample : samples) {
    if (sample) known.push_back(*sample);
  }
  answer.impossible = kSamples - known.size();
  for (std::size_t f = 0; f < kFigures && !known.empty(); ++f) {
    std::vector<double> values;
    for (const auto& sample : known) values.push_back(sample[f]);
    std::sort(values.begin(), values.end());
    const auto at = [&](double share) {
      return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
    };
    answer.intervals[f] = {at(0.05), at(0.95)};
  }
}

double size_of(const Swing& swing) {
  double size = 0;
  for (const auto figure :
       {YieldFigure::kPackages, YieldFigure::kLatent, YieldFigure::kFailures, YieldFigure::kCost}) {
    const auto f = static_cast<std::size_t>(figure);
    for (const double ratio : {swing.low[f], swing.high[f]}) {
      if (ratio > 0) size = std::max(size, std::abs(std::log(ratio)));
    }
  }
  return size;
}

void add_swings(const base::Document& document, const std::vector<base::UncertainInput>& inputs,
                Answer& answer) {
  const auto ratios = [&](const std::string& path, double value) {
    const auto moved =
        figures_at(document, [&](const std::string& at, const base::Distribution& d) {
          return at == path ? value : d.mode;
        });
    YieldFigures result{};
    for (std::size_t f = 0; f < kFigures; ++f) {
      result[f] = moved && answer.figures[f] > 0 ? (*moved)[f] / answer.figures[f] : 1.0;
    }
    return result;
  };
  constexpr double kVisible = 1e-6;
  for (const auto& [path, distribution] : inputs) {
    if (!is_of_making(path)) continue;
    Swing swing{path, distribution, ratios(path, distribution.low),
                ratios(path, distribution.high)};
    if (size_of(swing) > kVisible) answer.swings.push_back(std::move(swing));
  }
  std::stable_sort(answer.swings.begin(), answer.swings.end(),
                   [](const Swing& a, const Swing& b) { return size_of(a) > size_of(b); });
}

std::vector<ByLaw> by_law(const Manufacturing& made) {
  std::vector<ByLaw> all;
  for (const auto& law : manufacturing::laws()) {
    // Of one layer it is Seeds' law.
    const bool is_layered = law.name == std::string("bose_einstein");
    if (is_layered && made.parameters.layers == 1 && made.law != &law) continue;
    auto other = made;
    other.law = &law;
    const auto density = defect_density(other);
    all.push_back(
        {law.name, density, perfect_yield(other, density),
         predicted_yield(other, density, manufacturing::Scope::kDie, manufacturing::Counts::kAny)});
  }
  return all;
}

// At the same density: what burn-in loses is no news about defects.
std::vector<BurnInPoint> burn_in_curve(const Manufacturing& made, base::ArealDensity density) {
  std::vector<BurnInPoint> points;
  for (const double hours : {0.0, 24.0, 48.0, 96.0, 168.0, 336.0}) {
    auto other = made;
    other.burn_in.time = hours * base::kHour;
    const auto bins = make_bins(other, density);
    BurnInPoint point{other.burn_in.time, 1 - bins.passed_burn_in, early_failures(other, bins),
                      bins.good_packages, std::nullopt};
    if (bins.cost) point.cost = bins.cost->total();
    points.push_back(point);
  }
  return points;
}

std::vector<base::Fact> assumed(const base::Document& document) {
  std::vector<base::Fact> found;
  for (auto& fact : base::facts(document)) {
    const bool is_guess = fact.confidence == "assumed" || fact.confidence == "memory";
    if (is_guess && is_of_making("." + fact.path)) found.push_back(std::move(fact));
  }
  return found;
}

// What a user asks for must change something.
void require_effect(const Question& question, const Manufacturing& made) {
  const auto& changes = question.changes;
  const auto refuse = [](const std::string& message) {
    throw base::InputError({{{}, 1, message, ""}});
  };
  for (const auto& [option, value] :
       {std::pair{"--scope", changes.scope}, {"--counts", changes.counts}}) {
    if (value.empty() || made.reported) continue;
    refuse(
        fmt::format("{} says what a yield is of, but here the density of defects is given{}; "
                    "add --die-yield",
                    option, changes.density.empty() ? " by the chip's document" : ""));
  }
  if (!changes.clustering.empty() && made.law->name != std::string("negative_binomial")) {
    refuse(
        fmt::format("--clustering is of the law negative_binomial; {} has none", made.law->name));
  }
}

void require_block(const base::Document& document, const base::Catalog& catalog) {
  const auto block = document.root().find(kBlock);
  if (block && !block->is_null()) return;
  std::string with;
  for (const auto& name : catalog.names("chip")) {
    const auto other = catalog.load("chip", name, std::nullopt).root().find(kBlock);
    if (other && !other->is_null()) with += (with.empty() ? "" : ", ") + name;
  }
  throw base::InputError({{document.root().position(), 1,
                           "this chip does not say how it is made: the block 'manufacturing' is "
                           "missing (chips that have it: " +
                               with + ")",
                           ""}});
}

}  // namespace

double early_failures(const Manufacturing& made, const Bins& bins) {
  constexpr double kPackages = 1e4;
  return kPackages *
         manufacturing::failed_packages(bins.p_latent, made.design.dies, bins.survival, kEarly);
}

namespace {

base::Document document_of(const Question& question, const base::Catalog& catalog) {
  const auto loaded = catalog.load("chip", question.chip, std::nullopt);
  require_block(loaded, catalog);
  return changed(loaded, question.changes);
}

Made make(const Question& question, const base::Document& document, base::Reading& reading) {
  auto [chip, made] = read(document, reading);
  require_effect(question, made);
  Made result{std::move(chip), std::move(made), {}, {}};
  result.bins = make_bins(result.made);
  result.figures = figures_of(result.made, result.bins);
  return result;
}

}  // namespace

Made make(const Question& question, const base::Catalog& catalog, base::Reading& reading) {
  return make(question, document_of(question, catalog), reading);
}

Answer answer(const Question& question, const base::Catalog& catalog,
              const base::ThreadTeam& team) {
  const auto document = document_of(question, catalog);
  base::Reading reading;
  auto made = make(question, document, reading);
  Answer answer;
  answer.chip = std::move(made.chip);
  answer.made = std::move(made.made);
  answer.bins = std::move(made.bins);
  answer.figures = made.figures;
  add_intervals(document, team, answer);
  add_swings(document, reading.uncertain_inputs(), answer);
  answer.by_law = by_law(answer.made);
  answer.burn_in = burn_in_curve(answer.made, answer.bins.density);
  answer.assumed = assumed(document);
  if (question.wafers > 1) {
    answer.drawn = simulate_wafers(answer.made, answer.bins, question.wafers, question.seed);
  }
  return answer;
}

manufacturing::SimulatedWafer wafer_of(const Answer& answer, std::uint64_t seed,
                                       std::uint64_t index) {
  return simulate_wafer(answer.made, answer.bins.density,
                        printed_dies(answer.made.wafer, answer.made.die), seed, index);
}

}  // namespace weft::yield
