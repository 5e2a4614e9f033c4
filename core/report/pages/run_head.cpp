// The figures that people look for first.
#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "run_parts.h"
#include "weft/base/unit_text.h"

namespace weft::pages {

namespace {

using base::to_text;
using study::Figure;
using study::Outcome;

using ToText = std::function<std::string(double)>;

std::string range(const RunCase& c, Figure figure, double value, const ToText& written) {
  const auto f = static_cast<std::size_t>(figure);
  const double low = c.sensitivity->low[f];
  const double high = c.sensitivity->high[f];
  if (high - low < 1e-3) return "";
  return span(written(low * value), written(high * value)) + ", uncertain inputs";
}

std::string step_range(const RunCase& c) {
  if (c.nearest == nullptr || !c.nearest->interval) {
    const auto written = [](double s) { return to_text(base::Time(s)); };
    return range(c, Figure::kStepTime, c.outcome().ledger.step.si(), written);
  }
  const double factor = std::exp(c.nearest->interval->half_width);
  return span(to_text(c.outcome().ledger.step / factor),
              to_text(c.outcome().ledger.step * factor)) +
         ", 90 % sure";
}

std::string mfu_range(const RunCase& c) {
  if (c.nearest == nullptr || !c.nearest->interval) return "";
  const double factor = std::exp(c.nearest->interval->half_width);
  return span(base::percent_text(c.outcome().mfu / factor),
              base::percent_text(c.outcome().mfu * factor)) +
         ", 90 % sure";
}

std::string money(double amount, const base::Currency& currency) {
  return to_text(base::Money{amount, currency});
}

void add_of(html::Page& page, const RunCase& c, const std::string& of) {
  const auto& o = c.outcome();
  auto& lines = page.headlines;
  if (o.goodput.makes_progress) {
    lines.push_back({"to finish", days(o.goodput.wall.si()),
                     range(c, Figure::kWallTime, o.goodput.wall.si(), days), of});
  } else {
    lines.push_back({"to finish", "never", "it fails too often", of});
  }
  lines.push_back({"a step", to_text(o.ledger.step), step_range(c), of});
  lines.push_back({"MFU", base::percent_text(o.mfu), mfu_range(c), of});
  if (o.bill.cost) {
    const auto& own = o.bill.cost->own;
    const auto written = [&](double amount) { return money(amount, own.currency); };
    lines.push_back(
        {"to own, the run", to_text(own), range(c, Figure::kOwnCost, own.amount, written), of});
  }
  const double watts = o.bill.mean.total().si();
  const auto power = [](double w) { return to_text(base::Power(w)); };
  lines.push_back(
      {"at the meter, mean", power(watts), range(c, Figure::kMeanPower, watts, power), of});
}

class Glance {
 public:
  explicit Glance(const RunCases& cases) : cases_(cases), table_(titles(cases), cases.size() + 1) {}

  Json data() {
    names();
    speed();
    run();
    return table_.data();
  }

 private:
  static std::vector<std::string> titles(const RunCases& cases) {
    std::vector<std::string> titles{""};
    for (const auto& c : cases) titles.push_back(c.label);
    return titles;
  }

  void row(const std::string& label,
           const std::function<std::string(const RunCase&, const Outcome&)>& cell) {
    std::vector<Json> cells{label};
    for (const auto& c : cases_) cells.emplace_back(cell(c, c.outcome()));
    table_.row(std::move(cells));
  }

  void names() {
    row("chip", [](const RunCase& c, const Outcome&) { return c.ran.cluster.chip_names(); });
    row("software", [](const RunCase& c, const Outcome&) { return c.ran.software.name; });
    row("site", [](const RunCase& c, const Outcome&) { return c.ran.site.name; });
    row("plan", [](const RunCase&, const Outcome& o) {
      return plan::layout_text(o.plan) + ", " + plan::schedule_text(o.plan);
    });
    row("ZeRO, micro-batch, recompute", [](const RunCase&, const Outcome& o) {
      return fmt::format("ZeRO-{}, {}, {}", o.plan.zero, o.plan.micro_batch,
                         plan::recompute_text(o.plan));
    });
    row("devices (idle), packages", [](const RunCase&, const Outcome& o) {
      return fmt::format("{} ({}), {:g}", o.devices_used, o.devices_idle, o.packages_used);
    });
  }

  void speed() {
    row("step", [](const RunCase&, const Outcome& o) { return to_text(o.ledger.step); });
    row("evidence of the step", [](const RunCase&, const Outcome& o) {
      return o.evidence.is_fitted ? std::string("fitted to published runs")
                                  : "extrapolated: " + o.evidence.reason;
    });
    row("tokens a second",
        [](const RunCase&, const Outcome& o) { return to_text(o.tokens_per_second); });
    row("MFU", [](const RunCase&, const Outcome& o) { return base::percent_text(o.mfu); });
    row("memory of the fullest stage", [](const RunCase& c, const Outcome& o) {
      return fmt::format("{} of {}", to_text(o.memory.total()),
                         to_text(c.ran.cluster.part(o.memory.part).device().memory_usable));
    });
  }

  void run() {
    row("time to finish", [](const RunCase&, const Outcome& o) {
      return o.goodput.makes_progress ? days(o.goodput.wall.si()) : std::string("never");
    });
    row("stops a week", [](const RunCase&, const Outcome& o) {
      return to_text(o.goodput.interruptions_per_week());
    });
    row("ETTR",
        [](const RunCase&, const Outcome& o) { return base::percent_text(o.goodput.ettr); });
    row("mean power at the meter",
        [](const RunCase&, const Outcome& o) { return to_text(o.bill.mean.total()); });
    row("energy of a token",
        [](const RunCase&, const Outcome& o) { return to_text(o.bill.per_token); });
    row("CO2e of the run",
        [](const RunCase&, const Outcome& o) { return to_text(o.bill.carbon_kg / 1000) + " t"; });
    row("owned, the run", [](const RunCase&, const Outcome& o) {
      return o.bill.cost ? to_text(o.bill.cost->own) : std::string("no price known");
    });
    row("rented, the run", [](const RunCase&, const Outcome& o) {
      return o.bill.rent ? to_text(*o.bill.rent) : std::string("no price known");
    });
  }

  const RunCases& cases_;
  Table table_;
};

}  // namespace

void add_headlines(html::Page& page, const RunCases& cases) {
  for (const auto& c : cases) add_of(page, c, cases.size() > 1 ? c.label : "");
}

void add_glance(html::Page& page, const RunCases& cases) {
  if (cases.empty()) return;
  page.sections.push_back({"glance", "At a glance",
                           "MFU counts the model's FLOPs with causal attention, over the dense "
                           "matrix peak of the devices in use. Power and cost are of the whole "
                           "cluster, idle devices too.",
                           "table", Glance(cases).data()});
}

}  // namespace weft::pages
