// What is different when a question is asked again.
#pragma once

#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/document.h"

namespace weft::ask {

// A value in the place of the one at a path: of a file, by its folder and name
// ("chips.ascend_910c.power.tdp", "links.ub_1_0.latency"), else of the question's own document
// ("job.global_batch", "clusters[0].hosts").
struct Change {
  std::string path;
  base::Node value;
};

struct Point {
  std::vector<Change> changes;  // the last one of a path counts
  // Values of Question::inputs(), one each, SI; empty: all at their modes.
  std::vector<double> draws;
};

// A document and what it names, with the changes laid over.
struct Changed {
  base::Document document;
  base::Catalog catalog;
};
// Throws base::InputError where a path leads nowhere, or names a file that is not there.
Changed changed(const base::Document& document, const base::Catalog& catalog,
                const std::vector<Change>& changes);

// Throws base::InputError for a file that was to be changed and that nobody has asked for: the
// change has no effect. To be called when the question has been read.
void require_used(const base::Catalog& catalog);

}  // namespace weft::ask
