// Studies of these tests.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
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

inline double sum_of_shares(const PowerAnswer& answer) {
  double sum = 0;
  for (const auto& one : answer.shares) sum += one.energy.si();
  return sum;
}

inline double share(const PowerAnswer& answer, const std::string& cause) {
  for (const auto& one : answer.shares) {
    if (one.cause == cause) return one.energy / answer.energy;
  }
  return 0;
}

// The curve, its samples, the mean by part and the causes are one energy; packages draw what the
// ledger says.
inline void expect_one_energy(const PowerAnswer& answer) {
  const double all = answer.energy.si();
  EXPECT_NEAR(answer.trace.site.energy() / all, 1, 1e-9);
  EXPECT_NEAR(sum_of_shares(answer) / all, 1, 1e-9);
  EXPECT_NEAR((answer.mean.total() * answer.window).si() / all, 1, 1e-9);
  EXPECT_NEAR(answer.statistics.mean * answer.window.si() / all, 1, 1e-9);
  EXPECT_NEAR(
      (answer.trace.devices.energy() + answer.trace.hosts.energy()) / answer.energy_of_hosts.si(),
      1, 1e-9);
  for (const auto& one : answer.shares) EXPECT_GE(one.energy.si(), 0) << one.cause;
}

inline void expect_devices_as_booked(const PowerAnswer& answer) {
  const auto& outcome = *answer.result.outcome;
  const auto& cluster = answer.study_case->cluster;
  double joules = 0;
  for (int p = 0; p < cluster.parts(); ++p) {
    const auto& part = outcome.parts[static_cast<std::size_t>(p)];
    joules += part.ledger.device_energy().si() * static_cast<double>(part.devices_used);
    joules += (cluster.part(p).device().power.idle * outcome.ledger.step).si() *
              static_cast<double>(part.devices_idle);
  }
  const double steps = answer.window / outcome.ledger.step;
  EXPECT_NEAR(answer.trace.devices.energy() / (joules * steps), 1, 1e-9);
}

}  // namespace weft::power_study
