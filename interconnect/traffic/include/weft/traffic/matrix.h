// Traffic matrices: a list of flows between devices, as a file gives them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "weft/traffic/run.h"

namespace weft::traffic {

struct Connection {
  std::int32_t from = 0;
  std::int32_t to = 0;
  double bytes = 0;
  double start = 0;          // s
  std::int64_t id = 0;       // 0: none
  std::int64_t trigger = 0;  // starts when this trigger is fired; 0: at `start`
  std::int64_t fires = 0;    // trigger that its end fires; 0: none
};

struct Matrix {
  std::int32_t nodes = 0;
  std::vector<Connection> connections;
};

// A connection matrix of csg-htsim (Nodes, Connections, Triggers, lines FROM->TO id N start PS size
// BYTES [trigger N] [send_done_trigger N], trigger id N oneshot), or CSV with columns from, to,
// bytes and optionally start ("5 us", before 1e9 s). Faults throw base::InputError with line and
// column.
Matrix read_matrix(const std::filesystem::path& file);

struct MatrixResult {
  std::vector<double> duration;  // s, of each connection, from its start; infinite when it failed
  std::vector<double> start;     // s; infinite when its trigger was never fired
  RunResult run;                 // finish: one entry, the last
};
MatrixResult run(const Network& network, const Matrix& matrix, const RunOptions& options);

}  // namespace weft::traffic
