// One build at one size: read, planned, told in figures. Internal to the room.
#pragma once

#include "weft/compare/answer.h"

namespace weft::compare {

// Reads a variant; throws base::InputError where it cannot be built. `reading` takes its draws.
study::Study read_variant(const Question& question, const Variant& variant,
                          const base::Catalog& catalog, base::Reading& reading);

// The run of a study of one case with its result: figures and causes, or the reason why there are
// none.
Run run_of(const Question& question, const Variant& variant, const study::Study& study,
           study::CaseResult result);

// The same plan once more, with other draws.
Run run_again(const Question& question, const Run& previous, const base::Catalog& catalog,
              base::Reading& reading);

}  // namespace weft::compare
