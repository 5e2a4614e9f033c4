#include "weft/supply_study/answer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "worlds.h"
#include "worth.h"

namespace weft::supply_study {

namespace {

std::size_t place_in(const World& world, supply::Quarter quarter) {
  return static_cast<std::size_t>(quarter.number - world.flows.front().quarter.number);
}

const supply::QuarterFlow& flow_of(const World& world, supply::Quarter quarter) {
  return world.flows[place_in(world, quarter)];
}

double good_packages(const supply::QuarterFlow& flow) {
  double packages = 0;
  for (const auto& product : flow.products) packages += product.good;
  return packages;
}

std::vector<QuarterAnswer> by_quarter(const Question& question, const Worlds& worlds) {
  std::vector<QuarterAnswer> all;
  for (auto now = question.from; now <= question.to; ++now.number) {
    QuarterAnswer answer;
    answer.base = flow_of(worlds.base, now);
    answer.packages =
        range_of(worlds, [&](const World& w) { return good_packages(flow_of(w, now)); });
    for (std::size_t p = 0; p < answer.base.products.size(); ++p) {
      answer.product.push_back(
          range_of(worlds, [&](const World& w) { return flow_of(w, now).products[p].good; }));
    }
    all.push_back(std::move(answer));
  }
  return all;
}

std::vector<YearAnswer> by_year(const Question& question, const Worlds& worlds) {
  std::vector<YearAnswer> all;
  const auto& chips = question.made.chips;
  const auto products = question.made.line.products.size();
  for (int year = question.from.year(); year <= question.to.year(); ++year) {
    YearAnswer answer;
    answer.year = year;
    answer.packages =
        range_of(worlds, [&](const World& w) { return supply::packages_in(w.flows, year); });
    answer.dies = range_of(worlds, [&](const World& w) {
      double dies = 0;
      for (std::size_t p = 0; p < products; ++p) {
        dies += chips[p].dies * supply::packages_in(w.flows, year, static_cast<int>(p));
      }
      return dies;
    });
    for (std::size_t p = 0; p < products; ++p) {
      answer.product.push_back(range_of(worlds, [&](const World& w) {
        return supply::packages_in(w.flows, year, static_cast<int>(p));
      }));
    }
    all.push_back(std::move(answer));
  }
  return all;
}

// Packages of a chip in use at the end of a quarter: those of each quarter, less what is lost
// since.
double in_use(const Question& question, const World& world, const std::string& chip,
              supply::Quarter until) {
  const double kept = std::pow(1 - question.attrition, 1.0 / supply::kQuarters);
  double packages = 0;
  for (const auto& flow : world.flows) {
    if (flow.quarter > until) break;
    packages *= kept;
    for (std::size_t p = 0; p < flow.products.size(); ++p) {
      if (question.made.chips[p].id == chip) packages += flow.products[p].good;
    }
  }
  return packages;
}

std::vector<ClusterCount> cluster_counts(const Question& question, const study::Study& study,
                                         const Worlds& worlds) {
  std::vector<ClusterCount> all;
  const auto& chips = question.made.chips;
  for (std::size_t c = 0; c < study.cases.size(); ++c) {
    const auto& cluster = study.cases[c].cluster;
    const auto is_its = [&](const auto& chip) { return chip.id == cluster.chip.id; };
    if (std::none_of(chips.begin(), chips.end(), is_its)) continue;
    ClusterCount count;
    count.study_case = c;
    count.chip = cluster.chip.id;
    count.packages = static_cast<double>(cluster.packages());
    for (const auto& tier : cluster.fabric.inventory()) {
      count.optical_modules += tier.optical_modules;
    }
    const double withheld = 1 - (1 - question.spares) * (1 - question.returns);
    for (auto now = question.from; now <= question.to; ++now.number) {
      const auto of_packages = [&](const World& w) {
        return supply::clusters_of(in_use(question, w, count.chip, now), withheld, count.packages);
      };
      const auto of_optics = [&](const World& w) {
        const double each = count.optical_modules;
        return each > 0 ? std::floor(w.modules[place_in(w, now)] / each)
                        : std::numeric_limits<double>::infinity();
      };
      count.by_quarter.push_back(
          range_of(worlds, [&](const World& w) { return std::min(of_packages(w), of_optics(w)); }));
      count.is_bound_by_optics.push_back(of_optics(worlds.base) < of_packages(worlds.base));
    }
    all.push_back(std::move(count));
  }
  return all;
}

std::vector<PublishedAnswer> published(const Question& question, const Worlds& worlds) {
  std::vector<PublishedAnswer> all;
  const auto& line = question.made.line;
  for (const auto& row : line.published) {
    if (row.year < line.begin.year() || row.year > question.to.year()) continue;
    const auto sum = [&](const World& world) {
      double total = 0;
      for (std::size_t p = 0; p < line.products.size(); ++p) {
        const bool counts =
            row.products.empty() || std::find(row.products.begin(), row.products.end(),
                                              line.products[p].name) != row.products.end();
        if (!counts) continue;
        const double each = row.counts_dies ? question.made.chips[p].dies : 1;
        total += each * supply::packages_in(world.flows, row.year, static_cast<int>(p));
      }
      return total;
    };
    all.push_back({row, range_of(worlds, sum)});
  }
  return all;
}

}  // namespace

bool ClaimAnswer::holds(Counting counting) const {
  const auto& range = found[static_cast<std::size_t>(counting)];
  return range && claim.value >= range->p5 && claim.value <= range->p95;
}

Answer answer(const Question& question, const study::Study& study, const base::ThreadTeam& team) {
  Answer answer;
  answer.runs = study::run(study, team);
  const auto worlds = all_worlds(question, team);
  const Valuer valuer(question, study, answer.runs);
  answer.quarters = by_quarter(question, worlds);
  answer.years = by_year(question, worlds);
  answer.clusters = cluster_counts(question, study, worlds);
  answer.worth = valuer.worth();
  answer.year_worth = valuer.year_worth(worlds);
  answer.foreign = valuer.foreign(worlds);
  answer.claims = valuer.claims(worlds);
  answer.published = published(question, worlds);
  answer.movers = worlds.movers;
  answer.inputs = supply::inputs_of(question.made.document);
  if (question.other) {
    for (auto& input : supply::inputs_of(question.other->document)) {
      answer.inputs.push_back(std::move(input));
    }
  }
  return answer;
}

}  // namespace weft::supply_study
