// A document: reading it, walking through it, and what is made of documents.
#include "weft/base/document.h"
#include "target.h"
#include "weft/base/catalog.h"

namespace {

using namespace weft;

void walk(const base::Document& document, const base::Node& node) {
  fuzz::require(node.position().line >= 1 && node.position().column >= 1);
  if (node.is_map() || node.is_list()) {
    for (std::size_t i = 0; i < node.size(); ++i) {
      if (node.is_map()) fuzz::require(node.find(node.key(i)).has_value());
      walk(document, node.item(i));
    }
  }
}

// A value put where it stands already changes nothing. Keys with the signs of paths have none.
void put_back(const base::Document& document) {
  const auto root = document.root();
  if (!root.is_map() || root.size() == 0) return;
  const auto key = root.key(root.size() - 1);
  if (key.empty() || key.find_first_of(".[]") != std::string_view::npos) return;
  const auto value = root.item(root.size() - 1);
  fuzz::reads([&] {
    const auto same = base::with_value(document, value.path(), value);
    fuzz::require(same.root().size() == root.size());
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, size);
  fuzz::reads([&] {
    const auto document = base::Document::parse(text, "fuzz.yaml");
    walk(document, document.root());
    put_back(document);
    base::merge(document, document);
    base::pruned(document, [](const base::Node& value) { return value.position().line % 2 == 0; });
    base::subtree(document.root());
    base::facts(document);
  });
  return 0;
}
