// How each kind of published point is predicted. Internal to the room.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "weft/base/csv.h"
#include "weft/cluster/cluster.h"
#include "weft/power_study/power_over_time.h"
#include "weft/watts/published.h"

namespace weft::watts {

inline constexpr double kKilo = 1e3;

// A row of the table. `fields`: where it says by what it is predicted and from which inputs.
struct Row {
  PublishedPoint point;
  base::CsvField by, inputs, site, at;
};

// A study of the table and what it draws.
struct Metered {
  study::Study study;
  power_study::PowerAnswer answer;
};

struct KernelErrors;

// What rows share.
struct Context {
  Context(const base::Catalog& all, int team_threads);
  ~Context();

  const base::Catalog& catalog;
  int threads;
  std::vector<PublishedPoint> before;  // rows that are predicted
  std::map<std::string, std::unique_ptr<Metered>> metered;
  std::unique_ptr<KernelErrors> kernels;
};

// A way to predict: fills in `predicted`, and what else it knows. Throws base::InputError for
// inputs that it cannot use.
using Method = void (*)(Context&, Row&);

// An entry of a study without its braces: "use: dgx_h100, hosts: 1".
cluster::Cluster cluster_of(const Row& row, const base::Catalog& catalog);
// PUE 1 and no other IT where the row names none.
site::Site site_of(const Row& row, const base::Catalog& catalog);
// "limit", "idle", "waiting", "85 %" of the limit, "960 W".
base::Power device_power(const Row& row, const chips::Device& device);

// hosts.cpp
void predict_host(Context& context, Row& row);    // kW at its plug, devices `at`
void predict_system(Context& context, Row& row);  // kW, nameplate without the network around it
void predict_system_and_network(Context& context, Row& row);
void predict_site(Context& context, Row& row);    // kW a package at the meter, devices `at`
void predict_all_in(Context& context, Row& row);  // kW a package, nameplate
// steps.cpp
void predict_step(Context& context, Row& row);      // a figure (`at`) of a study's power
void predict_fall(Context& context, Row& row);      // %, from one row to another
void predict_training(Context& context, Row& row);  // kW, IT of the first cluster of a study
// kernels.cpp
void predict_gemm(Context& context, Row& row);         // W of a chip, shape `at`
void predict_gemm_errors(Context& context, Row& row);  // %, mean over the shipped kernels

}  // namespace weft::watts
