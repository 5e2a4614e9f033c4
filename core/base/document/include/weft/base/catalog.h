// Finds documents by kind and name: beside the file that asks, then in --configs DIR, then in what
// is installed, then as a path. Resolves `extends` (and reports cycles), and puts the fitted values
// of NAME.fit.yaml, a generated file of the same kind, on top of NAME.yaml beside it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/base/document.h"
#include "weft/base/fields.h"

namespace weft::base {

// A fact for `weft show`: one leaf with where it comes from. A number with bounds is one leaf, and
// so is a list of plain values.
struct Fact {
  std::string path;
  std::string value;
  std::string source;      // nearest `source:` written in the same file, else ""
  std::string confidence;  // primary, secondary, derived, memory, assumed, or ""
  bool disputed = false;
  Position position;
};

// Which fits count. What is fitted starts from the values written by hand. Links under measured
// collectives alone are another matter than links of a training run: their fits are files of their
// own, NAME.collectives.fit.yaml, which stand over NAME.yaml instead of NAME.fit.yaml.
enum class Fits { kUse, kIgnore, kCollectives };

// One value laid over a document that load() gives: of the file NAME.yaml of a kind, after
// `extends` and fits; see with_value().
struct Override {
  std::string kind;
  std::string name;
  std::string path;
  Node value;
};

// Copies, and what with() gives, share what was read: a file is read once, and answers as it was
// then. For any number of threads at a time.
class Catalog {
 public:
  // Directories with one folder per kind ("chips", "links", ...), searched in order.
  explicit Catalog(std::vector<std::filesystem::path> directories, Fits fits = Fits::kUse);
  // The same directories, the fits taken or left.
  [[nodiscard]] Catalog with(Fits fits) const;
  // Of the fits those values alone that `keep` says yes to, asked with the file NAME.fit.yaml and
  // the value's `source`.
  using KeepFit = std::function<bool(const std::filesystem::path& file, std::string_view source)>;
  [[nodiscard]] Catalog with(KeepFit keep) const;

  // Documents with values laid over them, on top of those that are already; the last one counts.
  [[nodiscard]] Catalog with(const std::vector<Override>& overrides) const;
  // Of the overrides those that no load() has met, in order. Copies share what they have met.
  [[nodiscard]] std::vector<Override> unused() const;

  // Documents that load() has given by now, of this catalog and its copies: by kind and name.
  struct Loaded {
    std::string kind, name;
    Document document;
  };
  [[nodiscard]] std::vector<Loaded> loaded() const;

  // The folder of a kind: "chip" -> "chips". Kinds: chip, link, software, model, cluster, site,
  // campaign, study. Throws std::invalid_argument for others.
  static std::string folder(const std::string& kind);
  static const std::vector<std::string>& kinds();

  // Loads the document `name` of `kind` with `extends` applied and checks its `kind:`. `asked_by`
  // is the value that names it, for the error and for "beside the file". A file
  // of another kind is passed over when one of the right kind follows. Throws InputError (unknown
  // names list the nearest).
  [[nodiscard]] Document load(const std::string& kind, const std::string& name,
                              const std::optional<Node>& asked_by) const;
  // The file of a study or any other kind, by path, with `extends` applied. An empty `kind` takes
  // any; else the file must be of it. Throws InputError or std::system_error.
  [[nodiscard]] Document load_file(const std::filesystem::path& file,
                                   const std::string& kind) const;

  // The kind whose files are in a folder: "chips" -> "chip"; empty for none.
  static std::string kind_in(std::string_view folder);
  // Names known for a kind, sorted, without duplicates.
  [[nodiscard]] std::vector<std::string> names(const std::string& kind) const;

 private:
  class Files;
  class Resolved;
  struct Overrides;
  [[nodiscard]] Document resolve(Document document, const std::string& kind,
                                 std::vector<std::filesystem::path> chain) const;
  [[nodiscard]] bool is_of(const std::string& kind, const std::string& name) const;
  [[nodiscard]] Document with_overrides(Document document, const std::string& kind) const;
  [[nodiscard]] Document with_fit(Document document, const std::string& kind) const;
  [[nodiscard]] Document find(const std::string& kind, const std::string& name,
                              const std::optional<Node>& asked_by,
                              const std::vector<std::filesystem::path>& chain) const;
  [[noreturn]] void fail_unknown(const std::string& kind, const std::string& name,
                                 const std::optional<Node>& asked_by) const;

  std::vector<std::filesystem::path> directories_;
  std::shared_ptr<Files> files_;
  std::shared_ptr<Resolved> resolved_;
  std::shared_ptr<const Overrides> overrides_;  // none when empty
  Fits fits_ = Fits::kUse;
  KeepFit keep_;  // all of them when empty
};

// Every leaf of a document with its source and confidence, in the order written.
std::vector<Fact> facts(const Document& document);

}  // namespace weft::base
