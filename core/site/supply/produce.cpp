#include "weft/supply/produce.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace weft::supply {

namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();
constexpr base::Time kQuarterTime = base::kYear / kQuarters;

// Dies in stock.
struct Stock {
  double best = 0;
  double lesser = 0;
  [[nodiscard]] double of(const Product& product) const {
    return best + (product.takes_any ? lesser : 0.0);
  }
};

class Maker {
 public:
  Maker(const Line& line, const LineMaking& making)
      : line_(line),
        making_(making),
        dies_(line.dies.size()),
        memory_(line.memory.size()),
        untouched_(line.dies.size(), 1.0) {}

  QuarterFlow quarter(Quarter now) {
    QuarterFlow flow{now, std::vector<DieFlow>(line_.dies.size()),
                     std::vector<MemoryFlow>(line_.memory.size()),
                     std::vector<ProductFlow>(line_.products.size())};
    arrive(flow);
    // Shares are of what is there before the first product takes of it.
    const auto dies = dies_;
    const auto memory = memory_;
    const auto places = places_;
    for (std::size_t p = 0; p < line_.products.size(); ++p) {
      const auto& product = line_.products[p];
      if (now < product.from || now > product.to.value_or(now)) continue;
      const double share = product.share.at(now);
      make(p, share * dies[static_cast<std::size_t>(product.dies)].of(product),
           share * stacks_in(product, memory), share * places_for(product, places), flow);
    }
    for (std::size_t d = 0; d < dies_.size(); ++d) {
      flow.dies[d].left = dies_[d].best + dies_[d].lesser;
    }
    for (std::size_t m = 0; m < memory_.size(); ++m) flow.memory[m].left = memory_[m];
    return flow;
  }

 private:
  void arrive(QuarterFlow& flow) {
    for (std::size_t d = 0; d < line_.dies.size(); ++d) arrive_dies(d, flow);
    for (std::size_t m = 0; m < line_.memory.size(); ++m) {
      flow.memory[m].arrived = line_.memory[m].amount(flow.quarter);
      memory_[m] += flow.memory[m].arrived;
    }
    places_.clear();
    for (const auto& place : line_.packaging) places_.push_back(place.amount(flow.quarter));
  }

  void arrive_dies(std::size_t d, QuarterFlow& flow) {
    const auto& dies = line_.dies[d];
    auto& arrived = flow.dies[d];
    const bool has_wafers = dies.wafers >= 0;
    const auto w = static_cast<std::size_t>(has_wafers ? dies.wafers : 0);
    const Quarter started{flow.quarter.number - (has_wafers ? line_.lead[w] : 0)};
    const auto output = output_of(d, started);
    if (has_wafers) {
      arrived.wafers = line_.wafers[w].amount(started) * dies.wafer_share.at(started);
      arrived.lesser = arrived.wafers * output.lesser;
      arrived.good = arrived.wafers * output.best + arrived.lesser;
    }
    untouched_[d] = output.untouched;
    arrived.from_bank = dies.bank.amount(flow.quarter);
    dies_[d].best += arrived.good - arrived.lesser + arrived.from_bank;
    dies_[d].lesser += arrived.lesser;
  }

  [[nodiscard]] DieOutput output_of(std::size_t d, Quarter started) const {
    const auto& dies = line_.dies[d];
    const auto& table = *making_.dies[d];
    if (!dies.yield.points.empty()) return table.at(dies.yield.at(started));
    return table.own((started.number - dies.known.number) * kQuarterTime);
  }

  static double stacks_in(const Product& product, const std::vector<double>& memory) {
    double stacks = 0;
    for (const int m : product.memory) stacks += memory[static_cast<std::size_t>(m)];
    return stacks;
  }

  static double places_for(const Product& product, const std::vector<double>& places) {
    return product.packaging < 0 ? kUnlimited : places[static_cast<std::size_t>(product.packaging)];
  }

  // Its share, but not more than is left.
  void make(std::size_t p, double dies, double stacks, double places, QuarterFlow& flow) {
    const auto& product = line_.products[p];
    const auto& recipe = making_.products[p];
    auto& made = flow.products[p];
    auto& stock = dies_[static_cast<std::size_t>(product.dies)];
    made.is_made = true;
    made.limits[0] = std::min(dies, stock.of(product)) / recipe.dies;
    made.limits[1] = recipe.stacks > 0 && !product.memory.empty()
                         ? std::min(stacks, stacks_in(product, memory_)) / recipe.stacks
                         : kUnlimited;
    made.limits[2] = std::min(places, places_for(product, places_));
    name_the_binding(made);
    const double wanted = made.begun * recipe.dies;
    const double lesser = product.takes_any ? std::min(wanted, stock.lesser) : 0.0;
    stock.lesser -= lesser;
    stock.best = std::max(0.0, stock.best - (wanted - lesser));
    flow.dies[static_cast<std::size_t>(product.dies)].used += wanted;
    if (std::isfinite(made.limits[1])) take_memory(product, made.begun * recipe.stacks, flow);
    if (product.packaging >= 0) places_[static_cast<std::size_t>(product.packaging)] -= made.begun;
    made.good = made.begun * recipe.assembled * untouched_[static_cast<std::size_t>(product.dies)];
  }

  static void name_the_binding(ProductFlow& made) {
    std::array<std::size_t, kLimits> order = {0, 1, 2};
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return made.limits[a] < made.limits[b]; });
    made.begun = made.limits[order[0]];
    made.binding = static_cast<Limit>(order[0]);
    const double second = made.limits[order[1]];
    if (std::isinf(second)) return;
    made.next = static_cast<Limit>(order[1]);
    made.slack = made.begun > 0 ? second / made.begun - 1 : kUnlimited;
  }

  void take_memory(const Product& product, double stacks, QuarterFlow& flow) {
    for (const int m : product.memory) {
      const auto i = static_cast<std::size_t>(m);
      const double taken = std::min(stacks, memory_[i]);
      memory_[i] -= taken;
      flow.memory[i].used += taken;
      stacks -= taken;
    }
  }

  const Line& line_;
  const LineMaking& making_;
  std::vector<Stock> dies_;
  std::vector<double> memory_;
  std::vector<double> places_;
  std::vector<double> untouched_;  // [dies] DieOutput::untouched of the latest
};

}  // namespace

const char* name_of(Limit limit) {
  switch (limit) {
    case Limit::kDies:
      return "dies";
    case Limit::kMemory:
      return "memory";
    case Limit::kPackaging:
      return "packaging";
  }
  return "";
}

std::vector<QuarterFlow> produce(const Line& line, const LineMaking& making, Quarter until) {
  Maker maker(line, making);
  std::vector<QuarterFlow> flows;
  for (Quarter now = line.begin; now <= until; ++now.number) flows.push_back(maker.quarter(now));
  return flows;
}

double packages_in(const std::vector<QuarterFlow>& flows, int year, int product) {
  double packages = 0;
  for (const auto& flow : flows) {
    if (flow.quarter.year() != year) continue;
    for (std::size_t p = 0; p < flow.products.size(); ++p) {
      if (product < 0 || static_cast<std::size_t>(product) == p) packages += flow.products[p].good;
    }
  }
  return packages;
}

double clusters_of(double packages, double withheld, double per_cluster) {
  return std::floor(packages * (1 - withheld) / per_cluster);
}

}  // namespace weft::supply
