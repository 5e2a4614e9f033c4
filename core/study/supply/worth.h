// What packages are worth, internal to the room.
#pragma once

#include <optional>
#include <vector>

#include "weft/supply_study/answer.h"
#include "worlds.h"

namespace weft::supply_study {

// Of one package.
struct PackageFigures {
  double peak = 0;    // FLOP/s, dense, in the job's precision
  double memory = 0;  // bytes
  int dies = 1;
  std::optional<double> tokens;  // a second, in the study's job on the first cluster that has it
};

class Valuer {
 public:
  Valuer(const Question& question, const study::Study& study,
         const std::vector<study::CaseResult>& runs);

  [[nodiscard]] std::vector<Worth> worth() const;
  [[nodiscard]] std::vector<YearWorth> year_worth(const Worlds& worlds) const;
  [[nodiscard]] std::vector<ForeignYear> foreign(const Worlds& worlds) const;
  [[nodiscard]] std::vector<ClaimAnswer> claims(const Worlds& worlds) const;
  [[nodiscard]] const PackageFigures& product(std::size_t p) const { return own_[p]; }

 private:
  [[nodiscard]] std::vector<std::size_t> foreign_cases() const;
  [[nodiscard]] std::optional<double> shipped(const World& world, int year,
                                              Counting counting) const;
  [[nodiscard]] std::optional<double> metric(const World& world, Metric metric, int year,
                                             Counting counting,
                                             const std::optional<double>& packages) const;

  const Question& question_;
  const study::Study& study_;
  std::vector<PackageFigures> own_;    // [Line::products]
  std::vector<PackageFigures> other_;  // [Line::shipped] of the other maker
  std::vector<PackageFigures> cases_;  // [Study::cases]
};

}  // namespace weft::supply_study
