// Formulas beside the engine: they check it, and stand for it where they are valid.
#pragma once

#include <string>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/campaign/scenario.h"

namespace weft::campaign {

// Long-run availability of a unit that alternates between up and down, whatever the distributions,
// and its transient A(t) = A + (1 − A) e^{−(λ+μ)t} when both are exponential and it starts up.
double availability(base::Time mean_up, base::Time mean_down);
double availability_at(base::Time mean_up, base::Time mean_down, base::Time time);

// P(at least `needed` of `units` are up), each with its own `availability`.
double k_of_n(int needed, int units, double availability);

// Smallest s with P(Binomial(units, share) <= s) >= level: standbys for units that fail within one
// time of refilling (ByteRobust, arXiv 2509.16293). The same for a Poisson number (M/G/∞).
int binomial_quantile(int units, double share, double level);
int poisson_quantile(double mean, double level);

// Machine repair: `machines` are wanted in operation, with `spares` beside them and `crews` (0: as
// many as needed). P(j down), j = 0 … machines + spares, as a birth–death chain: births
// (w + idle · s) λ, deaths min(j, crews) μ, where w = min(machines, machines + spares − j) work and
// s spares wait, which fail `idle` times as often (0: cold, 1: hot).
std::vector<double> machine_repair(int machines, int spares, int crews, base::Rate failure,
                                   base::Rate repair, double idle = 0.0);

// P(k failures) of a unit whose hazard has a Gamma frailty of variance θ, k = 0 … most, when a unit
// of Z = 1 would have `expected`: negative binomial.
std::vector<double> frail_counts(double expected, double variance, int most);

// Scale of the first failure of `units` new units: η n^{−1/β}.
base::Time first_failure_scale(const WeibullShape& weibull, double units);

// Mean time between failures of a job on `nodes` at a rate per node (Kokolis et al., arXiv
// 2410.21680), and its ETTR to first order, for losses much smaller than 1:
// [1 − N r (u₀ + Δt/2)] / (1 + w/Δt).
base::Time job_mean_time(double nodes, base::Rate per_node);
double first_order_ettr(double nodes, base::Rate per_node, base::Time restart, base::Time interval,
                        base::Time write);

// A job that stalls for `stall` at each failure and does no work again, when the mean time between
// failures is counted on the wall clock, the stall included (FT-HSDP, arXiv 2602.00277).
double stall_only_ettr(base::Time between_on_wall, base::Time stall);

// Elastic data parallelism to first order, own composite: 1 − s/M − T_e/(D M) − √(2δ/M_f) − R/M_f
// with a stall s at each failure, T_e to rebuild one of D replicas, and M_f = M/f between failures
// that stop all.
struct ElasticLoss {
  base::Time between;   // M
  base::Time stall;     // s
  base::Time rebuild;   // T_e
  double replicas = 1;  // D
  double fatal = 0;     // f
  base::Time recovery;  // R
  base::Time pause;     // δ
};
double elastic_ettr(const ElasticLoss& loss);

// What of a scenario the renewal formula (renewal.h) cannot do; empty when it holds.
std::vector<std::string> closed_form_obstacles(const Scenario& scenario);
// The renewal ETTR, only where nothing stands against it. Throws std::invalid_argument otherwise.
double closed_form_ettr(const Scenario& scenario);

}  // namespace weft::campaign
