// A page for people: one HTML file that holds all that it shows and opens without a network.
//
// A page is a list of sections; each says in words what it shows and carries the numbers that are
// drawn, in SI units. Whoever makes a page chooses a kind of drawing, never how it looks. Each
// drawing has the table of its numbers below it, for those who cannot see it or want to copy them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace weft::html {

using Json = nlohmann::ordered_json;

// A unit is one of: "s", "B", "B/s", "FLOP/s", "W", "J", "USD", "CNY" (or another currency), "%"
// (numbers are shares: 0.2 is 20 %), "1/week", "" (a plain number), or a noun ("devices"). The page
// adds the prefix (ms, GB, kW). null stands for a number that is not known.
//
// The kinds, with what `data` holds (keys with ? may be left out):
//   text       {paragraphs: [text]}
//   table      {columns: [{title, align?: left|right}], rows: [[cell]]}; a cell is a text, or
//              {text, href?, mark?: good|bad|doubt, note?}
//   bars       {unit, categories: [text], series: [{name, values: [number]}], stacked?: true,
//              limits?: [{category: index, value, name}]}; horizontal bars, a category each
//   waterfall  {unit, from: {name, value}, steps: [{name, value, note?}], to: {name, value}};
//              from + steps = to
//   lines      {x: {name, unit, log?}, y: {name, unit, log?}, series: [{name, points: [[x, y]],
//              low?: [y], high?: [y], steps?: true}], marks?: [{x, name, kind?}]}; zooms along x
//   scatter    {x, y (as in lines), groups: [{name, points: [{x, y, name}]}], frontier?: true}
//   timeline   {rows: [{name, group}], parts: [name], spans: [[row, begin_s, end_s, part,
//              text index]], texts: [text], sends?: [[from row, at_s, to row, at_s]], end_s};
//              zooms along time; rows are stages and streams
//   roofline   {chips: [{name, roofs: [{name, flops (FLOP/s), bandwidth (B/s)}], points: [{name,
//              intensity (FLOP/B), flops (FLOP/s), share (of the step's kernel time)}]}]}
//   topology   {levels: [{name, count, noun, inside (so many make one of the next level up)}],
//              tiers: [{level, name, link, bandwidth (B/s of a device), load (share of the step
//              that it is in use), bytes (of a device, a step), links, failures_per_week,
//              failed? (links that are down)}]}; levels from the device outwards, a tier joins the
//              members of its level
//   tornado    {unit, base, inputs: [{name, low, high (texts), low_value, high_value}]}
//   intervals  {unit, rows: [{name, low, mid, high, mark?: number, mark_name?, verdict?}]}
struct Section {
  std::string id;     // a word, of the anchor; one in a page
  std::string title;  // "Where the step goes"
  std::string says;   // a sentence or two: what is to be seen, what it hangs on
  std::string kind;   // of the above
  Json data;
};

// A figure that stands large at the top.
struct Headline {
  std::string label;  // "days to finish"
  std::string value;  // "36.4 d"
  std::string range;  // "33.2–43.3 d, 90 % sure"; may be empty
  std::string of;     // the column or build that it is of; may be empty
};

struct Page {
  std::string title;     // "Llama-3 70B on three clusters"
  std::string subtitle;  // job, date of data, level of the model
  std::string question;  // the YAML that was asked, as written; shown folded
  std::string answer;    // the JSON that --json writes; offered for saving
  std::vector<Headline> headlines;
  std::vector<Section> sections;
};

// Whether this build has pages in it: they need what npm fetches.
bool is_available();
// The whole file. Throws std::logic_error for a build without, std::invalid_argument for a section
// of an unknown kind or two of one id.
std::string to_html(const Page& page);

}  // namespace weft::html
