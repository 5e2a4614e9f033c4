// What a larger batch costs in tokens.
//
// Steps S and examples E that reach the same loss lie on (S/S_min − 1)(E/E_min − 1) = 1
// (McCandlish, Kaplan, Amodei et al., "An Empirical Model of Large-Batch Training", arXiv
// 1812.06162, eq. 2.11), with the critical batch B_crit = E_min / S_min. With E = B·S: E = E_min (1
// + B / B_crit).
#pragma once

namespace weft::compare {

// Tokens of a run over the fewest that reach its loss: 1 + B/B_crit; 2 at the critical batch.
inline double tokens_over_least(double batch, double critical) { return 1 + batch / critical; }

// Steps over the fewest that reach it: 1 + B_crit/B.
inline double steps_over_least(double batch, double critical) { return 1 + critical / batch; }

// Tokens that a run with `batch` needs for the loss that `tokens` reach with `reference`.
inline double tokens_for(double batch, double critical, double tokens, double reference) {
  return tokens * tokens_over_least(batch, critical) / tokens_over_least(reference, critical);
}

}  // namespace weft::compare
