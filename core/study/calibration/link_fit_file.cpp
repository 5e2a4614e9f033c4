// The document of a fit to measured collectives.
#include <fmt/format.h>

#include <filesystem>

#include "fit_document.h"
#include "weft/calibration/link_fit.h"

namespace weft::calibration {

namespace {

constexpr std::string_view kOfCollectives = "measured collectives";

std::string line_of(const FittedLinkParameter& parameter, const LinkFit& fit) {
  const auto at = [&](double deviations) { return parameter.written(parameter.value(deviations)); };
  return entry_text(at(-kNinetyPercent), at(0), at(kNinetyPercent), kOfCollectives, fit.points,
                    fit.sources);
}

std::vector<std::string> comments_of(const LinkFit& fit) {
  std::vector<std::string> comments;
  auto command =
      "# Holds where collectives have the network to themselves: weft calibrate --link " + fit.link;
  for (const auto& table : fit.tables) {
    command += " --points " + std::filesystem::path(table).filename().string();
  }
  comments.push_back(command + " --write");
  for (const auto& errors : fit.errors) {
    comments.push_back(fmt::format("# {}, {}: {} points, median error {:.1f} % (by hand {:.1f} %)",
                                   errors.curve, errors.split, errors.n, 100 * errors.median,
                                   100 * errors.median_before));
  }
  return comments;
}

}  // namespace

FitFile fit_file(const LinkFit& fit, const base::Catalog& catalog) {
  auto file = catalog.with(base::Fits::kIgnore).load("link", fit.link, std::nullopt).file();
  file.replace_extension(".collectives.fit.yaml");
  FitDocument document;
  document.kind = "link";
  document.comments = comments_of(fit);
  for (const auto& parameter : fit.parameters) {
    if (parameter.is_written) document.entries[parameter.family->path] = line_of(parameter, fit);
  }
  return {file, text_of(document, fit.link)};
}

}  // namespace weft::calibration
