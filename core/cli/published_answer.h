// What `--published` of a command shows.
#pragma once

#include <iostream>
#include <string>

#include "output.h"
#include "weft/cli/commands.h"
#include "weft/report/campaign.h"
#include "weft/report/cost.h"
#include "weft/report/published_power.h"

namespace weft::cli {

// Published points beside predicted ones: as a table in the terminal unless one of the files is
// standard output, and in the files that are named. `Points` has published_csv(), published_json()
// and published_terminal() in report/.
template <class Points>
int show_published(const Points& points, const std::string& csv, const std::string& json) {
  if (!csv.empty()) write_answer(csv, report::published_csv(points));
  if (!json.empty()) write_answer(json, report::published_json(points));
  if (csv != "-" && json != "-") {
    std::cout << report::published_terminal(points, colour()) << std::flush;
  }
  return kAnswer;
}

}  // namespace weft::cli
