// A table of published training runs, one a row, as a CSV file with a header.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace weft::validation {

// The key of a summary that pools all values of it.
inline constexpr const char* kAll = "all";

// A piece of a column that no reader could make sense of.
struct Unplaced {
  std::string column;
  std::string text;
};

// One row. Blank columns are empty texts or nothing.
struct PublishedRun {
  int line = 0;  // of the file
  std::string id, source, year;
  std::string cluster, software, release, model;
  std::optional<double> parameters, active_parameters;  // billions
  std::optional<std::int64_t> devices;
  std::optional<std::int64_t> layers, hidden, heads, kv_heads, head_dim, ffn, vocabulary;
  std::string gated;
  std::optional<std::int64_t> sequence, global_batch, micro_batch;  // tokens, sequences, sequences
  std::optional<std::int64_t> tensor, pipeline, virtual_stages, data, context;
  std::optional<std::int64_t> expert, expert_tensor;
  std::optional<std::int64_t> experts, top_k, shared_experts, expert_ffn, first_dense_layers;
  std::string attention, precision, recompute, zero, sequence_parallel, schedule;
  std::string flops_convention, metric, unit, memory_kind, notes, confidence, quality, split;
  std::optional<double> value;
  std::vector<Unplaced> unplaced;  // words in columns of numbers
};

struct RunsTable {
  std::vector<PublishedRun> runs;
  std::vector<std::string> warnings;  // columns nobody reads, ids that stand twice
};

// Throws std::system_error (cannot be read) or base::InputError: numbers that are none, rows of
// another length than the header, a header without id, metric, value or unit.
RunsTable read_runs(const std::filesystem::path& file);
// `name` stands for the file in messages.
RunsTable parse_runs(std::string text, std::string name);

// A column by its name in the header, as text; for blanks that rules fill.
bool is_column(const std::string& name);
bool is_blank(const PublishedRun& run, const std::string& column);
// False when the column takes a number and `text` is none.
bool set_column(PublishedRun& run, const std::string& column, const std::string& text);
std::string column_text(const PublishedRun& run, const std::string& column);
const std::vector<std::string>& column_names();

}  // namespace weft::validation
