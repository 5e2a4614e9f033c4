// The figures of `weft run`, by name. Internal to the room.
#pragma once

#include <vector>

#include "weft/ask/question.h"
#include "weft/study/per.h"
#include "weft/study/run.h"

namespace weft::ask {

// How far the path of data is walked for a figure.
enum class Needs { kStep, kOutcome, kPer };

struct RunAnswer {
  const study::Study* study = nullptr;
  const study::Case* study_case = nullptr;  // as it ran
  const plan::Plan* plan = nullptr;
  base::Time step;
  const study::Outcome* outcome = nullptr;  // none at Needs::kStep
  const study::Per* per = nullptr;          // at Needs::kPer
};

struct RunFigure {
  Column column;
  Needs needs;
  double (*of)(const RunAnswer& answer);
};

// `money` is the currency of those in money.
std::vector<RunFigure> run_figures(const base::Currency& money);

}  // namespace weft::ask
