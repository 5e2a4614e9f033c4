// Runs the real program as a user would: in a folder of its own, with its output caught.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace weft::cli {

// How a run of the program ended.
struct Ended {
  int code = 0;  // as a shell tells it: 128 + N after signal N; 137 also when it took too long
  std::string out;
  std::string err;
  double seconds = 0;
  double peak_bytes = 0;  // of memory
};

// Exit codes.
inline constexpr int kAnswer = 0;
inline constexpr int kCannot = 1;
inline constexpr int kBadInput = 2;
inline constexpr int kNothingFound = 3;

using Words = std::vector<std::string>;

// A folder that the program runs in, removed in the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string read(const std::string& name) const;
  // Makes the folders on the way.
  void write(const std::string& name, const std::string& text) const;
  // Names of all that is in it, sorted.
  [[nodiscard]] Words names() const;

  // Runs the program. `environment` is of NAME=VALUE on top of the caller's, which is rid of
  // variables that the program or OpenMP listens to.
  [[nodiscard]] Ended weft(const Words& arguments, const Words& environment = {}) const;
  // The same with standard output and error on one terminal.
  [[nodiscard]] Ended weft_on_terminal(const Words& arguments, const Words& environment = {}) const;
  // The same with standard output on a file that is there, such as /dev/full.
  [[nodiscard]] Ended weft_into(const std::string& file, const Words& arguments) const;
  // The same with a standard output that accepts nothing, ended by a signal.
  [[nodiscard]] Ended weft_stopped_by(int signal, const Words& arguments) const;
  // The same sent a signal after so long, if it still runs; what it prints is dropped.
  [[nodiscard]] Ended weft_sent(int signal, std::chrono::milliseconds after,
                                const Words& arguments) const;

 private:
  [[nodiscard]] pid_t start(const Words& arguments, const Words& environment, int out,
                            int err) const;

  std::filesystem::path path_;
};

void expect_holds(const std::string& text, const std::string& part);

// A study of one small case. The job starts at 2:1, the clusters at 3:1, the plan at 4:1.
std::string small_study(const std::string& cluster = "{use: dgx_h100, hosts: 1}",
                        const std::string& plan =
                            "{tensor: 2, context: 1, data: 4, pipeline: 1, virtual_stages: 1, "
                            "expert: 1, micro_batch: 1, zero: 1, recompute: selective}");

// The lines of a text that take more columns than a terminal is expected to have; colours take
// none.
Words lines_wider_than(std::size_t columns, const std::string& text);

// The names of the shipped files of a folder of configs; of those of a kind, if one is given.
Words shipped(const std::string& folder, const std::string& kind = "");

}  // namespace weft::cli
