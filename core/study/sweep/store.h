// The file that answers are kept in while a sweep runs. Internal to the room.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "batch.h"
#include "database.h"
#include "weft/sweep/results.h"

namespace weft::sweep {

// What is in a file beside the answers; `Results` tells the tables.
struct Header {
  std::vector<std::pair<std::string, std::string>> facts;  // of the table `sweep`
  std::string question;                                    // identity_of()
  std::vector<ask::Column> columns;
};

enum class Found { kNothing, kSame, kOther };
// What stands at a place where a finished sweep is to go.
Found found_at(const std::filesystem::path& file, const std::string& question);

// FILE.part: what is committed stays, whatever happens to the process.
class Store {
 public:
  // Goes on with a file that holds the same question. Throws std::runtime_error where it holds
  // another one, or another process writes it. `fresh`: what is there is removed.
  Store(const std::filesystem::path& file, const Design& design, const Header& header, bool fresh);

  // By case.
  [[nodiscard]] std::vector<bool> done() const;
  void add(const Batch& batch);
  void commit();
  // All is there: moves it, in order, to FILE in one step, and removes FILE.part.
  void finish();

 private:
  void begin(const Header& header);
  void require_same(const Header& header) const;
  void create(const Header& header) const;

  std::filesystem::path file_, part_;
  const Design& design_;
  std::size_t columns_;
  std::vector<bool> has_si_;  // by axis
  std::optional<Database> database_;
  std::optional<Statement> insert_;
  bool is_open_ = false;  // a transaction
  std::vector<Setting> settings_;
};

// FILE.part
std::filesystem::path part_of(const std::filesystem::path& file);
void remove_part(const std::filesystem::path& file);

}  // namespace weft::sweep
