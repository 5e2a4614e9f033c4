// Looks for the size, format and batch of each build. Internal to the room.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "runs.h"

namespace weft::compare {

// Keeps every run that it looked at.
class Finder {
 public:
  // All must outlive it; draws are those of `reading`.
  Finder(const Question& question, const base::Catalog& catalog, const base::Reading& reading,
         const base::ThreadTeam& team);

  [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
  // A build as the question states it.
  [[nodiscard]] std::size_t stated(std::size_t build) const { return stated_[build]; }
  // A build at the size that has about as much as the first one, stated: by what it has at one
  // size, a size is guessed, until the guess stays.
  std::size_t sized(Footing footing, std::size_t build);

 private:
  [[nodiscard]] std::optional<study::Study> read(const Variant& variant) const;
  std::optional<std::size_t> run(const Variant& variant);
  // At the best batch.
  std::optional<std::size_t> at_best_batch(Variant variant);
  // In the fastest of the formats of its chip, which is kept for other sizes.
  std::size_t in_best_format(std::size_t build);
  // Near so many hosts, where it can be built and planned.
  std::optional<std::size_t> near(std::size_t build, double hosts);
  // The same on as many hosts as its plan needs; none: it uses all, or those cannot be built.
  std::optional<std::size_t> without_idle(std::size_t at);

  const Question& question_;
  const base::Catalog& catalog_;
  const base::Reading& reading_;
  const base::ThreadTeam& team_;
  std::vector<Run> runs_;
  std::vector<std::pair<Variant, std::optional<std::size_t>>> known_;
  std::vector<std::size_t> stated_;
  std::vector<std::optional<chips::Precision>> formats_;
};

}  // namespace weft::compare
