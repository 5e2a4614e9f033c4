// NAME.fit.yaml as entries, of which some come from training runs and some from measured kernels.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "weft/base/catalog.h"

namespace weft::calibration {

// What an entry's source says of where it comes from.
inline constexpr std::string_view kOfRuns = "published runs";
inline constexpr std::string_view kOfKernels = "measured kernels";

struct FitDocument {
  std::string kind;
  std::vector<std::string> comments;           // of kernel fits, each a line with its `#`
  std::map<std::string, std::string> entries;  // by path: the value as written
};

bool comes_from(std::string_view what, std::string_view source);
// The entries of a file whose source says `from`, with the comments if they are of kernels; none
// when there is no such file.
FitDocument read_fit(const std::filesystem::path& file, std::string_view from);
// `name` is the document's that the fit stands over.
std::string text_of(const FitDocument& fit, const std::string& name);

// NAME.yaml -> NAME.fit.yaml
std::filesystem::path fit_file_of(const base::Document& document);
std::string entry_text(const std::string& low, const std::string& mode, const std::string& high,
                       std::string_view from, int count, const std::set<std::string>& sources);

// The paths, with the document's name in front, of all numbers of chips that stand as `catalog`
// has them from fits to measured kernels.
std::set<std::string> paths_from_kernels(const base::Catalog& catalog);

std::optional<base::Node> find(base::Node node, const std::string& path);

}  // namespace weft::calibration
