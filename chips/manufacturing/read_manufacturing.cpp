#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "weft/manufacturing/die_yield.h"

namespace weft::manufacturing {

namespace {

using base::Fields;

constexpr int kMostCores = 1000;  // binomial coefficients of more would not fit in a double
constexpr double kLeastClustering = 0.05;  // of less, nearly all dies would have no defect at all
constexpr double kMostClustering = 1e6;    // Poisson's law but for the last digits

void complain(Fields& fields, const char* key, const std::string& what) {
  fields.reading().error(fields.value(key).value_or(fields.node()), what);
}

// A number within bounds.
double within(Fields& fields, const char* key, double low, double high, double fallback) {
  const double value = fields.number(key, fallback);
  if (value < low || value > high) {
    complain(fields, key, fmt::format("a number from {} to {} is expected here", low, high));
    return fallback;
  }
  return value;
}

template <class Q>
Q not_negative(Fields& fields, const char* key, Q fallback) {
  const Q value = fields.quantity<Q>(key, fallback);
  if (value.si() >= 0) return value;
  complain(fields, key, "0 or more is expected here");
  return fallback;
}

template <class Q>
Q required_not_negative(Fields& fields, const char* key) {
  const Q value = fields.quantity<Q>(key);
  if (value.si() < 0) complain(fields, key, "0 or more is expected here");
  return value.si() < 0 ? Q(0) : value;
}

void read_wafer(Fields fields, Manufacturing& made) {
  made.wafer.diameter = fields.positive<base::Length>("diameter");
  made.wafer.edge = required_not_negative<base::Length>(fields, "edge");
  made.wafer.scribe = not_negative(fields, "scribe", base::Length(0));
  if (made.wafer.diameter.si() > 0 && made.wafer.diameter <= 2 * made.wafer.edge) {
    complain(fields, "edge", "the edge leaves nothing of the wafer");
  }
  fields.finish();
}

// A square of the die's area unless told otherwise.
void read_die_size(std::optional<Fields> fields, Manufacturing& made) {
  made.die = square_of(made.design.die_area);
  if (!fields) return;
  made.die.width = fields->positive<base::Length>("width");
  made.die.height = fields->positive<base::Length>("height");
  fields->finish();
  constexpr double kTolerance = 0.02;
  const double area = (made.die.width * made.die.height).si();
  const double known = made.design.die_area.si();
  if (area > 0 && std::abs(area / known - 1) > kTolerance) {
    fields->reading().error(fields->node(), fmt::format("{:.4g} mm2 by width and height, but "
                                                        "{:.4g} mm2 as the die's area",
                                                        1e6 * area, 1e6 * known));
  }
}

void read_law(Fields& fields, Manufacturing& made) {
  std::vector<std::string> names;
  for (const auto& law : laws()) names.emplace_back(law.name);
  made.law = &law_named(names[fields.choice("law", names)]);
  auto& parameters = made.parameters;
  parameters.clustering = within(fields, "clustering", kLeastClustering, kMostClustering, 2);
  parameters.layers = fields.small_integer("layers", 1, 1);
  made.systematic = fields.share("systematic", 1.0);
  made.region = static_cast<Region>(fields.choice("region", {"die", "block", "wafer"}, 1));
}

void read_learning(std::optional<Fields> fields, Manufacturing& made) {
  if (!fields) return;
  Learning learning;
  learning.first = required_not_negative<base::ArealDensity>(*fields, "first");
  learning.last = required_not_negative<base::ArealDensity>(*fields, "last");
  learning.constant = fields->positive<base::Time>("constant");
  learning.age = required_not_negative<base::Time>(*fields, "age");
  fields->finish();
  made.learning = learning;
}

void read_reported(Fields& fields, Manufacturing& made) {
  if (!fields.has("die_yield")) {
    // What a yield counts says nothing where none is given, as where another file took it away.
    fields.value("yield");
    return;
  }
  ReportedYield reported;
  reported.value = fields.share("die_yield");
  if (auto meaning = fields.maybe_map("yield")) {
    reported.scope =
        static_cast<Scope>(meaning->choice("scope", {"die", "package", "final_test"}, 0));
    reported.counts = static_cast<Counts>(meaning->choice("counts", {"perfect", "chip", "any"}, 1));
    meaning->finish();
  }
  made.reported = reported;
}

// One of three ways to say how many defects there are.
void read_defects(Fields& fields, Manufacturing& made) {
  if (fields.has("defect_density")) {
    made.density = required_not_negative<base::ArealDensity>(fields, "defect_density");
  }
  read_learning(fields.maybe_map("learning"), made);
  read_reported(fields, made);
  const int given = int{made.density.has_value()} + int{made.learning.has_value()} +
                    int{made.reported.has_value()};
  if (given == 1) return;
  const char* last = made.reported ? "die_yield" : made.learning ? "learning" : "defect_density";
  if (given > 1) {
    complain(fields, last,
             "one of 'defect_density', 'learning' and 'die_yield' is enough; take "
             "another away with ~");
  } else {
    fields.reading().error(fields.node(), "'defect_density', 'learning' or 'die_yield' is missing");
  }
}

void read_clock(std::optional<Fields> fields, Manufacturing& made) {
  if (!fields) return;
  ClockSpread clock;
  clock.mean = fields->positive<base::Rate>("mean");
  clock.spread = within(*fields, "spread", 0, 1, 0);
  clock.is_lognormal = fields->choice("shape", {"normal", "lognormal"}, 0) == 1;
  fields->finish();
  made.max_clock = clock;
}

BinRule read_bin(Fields fields, const Manufacturing& made) {
  const auto& design = made.design;
  BinRule bin;
  bin.name = fields.text("name");
  bin.cores = fields.small_integer("cores", 1, std::max(1, design.cores_enabled));
  bin.clock = fields.has("clock") ? fields.positive<base::Rate>("clock") : design.clock;
  bin.stacks = fields.small_integer("stacks", 0, design.stacks);
  bin.sold_as = fields.text("sold_as", "");
  if (bin.cores > made.cores()) {
    complain(fields, "cores", fmt::format("a die has {} cores", made.cores()));
    bin.cores = made.cores();
  }
  fields.finish();
  return bin;
}

// Each bin takes what the one before it takes, and more: a package is then of its worst die's bin.
void check_order(const base::Node& node, const BinRule& last, const BinRule& bin,
                 base::Reading& reading) {
  if (bin.cores <= last.cores && bin.clock <= last.clock) return;
  reading.error(node, fmt::format("bins go from the best to the worst: one behind '{}' asks for no "
                                  "more cores and no higher clock",
                                  last.name));
}

void read_bins(Fields& fields, Manufacturing& made) {
  for (const auto& node : fields.list("bins")) {
    auto bin = read_bin(Fields(node, fields.reading(), fields.name()), made);
    if (!made.bins.empty()) check_order(node, made.bins.back(), bin, fields.reading());
    made.bins.push_back(std::move(bin));
  }
  if (made.bins.empty()) {
    const auto& design = made.design;
    const int cores = design.cores_built > 0 ? std::max(1, design.cores_enabled) : 1;
    made.bins.push_back({"as sold", cores, design.clock, design.stacks, ""});
  }
}

void read_package(std::optional<Fields> fields, Manufacturing& made) {
  if (!fields) return;
  made.package.known_good_die = fields->flag("known_good_die", true);
  made.package.attach = fields->share("attach", 1.0);
  made.package.assembly = fields->share("assembly", 1.0);
  fields->finish();
}

void read_latent(Fields fields, Manufacturing& made) {
  made.latent.ratio = within(fields, "ratio", 0, 1, 0);
  made.latent.shape = within(fields, "shape", 0.05, 20, 1);
  made.latent.life = fields.positive<base::Time>("life");
  made.latent.silent = within(fields, "silent", 0, 1, 0);
  fields.finish();
}

void read_burn_in(std::optional<Fields> fields, Manufacturing& made) {
  if (!fields) return;
  made.burn_in.time = required_not_negative<base::Time>(*fields, "time");
  made.burn_in.acceleration = within(*fields, "acceleration", 1, 1e6, 1);
  fields->finish();
}

void read_prices(std::optional<Fields> fields, Manufacturing& made) {
  if (!fields) return;
  Prices prices;
  const auto amount = [&](const char* key, const base::Money& money) {
    if (money.amount < 0) complain(*fields, key, "0 or more is expected here");
    if (prices.currency.empty()) prices.currency = money.currency;
    if (!money.currency.empty() && money.currency != prices.currency) {
      complain(*fields, key,
               fmt::format("all prices are expected in one currency: {}", prices.currency));
    }
    return money.amount;
  };
  prices.wafer = amount("wafer", fields->money("wafer"));
  prices.memory = amount("memory", fields->price<base::Bytes>("memory") * made.design.memory);
  prices.assembly = amount("assembly", fields->money("assembly"));
  prices.test = amount("test", fields->money("test"));
  if (const auto price = fields->maybe_price<base::Time>("burn_in")) {
    prices.burn_in = amount("burn_in", *price * base::kSecond);
  }
  fields->finish();
  made.prices = prices;
}

}  // namespace

Manufacturing read_manufacturing(base::Fields fields, const Design& design) {
  const auto errors = fields.reading().diagnostics().size();
  Manufacturing made;
  made.design = design;
  if (!(design.die_area.si() > 0)) {
    fields.reading().error(fields.node(), "the chip's 'die.area' is missing");
  }
  if (design.cores_built > kMostCores) {
    fields.reading().error(fields.node(), fmt::format("more than {} cores on a die", kMostCores));
    made.design.cores_built = kMostCores;
  }
  read_wafer(fields.map("wafer"), made);
  read_die_size(fields.maybe_map("die"), made);
  read_law(fields, made);
  read_defects(fields, made);
  made.core_share = within(fields, "core_share", 0, 1, 0);
  read_clock(fields.maybe_map("max_clock"), made);
  read_bins(fields, made);
  if (auto test = fields.maybe_map("test")) {
    made.test_coverage = test->share("coverage", 1.0);
    test->finish();
  }
  read_package(fields.maybe_map("package"), made);
  read_latent(fields.map("latent"), made);
  read_burn_in(fields.maybe_map("burn_in"), made);
  read_prices(fields.maybe_map("prices"), made);
  if (fields.reading().diagnostics().size() == errors) {
    if (const auto why = unreachable(made); !why.empty()) complain(fields, "die_yield", why);
  }
  fields.finish();
  return made;
}

}  // namespace weft::manufacturing
