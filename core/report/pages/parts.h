// What sections are put together from. Internal to the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/details/course.h"
#include "weft/html/page.h"
#include "weft/pages/pages.h"

namespace weft::pages {

using html::Json;
using html::Section;

// null for what is not finite.
Json number(double value);
Json number(const std::optional<double>& value);

// One series of bars, a value each category.
struct Series {
  std::string name;
  std::vector<double> values;
};
Json bars(const std::string& unit, const std::vector<std::string>& categories,
          const std::vector<Series>& series, bool stacked = true);

struct Step {
  std::string name;
  double value = 0;
};
// Steps that are less than `least` of the largest of from and to are put together.
Json waterfall(const std::string& unit, const Step& from, std::vector<Step> steps, const Step& to,
               double least = 0.002);

// A table: titles, then rows of texts; the first column is of words, others of figures.
class Table {
 public:
  explicit Table(const std::vector<std::string>& titles, std::size_t words = 1);
  void row(std::vector<Json> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] Json data() const;

 private:
  Json columns_ = Json::array();
  std::vector<std::vector<Json>> rows_;
};
// A cell that is marked: good, bad, doubt.
Json marked(const std::string& text, const char* mark, const std::string& note = "");

Json axis(const std::string& name, const std::string& unit, bool log = false);
Json text(const std::vector<std::string>& paragraphs);

// "timeline" for one case, "timeline-2" for the second of several.
std::string id_of(const std::string& word, std::size_t number, std::size_t of);
// Labels, made different from each other where they are not.
std::vector<std::string> distinct(std::vector<std::string> labels);

// "step_time" as a title: "step time".
std::string spoken(std::string name);
// "36.4 d"
std::string days(double seconds);
// "33.2–43.3 d": the unit once where both have it.
std::string span(std::string from, const std::string& to);
// Six significant digits, which are enough for a drawing and keep the page small.
double rounded(double value);
// "a text, cut …" where it is longer.
std::string cut(const std::string& text, std::size_t most);

// Of one run of a campaign: its progress as [s, share of the work], and its stops as marks of
// lines; none where they are too many to be told apart.
Json progress_points(const details::Weeks& weeks);
Json stop_marks(const details::Weeks& weeks);

// Power over time as points of lines.
Json power_samples(const power::Samples& samples);
// The site, its devices and hosts.
Json power_lines(const power_study::PowerAnswer& answer);

// What draws of uncertain inputs make of figures beside an answer; nothing where none were drawn.
void add_ranges(html::Page& page, const uncertainty::Draws& draws, const std::string& kept);

// The values behind an answer and where they come from. Two sections: what is doubtful, and all.
void add_sources(html::Page& page, const Sources& sources);
// Errors on published runs near to each case.
struct NearCase {
  std::string label;
  const validation::NearestPublished* nearest;
  double step = 0;  // s
};
void add_accuracy(html::Page& page, const std::vector<NearCase>& cases);

}  // namespace weft::pages
