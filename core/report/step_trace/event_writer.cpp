#include "event_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

namespace weft::step_trace {

namespace {

constexpr std::size_t kPiece = 1 << 18;
constexpr double kNanosecondsPerSecond = 1e9;
constexpr std::int64_t kPerMicrosecond = 1000;

std::int64_t nanoseconds(double time) { return std::llround(time * kNanosecondsPerSecond); }

// Without zeros at the end.
void add_micros(std::string& text, std::int64_t time) {
  fmt::format_to(std::back_inserter(text), "{}", time / kPerMicrosecond);
  const auto rest = time % kPerMicrosecond;
  if (rest == 0) return;
  fmt::format_to(std::back_inserter(text), ".{:03}", rest);
  while (text.back() == '0') text.pop_back();
}

}  // namespace

void EventWriter::line() {
  text_ += is_first_ ? "\n" : ",\n";
  is_first_ = false;
  if (text_.size() > kPiece) flush();
}

void EventWriter::flush() {
  put_(text_);
  text_.clear();
}

void EventWriter::end(std::string_view tail) {
  text_ += tail;
  flush();
}

void EventWriter::complete(Track track, std::string_view category, std::string_view name,
                           double begin, double end, std::string_view args) {
  const auto from = nanoseconds(begin);
  const auto length = nanoseconds(end) - from;
  if (length <= 0) return;
  line();
  fmt::format_to(std::back_inserter(text_),
                 R"({{"ph":"X","pid":{},"tid":{},"cat":"{}","name":"{}","ts":)", track.process,
                 track.thread, category, name);
  add_micros(text_, from);
  text_ += R"(,"dur":)";
  add_micros(text_, length);
  if (!args.empty()) fmt::format_to(std::back_inserter(text_), R"(,"args":{{{}}})", args);
  text_ += '}';
}

void EventWriter::flow(Track from, double from_time, Track to, double to_time,
                       std::string_view name) {
  ++flows_;
  const auto write = [&](std::string_view kind, Track track, double time) {
    line();
    fmt::format_to(std::back_inserter(text_),
                   R"({{"ph":{},"pid":{},"tid":{},"cat":"send","name":"{}","id":{},"ts":)", kind,
                   track.process, track.thread, name, flows_);
    add_micros(text_, nanoseconds(time));
    text_ += '}';
  };
  write(R"("s")", from, from_time);
  write(R"("f","bp":"e")", to, to_time);
}

void EventWriter::counter(int process, std::string_view name, double time, std::string_view args) {
  line();
  fmt::format_to(std::back_inserter(text_), R"({{"ph":"C","pid":{},"name":"{}","ts":)", process,
                 name);
  add_micros(text_, nanoseconds(time));
  fmt::format_to(std::back_inserter(text_), R"(,"args":{{{}}}}})", args);
}

void EventWriter::metadata(Track track, std::string_view what, std::string_view args) {
  line();
  fmt::format_to(std::back_inserter(text_),
                 R"({{"ph":"M","pid":{},"tid":{},"name":"{}","args":{{{}}}}})", track.process,
                 track.thread, what, args);
}

std::string json_string(std::string_view text) { return nlohmann::json(text).dump(); }

}  // namespace weft::step_trace
