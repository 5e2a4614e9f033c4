#include "weft/base/catalog.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <system_error>
#include <tuple>
#include <utility>

#include "annotations.h"

namespace weft::base {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFewNames = 12;
constexpr std::string_view kExtension = ".yaml";

struct KindRow {
  std::string_view kind;
  std::string_view folder;
};
constexpr std::array kKinds = std::to_array<KindRow>({{"chip", "chips"},
                                                      {"link", "links"},
                                                      {"software", "software"},
                                                      {"model", "models"},
                                                      {"cluster", "clusters"},
                                                      {"site", "sites"},
                                                      {"campaign", "campaigns"},
                                                      {"prices", "prices"},
                                                      {"supply_line", "supply"},
                                                      {"study", "studies"},
                                                      {"size", "studies"},
                                                      {"compare", "studies"},
                                                      {"scaling", "studies"},
                                                      {"sweep", "studies"},
                                                      {"claim", "claims"},
                                                      {"rules", "validation"}});

// Questions live side by side.
bool shares_folder(std::string_view kind) {
  const auto folder_of = [](std::string_view of) {
    const auto* row = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](const KindRow& each) { return each.kind == of; });
    return row == kKinds.end() ? std::string_view() : row->folder;
  };
  return std::count_if(kKinds.begin(), kKinds.end(),
                       [&](const KindRow& row) { return row.folder == folder_of(kind); }) > 1;
}

std::optional<std::string> known_folder(std::string_view kind) {
  for (const KindRow& row : kKinds) {
    if (row.kind == kind) return std::string(row.folder);
  }
  return std::nullopt;
}

// Kinds that are questions (size, sweep, compare, ...) live among the studies.
std::string folder_or_studies(const std::string& kind) {
  return known_folder(kind).value_or("studies");
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  return fs::equivalent(a, b, ignored);
}

// A name that may only be a path.
bool looks_like_path(std::string_view name) {
  return name.ends_with(kExtension) || name.starts_with('/') || name.starts_with('.');
}

fs::path directory_of(const std::optional<Node>& asked_by) {
  return asked_by ? fs::path(asked_by->source()->name).parent_path() : fs::path();
}

// Where `name` may be, in the order of preference, as far as there is a file.
std::vector<fs::path> candidates(const std::string& name, const std::string& folder,
                                 const std::vector<fs::path>& directories,
                                 const std::optional<Node>& asked_by) {
  std::vector<fs::path> all;
  const std::string file = name + std::string(kExtension);
  if (!looks_like_path(name)) {
    if (asked_by) all.push_back(directory_of(asked_by) / file);
    for (const fs::path& directory : directories) all.push_back(directory / folder / file);
  }
  if (asked_by) all.push_back(directory_of(asked_by) / name);
  all.emplace_back(name);
  std::vector<fs::path> found;
  std::copy_if(all.begin(), all.end(), std::back_inserter(found), is_file);
  return found;
}

// The names of the files in a folder; none when it cannot be read.
void add_names(const fs::path& folder, std::set<std::string>& names) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    if (path.extension() != kExtension || !is_file(path)) continue;
    // NAME.fit.yaml holds the fits of NAME.
    if (path.stem().has_extension() && path.stem().extension() == ".fit") continue;
    names.insert(path.stem().string());
  }
}

[[noreturn]] void fail(const Node& where, std::string message, std::string hint = "") {
  throw InputError({{where.position(), where.length(), std::move(message), std::move(hint)}});
}

// The kind a file says it is; its first key must be `kind`.
Node kind_of(const Document& document) {
  const Node root = document.root();
  if (!root.is_map()) fail(root, "a map that starts with 'kind:' is expected here");
  if (root.size() == 0) fail(root, "'kind' is missing; it is the first key of every file");
  const auto kind = root.find("kind");
  if (!kind || root.key(0) != "kind") {
    throw InputError({{root.key_position(0), static_cast<int>(root.key(0).size()),
                       kind ? "'kind' must be the first key"
                            : "'kind' is missing; it is the first key of every file",
                       ""}});
  }
  if (!kind->is_scalar()) fail(*kind, "a kind is expected here (chip, cluster, study, ...)");
  return *kind;
}

void check_kind(const Document& document, const std::string& kind,
                const std::optional<Node>& asked_by) {
  const Node found = kind_of(document);
  if (kind.empty() || found.text() == kind) return;
  std::string asked;
  if (asked_by) {
    const Position at = asked_by->position();
    asked = ", asked for at " + at.source->name + ":" + std::to_string(at.line) + ":" +
            std::to_string(at.column);
  }
  fail(found, "this is a " + std::string(found.text()) + "; a " + kind + " is expected" + asked);
}

// "a.yaml -> b.yaml -> a.yaml"
std::string chain_text(const std::vector<fs::path>& chain, const fs::path& last) {
  std::string text;
  const auto first = std::find_if(chain.begin(), chain.end(),
                                  [&](const fs::path& file) { return same_file(file, last); });
  for (auto file = first; file != chain.end(); ++file)
    text += file->filename().string() + " \u2192 ";
  return text + last.filename().string();
}

}  // namespace

// Documents as they were when first read. A study with many uncertain inputs asks for each of its
// files twice an input.
class Catalog::Files {
 public:
  Document load(const fs::path& file) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto known = read_.find(file); known != read_.end()) return known->second;
    }
    Document document = Document::load(file);
    const std::lock_guard lock(mutex_);
    return read_.try_emplace(file, std::move(document)).first->second;
  }

 private:
  std::mutex mutex_;
  std::map<fs::path, Document> read_;
};

// Documents as load() gave them, before overrides: a study with many cases asks for the same ones
// again and again, always from the same place.
class Catalog::Resolved {
 public:
  template <class Make>
  Document get(const std::string& kind, const std::string& name, const fs::path& asked_from,
               const Make& make) {
    const Key key{kind, name, asked_from};
    {
      const std::lock_guard lock(mutex_);
      if (const auto known = documents_.find(key); known != documents_.end()) return known->second;
    }
    auto document = make();
    const std::lock_guard lock(mutex_);
    return documents_.try_emplace(key, std::move(document)).first->second;
  }

  std::vector<Loaded> all() {
    const std::lock_guard lock(mutex_);
    std::vector<Loaded> loaded;
    for (const auto& [key, document] : documents_) {
      const auto& [kind, name, asked_from] = key;
      if (!loaded.empty() && loaded.back().kind == kind && loaded.back().name == name) continue;
      loaded.push_back({kind, name, document});
    }
    return loaded;
  }

 private:
  using Key = std::tuple<std::string, std::string, fs::path>;
  std::mutex mutex_;
  std::map<Key, Document> documents_;
};

struct Catalog::Overrides {
  explicit Overrides(std::vector<Override> values)
      : all(std::move(values)), met(std::make_unique<std::atomic<bool>[]>(all.size())) {}

  std::vector<Override> all;
  std::unique_ptr<std::atomic<bool>[]> met;
};

Catalog::Catalog(std::vector<fs::path> directories, Fits fits)
    : directories_(std::move(directories)),
      files_(std::make_shared<Files>()),
      resolved_(std::make_shared<Resolved>()),
      fits_(fits) {}

Catalog Catalog::with(Fits fits) const {
  Catalog other = *this;
  other.resolved_ = std::make_shared<Resolved>();
  other.fits_ = fits;
  other.keep_ = nullptr;
  return other;
}

Catalog Catalog::with(KeepFit keep) const {
  Catalog other = with(Fits::kUse);
  other.keep_ = std::move(keep);
  return other;
}

Catalog Catalog::with(const std::vector<Override>& overrides) const {
  auto all = overrides_ ? overrides_->all : std::vector<Override>();
  all.insert(all.end(), overrides.begin(), overrides.end());
  Catalog other = *this;
  other.overrides_ = std::make_shared<Overrides>(std::move(all));
  return other;
}

std::vector<Catalog::Loaded> Catalog::loaded() const { return resolved_->all(); }

std::vector<Override> Catalog::unused() const {
  std::vector<Override> unused;
  for (std::size_t i = 0; overrides_ && i < overrides_->all.size(); ++i) {
    if (!overrides_->met[i]) unused.push_back(overrides_->all[i]);
  }
  return unused;
}

Document Catalog::with_overrides(Document document, const std::string& kind) const {
  if (!overrides_) return document;
  const auto name = document.file().stem().string();
  for (std::size_t i = 0; i < overrides_->all.size(); ++i) {
    const auto& override = overrides_->all[i];
    if (override.kind != kind || override.name != name) continue;
    overrides_->met[i] = true;
    document = with_value(document, override.path, override.value);
  }
  return document;
}

std::string Catalog::kind_in(std::string_view folder) {
  for (const KindRow& row : kKinds) {
    if (row.folder == folder) return std::string(row.kind);
  }
  return "";
}

std::string Catalog::folder(const std::string& kind) {
  const auto folder = known_folder(kind);
  if (!folder) throw std::invalid_argument("no folder for files of kind '" + kind + "'");
  return *folder;
}

const std::vector<std::string>& Catalog::kinds() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    names.reserve(kKinds.size());
    for (const KindRow& row : kKinds) names.emplace_back(row.kind);
    return names;
  }();
  return kNames;
}

std::vector<std::string> Catalog::names(const std::string& kind) const {
  std::set<std::string> names;
  for (const fs::path& directory : directories_) add_names(directory / folder(kind), names);
  if (shares_folder(kind)) std::erase_if(names, [&](const auto& n) { return !is_of(kind, n); });
  return {names.begin(), names.end()};
}

// A file that cannot be read counts: who asks for it is told why.
bool Catalog::is_of(const std::string& kind, const std::string& name) const {
  for (const fs::path& directory : directories_) {
    const auto file = directory / folder(kind) / (name + std::string(kExtension));
    if (!is_file(file)) continue;
    try {
      if (kind_of(files_->load(file)).text() == kind) return true;
    } catch (const std::exception&) {
      return true;
    }
  }
  return false;
}

void Catalog::fail_unknown(const std::string& kind, const std::string& name,
                           const std::optional<Node>& asked_by) const {
  std::set<std::string> set;
  for (const fs::path& directory : directories_)
    add_names(directory / folder_or_studies(kind), set);
  const std::vector<std::string> known(set.begin(), set.end());
  if (asked_by) add_names(directory_of(asked_by).empty() ? "." : directory_of(asked_by), set);
  std::string message = "there is no " + kind + " '" + name + "'";
  if (!known.empty() && known.size() <= kFewNames) message += "; known: " + detail::joined(known);
  const std::string near = nearest(name, {set.begin(), set.end()});
  std::string hint = near.empty() ? "" : "did you mean '" + near + "'?";
  if (asked_by) fail(*asked_by, std::move(message), std::move(hint));
  throw InputError({{Position{}, 1, std::move(message), std::move(hint)}});
}

Document Catalog::find(const std::string& kind, const std::string& name,
                       const std::optional<Node>& asked_by,
                       const std::vector<fs::path>& chain) const {
  std::vector<fs::path> files = candidates(name, folder_or_studies(kind), directories_, asked_by);
  if (files.empty()) fail_unknown(kind, name, asked_by);
  // A file that varies an installed one of the same name means that one, not itself.
  const auto is_asking = [&](const fs::path& file) {
    return !chain.empty() && same_file(chain.back(), file);
  };
  const auto others = std::stable_partition(files.begin(), files.end(),
                                            [&](const fs::path& f) { return !is_asking(f); });
  if (others != files.begin()) files.erase(others, files.end());
  // A study beside may have the name of a model; the file of the right kind is meant.
  std::optional<Document> first;
  for (const fs::path& file : files) {
    Document document = files_->load(file);
    if (kind_of(document).text() == kind) return document;
    if (!first) first = std::move(document);
  }
  check_kind(*first, kind, asked_by);
  return *std::move(first);
}

Document Catalog::load(const std::string& kind, const std::string& name,
                       const std::optional<Node>& asked_by) const {
  if (AskedObserver::current() != nullptr && asked_by) {
    AskedObserver::current()->named(*asked_by, kind);
  }
  auto document = resolved_->get(kind, name, directory_of(asked_by),
                                 [&] { return resolve(find(kind, name, asked_by, {}), kind, {}); });
  return with_overrides(std::move(document), kind);
}

Document Catalog::load_file(const fs::path& file, const std::string& kind) const {
  Document document = files_->load(file);
  check_kind(document, kind, std::nullopt);
  const std::string found(kind_of(document).text());
  return resolve(std::move(document), found, {});
}

// Fitted values stand in NAME.fit.yaml beside NAME.yaml and replace those written by hand.
Document Catalog::with_fit(Document document, const std::string& kind) const {
  if (fits_ == Fits::kIgnore) return document;
  fs::path fit = document.file();
  fit.replace_extension(fits_ == Fits::kCollectives ? ".collectives.fit.yaml" : ".fit.yaml");
  if (document.file().empty() || !is_file(fit)) return document;
  Document values = files_->load(fit);
  check_kind(values, kind, std::nullopt);
  if (keep_) {
    values = pruned(values, [&](const Node& value) {
      const auto source = value.find("source");
      return keep_(fit, source ? source->text() : std::string_view());
    });
  }
  return merge(document, values.root());
}

Document Catalog::resolve(Document document, const std::string& kind,
                          std::vector<fs::path> chain) const {
  const auto base_name = document.root().find("extends");
  if (!base_name) return with_fit(std::move(document), kind);
  if (!base_name->is_scalar()) fail(*base_name, "the name of a " + kind + " is expected here");
  chain.push_back(document.file());
  Document base = find(kind, std::string(base_name->text()), base_name, chain);
  const bool cycle = std::any_of(chain.begin(), chain.end(), [&](const fs::path& file) {
    return same_file(file, base.file());
  });
  if (cycle) fail(*base_name, "this extends itself: " + chain_text(chain, base.file()));
  auto whole = merge(resolve(std::move(base), kind, std::move(chain)), document);
  return with_fit(std::move(whole), kind);
}

}  // namespace weft::base
