// Studies of these tests.
#pragma once

#include <string>

#include "shipped.h"
#include "weft/power_study/power_over_time.h"

namespace weft::power_study {

inline study::Study study_of(const std::string& text) {
  base::Reading reading;
  const auto document = base::Document::parse(text, "study.yaml");
  auto study = study::read_study(document, test::shipped(), reading);
  reading.throw_if_any();
  return study;
}

inline study::Study shipped_study(const std::string& name) {
  base::Reading reading;
  const auto catalog = test::shipped();
  const auto document = catalog.load_file(std::string(WEFT_CONFIGS) + "/studies/" + name, "study");
  auto study = study::read_study(document, catalog, reading);
  reading.throw_if_any();
  return study;
}

inline PowerAnswer first_of(const study::Study& study) {
  return over_time(study, base::ThreadTeam(1)).front();
}

// Llama-3 8B on four hosts, by plan, `power:` and whatever else.
inline std::string small(const std::string& plan, const std::string& power,
                         const std::string& more = "") {
  return "kind: study\n"
         "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 T}\n"
         "clusters: [{use: dgx_h100, hosts: 4}]\n"
         "plan: {" +
         plan +
         ", context: 1, expert: 1, micro_batch: 1, zero: 1, recompute: none}\n"
         "power: {" +
         power + "}\n" + more;
}

inline const std::string kPipelined = "tensor: 2, data: 4, pipeline: 4, virtual_stages: 1";

}  // namespace weft::power_study
