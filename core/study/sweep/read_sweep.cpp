#include <fmt/format.h>

#include <utility>

#include "weft/sweep/sweep.h"

namespace weft::sweep {

namespace {

// Of a study at F2, and at F1, where no figure goes beyond the step. Other kinds show all they
// have.
const std::vector<std::string> kShown = {"step_time", "mfu",  "tokens_per_second",
                                         "ettr",      "wall", "energy_per_token"};
constexpr std::size_t kShownAtF1 = 3;

bool is_study(const base::Document& document) {
  const auto kind = document.root().find("kind");
  return kind && kind->text() == "study";
}

base::Document read_base(base::Fields& fields, const base::Catalog& catalog) {
  const auto node = fields.value("base");
  if (!node || (!node->is_map() && !node->is_scalar())) {
    throw base::InputError({{node.value_or(fields.node()).position(), 1,
                             "'base' is what is asked again and again: a study as a map, or the "
                             "name of one",
                             ""}});
  }
  if (node->is_scalar()) return catalog.load("study", std::string(node->text()), node);
  const auto extends = node->find("extends");
  if (!extends) return base::subtree(*node);
  const auto kind = node->find("kind");
  return base::merge(catalog.load(kind ? std::string(kind->text()) : "study",
                                  std::string(extends->text()), extends),
                     *node);
}

void read_shown(base::Fields& fields, Sweep& sweep) {
  sweep.shown = fields.list("show");
  for (const auto& node : sweep.shown) {
    sweep.settings.figures.push_back(base::text_of(node, fields.reading()));
  }
  if (!sweep.shown.empty() || !is_study(sweep.base)) return;
  const bool is_f1 = sweep.settings.depth == ask::Depth::kF1;
  const auto count = is_f1 ? kShownAtF1 : kShown.size();
  sweep.settings.figures.assign(kShown.begin(),
                                kShown.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

Sweep read_sweep(const base::Document& document, const base::Catalog& catalog) {
  base::Reading reading;
  const auto stem = document.file().stem().string();
  base::Fields fields(document.root(), reading, stem);
  fields.text("kind");
  auto name = fields.text("name", stem.empty() ? "sweep" : stem);
  if (name.empty() || name.find('/') != std::string::npos) {
    reading.error(fields.value("name").value_or(document.root()),
                  "the name of a sweep is that of its file: without '/'");
  }
  auto base = read_base(fields, catalog);
  ask::require_kind(base);
  auto design = read_design(fields);
  ask::Settings settings;
  settings.plans = static_cast<ask::Plans>(fields.choice("plans", {"searched", "kept"}, 0));
  const bool is_whole = fields.choice("fidelity", {"F1", "F2"}, 1) == 1;
  settings.depth = is_whole ? ask::Depth::kWhole : ask::Depth::kF1;
  if (!design) {
    fields.list("show");
    fields.finish();
    reading.throw_if_any();
  }
  Sweep sweep{std::move(name),     document, std::move(base), *std::move(design),
              std::move(settings), {}};
  read_shown(fields, sweep);
  fields.finish();
  reading.throw_if_any();
  return sweep;
}

}  // namespace weft::sweep
