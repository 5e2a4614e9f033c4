#include "program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace weft::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto kMostTime = std::chrono::seconds(100);
constexpr std::array<const char*, 5> kHeard = {"WEFT_", "OMP_", "NO_COLOR=", "CLICOLOR", "TERM="};

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {
    if (number < 0) throw std::runtime_error("no file descriptor");
  }
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

struct Pipe {
  explicit Pipe(std::array<int, 2> ends = opened()) : from(ends[0]), to(ends[1]) {}
  static std::array<int, 2> opened() {
    std::array<int, 2> ends = {-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    return ends;
  }
  Descriptor from;
  Descriptor to;
};

// Appends what is there; false at the end.
bool take(int descriptor, std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t size = ::read(descriptor, buffer.data(), buffer.size());
  if (size <= 0) return false;  // a terminal that nobody holds any more fails instead of ending
  text.append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

// Reads both until they end; false when that takes too long.
bool take_all(int out, std::string& out_text, int err, std::string& err_text) {
  std::array<pollfd, 2> both = {pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
  const auto deadline = Clock::now() + kMostTime;
  while (both[0].fd >= 0 || both[1].fd >= 0) {
    if (Clock::now() > deadline) return false;
    ::poll(both.data(), both.size(), 1000);
    if (both[0].revents != 0 && !take(out, out_text)) both[0].fd = -1;
    if (both[1].revents != 0 && !take(err, err_text)) both[1].fd = -1;
  }
  return true;
}

Ended wait_for(pid_t pid, Clock::time_point started) {
  int status = 0;
  rusage usage{};
  ::wait4(pid, &status, 0, &usage);
  Ended ended;
  ended.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  ended.seconds = std::chrono::duration<double>(Clock::now() - started).count();
  ended.peak_bytes = 1024.0 * static_cast<double>(usage.ru_maxrss);
  return ended;
}

bool is_heard(const std::string& variable) {
  return std::any_of(kHeard.begin(), kHeard.end(),
                     [&](const char* start) { return variable.starts_with(start); });
}

Words environment_with(const Words& more) {
  Words all;
  for (char** each = environ; *each != nullptr; ++each) {
    if (!is_heard(*each)) all.emplace_back(*each);
  }
  all.emplace_back("TERM=xterm-256color");
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<char*> pointers(Words& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

// The other side of a new terminal.
int open_terminal(int master) {
  std::array<char, 128> name{};
  const bool ready = ::grantpt(master) == 0 && ::unlockpt(master) == 0 &&
                     ::ptsname_r(master, name.data(), name.size()) == 0;
  return ready ? ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
}

void fill(int pipe) {
  const std::string block(4096, '.');
  ::fcntl(pipe, F_SETFL, O_NONBLOCK);
  while (::write(pipe, block.data(), block.size()) > 0) {
  }
  while (::write(pipe, block.data(), 1) > 0) {
  }
  ::fcntl(pipe, F_SETFL, 0);
}

}  // namespace

Folder::Folder() {
  std::string name = (fs::temp_directory_path() / "weft_cli_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string Folder::read(const std::string& name) const {
  std::ostringstream text;
  text << std::ifstream(path_ / name, std::ios::binary).rdbuf();
  return text.str();
}

void Folder::write(const std::string& name, const std::string& text) const {
  fs::create_directories((path_ / name).parent_path());
  std::ofstream(path_ / name, std::ios::binary) << text;
}

Words Folder::names() const {
  Words all;
  for (const auto& entry : fs::directory_iterator(path_)) {
    all.push_back(entry.path().filename().string());
  }
  std::sort(all.begin(), all.end());
  return all;
}

pid_t Folder::start(const Words& arguments, const Words& environment, int out, int err) const {
  Words words = {WEFT_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  Words variables = environment_with(environment);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, path_.c_str());
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, WEFT_PROGRAM, &actions, nullptr, pointers(words).data(),
                                  pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + words.front());
  return pid;
}

Ended Folder::weft(const Words& arguments, const Words& environment) const {
  Pipe out;
  Pipe err;
  const auto started = Clock::now();
  const pid_t pid = start(arguments, environment, out.to.number(), err.to.number());
  out.to.close();
  err.to.close();
  std::string out_text;
  std::string err_text;
  if (!take_all(out.from.number(), out_text, err.from.number(), err_text)) ::kill(pid, SIGKILL);
  Ended ended = wait_for(pid, started);
  ended.out = std::move(out_text);
  ended.err = std::move(err_text);
  return ended;
}

Ended Folder::weft_on_terminal(const Words& arguments, const Words& environment) const {
  const Descriptor master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  Descriptor terminal(open_terminal(master.number()));
  const auto started = Clock::now();
  const pid_t pid = start(arguments, environment, terminal.number(), terminal.number());
  terminal.close();
  std::string text;
  std::string nothing;
  if (!take_all(master.number(), text, -1, nothing)) ::kill(pid, SIGKILL);
  Ended ended = wait_for(pid, started);
  text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
  ended.out = std::move(text);
  return ended;
}

Ended Folder::weft_into(const std::string& file, const Words& arguments) const {
  const Descriptor out(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  Pipe err;
  const auto started = Clock::now();
  const pid_t pid = start(arguments, {}, out.number(), err.to.number());
  err.to.close();
  std::string text;
  std::string nothing;
  if (!take_all(-1, nothing, err.from.number(), text)) ::kill(pid, SIGKILL);
  Ended ended = wait_for(pid, started);
  ended.err = std::move(text);
  return ended;
}

Ended Folder::weft_stopped_by(int signal, const Words& arguments) const {
  const Pipe out;
  const Descriptor err(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  fill(out.to.number());
  const auto started = Clock::now();
  const pid_t pid = start(arguments, {}, out.to.number(), err.number());
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  ::kill(pid, signal);
  return wait_for(pid, started);
}

Ended Folder::weft_sent(int signal, std::chrono::milliseconds after, const Words& arguments) const {
  const Descriptor nothing(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  const auto started = Clock::now();
  const pid_t pid = start(arguments, {}, nothing.number(), nothing.number());
  std::this_thread::sleep_for(after);
  ::kill(pid, signal);
  return wait_for(pid, started);
}

std::string small_study(const std::string& cluster, const std::string& plan) {
  return "kind: study\n"
         "job: {model: llama3_8b, sequence: 8192, global_batch: 64 sequences, tokens: 1 G}\n"
         "clusters: [" +
         cluster +
         "]\n"
         "plan: " +
         plan + "\n";
}

Words lines_wider_than(std::size_t columns, const std::string& text) {
  Words wide;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::size_t width = 0;
    bool in_colour = false;
    for (const char c : line) {
      const bool starts_character = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
      if (c == '\x1b') in_colour = true;
      if (!in_colour && starts_character) ++width;
      if (in_colour && c == 'm') in_colour = false;
    }
    if (width > columns) wide.push_back(line);
  }
  return wide;
}

void expect_holds(const std::string& text, const std::string& part) {
  constexpr std::size_t kShown = 4000;
  EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is missing in:\n"
                                                << text.substr(0, kShown);
}

namespace {

// Whether some line of a file is `kind: KIND`.
bool is_of_kind(const fs::path& file, const std::string& kind) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (line == "kind: " + kind) return true;
  }
  return false;
}

}  // namespace

Words shipped(const std::string& folder, const std::string& kind) {
  Words all;
  for (const auto& entry : fs::directory_iterator(fs::path(WEFT_CONFIGS) / folder)) {
    const fs::path& path = entry.path();
    const bool is_fit = path.stem().extension() == ".fit";
    const bool is_wanted = kind.empty() || is_of_kind(path, kind);
    if (path.extension() == ".yaml" && !is_fit && is_wanted) all.push_back(path.stem().string());
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace weft::cli
