#include "kept_plans.h"

#include "weft/plan/write.h"

namespace weft::ask {

void keep(study::Study& study, const KeptPlans& kept) {
  for (std::size_t c = 0; c < study.cases.size() && c < kept.size(); ++c) {
    auto& one = study.cases[c];
    if (!kept[c] || one.request.is_complete()) continue;
    const auto text = plan::document_text(*kept[c]);
    const auto document = base::Document::parse("plan: " + text + "\n", "kept plan");
    base::Reading reading;
    one.request =
        plan::read_request(*document.root().find("plan"), reading, study.job, one.cluster);
    reading.throw_if_any();
  }
}

}  // namespace weft::ask
