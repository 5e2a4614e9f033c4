// Sections of the table: the step, memory, power, failures, cost.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "run_table.h"

namespace weft::report {

namespace {

using base::percent_text;
using base::to_text;
using step::Part;
using study::Figure;
using study::Outcome;

// Parts of a step below this share in every case are summed up.
constexpr double kShown = 5e-3;

std::string bar(double share) {
  static const std::array<const char*, 8> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(std::lround(share * 10 * 8));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  return text + kEighths.at(eighths % 8);
}

std::string time_and_share(const Outcome& o, base::Time time) {
  const double share = time / o.ledger.step;
  return fmt::format("{:>7} {:>5.1f} % {}", to_text(time), 100 * share, bar(share));
}

}  // namespace

bool RunTable::is_shown(Part part) const {
  return std::any_of(columns_.begin(), columns_.end(), [&](const RunColumn& c) {
    return c.result->outcome &&
           c.result->outcome->ledger.part(part) / c.result->outcome->ledger.step >= kShown;
  });
}

void RunTable::step() {
  table_.heading("The step, mean over devices in use (F2: replay of the schedule)");
  std::vector<Part> small;
  for (std::size_t p = 0; p < step::kPartCount; ++p) {
    const auto part = static_cast<Part>(p);
    if (!is_shown(part)) {
      small.push_back(part);
      continue;
    }
    row(step::name_of(part),
        [&](const RunColumn&, const Outcome& o) { return time_and_share(o, o.ledger.part(part)); });
  }
  row("all other parts", [&](const RunColumn&, const Outcome& o) {
    base::Time sum;
    for (const auto part : small) sum += o.ledger.part(part);
    return time_and_share(o, sum);
  });
}

void RunTable::memory() {
  table_.heading("Memory of one device, fullest stage");
  const auto part = [&](const char* label, base::Bytes plan::Memory::*member) {
    row(label, [member](const RunColumn&, const Outcome& o) { return to_text(o.memory.*member); });
  };
  part("weights", &plan::Memory::weights);
  part("gradients", &plan::Memory::gradients);
  part("optimizer", &plan::Memory::optimizer);
  part("activations", &plan::Memory::activations);
  part("buffers", &plan::Memory::buffers);
  part("reserve", &plan::Memory::reserve);
  row("total", [](const RunColumn& c, const Outcome& o) {
    return fmt::format("{} of {}", to_text(o.memory.total()),
                       to_text(c.study_case->cluster.part(o.memory.part).device().memory_usable));
  });
}

void RunTable::power() {
  table_.heading("Power at the meter");
  row("mean in training", [](const RunColumn& c, const Outcome& o) {
    return interval(c, Figure::kMeanPower, o.bill.mean.total());
  });
  row("peak", [](const RunColumn&, const Outcome& o) { return to_text(o.bill.peak.total()); });
  row("chip/host/net/rest", [](const RunColumn&, const Outcome& o) {
    const auto& mean = o.bill.mean;
    const auto share = [&](base::Power p) { return 100 * (p / mean.total()); };
    return fmt::format("{:.0f} / {:.0f} / {:.0f} / {:.0f} %", share(mean.devices),
                       share(mean.hosts), share(mean.fabric), share(mean.other_it + mean.facility));
  });
  row("per token", [](const RunColumn& c, const Outcome& o) {
    return interval(c, Figure::kEnergyPerToken, o.bill.per_token);
  });
  limit_row();
}

void RunTable::failures() {
  table_.heading("Failures");
  row("a week", [](const RunColumn& c, const Outcome& o) {
    const double per_week = o.goodput.interruptions_per_week();
    return with_interval(c, Figure::kInterruptionsPerWeek, to_text(per_week),
                         [&](double ratio) { return to_text(per_week * ratio); });
  });
  row("checkpoint every", [](const RunColumn&, const Outcome& o) {
    return fmt::format("{}, pause {}", to_text(o.goodput.checkpoint_interval),
                       to_text(o.goodput.checkpoint_pause));
  });
  row("ETTR", [](const RunColumn&, const Outcome& o) {
    return percent_text(o.goodput.ettr) + (o.goodput.played > 0
                                               ? fmt::format(", {} runs played", o.goodput.played)
                                               : std::string(", closed form"));
  });
}

void RunTable::cost() {
  table_.heading("Cost of the run");
  row("own", [](const RunColumn& c, const Outcome& o) {
    if (!o.bill.cost) return std::string("no price known");
    const auto own = o.bill.cost->own;
    return with_interval(c, Figure::kOwnCost, to_text(own), [&](double ratio) {
      return to_text(base::Money{own.amount * ratio, own.currency});
    });
  });
  row("rent", [](const RunColumn&, const Outcome& o) {
    return o.bill.rent ? to_text(*o.bill.rent) : std::string("no price known");
  });
  row("own, a package-hour", [](const RunColumn&, const Outcome& o) {
    return o.bill.own_per_package_hour ? to_text(*o.bill.own_per_package_hour) : std::string("-");
  });
  row("interest", [](const RunColumn& c, const Outcome&) {
    return percent_text(c.study_case->site.finance.rate, 2) + " a year";
  });
  row("CO2e", [](const RunColumn&, const Outcome& o) {
    return fmt::format("{:.3g} t", o.bill.carbon_kg / 1000);
  });
}

}  // namespace weft::report
