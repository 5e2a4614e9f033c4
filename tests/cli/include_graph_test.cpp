// The floors of the house: a room includes itself and what is below it, nothing else.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace weft {
namespace {

namespace fs = std::filesystem;

// Ground floor first; rooms of one floor do not see each other.
const std::vector<std::vector<std::string>> kFloors = {
    {"base"},
    {"flow"},
    {"graph", "manufacturing", "power"},
    {"chips", "interconnect", "supply"},
    {"traffic"},
    {"workload"},
    {"import", "chakra"},
    {"cluster"},
    {"plan", "population"},
    {"step"},
    {"campaign", "populated", "step_trace", "step_chakra"},
    {"site"},
    {"step_power"},
    {"study", "yield"},
    {"validation", "weeks", "cost", "compare", "scaling", "supply_study"},
    {"kernels", "power_study", "size", "network"},
    {"ask", "schema", "details"},
    {"watts", "sweep", "uncertainty"},
    {"calibration", "trace", "claim", "html"},
    {"report"},
    {"pages"},
    {"cli"}};

// What a job is made of does not depend on the wires between the chips.
const std::map<std::string, std::set<std::string>> kForbidden = {
    {"workload", {"interconnect"}},
    {"import", {"interconnect", "traffic", "flow", "graph"}},
    {"chakra", {"interconnect", "traffic", "flow", "graph", "chips", "workload"}}};

std::map<std::string, std::set<std::string>> allowed_rooms() {
  std::map<std::string, std::set<std::string>> allowed;
  std::set<std::string> below;
  for (const auto& floor : kFloors) {
    for (const std::string& room : floor) {
      allowed[room] = below;
      allowed[room].insert(room);
    }
    below.insert(floor.begin(), floor.end());
  }
  for (const auto& [room, others] : kForbidden) {
    for (const std::string& other : others) allowed[room].erase(other);
  }
  return allowed;
}

// Rooms in the folder of another.
const std::map<std::string, std::set<std::string>> kInner = {
    {"study",
     {"populated", "step_power", "step_chakra", "yield",       "validation", "weeks",   "cost",
      "compare",   "kernels",    "network",     "calibration", "trace",      "watts",   "scaling",
      "size",      "ask",        "sweep",       "uncertainty", "claim",      "details", "schema"}},
    {"report", {"html", "pages", "step_trace"}},
    {"cluster", {"population"}},
    {"chips", {"manufacturing"}},
    {"interconnect", {"flow", "graph", "traffic"}},
    {"site", {"supply", "power"}},
    {"workload", {"import", "chakra"}}};

// Rooms whose folder has the name of another room's.
const std::map<std::string, std::string> kOwnNames = {{"study/supply", "supply_study"},
                                                      {"study/power", "power_study"}};

// "core/plan/check.cpp" is of the room plan, "interconnect/flow/engine.cpp" of the room flow.
std::string room_of(const fs::path& relative) {
  auto part = relative.begin();
  if (*part == "core") ++part;
  const auto inside = std::next(part);
  if (inside != relative.end()) {
    const auto own = kOwnNames.find(part->string() + "/" + inside->string());
    if (own != kOwnNames.end()) return own->second;
  }
  const auto inner = kInner.find(part->string());
  const bool is_inner =
      inner != kInner.end() && inside != relative.end() && inner->second.contains(inside->string());
  return is_inner ? inside->string() : part->string();
}

struct Include {
  fs::path file;  // from the top of the sources
  std::string target;
};

// The quoted includes of a file.
void add_includes(const fs::path& root, const fs::path& file, std::vector<Include>& all) {
  constexpr std::string_view kStart = "#include \"";
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with(kStart)) continue;
    const std::string rest = line.substr(kStart.size());
    all.push_back({fs::relative(file, root), rest.substr(0, rest.find('"'))});
  }
}

std::vector<Include> includes() {
  const fs::path root = WEFT_SOURCE_DIR;
  std::vector<Include> all;
  for (const char* top : {"core", "chips", "interconnect"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const fs::path extension = entry.path().extension();
      if (extension == ".h" || extension == ".cpp") add_includes(root, entry.path(), all);
    }
  }
  return all;
}

TEST(IncludeGraph, OnlyDownTheFloors) {
  const auto allowed = allowed_rooms();
  constexpr std::string_view kPrefix = "weft/";
  std::set<std::string> seen;
  for (const auto& [file, target] : includes()) {
    if (!target.starts_with(kPrefix)) continue;
    const std::string room = room_of(file);
    const std::string other = room_of(target.substr(kPrefix.size()));
    seen.insert(room);
    ASSERT_TRUE(allowed.contains(room)) << file << " is in no room of this house";
    EXPECT_TRUE(allowed.at(room).contains(other)) << file << " includes \"" << target << "\"";
  }
  EXPECT_EQ(seen.size(), allowed.size()) << "rooms without an include";
}

TEST(IncludeGraph, NoWayAroundThePublicHeaders) {
  for (const auto& [file, target] : includes()) {
    EXPECT_FALSE(target.starts_with("/") || target.find("..") != std::string::npos)
        << file << " includes \"" << target << "\"";
    const fs::path folder = (fs::path(WEFT_SOURCE_DIR) / file).parent_path();
    EXPECT_TRUE(target.starts_with("weft/") || fs::exists(folder / target))
        << file << " includes \"" << target << "\", which is not in its folder";
  }
}

TEST(IncludeGraph, PublicHeadersAreInTheirRoom) {
  const fs::path root = WEFT_SOURCE_DIR;
  for (const char* top : {"core", "chips", "interconnect"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const fs::path file = fs::relative(entry.path(), root);
      const std::string path = file.string();
      const std::size_t public_part = path.find("/include/");
      if (public_part == std::string::npos || !entry.is_regular_file()) continue;
      EXPECT_EQ(path.substr(public_part),
                "/include/weft/" + room_of(file) + "/" + file.filename().string());
    }
  }
}

}  // namespace
}  // namespace weft
