#include "play.h"

#include <algorithm>
#include <limits>

#include "weft/base/random.h"

namespace weft::supply_study {

namespace {

using base::Distribution;

// What of a chip's document has a say in supply, beside the yield of its dies.
bool is_of_packages(const std::string& path) {
  return path.find(".manufacturing.package.") != std::string::npos;
}

// One place in the distribution for all points of a schedule: they move together.
double drawn_value(const Distribution& d, base::RandomStream stream) {
  if (d.kind == Distribution::Kind::kNormal) return d.mode + (d.high - d.mode) * stream.normal();
  return stream.triangular(d.low, d.mode, d.high);
}

supply::LineMaking making_in(const LoadedLine& loaded, const supply::Line& line,
                             base::Reading& reading) {
  supply::LineMaking making;
  for (const auto& table : loaded.dies) making.dies.push_back(&table);
  for (std::size_t p = 0; p < line.products.size(); ++p) {
    const auto& product = line.products[p];
    const auto chip = chips::read_chip(loaded.chip_documents[p], reading);
    // Where a chip does not say how it is packaged, as the one whose dies it has.
    const auto& made = chip.manufacturing
                           ? *chip.manufacturing
                           : loaded.dies[static_cast<std::size_t>(product.dies)].made();
    const double stacks = product.stacks > 0 ? product.stacks : chip.memory_stacks;
    making.products.push_back({chip.dies, stacks, supply::assembled(made.package, stacks)});
  }
  return making;
}

std::vector<double> modules_so_far(const supply::Line& line,
                                   const std::vector<supply::QuarterFlow>& flows) {
  std::vector<double> all;
  double sum = line.optics.empty() ? std::numeric_limits<double>::infinity() : 0.0;
  for (const auto& flow : flows) {
    for (const auto& source : line.optics) sum += source.amount(flow.quarter);
    all.push_back(sum);
  }
  return all;
}

base::Reading::Draw at_end(const std::string& path, bool at_high) {
  return [path, at_high](const std::string& at, const Distribution& d) {
    if (whole_path(at) != path) return d.mode;
    return at_high ? d.high : d.low;
  };
}

}  // namespace

std::string whole_path(const std::string& path) { return path.substr(0, path.find('[')); }

World play(const Question& question, const base::Reading::Draw& draw) {
  base::Reading lines(draw);
  base::Reading packages([&](const std::string& path, const Distribution& d) {
    return is_of_packages(path) ? draw(path, d) : d.mode;
  });
  const auto line = supply::read_line(question.made.document, lines);
  World world;
  const auto making = making_in(question.made, line, packages);
  world.flows = supply::produce(line, making, question.to);
  world.modules = modules_so_far(line, world.flows);
  if (question.other) {
    world.shipped = supply::read_line(question.other->document, lines).shipped;
  }
  return world;
}

std::vector<std::string> uncertain_paths(const Question& question) {
  std::vector<std::string> paths;
  play(question, [&](const std::string& path, const Distribution& d) {
    const auto whole = whole_path(path);
    if (std::find(paths.begin(), paths.end(), whole) == paths.end()) paths.push_back(whole);
    return d.mode;
  });
  return paths;
}

World base_world(const Question& question) {
  return play(question, [](const std::string&, const Distribution& d) { return d.mode; });
}

World world_at(const Question& question, const std::string& path, bool at_high) {
  return play(question, at_end(path, at_high));
}

World world_at_ends(const Question& question,
                    const std::vector<std::pair<std::string, bool>>& ends) {
  return play(question, [&](const std::string& path, const Distribution& d) {
    const auto whole = whole_path(path);
    const auto end = std::find_if(ends.begin(), ends.end(),
                                  [&](const auto& known) { return known.first == whole; });
    if (end == ends.end()) return d.mode;
    return end->second ? d.high : d.low;
  });
}

World drawn_world(const Question& question, std::uint64_t sample) {
  return play(question, [&](const std::string& path, const Distribution& d) {
    return drawn_value(
        d, base::RandomStream(question.seed, base::stream_of(whole_path(path)), sample));
  });
}

double packages_of(const Question& question, const World& world) {
  double packages = 0;
  for (const auto& flow : world.flows) {
    if (flow.quarter < question.from) continue;
    for (const auto& product : flow.products) packages += product.good;
  }
  return packages;
}

}  // namespace weft::supply_study
