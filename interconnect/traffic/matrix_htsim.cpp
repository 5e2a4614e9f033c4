// Connection matrices of csg-htsim (github.com/Broadcom/csg-htsim,
// sim/datacenter/connection_matrix):
//   Nodes 128
//   Connections 2
//   Triggers 1
//   0->5 id 1 start 0 size 500000 send_done_trigger 1
//   5->7 id 2 trigger 1 size 500000
//   trigger id 1 oneshot
// Starts are in picoseconds.

#include <charconv>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "matrix.h"
#include "words.h"

namespace weft::traffic {

namespace {

constexpr double kPicosecond = 1e-12;

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < 0) return std::nullopt;
  return value;
}

class HtsimReader {
 public:
  HtsimReader(std::string text, std::string name) : lines_(std::move(text), std::move(name)) {}

  Matrix read() {
    for (auto words = lines_.next(); !words.empty(); words = lines_.next()) read_line(words);
    check();
    lines_.faults().throw_if_any();
    return std::move(matrix_);
  }

 private:
  using Words = std::vector<Word>;

  void read_line(const Words& words) {
    const std::string_view first = words[0].text;
    if (first == "Nodes" || first == "Connections" || first == "Triggers") return header(words);
    if (first == "trigger") return trigger(words);
    if (first.find("->") != std::string_view::npos) return connection(words);
    lines_.fault(words[0],
                 "a line is a count (Nodes, Connections, Triggers), a connection FROM->TO "
                 "or a trigger");
  }

  // The number behind words[at], 0 and a fault when there is none.
  std::int64_t number_after(const Words& words, std::size_t at) {
    if (at + 1 < words.size()) {
      if (const auto value = whole(words[at + 1].text)) return *value;
      lines_.fault(words[at + 1], "this is not a whole number");
    } else {
      lines_.fault(words[at], fmt::format("'{}' stands before a number", words[at].text));
    }
    return 0;
  }

  void header(const Words& words) {
    const std::int64_t value = number_after(words, 0);
    counts_[std::string(words[0].text)] = {value, words[0]};
    if (words[0].text != "Nodes") return;
    if (value > kMost) lines_.fault(words[1], fmt::format("up to {} nodes are read", kMost));
    matrix_.nodes = static_cast<std::int32_t>(std::min(value, kMost));
  }

  std::int32_t node(const Word& word, std::string_view text) {
    const auto value = whole(text);
    if (value && *value < matrix_.nodes) return static_cast<std::int32_t>(*value);
    lines_.fault(word, matrix_.nodes == 0
                           ? "'Nodes' stands before the first connection"
                           : fmt::format("nodes are numbered 0 to {}", matrix_.nodes - 1));
    return 0;
  }

  void connection(const Words& words) {
    const std::size_t arrow = words[0].text.find("->");
    Connection connection;
    connection.from = node(words[0], words[0].text.substr(0, arrow));
    connection.to = node(words[0], words[0].text.substr(arrow + 2));
    bool has_size = false;
    for (std::size_t i = 1; i < words.size(); i += 2) {
      const std::int64_t value = number_after(words, i);
      const std::string_view key = words[i].text;
      if (key == "id") {
        connection.id = value;
      } else if (key == "start") {
        connection.start = static_cast<double>(value) * kPicosecond;
      } else if (key == "size") {
        connection.bytes = static_cast<double>(value);
        has_size = true;
      } else if (key == "trigger") {
        connection.trigger = value;
        waits_for_.push_back({value, words[i]});
      } else if (key == "send_done_trigger" || key == "recv_done_trigger") {
        connection.fires = value;
        waits_for_.push_back({value, words[i]});
      } else {
        lines_.fault(words[i], fmt::format("'{}' is not known", key));
      }
    }
    if (!has_size) lines_.fault(words[0], "a connection has a size");
    matrix_.connections.push_back(connection);
  }

  // A trigger starts what waits for it when it is fired first.
  void trigger(const Words& words) {
    if (words.size() < 4 || words[1].text != "id") {
      lines_.fault(words[0], "a trigger is 'trigger id N oneshot' or 'multishot'");
      return;
    }
    triggers_.insert(number_after(words, 1));
    if (words[3].text != "oneshot" && words[3].text != "multishot") {
      lines_.fault(words[3],
                   fmt::format("triggers of kind '{}' are not carried out", words[3].text));
    }
  }

  void check() {
    if (matrix_.nodes == 0) lines_.fault(lines_.end(), "'Nodes' is missing");
    if (matrix_.connections.empty()) lines_.fault(lines_.end(), "there are no connections");
    const auto count = [&](const char* what, std::size_t found) {
      const auto said = counts_.find(what);
      if (said == counts_.end() || said->second.value == static_cast<std::int64_t>(found)) return;
      lines_.fault(said->second.word,
                   fmt::format("{} {} are said and {} given", said->second.value, what, found));
    };
    count("Connections", matrix_.connections.size());
    count("Triggers", triggers_.size());
    for (const Said& said : waits_for_) {
      if (said.value != 0 && triggers_.contains(said.value)) continue;
      lines_.fault(said.word, fmt::format("there is no trigger {}", said.value));
    }
  }

  static constexpr std::int64_t kMost = 1 << 24;
  struct Said {
    std::int64_t value;
    Word word;
  };

  WordLines lines_;
  Matrix matrix_;
  std::map<std::string, Said> counts_;
  std::set<std::int64_t> triggers_;
  std::vector<Said> waits_for_;
};

}  // namespace

Matrix read_htsim(std::string text, std::string name) {
  return HtsimReader(std::move(text), std::move(name)).read();
}

}  // namespace weft::traffic
