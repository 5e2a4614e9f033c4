// Values laid over documents: those of files, and the one that asks.
#pragma once

#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/document.h"

namespace weft::base {

// A value in the place of the one at a path: of a file, by its folder and name
// ("chips.ascend_910c.power.tdp", "links.ub_1_0.latency"), else of the document that asks
// ("job.global_batch", "clusters[0].hosts").
struct Change {
  std::string path;
  Node value;
};

// A document and what it names, with the changes laid over.
struct Changed {
  Document document;
  Catalog catalog;
};
// Throws InputError where a path leads nowhere, or names a file that is not there.
Changed changed(const Document& document, const Catalog& catalog,
                const std::vector<Change>& changes);

// Throws InputError for a file that was to be changed and that nobody has asked for: the
// change has no effect. To be called when the question has been read.
void require_used(const Catalog& catalog);

}  // namespace weft::base
