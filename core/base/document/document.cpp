#include "weft/base/document.h"

#include <utility>

#include "tree.h"
#include "weft/base/plain_text.h"

namespace weft::base {
namespace {

std::shared_ptr<const Node::Tree> tree_of(const PlainText& text) {
  return detail::parse_yaml({text.source(), text.lines()});
}

}  // namespace

Document Document::load(const std::filesystem::path& file) {
  return detail::Access::document(file, tree_of(PlainText::load(file)));
}

Document Document::parse(std::string text, std::string name) {
  return detail::Access::document({},
                                  tree_of(PlainText::checked(std::move(text), std::move(name))));
}

Node Document::root() const { return {tree_, 0}; }

}  // namespace weft::base
