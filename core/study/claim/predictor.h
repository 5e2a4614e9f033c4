// One question with all its draws, and figures of it. Internal to the room.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weft/ask/question.h"
#include "weft/base/parallel.h"
#include "weft/claim/answer.h"
#include "weft/uncertainty/draws.h"
#include "weft/uncertainty/tornado.h"

namespace weft::claim {

// Where a test's figure stands in the rows of its question.
struct Spot {
  std::size_t row = 0, column = 0;
  std::size_t against_row = 0, against_column = 0;
  Form form = Form::kValue;

  [[nodiscard]] double of(const std::vector<ask::Row>& rows) const;
};

struct Predictor {
  std::unique_ptr<ask::Question> question;
  uncertainty::Draws draws;
  uncertainty::Swings swings;  // empty without inputs

  // Throws base::InputError for rows that are not there, or not one.
  [[nodiscard]] Spot spot_of(const Test& test) const;
  [[nodiscard]] uncertainty::Interval predicted(const Spot& spot) const;
  [[nodiscard]] std::vector<double> drawn(const Spot& spot) const;
  // The strongest first.
  [[nodiscard]] std::vector<Mover> movers(const Spot& spot) const;
  // The best that inputs can do between them: see verdict.h.
  [[nodiscard]] double best(const Spot& spot, bool more_is_better) const;

 private:
  [[nodiscard]] std::size_t row_of(const Place& place) const;
  [[nodiscard]] double at_corner(const Spot& spot, bool more_is_better) const;
};

// Asks a claim's study for the figures that its tests want. Throws base::InputError.
Predictor make_predictor(const Claim& claim, std::size_t study, const base::Catalog& catalog,
                         const Options& options, const base::ThreadTeam& team);

// The value of an input at which the figure is `wanted`.
struct Wanted {
  const Predictor& predictor;
  const Spot& spot;
  double value;
};
// A path of a file or of the question's document, from a claim's `knobs`. Throws base::InputError.
Need need_of_path(const Wanted& wanted, const base::Node& path);
// One of the question's inputs, by its number.
Need need_of_input(const Wanted& wanted, std::size_t input);

}  // namespace weft::claim
