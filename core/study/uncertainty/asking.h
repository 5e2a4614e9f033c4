// Many points of one question, on a team of threads. Internal to the room.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weft/base/parallel.h"
#include "weft/uncertainty/draws.h"

namespace weft::uncertainty {

// One session a thread.
class Asking {
 public:
  Asking(const ask::Question& question, const Inputs& inputs, const base::ThreadTeam& team)
      : question_(question),
        inputs_(inputs),
        team_(team),
        sessions_(static_cast<std::size_t>(team.size())) {}

  // A value for each of the inputs; those that are weft's own error are not looked at.
  using Values = std::function<std::vector<double>(std::size_t point)>;
  using Take = std::function<void(std::size_t point, std::vector<ask::Row> rows)>;
  // Calls `take` with the answer at each of `count` points, on any thread. `what` is shown as
  // progress; empty: nothing is.
  void each(std::size_t count, const Values& values, const Take& take, const std::string& what);

 private:
  std::vector<ask::Row> rows_at(std::vector<double> values, std::size_t thread);

  const ask::Question& question_;
  const Inputs& inputs_;
  const base::ThreadTeam& team_;
  std::vector<std::optional<ask::Session>> sessions_;  // by thread
};

// Of all inputs at their modes.
std::vector<double> modes_of(const Inputs& inputs);
}  // namespace weft::uncertainty
