#include "weft/study/check.h"

#include <fmt/format.h>

#include "weft/chips/chip.h"
#include "weft/interconnect/link.h"
#include "weft/site/prices.h"
#include "weft/study/run.h"

namespace weft::study {

namespace {

// A cluster is read the way a study reads it.
void check_cluster(const std::filesystem::path& file, const base::Catalog& catalog,
                   base::Reading& reading) {
  const auto text = fmt::format("use: '{}'\n", std::filesystem::absolute(file).string());
  const auto document = base::Document::parse(text, file.string());
  base::Fields use(document.root(), reading, "check");
  cluster::read_cluster(use, catalog);
}

// NAME.fit.yaml is no document but stands over NAME.yaml beside it.
bool is_fit(const std::filesystem::path& file) {
  return file.extension() == ".yaml" && file.stem().extension() == ".fit";
}

// The file that a fit stands over. Reading that reads the fit with it.
std::filesystem::path below_fit(const std::filesystem::path& fit) {
  auto name = fit.stem().stem();
  if (name.extension() == ".collectives") name = name.stem();
  auto below = std::filesystem::path(fit).replace_filename(name.string() + ".yaml");
  if (std::filesystem::is_regular_file(below)) return below;
  const auto root = base::Document::load(fit).root();
  throw base::InputError(
      {{root.position(), 1,
        fmt::format("a fit stands over {}, which is not beside it", below.filename().string()),
        ""}});
}

}  // namespace

std::string check_file(const std::filesystem::path& file, const base::Catalog& catalog) {
  if (is_fit(file)) {
    const bool is_of_collectives = file.stem().stem().extension() == ".collectives";
    return "fit of a " + check_file(below_fit(file), is_of_collectives
                                                         ? catalog.with(base::Fits::kCollectives)
                                                         : catalog);
  }
  const auto document = catalog.load_file(file, "");
  const auto named = document.root().find("kind");
  std::string kind(named->text());
  base::Reading reading;
  base::choice_of(*named, reading, base::Catalog::kinds());
  if (kind == "chip") chips::read_chip(document, reading);
  if (kind == "link") interconnect::read_link(document, reading);
  if (kind == "software") workload::read_software(document, reading);
  if (kind == "model") workload::read_model(document, reading);
  if (kind == "cluster") check_cluster(file, catalog, reading);
  if (kind == "site") site::read_site(document, reading);
  if (kind == "prices") site::read_prices(document, reading);
  if (kind == "campaign") campaign::read_policy(document, reading);
  // Rent or own may be asked without a job; who answers it also checks it.
  const bool has_job = document.root().find("job") || !document.root().find("cost");
  if (kind == "study" && has_job) {
    const auto study = read_study(document, catalog, reading);
    reading.throw_if_any();
    require_legal_plans(study);
  }
  reading.throw_if_any();
  return kind;
}

}  // namespace weft::study
