// Good dies a wafer as their yield moves over the years, by the chip's own `manufacturing`.
#pragma once

#include <vector>

#include "weft/manufacturing/manufacturing.h"

namespace weft::supply {

// Of one wafer, and of one package begun.
struct DieOutput {
  double best = 0;       // dies good enough for the chip itself
  double lesser = 0;     // dies good enough for the bins sold as other chips alone
  double untouched = 1;  // packages that bad dies and burn-in leave, of those begun
};
DieOutput output_of(const manufacturing::Manufacturing& made);

// The same at any reported die yield: solved for the density of defects at each whole per cent,
// linear between. A yield of `most()` or more is what no defects leave.
class YieldTable {
 public:
  // Keeps the scope and the meaning of the chip's own reported yield, die and chip if it has none.
  explicit YieldTable(const manufacturing::Manufacturing& made);
  [[nodiscard]] DieOutput at(double yield) const;
  [[nodiscard]] double most() const { return most_; }
  // As the chip's document has it, the process older by so much where it learns.
  [[nodiscard]] DieOutput own(base::Time older) const;
  [[nodiscard]] const manufacturing::Manufacturing& made() const { return made_; }

 private:
  manufacturing::Manufacturing made_;
  double most_ = 0;
  std::vector<DieOutput> by_percent_;  // [per cent]; the last is at most()
};

// Attach and assembly of a package of so many stacks.
double assembled(const manufacturing::Package& package, double stacks);

}  // namespace weft::supply
