#include "weft/traffic/matrix.h"

#include <algorithm>
#include <limits>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "matrix.h"
#include "results.h"
#include "ways.h"
#include "weft/base/csv.h"

namespace weft::traffic {

namespace {

constexpr double kUndelivered = std::numeric_limits<double>::infinity();

// Starts connections at their time, or when the trigger that they wait for is fired.
class Connections final : public flow::Source {
 public:
  Connections(const Network& network, const Matrix& matrix, const RunOptions& options)
      : network_(network), matrix_(matrix), ways_(network, options) {
    const auto count = static_cast<std::int32_t>(matrix.connections.size());
    for (std::int32_t i = 0; i < count; ++i) {
      const Connection& connection = matrix.connections[i];
      check(connection);
      way_.push_back(ways_.between(connection.from, connection.to, i));
      if (connection.trigger != 0) waiting_[connection.trigger].push_back(i);
    }
    ways_.settle();
    for (std::int32_t i = 0; i < count; ++i) {
      if (ways_[way_[i]].route < 0) complain(matrix.connections[i]);
    }
    started_.assign(way_.size(), kUndelivered);
    duration_.assign(way_.size(), kUndelivered);
  }

  void advance(double now, std::span<const flow::Completion> finished,
               std::vector<flow::Transfer>& starts) override {
    if (finished.empty()) {
      for (std::int32_t i = 0; i < static_cast<std::int32_t>(way_.size()); ++i) {
        const Connection& connection = matrix_.connections[i];
        if (connection.trigger == 0) start(i, connection.start, starts);
      }
    }
    for (const flow::Completion& completion : finished) finish(now, completion, starts);
  }

  std::optional<flow::RouteId> reroute(double now, const flow::Transfer& transfer) override {
    ways_.see_changes(now);
    const auto i = static_cast<std::int32_t>(transfer.tag);
    const Connection& connection = matrix_.connections[i];
    way_[i] = ways_.between(connection.from, connection.to, i);
    ways_.settle();
    const flow::RouteId route = ways_[way_[i]].route;
    if (route < 0) return std::nullopt;
    return route;
  }

  [[nodiscard]] Ways& ways() { return ways_; }
  [[nodiscard]] const std::vector<double>& durations() const { return duration_; }
  [[nodiscard]] const std::vector<double>& started() const { return started_; }
  void report(RunResult& result) const {
    result.events = events_;
    result.failed = failed_;
    result.time = last_;
    result.finish = {failed_ > 0 ? kUndelivered : last_};
  }

 private:
  void check(const Connection& connection) const {
    const std::int32_t devices = network_.graph().devices();
    const std::int32_t worst = std::max(connection.from, connection.to);
    if (connection.from < 0 || connection.to < 0 || worst >= devices) {
      throw std::invalid_argument(
          fmt::format("{} -> {} is not between devices 0 to {} of the fabric", connection.from,
                      connection.to, devices - 1));
    }
  }

  [[noreturn]] void complain(const Connection& connection) const {
    throw std::invalid_argument(fmt::format("{} cannot reach {}",
                                            network_.graph().name(connection.from),
                                            network_.graph().name(connection.to)));
  }

  void start(std::int32_t i, double time, std::vector<flow::Transfer>& starts) {
    const Connection& connection = matrix_.connections[i];
    started_[i] = time;
    const bool is_local = connection.from == connection.to;
    const int tier = tier_between(network_.fabric(), connection.from, connection.to);
    flow::Transfer& transfer = starts.emplace_back();
    transfer.bytes = connection.bytes + (is_local ? 0 : network_.extra_bytes(tier));
    transfer.route = ways_[way_[i]].route;
    transfer.latency = ways_[way_[i]].latency;
    transfer.start = time;
    transfer.tag = static_cast<std::uint64_t>(i);
  }

  void finish(double now, const flow::Completion& completion, std::vector<flow::Transfer>& starts) {
    const auto i = static_cast<std::int32_t>(completion.tag);
    if (completion.failed) {
      ++failed_;
      return;
    }
    ++events_;
    last_ = now;
    duration_[i] = now - started_[i];
    ways_[way_[i]].bytes += matrix_.connections[i].bytes;
    const auto waiting = waiting_.find(matrix_.connections[i].fires);
    if (waiting == waiting_.end()) return;
    for (const std::int32_t next : waiting->second) start(next, now, starts);
    waiting_.erase(waiting);
  }

  const Network& network_;
  const Matrix& matrix_;
  Ways ways_;
  std::vector<std::int32_t> way_;
  std::map<std::int64_t, std::vector<std::int32_t>> waiting_;
  std::vector<double> started_;
  std::vector<double> duration_;
  std::int64_t events_ = 0;
  std::int64_t failed_ = 0;
  double last_ = 0;
};

}  // namespace

Matrix read_matrix(const std::filesystem::path& file) {
  std::string text = base::whole_text(file);
  if (file.extension() == ".csv") return read_csv_matrix(std::move(text), file.string());
  return read_htsim(std::move(text), file.string());
}

MatrixResult run(const Network& network, const Matrix& matrix, const RunOptions& options) {
  RunOptions in_order = options;
  std::stable_sort(in_order.changes.begin(), in_order.changes.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  const auto changes = effective_changes(network, in_order, false);
  Connections connections(network, matrix, in_order);
  flow::Options flows;
  flows.threads = options.threads;
  flows.changes = changes;
  flow::simulate(network.capacity(false), connections.ways().routes(), connections, flows);
  MatrixResult result;
  connections.report(result.run);
  result.duration = connections.durations();
  result.start = connections.started();
  count_links(network, connections.ways().bytes_by_link(), result.run);
  return result;
}

}  // namespace weft::traffic
