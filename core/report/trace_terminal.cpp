#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "network_text.h"
#include "weft/report/text.h"
#include "weft/report/trace.h"

namespace weft::report {

namespace {

using base::to_text;
using trace::PathPart;
using trace::RankClass;
using trace::TraceAnswer;

// Names come from files: what is no printable ASCII is a dot.
std::string plain(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c < ' ' || c > '~'; }, '.');
  return name;
}

std::string time_text(double seconds) { return to_text(base::Time(seconds), 4); }

std::string trace_heading(const TraceAnswer& answer, Colour colour) {
  auto text = bold(title(fmt::format("{}: {} rank{}, {} operation{}", answer.cluster, answer.ranks,
                                     answer.ranks == 1 ? "" : "s", answer.operations,
                                     answer.operations == 1 ? "" : "s")),
                   colour);
  const auto kinds = answer.classes.size();
  if (static_cast<std::int64_t>(kinds) < answer.ranks) {
    text += fmt::format("  ranks of {} kind{}; those of a kind do the same\n", kinds,
                        kinds == 1 ? "" : "s");
  }
  text += fmt::format("  finished after {}; dependencies alone take {}\n",
                      to_text(answer.finish, 4), to_text(answer.longest_chain, 4));
  return text;
}

std::string more(std::size_t all, std::size_t shown, const char* what) {
  return all > shown ? fmt::format("  … and {} more {}\n", all - shown, what) : "";
}

std::string path_table(const std::vector<PathPart>& parts, double finish, const char* heading,
                       std::size_t worst, Colour colour) {
  if (parts.empty()) return "";
  auto text =
      "\n" +
      bold(fmt::format("{:<48}{:>12}{:>10}{:>14}", heading, "time", "share", "operations"), colour);
  const auto shown = std::min(parts.size(), worst);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& part = parts[i];
    text += fmt::format("  {}{:>12}{:>8.1f} %{:>14}\n", fitted(plain(part.what), 46),
                        time_text(part.time), 100 * part.time / finish, part.operations);
  }
  return text + more(parts.size(), shown, "names");
}

// "0-3, 8, 10, …"
std::string ranks_text(const std::vector<std::int64_t>& ranks) {
  std::string text;
  for (std::size_t i = 0; i < ranks.size();) {
    auto last = i;
    while (last + 1 < ranks.size() && ranks[last + 1] == ranks[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", ranks[i]);
    if (last > i) text += fmt::format("-{}", ranks[last]);
    i = last + 1;
  }
  return text;
}

std::string classes_table(const TraceAnswer& answer, std::size_t worst, Colour colour) {
  const double finish = answer.finish.si();
  auto text =
      "\n" + bold(fmt::format("{:<20}{:>13}{:>17}{:>10}{:>10}{:>12}{:>15}", "ranks", "compute",
                              "exposed comm.", "memory", "host", "idle", "communicating"),
                  colour);
  const auto share = [&](double part) {
    return finish > 0 ? fmt::format("{:.1f} %", 100 * part / finish) : std::string("-");
  };
  const auto shown = std::min(answer.classes.size(), worst);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& one = answer.classes[i];
    text += fmt::format("  {}{:>13}{:>17}{:>10}{:>10}{:>12}{:>15}\n",
                        fitted(ranks_text(one.ranks), 18), share(one.parts.compute),
                        share(one.parts.communication), share(one.parts.memory),
                        share(one.parts.host), share(one.parts.idle), share(one.communicating));
  }
  return text + more(answer.classes.size(), shown, "kinds of ranks");
}

std::string exchanges_table(const TraceAnswer& answer, std::size_t worst, Colour colour) {
  if (answer.exchanges.empty()) return "";
  auto text = "\n" + bold(fmt::format("{:<18}{:<18}{:>8}{:>14}{:>14}{:>12}", "exchange",
                                      "algorithm", "ranks", "size", "time", "count"),
                          colour);
  const auto shown = std::min(answer.exchanges.size(), worst);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& row = answer.exchanges[i];
    text += fmt::format("  {:<16}{:<18}{:>8}{:>14}{:>14}{:>12}\n", row.what, row.algorithm,
                        row.ranks, binary_size(row.bytes.si()), to_text(row.time, 4), row.count);
  }
  return text + more(answer.exchanges.size(), shown, "kinds of exchanges");
}

}  // namespace

std::string to_terminal(const TraceAnswer& answer, std::size_t worst, Colour colour) {
  auto text = trace_heading(answer, colour);
  const double finish = answer.finish.si();
  text += path_table(answer.path, finish, "critical path", worst, colour);
  text += path_table(answer.path_names, finish, "critical path, by name", worst, colour);
  text += classes_table(answer, worst, colour);
  text += exchanges_table(answer, worst, colour);
  if (!answer.notes.empty()) text += "\n";
  for (const auto& note : answer.notes) text += wrapped(note, 2);
  return text;
}

}  // namespace weft::report
