// Trace events, one a line. Internal to the room.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace weft::step_trace {

// Where an event stands.
struct Track {
  int process = 0;
  int thread = 0;
};

// Times are rounded to nanoseconds as instants, so that what follows one another or lies inside one
// another still does.
class EventWriter {
 public:
  using Put = std::function<void(std::string_view piece)>;
  explicit EventWriter(const Put& put) : put_(put) {}

  // `head` is what stands before the events, `tail` what follows them.
  void begin(std::string_view head) { text_ += head; }
  void end(std::string_view tail);

  // `args` is what stands in the braces of "args"; names need no escaping.
  void complete(Track track, std::string_view category, std::string_view name, double begin,
                double end, std::string_view args);
  // An arrow: from the slice around `from` to the one that begins at `to`.
  void flow(Track from, double from_time, Track to, double to_time, std::string_view name);
  void counter(int process, std::string_view name, double time, std::string_view args);
  // process_name, process_sort_index, thread_name, thread_sort_index.
  void metadata(Track track, std::string_view what, std::string_view args);

 private:
  void line();
  void flush();

  const Put& put_;
  std::string text_;
  bool is_first_ = true;
  std::int64_t flows_ = 0;
};

// A JSON string with its quotes.
std::string json_string(std::string_view text);

}  // namespace weft::step_trace
