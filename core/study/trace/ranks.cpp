#include "weft/trace/ranks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include "weft/network/cluster_size.h"

namespace weft::trace {

namespace {

namespace fs = std::filesystem;

constexpr const char* kExtension = ".et";

// The rank in "NAME.RANK.et".
std::optional<std::int64_t> rank_in(const fs::path& file) {
  if (file.extension() != kExtension) return std::nullopt;
  const auto number = file.stem().extension().string();
  std::int64_t rank = 0;
  const char* const end = number.data() + number.size();
  if (number.size() < 2) return std::nullopt;
  const auto [at, error] = std::from_chars(number.data() + 1, end, rank);
  return error == std::errc() && at == end && rank >= 0 ? std::optional(rank) : std::nullopt;
}

// The files of "NAME", which is no file itself.
std::vector<fs::path> files_of(const fs::path& name) {
  std::error_code error;
  // What is missing is said by whoever reads it.
  if (!fs::is_directory(name, error) &&
      (fs::exists(name, error) || name.extension() == kExtension)) {
    return {name};
  }
  const bool is_folder = fs::is_directory(name, error);
  const auto folder = is_folder ? name : name.has_parent_path() ? name.parent_path() : ".";
  const auto prefix = is_folder ? "" : name.filename().string() + ".";
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto& file = entry.path();
    if (file.extension() != kExtension || !rank_in(file)) continue;
    if (is_folder || file.stem().stem().string() + "." == prefix) {
      files.push_back(is_folder || name.has_parent_path() ? file : file.filename());
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    network::refuse(fmt::format("{}: there is no such file, and no {}.0.et", name.string(),
                                is_folder ? (name / "NAME").string() : name.string()));
  }
  return files;
}

std::string contents_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// Reads each file, once those that hold the same.
class Reader {
 public:
  std::uint32_t trace_of(const fs::path& file) {
    const auto contents = contents_of(file);
    const auto key = std::hash<std::string>()(contents);
    const auto [begin, end] = known_.equal_range(key);
    for (auto each = begin; each != end; ++each) {
      if (contents_of(traces[each->second].file) == contents) return each->second;
    }
    const auto number = static_cast<std::uint32_t>(traces.size());
    traces.push_back(chakra::read_trace(file));
    known_.emplace(key, number);
    return number;
  }

  std::vector<chakra::Trace> traces;

 private:
  std::multimap<std::size_t, std::uint32_t> known_;
};

std::map<std::int64_t, fs::path> files_by_rank(const std::vector<fs::path>& files) {
  std::map<std::int64_t, fs::path> by_rank;
  for (const auto& file : files) {
    const auto rank = rank_in(file);
    if (!rank) {
      network::refuse(
          fmt::format("{}: of several traces each is named after its rank", file.string()),
          "NAME.RANK.et is expected, or one file and --ranks");
    }
    const auto [other, is_new] = by_rank.emplace(*rank, file);
    if (!is_new) {
      network::refuse(fmt::format("{} and {} are both of rank {}", other->second.string(),
                                  file.string(), *rank));
    }
  }
  return by_rank;
}

void require_all(const std::map<std::int64_t, fs::path>& by_rank) {
  std::int64_t expected = 0;
  for (const auto& [rank, file] : by_rank) {
    if (rank != expected) {
      network::refuse(fmt::format("there is a trace of rank {} ({}) and none of rank {}", rank,
                                  file.string(), expected));
    }
    ++expected;
  }
}

}  // namespace

RankTraces read_ranks(const std::vector<fs::path>& names, std::optional<std::int64_t> ranks,
                      const std::optional<fs::path>& groups) {
  std::vector<fs::path> files;
  for (const auto& name : names) {
    for (auto& file : files_of(name)) files.push_back(std::move(file));
  }
  if (files.empty()) network::refuse("a trace is expected");
  RankTraces result;
  Reader reader;
  if (ranks && files.size() == 1) {
    result.trace_of_rank.assign(static_cast<std::size_t>(*ranks), reader.trace_of(files.front()));
  } else if (files.size() == 1) {
    result.trace_of_rank = {reader.trace_of(files.front())};
  } else {
    const auto by_rank = files_by_rank(files);
    require_all(by_rank);
    for (const auto& [rank, file] : by_rank) {
      result.trace_of_rank.push_back(reader.trace_of(file));
    }
    if (ranks && *ranks != result.ranks()) {
      network::refuse(
          fmt::format("--ranks {}: there are traces of {} ranks", *ranks, result.ranks()));
    }
  }
  result.traces = std::move(reader.traces);
  if (groups) result.groups = chakra::read_groups(*groups);
  return result;
}

}  // namespace weft::trace
