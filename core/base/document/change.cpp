#include "weft/base/change.h"

#include <algorithm>
#include <optional>

namespace weft::base {

namespace {

// "chips.ascend_910c.power.tdp" in its parts, where it names a file.
std::optional<Override> of_a_file(const Catalog& catalog, const Change& change) {
  const auto folder_end = change.path.find('.');
  if (folder_end == std::string::npos) return std::nullopt;
  const auto kind = Catalog::kind_in(change.path.substr(0, folder_end));
  const auto name_end = change.path.find('.', folder_end + 1);
  if (kind.empty() || name_end == std::string::npos) return std::nullopt;
  const auto name = change.path.substr(folder_end + 1, name_end - folder_end - 1);
  // Says what is there instead of a name that is not known.
  static_cast<void>(catalog.load(kind, name, change.value));
  return Override{kind, name, change.path.substr(name_end + 1), change.value};
}

// `supply.from` is a value of a study, `supply.nvidia.products` one of a file.
bool is_of_document(const Document& document, const std::string& path) {
  const auto first = path.substr(0, path.find_first_of(".["));
  const auto top = document.root().find(first);
  if (!top) return Catalog::kind_in(first).empty();
  if (Catalog::kind_in(first).empty() || !top->is_map()) return true;
  const auto rest = path.substr(std::min(path.size(), first.size() + 1));
  return top->find(rest.substr(0, rest.find_first_of(".["))).has_value();
}

}  // namespace

Changed changed(const Document& document, const Catalog& catalog,
                const std::vector<Change>& changes) {
  Changed result{document, catalog};
  std::vector<Override> overrides;
  for (const auto& change : changes) {
    auto file = is_of_document(document, change.path) ? std::nullopt : of_a_file(catalog, change);
    if (file) {
      overrides.push_back(*std::move(file));
    } else {
      result.document = with_value(result.document, change.path, change.value);
    }
  }
  if (!overrides.empty()) result.catalog = catalog.with(overrides);
  return result;
}

void require_used(const Catalog& catalog) {
  std::vector<Diagnostic> unused;
  for (const auto& one : catalog.unused()) {
    unused.push_back({one.value.position(), one.value.length(),
                      "nothing here is of the " + one.kind + " '" + one.name + "', so '" +
                          one.path + "' of it changes nothing",
                      ""});
  }
  if (!unused.empty()) throw InputError(unused);
}

}  // namespace weft::base
