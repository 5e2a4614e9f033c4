// The table of `weft run`: cases side by side, section by section. Internal to the room.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/report/terminal.h"

namespace weft::report {

// The cases of one block, with what belongs to them.
struct RunColumn {
  const study::Case* study_case;
  const study::CaseResult* result;
  const study::Sensitivity* sensitivity;
  const validation::NearestPublished* nearest;  // or null
};

class RunTable {
 public:
  // `reference`: what the sections that compare compare with, or nothing that has no plan.
  RunTable(const study::Study& study, std::vector<RunColumn> columns,
           std::optional<RunColumn> reference, Colour colour)
      : study_(study), columns_(std::move(columns)), reference_(reference), table_(colour) {}

  std::string text();

 private:
  using Cell = std::function<std::string(const RunColumn&, const study::Outcome&)>;

  void row(const std::string& label, const Cell& cell);
  // "13.2 s (12.4-14.9)": the plain value and the interval that uncertain inputs give it.
  static std::string with_interval(const RunColumn& column, study::Figure figure,
                                   const std::string& plain,
                                   const std::function<std::string(double)>& scaled);
  template <class Q>
  static std::string interval(const RunColumn& column, study::Figure figure, Q value) {
    return with_interval(column, figure, base::to_text(value),
                         [&](double ratio) { return base::to_text(value * ratio); });
  }

  // run_headline.cpp
  void headline();
  void names();
  void counts();
  void parts();
  void population();
  void results();
  void nearest();

  // run_sections.cpp
  [[nodiscard]] bool is_shown(step::Part part) const;
  void step();
  void memory();
  void power();
  void failures();
  void cost();

  // run_per.cpp
  void per();
  void limit_row();

  // terminal.cpp
  void add_section(study::Section section);
  void limits();
  void uncertain();

  const study::Study& study_;
  std::vector<RunColumn> columns_;
  std::optional<RunColumn> reference_;
  Table table_;
};

}  // namespace weft::report
