// The document of a kernel fit, beside the entries that training runs have left.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <set>

#include "fit_document.h"
#include "weft/calibration/fit_file.h"

namespace weft::calibration {

namespace {

constexpr std::size_t kCommentColumns = 100;

std::string line_of(const FittedKernelParameter& fitted) {
  const auto at = [&](double deviations) {
    return fitted.parameter.written(fitted.value(deviations));
  };
  return entry_text(at(-kNinetyPercent), at(0), at(kNinetyPercent), kOfKernels, fitted.points,
                    fitted.sources);
}

// Words on lines of their own comment, the second and later ones indented.
void add_comment(const std::string& text, std::vector<std::string>& comments) {
  std::string line = "#";
  std::size_t begin = 0;
  while (begin < text.size()) {
    const auto end = std::min(text.find(' ', begin), text.size());
    const auto word = text.substr(begin, end - begin);
    if (line.size() + 1 + word.size() > kCommentColumns && line != "#  ") {
      comments.push_back(line);
      line = "#  ";
    }
    line += " " + word;
    begin = end + 1;
  }
  comments.push_back(line);
}

// A format that hardly a kernel was measured in stays open to what training runs tell.
bool is_measured(const KernelFit& fit, chips::Precision precision) {
  constexpr std::ptrdiff_t kEnough = 5;
  return std::count_if(fit.residuals.begin(), fit.residuals.end(), [&](const auto& residual) {
           return residual.point.precision == chips::name_of(precision);
         }) >= kEnough;
}

// The stage that a path of the chip's document is fitted in.
KernelStage stage_of(const std::string& path) {
  if (path.starts_with("power.")) return KernelStage::kPower;
  if (path.starts_with("kernels.attention.")) return KernelStage::kAttention;
  if (path.starts_with("kernels.memory.")) return KernelStage::kMemory;
  return KernelStage::kGemm;
}

// What kernels have told before, of stages that this fit has no points of.
void keep_other_stages(const KernelFit& fit, const std::filesystem::path& file,
                       FitDocument& document) {
  std::set<KernelStage> fitted;
  for (const auto& residual : fit.residuals) fitted.insert(residual.stage);
  std::set<std::string> kept;
  for (const auto& [path, entry] : read_fit(file, kOfKernels).entries) {
    const auto stage = stage_of(path);
    if (fitted.contains(stage)) continue;
    document.entries.emplace(path, entry);
    kept.insert(name_of(stage));
  }
  if (kept.empty()) return;
  add_comment(fmt::format("as earlier calls have left them: {}", fmt::join(kept, ", ")),
              document.comments);
}

std::vector<std::string> comments_of(const KernelFit& fit) {
  std::vector<std::string> comments;
  std::string command = "Kernels: weft calibrate --chip " + fit.chip;
  for (const auto& table : fit.tables) command += " --kernels " + table;
  add_comment(command + " --write", comments);
  add_comment(fmt::format("{} points of {}", fit.residuals.size(), fmt::join(fit.sources, ", ")),
              comments);
  for (const auto& e : fit.errors) {
    add_comment(fmt::format("{}{}: {} points, median error {:.1f} %, cross-validated {:.1f} %",
                            e.group, e.precision == "-" ? "" : " " + e.precision, e.n,
                            100 * e.median_error, 100 * e.median_held_out_error),
                comments);
  }
  return comments;
}

}  // namespace

FitFile fit_file(const KernelFit& fit, const base::Catalog& catalog) {
  const auto by_hand = catalog.with(base::Fits::kIgnore).load("chip", fit.chip, std::nullopt);
  const auto file = fit_file_of(by_hand);
  FitDocument document = read_fit(file, kOfRuns);
  document.kind = "chip";
  document.comments = comments_of(fit);
  keep_other_stages(fit, file, document);
  for (const auto& fitted : fit.parameters) {
    if (!fitted.is_informed()) continue;
    const auto& parameter = fitted.parameter;
    document.entries[parameter.path()] = line_of(fitted);
    const auto twin = parameter.twin();
    if (twin && is_measured(fit, *twin)) document.entries[parameter.path(*twin)] = line_of(fitted);
  }
  return {file, text_of(document, fit.chip)};
}

}  // namespace weft::calibration
