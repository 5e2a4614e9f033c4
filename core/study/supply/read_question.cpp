#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "weft/supply_study/question.h"

namespace weft::supply_study {

namespace {

using base::Fields;
using base::Node;

constexpr std::array<const char*, kMetrics> kMetricNames = {"peak_share", "token_share",
                                                            "chips_share", "memory_ratio"};
constexpr const char* kBlock = "supply";
constexpr int kMostQuarters = 100;
constexpr std::int64_t kMostSamples = 100'000;

double share_of(Fields& fields, const char* key, double fallback) {
  const double value = fields.number(key, fallback);
  if (value >= 0 && value < 1) return value;
  fields.reading().error(*fields.value(key), "a share from 0 to below 100 % is expected here");
  return fallback;
}

std::vector<Claim> read_claims(Fields& fields) {
  std::vector<Claim> claims;
  if (!fields.has("claims")) return claims;
  const auto all = fields.map("claims").node();
  for (std::size_t i = 0; all.is_map() && i < all.size(); ++i) {
    Fields map(all.item(i), fields.reading(), fields.name());
    Claim claim;
    claim.id = std::string(all.key(i));
    claim.metric = static_cast<Metric>(
        map.choice("metric", std::vector<std::string>(kMetricNames.begin(), kMetricNames.end())));
    claim.year = map.small_integer("year", 2000);
    claim.value = map.number("value");
    if (map.has("packages")) claim.packages = map.count("packages", "packages");
    if (const auto source = map.node().find("source")) claim.source = source->text();
    map.finish();
    claims.push_back(std::move(claim));
  }
  return claims;
}

// A line by name with changes on top.
base::Document line_document(Fields& fields, const char* key, const char* changes,
                             const base::Catalog& catalog) {
  const auto name = fields.text(key);
  const auto document = catalog.load("supply_line", name, fields.value(key));
  const auto over = fields.value(changes);
  return over ? base::merge(document, *over) : document;
}

const manufacturing::Manufacturing& making_of(const chips::Chip& chip, const supply::Dies& dies) {
  if (chip.manufacturing) return *chip.manufacturing;
  throw base::InputError({{dies.named->position(), dies.named->length(),
                           fmt::format("the file of {} does not say how it is made", chip.name),
                           "`manufacturing:`, as in ascend_910c"}});
}

void check_yields(const supply::Dies& dies, const supply::YieldTable& table) {
  for (const auto& point : dies.yield.points) {
    if (point.value <= table.most() * (1 + 1e-9)) continue;
    throw base::InputError(
        {{dies.named->position(), dies.named->length(),
          fmt::format("a die yield of {:.4g} % is more than the {:.4g} % that are left without any "
                      "defect",
                      100 * point.value, 100 * table.most()),
          ""}});
  }
}

void check_stacks(const supply::Product& product, const chips::Chip& chip) {
  if (product.memory.empty() || product.stacks > 0 || chip.memory_stacks > 0) return;
  throw base::InputError(
      {{product.named->position(), product.named->length(),
        fmt::format("the file of {} does not say how many stacks of memory it has", chip.name),
        "stacks: 4"}});
}

}  // namespace

const char* name_of(Metric metric) { return kMetricNames[static_cast<std::size_t>(metric)]; }

LoadedLine load_line(const base::Document& document, const base::Catalog& catalog) {
  base::Reading reading;
  LoadedLine loaded{document, supply::read_line(document, reading), {}, {}, {}};
  reading.throw_if_any();
  // Numbers must make sense at their ends too.
  for (const bool high : {false, true}) {
    base::Reading ends(
        [high](const std::string&, const base::Distribution& d) { return high ? d.high : d.low; });
    supply::read_line(document, ends);
    ends.throw_if_any();
  }
  const auto chip_of = [&](const std::string& name, const std::optional<Node>& named) {
    auto chip_document = catalog.load("chip", name, named);
    auto chip = chips::read_chip(chip_document, reading);
    reading.throw_if_any();
    return std::pair(std::move(chip_document), std::move(chip));
  };
  for (const auto& dies : loaded.line.dies) {
    const auto chip = chip_of(dies.chip, dies.named).second;
    loaded.dies.emplace_back(making_of(chip, dies));
    check_yields(dies, loaded.dies.back());
  }
  const auto add = [&](const std::string& name, const std::optional<Node>& named) {
    auto [chip_document, chip] = chip_of(name, named);
    loaded.chip_documents.push_back(std::move(chip_document));
    loaded.chips.push_back(std::move(chip));
  };
  for (const auto& product : loaded.line.products) {
    add(product.chip, product.named);
    check_stacks(product, loaded.chips.back());
  }
  for (const auto& shipped : loaded.line.shipped) add(shipped.chip, std::nullopt);
  return loaded;
}

Question read_question(const base::Document& study, const base::Catalog& catalog,
                       base::Reading& reading) {
  Fields root(study.root(), reading, study.file().stem().string());
  Fields fields = root.map(kBlock);
  reading.throw_if_any();
  const auto made = line_document(fields, "of", "with", catalog);
  Question question{load_line(made, catalog), std::nullopt, {}, {}, 0, 0, 0, {}, 400, 1};
  if (fields.has("against")) {
    question.other = load_line(line_document(fields, "against", "against_with", catalog), catalog);
  }
  const auto quarter = [&](const char* key, supply::Quarter fallback) {
    return fields.has(key) ? supply::quarter_of(*fields.value(key), reading) : fallback;
  };
  question.from = quarter("from", question.made.line.begin);
  question.to = quarter("to", {question.from.number + 2 * supply::kQuarters - 1});
  const bool in_order = question.made.line.begin <= question.from && question.from <= question.to &&
                        question.to.number - question.made.line.begin.number < kMostQuarters;
  // A line of counts alone begins nowhere; what is wrong with it is said below.
  const bool is_made = !question.made.line.products.empty();
  if (is_made && !in_order) {
    reading.error(fields.value("to").value_or(fields.node()),
                  fmt::format("quarters from {} on, in their order, at most {} of them, are "
                              "expected here",
                              question.made.line.begin.text(), kMostQuarters));
  }
  if (!is_made) {
    reading.error(*fields.value("of"), "a line that says how its products are made is expected");
  }
  question.spares = share_of(fields, "spares", 0);
  question.returns = share_of(fields, "returns", 0);
  question.attrition = share_of(fields, "attrition", 0);
  question.claims = read_claims(fields);
  const auto samples = fields.integer("samples", 2, 400);
  if (samples > kMostSamples) {
    reading.error(*fields.value("samples"), fmt::format("at most {} are expected", kMostSamples));
  }
  question.samples = static_cast<std::size_t>(std::min(samples, kMostSamples));
  question.seed = static_cast<std::uint64_t>(fields.integer("seed", 0, 1));
  fields.finish();
  return question;
}

}  // namespace weft::supply_study
