// Small studies of campaigns.
#pragma once

#include <string>

#include "shipped.h"
#include "weft/study/run.h"
#include "weft/weeks/look_ahead.h"

namespace weft::weeks {

constexpr const char* kPlanLine =
    "plan: {tensor: 4, context: 1, data: 8, pipeline: 1, virtual_stages: 1, expert: 1, "
    "micro_batch: 1, zero: 1, recompute: selective}\n";

// Llama 3 8B on `cluster`, with `campaign` as its campaign.
inline study::Study study_of(const std::string& campaign,
                             const std::string& cluster = "{use: dgx_h100, hosts: 4}") {
  const auto document = base::Document::parse(
      "kind: study\n"
      "job: {model: llama3_8b, sequence: 8192, global_batch: 64 sequences, tokens: 100 G}\n"
      "clusters: [" +
          cluster + "]\n" + kPlanLine + "campaign: " + campaign + "\n",
      "test.yaml");
  base::Reading reading;
  auto study = study::read_study(document, test::shipped(), reading);
  reading.throw_if_any();
  return study;
}

inline std::vector<CaseAnswer> answers_to(const study::Study& study, int threads = 1,
                                          bool only_outlook = true) {
  Options options;
  options.threads = threads;
  options.only_outlook = only_outlook;
  return look_ahead(study, options, base::ThreadTeam(threads));
}

}  // namespace weft::weeks
