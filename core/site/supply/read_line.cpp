#include "weft/supply/line.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace weft::supply {

namespace {

using base::Fields;
using base::Node;

// What a number of a schedule is.
enum class Counted { kShare, kThings };

class LineReader {
 public:
  explicit LineReader(Fields& fields, Line& line) : fields_(fields), line_(line) {}

  void read() {
    line_.name = fields_.text("name");
    // A line that is known by its counts alone begins nowhere.
    if (fields_.has("begin")) line_.begin = quarter_of(*fields_.value("begin"), reading());
    each("wafers", [&](Fields& map, const std::string& name) { read_wafers(map, name); });
    each("dies", [&](Fields& map, const std::string& name) { read_dies(map, name); });
    each("memory", [&](Fields& map, const std::string& name) {
      line_.memory.push_back(read_source(map, name, "stacks"));
    });
    each("packaging", [&](Fields& map, const std::string& name) {
      line_.packaging.push_back(read_source(map, name, "packages"));
    });
    each("optics", [&](Fields& map, const std::string& name) {
      line_.optics.push_back(read_source(map, name, "modules"));
    });
    each("products", [&](Fields& map, const std::string& name) { read_product(map, name); });
    each("published", [&](Fields& map, const std::string& name) { read_published(map, name); });
    each("shipped", [&](Fields& map, const std::string& name) { read_shipped(map, name); });
    if (!line_.products.empty() && !fields_.has("begin")) {
      reading().error(fields_.node(), "'begin' is missing; the first quarter is expected",
                      "begin: 2024-Q1");
    }
    if (line_.products.empty() && line_.shipped.empty()) {
      reading().error(fields_.node(), "'products' or 'shipped' is missing: nothing comes out");
    }
    fields_.finish();
  }

 private:
  base::Reading& reading() { return fields_.reading(); }

  // The members of a map of maps.
  template <class Read>
  void each(const char* key, Read read) {
    if (!fields_.has(key)) return;
    const auto all = fields_.map(key).node();
    if (!all.is_map() || all.path().empty()) return;
    for (std::size_t i = 0; i < all.size(); ++i) {
      Fields map(all.item(i), reading(), fields_.name());
      read(map, std::string(all.key(i)));
      map.finish();
    }
  }

  Quarter date_of(const Node& point) {
    const auto date = point.is_map() ? point.find("date") : std::nullopt;
    if (date) return quarter_of(*date, reading());
    reading().error(point, "'date' is missing; a quarter is expected", "date: 2025-Q3");
    return {};
  }

  double number_at(const Node& point, Counted counted, const char* noun) {
    if (counted == Counted::kThings) {
      return base::count_of(point, reading(), fields_.name(), noun);
    }
    const double share = base::number_of(point, reading(), fields_.name());
    if (share >= 0 && share <= 1) return share;
    reading().error(point, "a share from 0 to 100 % is expected here");
    return 0;
  }

  // One number for all times, or a list of them with dates.
  Schedule read_schedule(Fields& map, const char* key, Counted counted, const char* noun,
                         double otherwise, double factor = 1) {
    Schedule schedule{{}, otherwise};
    const auto nodes = map.list(key);
    for (const auto& node : nodes) {
      const bool is_constant = nodes.size() == 1 && !(node.is_map() && node.find("date"));
      const auto when = is_constant ? Quarter{} : date_of(node);
      if (!schedule.points.empty() && when <= schedule.points.back().at) {
        reading().error(node, "dates go from the first to the last");
        continue;
      }
      schedule.points.push_back({when, factor * number_at(node, counted, noun)});
    }
    return schedule;
  }

  std::vector<Delivery> read_deliveries(Fields& map, const char* noun) {
    std::vector<Delivery> all;
    for (const auto& node : map.list("deliveries")) {
      Fields entry(node, reading(), fields_.name());
      Delivery delivery;
      if (const auto from = entry.value("from"))
        delivery.from = quarter_of(*from, reading());
      else
        reading().error(node, "'from' is missing; a quarter is expected", "from: 2025-Q3");
      delivery.over = entry.small_integer("quarters", 1, 1);
      delivery.amount = entry.count("amount", noun);
      entry.finish();
      all.push_back(delivery);
    }
    return all;
  }

  Source read_source(Fields& map, const std::string& name, const char* noun) {
    Source source;
    source.name = name;
    const bool monthly = map.has("per_month");
    const bool yearly = map.has("per_year");
    if (monthly && yearly) {
      reading().error(*map.value("per_year"), "one of 'per_month' and 'per_year' is enough");
    }
    const double factor = monthly ? kMonths : 1.0 / kQuarters;
    source.rate =
        read_schedule(map, monthly ? "per_month" : "per_year", Counted::kThings, noun, 0, factor);
    source.deliveries = read_deliveries(map, noun);
    source.share = read_schedule(map, "share", Counted::kShare, "", 1);
    return source;
  }

  void read_wafers(Fields& map, const std::string& name) {
    line_.wafers.push_back(read_source(map, name, "wafers"));
    line_.lead.push_back(map.small_integer("lead_quarters", 0, 0));
  }

  // The place of a name among those of a section.
  template <class Named>
  int place(Fields& map, const Node& node, const std::vector<Named>& among, const char* section) {
    const auto name = base::text_of(node, reading());
    std::vector<std::string> names;
    for (std::size_t i = 0; i < among.size(); ++i) {
      if (among[i].name == name) return static_cast<int>(i);
      names.push_back(among[i].name);
    }
    const auto near = base::nearest(name, names);
    map.reading().error(node, fmt::format("'{}' is none of '{}'", name, section),
                        near.empty() ? "" : fmt::format("did you mean '{}'?", near));
    return -1;
  }

  void read_dies(Fields& map, const std::string& name) {
    Dies dies;
    dies.name = name;
    dies.chip = map.text("chip");
    dies.named = map.value("chip");
    if (const auto wafers = map.value("wafers")) {
      dies.wafers = place(map, *wafers, line_.wafers, "wafers");
    }
    dies.wafer_share = read_schedule(map, "wafer_share", Counted::kShare, "", 1);
    dies.yield = read_schedule(map, "die_yield", Counted::kShare, "", 0);
    dies.known = line_.begin;
    if (auto bank = map.maybe_map("bank")) {
      dies.bank = read_source(*bank, name, "dies");
      bank->finish();
    }
    line_.dies.push_back(std::move(dies));
  }

  void read_product(Fields& map, const std::string& name) {
    Product product;
    product.name = name;
    product.chip = map.text("chip");
    product.named = map.value("chip");
    if (map.has("dies")) {
      product.dies = place(map, *map.value("dies"), line_.dies, "dies");
    } else {
      reading().error(map.node(), "'dies' is missing; the name of one of 'dies' is expected");
    }
    product.takes_any = map.choice("takes", {"best", "any"}, 0) == 1;
    for (const auto& node : map.list("memory")) {
      product.memory.push_back(place(map, node, line_.memory, "memory"));
    }
    if (const auto packaging = map.value("packaging")) {
      product.packaging = place(map, *packaging, line_.packaging, "packaging");
    }
    product.stacks = map.count("stacks", "stacks", 0);
    product.share = read_schedule(map, "share", Counted::kShare, "", 1);
    product.from = map.has("from") ? quarter_of(*map.value("from"), reading()) : line_.begin;
    if (map.has("to")) product.to = quarter_of(*map.value("to"), reading());
    line_.products.push_back(std::move(product));
  }

  void read_published(Fields& map, const std::string& name) {
    Published published;
    published.id = name;
    published.year = map.small_integer("year", 2000);
    for (const auto& node : map.list("products")) {
      const int p = place(map, node, line_.products, "products");
      if (p >= 0) published.products.push_back(line_.products[static_cast<std::size_t>(p)].name);
    }
    published.counts_dies = map.choice("counts", {"packages", "dies"}, 0) == 1;
    published.low = map.count("low", "");
    published.high = map.count("high", "", published.low);
    published.by_construction = map.flag("by_construction", false);
    published.source = map.node().find("source") ? map.node().find("source")->text() : "";
    if (published.high < published.low) {
      reading().error(*map.value("high"), "no less than 'low' is expected here");
    }
    line_.published.push_back(std::move(published));
  }

  void read_shipped(Fields& map, const std::string& name) {
    Shipped shipped;
    shipped.chip = name;
    shipped.named = map.node();
    const auto unit = map.choice("counting_unit", {"packages", "dies", "unknown"}, 2);
    if (unit != 2) shipped.counts_dies = unit == 1;
    for (const auto& node : map.list("years")) {
      const auto date = node.is_map() ? node.find("date") : std::nullopt;
      if (!date) {
        reading().error(node, "'date' is missing; a year is expected", "date: 2025");
        continue;
      }
      const auto year = base::integer_of(*date, reading(), fields_.name(), 2000);
      shipped.years.push_back({static_cast<int>(year), number_at(node, Counted::kThings, "GPUs")});
    }
    line_.shipped.push_back(std::move(shipped));
  }

  Fields& fields_;
  Line& line_;
};

// The date written nearest around a fact: its own, or that of what it is a part of.
std::string date_beside(const Node& root, const std::string& path) {
  Node at = root;
  std::string date;
  for (std::size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find_first_of(".[", begin), path.size());
    const auto step = path.substr(begin, end - begin);
    begin = end + 1;
    if (step.empty()) continue;
    if (step.back() == ']') {
      at = at.item(static_cast<std::size_t>(std::stoul(step)));
    } else if (const auto member = at.find(step)) {
      at = *member;
    } else {
      return date;
    }
    for (const char* key : {"from", "date"}) {
      const auto found = at.is_map() ? at.find(key) : std::nullopt;
      if (found && found->is_scalar()) date = found->text();
    }
  }
  return date;
}

}  // namespace

Line read_line(const base::Document& document, base::Reading& reading) {
  Line line;
  line.id = document.file().stem().string();
  Fields fields(document.root(), reading, line.id);
  LineReader(fields, line).read();
  return line;
}

std::vector<Input> inputs_of(const base::Document& document) {
  std::vector<Input> inputs;
  for (const auto& fact : base::facts(document)) {
    const bool is_figure = fact.value.find_first_of("0123456789") != std::string::npos;
    // Names that end in a number, and dates themselves, are no figures.
    const auto key = fact.path.substr(fact.path.find_last_of('.') + 1);
    const bool is_name = key == "chip" || key == "dies" || key == "wafers" || key == "memory" ||
                         key == "from" || key == "to" || key == "begin" || key == "name" ||
                         key == "products" || key == "packaging";
    if (!is_figure || is_name || fact.path.starts_with("published.")) continue;
    Input input;
    input.path = fact.path;
    input.date = date_beside(document.root(), fact.path);
    input.value = fact.value;
    input.source = fact.source;
    input.confidence = fact.confidence;
    input.disputed = fact.disputed;
    inputs.push_back(std::move(input));
  }
  return inputs;
}

}  // namespace weft::supply
