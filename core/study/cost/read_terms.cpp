#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "weft/cost/terms.h"
#include "weft/site/prices.h"
#include "weft/site/rent_or_own.h"

namespace weft::cost {

namespace {

using base::Fields;
using base::Node;

constexpr base::Time kMonth = base::kHour * site::kHoursAMonth;
constexpr double kMostMonths = 1200;

int months_of(Fields& fields, const char* key, int fallback) {
  if (!fields.has(key)) return fallback;
  const double months = std::round(fields.positive<base::Time>(key) / kMonth);
  if (months >= 1 && months <= kMostMonths) return static_cast<int>(months);
  fields.reading().error(*fields.value(key), "1 to 1200 months are expected here");
  return fallback;
}

double date_of(Fields& fields, const char* key, std::string& text) {
  text = fields.text(key);
  const auto year = site::year_of(text);
  if (!year && fields.has(key)) {
    fields.reading().error(*fields.value(key),
                           "a date is expected here: 2024, 2024-10 or "
                           "2024-10-15");
  }
  return year.value_or(0);
}

Use read_use(Fields& fields) {
  Use use;
  const auto node = fields.value("utilisation");
  if (!node) return use;
  if (!node->is_map() || !node->find("from")) {
    use.steady = use.start = fields.share("utilisation");
    return use;
  }
  auto ramp = fields.map("utilisation");
  use.start = ramp.number("from");
  if (use.start < 0 || use.start > 1) {
    ramp.reading().error(*ramp.value("from"), "a share from 0 to 100 % is expected here");
  }
  use.steady = ramp.share("to");
  use.ramp_months = ramp.positive<base::Time>("over") / kMonth;
  ramp.finish();
  return use;
}

void read_rent(Fields fields, Terms& terms) {
  if (fields.has("commitment")) {
    terms.commitment_years = fields.positive<base::Time>("commitment") / base::kYear;
  }
  auto& extras = terms.extras;
  if (fields.has("egress")) {
    extras.egress = fields.quantity<base::Bandwidth>("egress");
    extras.egress_price = fields.price<base::Bytes>("egress_price");
  }
  if (fields.has("stored")) {
    extras.stored = fields.quantity<base::Bytes>("stored");
    extras.stored_price = fields.price<ByteTime>("stored_price");
  }
  fields.finish();
}

void read_parts(Fields fields, Terms& terms) {
  const auto map = fields.node();
  for (std::size_t i = 0; map.is_map() && i < map.size(); ++i) {
    const std::string name(map.key(i));
    const auto node = map.item(i);
    if (!node.is_map()) continue;  // source and the like
    auto entry = fields.map(name);
    ReplacedPart part{name, entry.money("price"), entry.share("replaced", 1.0), node};
    if (part.price.amount < 0) entry.reading().error(*entry.value("price"), "must not be negative");
    entry.finish();
    terms.parts.push_back(std::move(part));
  }
  fields.finish();
}

void read_own(Fields fields, Terms& terms) {
  if (fields.has("maintenance")) {
    terms.maintenance = fields.number("maintenance");
    if (*terms.maintenance < 0 || *terms.maintenance >= 1) {
      fields.reading().error(*fields.value("maintenance"),
                             "a share from 0 to below 100 % is expected here");
    }
  }
  terms.lead_time = fields.quantity<base::Time>("lead_time", base::kDay * 30);
  if (auto parts = fields.maybe_map("parts")) {
    read_parts(*parts, terms);
    if (!terms.maintenance) {
      fields.reading().error(parts->node(),
                             "say 'maintenance' beside 'parts': what is left of it without parts "
                             "(that of the site includes them)");
    }
  }
  fields.finish();
}

std::string note_of(const Node& node, std::string_view key) {
  const auto note = node.find(key);
  return note ? std::string(note->text()) : "";
}

Lab read_lab(const Node& node, Fields& fields) {
  Fields entry(node, fields.reading(), fields.name());
  Lab lab;
  std::string from;
  lab.name = entry.text("name");
  lab.from = date_of(entry, "from", from);
  lab.months = months_of(entry, "months", 12);
  lab.compute = entry.money("compute");
  lab.revenue = entry.money("revenue");
  if (node.is_map()) {
    lab.source = note_of(node, "source");
    lab.confidence = note_of(node, "confidence");
  }
  entry.finish();
  return lab;
}

}  // namespace

double Use::at(int month) const {
  const double middle = month + 0.5;
  if (middle >= ramp_months) return steady;
  return start + (steady - start) * middle / ramp_months;
}

double Use::mean(int months) const {
  double sum = 0;
  for (int month = 0; month < months; ++month) sum += at(month);
  return months > 0 ? sum / months : steady;
}

Terms read_terms(Fields fields, bool has_job) {
  Terms terms;
  if (fields.has("start")) terms.start = date_of(fields, "start", terms.start_text);
  terms.months = months_of(fields, "term", terms.months);
  terms.use = read_use(fields);
  if (fields.has("goodput")) {
    terms.goodput = fields.share("goodput");
    if (has_job) {
      fields.reading().error(*fields.value("goodput"),
                             "the goodput of a job comes from its campaign");
    }
  }
  if (fields.has("report")) terms.report = fields.text("report");
  if (auto rent = fields.maybe_map("rent")) read_rent(*rent, terms);
  if (auto own = fields.maybe_map("own")) read_own(*own, terms);
  for (const auto& lab : fields.list("labs")) terms.labs.push_back(read_lab(lab, fields));
  fields.finish();
  return terms;
}

}  // namespace weft::cost
