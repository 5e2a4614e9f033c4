// The table of `weft run`: power limits, and what a case trains per rack, megawatt, money and
// wafer.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "run_table.h"
#include "weft/study/per.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::to_text;
using study::Outcome;
using study::Per;

// The cap of a package that holds a limit, and what is then drawn.
std::string cap_text(const RunColumn& column) {
  const auto& limit = column.result->limit;
  if (!limit) return "-";
  if (limit->caps.empty()) return "no cap is needed";
  const auto& chip = column.study_case->cluster.chip;
  return fmt::format("{} a package ({})", to_text(limit->caps.front() * chip.devices()),
                     percent_text(limit->caps.front() / chip.device.power.limit));
}

}  // namespace

void RunTable::limit_row() {
  const bool any = std::any_of(columns_.begin(), columns_.end(),
                               [](const RunColumn& c) { return c.study_case->power_limit; });
  if (!any) return;
  row("limit at the meter", [](const RunColumn& c, const Outcome&) {
    const auto& limit = c.study_case->power_limit;
    return limit ? fmt::format("{}, {}", to_text(limit->most), name_of(limit->of))
                 : std::string("none");
  });
  row("  held by a cap of", [](const RunColumn& c, const Outcome&) { return cap_text(c); });
  row("  it then draws", [](const RunColumn& c, const Outcome&) {
    const auto& limit = c.result->limit;
    return limit ? fmt::format("{} (± {})", to_text(limit->drawn), to_text(limit->tolerance))
                 : std::string("-");
  });
  row("  without a cap", [](const RunColumn& c, const Outcome&) {
    return c.result->limit ? to_text(c.result->limit->free) : std::string("-");
  });
  for (const auto& column : columns_) {
    const auto& limit = column.result->limit;
    if (!limit || limit->agrees || !column.result->outcome) continue;
    table_.note(
        fmt::format("{}: after {} rounds the best plan at the cap is not the one that the cap was "
                    "found for; this one holds the limit, another may train faster under it",
                    column.study_case->cluster.label, limit->rounds));
  }
}

// Rows of a stock and of tokens a second over it, as a ratio to the first case too.
void RunTable::per() {
  table_.heading("Tokens a second of this job by what it takes (ratio to the first)");
  const auto currency = study::currency_of(study_);
  const auto per_of = [&](const RunColumn& c, const Outcome& o) {
    return study::per_of(study_.job, *c.study_case, o, currency);
  };
  const auto reference = per_of(*reference_, *reference_->result->outcome);
  using Stock = std::function<std::optional<double>(const Per&)>;
  const auto yields = [&](const std::string& label, const Stock& stock) {
    const auto rate = [&](const Per& per) {
      const auto value = stock(per);
      return value && *value > 0 ? std::optional(per.tokens_per_second / *value) : std::nullopt;
    };
    const auto base = rate(reference);
    row(label, [&, rate, base](const RunColumn& c, const Outcome& o) {
      const auto value = rate(per_of(c, o));
      if (!value) return std::string("not known");
      auto text = to_text(*value);
      if (base) text += fmt::format(" ({:.3g} ×)", *value / *base);
      return text;
    });
  };
  const auto amount = [&](const std::string& label, const Stock& stock) {
    row(label, [&, stock](const RunColumn& c, const Outcome& o) {
      const auto value = stock(per_of(c, o));
      return value ? to_text(*value) : std::string("not known");
    });
  };
  const Stock racks = [](const Per& per) { return per.racks; };
  const Stock megawatts = [](const Per& per) { return std::optional(per.megawatts); };
  const Stock wafers = [](const Per& per) { return per.wafers; };
  const Stock millions = [](const Per& per) {
    return per.capital ? std::optional(*per.capital / 1e6) : std::nullopt;
  };
  yields("in all", [](const Per&) { return std::optional(1.0); });
  const bool any_racks = std::any_of(columns_.begin(), columns_.end(), [](const RunColumn& c) {
    return c.study_case->cluster.racks > 0;
  });
  if (any_racks) {
    amount("racks", racks);
    yields("  per rack", racks);
  }
  amount("MW at the meter", megawatts);
  yields("  per MW", megawatts);
  amount("capital, M" + currency, millions);
  yields("  per M" + currency, millions);
  amount("logic wafers", wafers);
  yields("  per wafer", wafers);
  row("own, 1 M tokens", [&](const RunColumn& c, const Outcome& o) {
    const auto per = per_of(c, o);
    return per.own_million ? to_text(base::Money{*per.own_million, per.currency})
                           : std::string("no price known");
  });
}

}  // namespace weft::report
