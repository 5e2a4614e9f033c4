#include "weft/report/cluster_power.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/report/text.h"
#include "weft/site/meter.h"

namespace weft::report {

namespace {

using Lines = std::vector<site::PowerLine>;

std::string power_of_line(const Lines& lines, const std::string& what) {
  for (const auto& line : lines) {
    if (line.what == what) return base::to_text(line.power);
  }
  return "-";
}

}  // namespace

std::string power_table(const cluster::Cluster& cluster, Colour colour) {
  site::Site bare;
  bare.pue = 1;
  bare.other_it = 0;
  const auto& power = cluster.device().power;
  const std::array<Lines, 3> all = {
      site::power_lines(cluster, cluster.devices(), power.idle, bare),
      site::power_lines(cluster, cluster.devices(), power.limit, bare),
      site::nameplate_lines(cluster, bare)};
  const auto row = [](const std::string& what, const std::string& count,
                      const std::array<std::string, 3>& cells) {
    return fmt::format("  {} {:>8} {:>12} {:>12} {:>12}\n", fitted(what, 40), count, cells[0],
                       cells[1], cells[2]);
  };
  auto text =
      bold(fitted("Power of " + cluster.label + ", IT", 42) +
               fmt::format(" {:>8} {:>12} {:>12} {:>12}", "count", "idle", "devices", "all"),
           colour) +
      row("", "", {"", "at limit", "at limit"});
  for (const auto& line : all[2]) {
    text += row(line.what, line.count > 0 ? fmt::format("{:.0f}", line.count) : "",
                {power_of_line(all[0], line.what), power_of_line(all[1], line.what),
                 power_of_line(all[2], line.what)});
  }
  return text + row("sum", "",
                    {base::to_text(site::sum_of(all[0])), base::to_text(site::sum_of(all[1])),
                     base::to_text(site::sum_of(all[2]))});
}

}  // namespace weft::report
