// The processes of one sweep, on one machine or many.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weft::sweep {

// What one rank tells another.
struct Message {
  int rank = 0;  // of the sender
  int tag = 0;
  std::string bytes;
};

// Starts MPI where a launcher (mpirun, srun) has started more than one process, and ends it when
// destroyed; else there is one rank, and no MPI. One of them a process; to be used by the thread
// that made it alone. Throws std::runtime_error when MPI cannot be started.
class Ranks {
 public:
  Ranks();
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  [[nodiscard]] int rank() const;
  [[nodiscard]] int size() const;
  [[nodiscard]] bool is_first() const { return rank() == 0; }

  // Messages of one sender arrive in the order sent.
  void send(int to, int tag, const std::string& bytes = "") const;
  // Does not wait.
  [[nodiscard]] std::optional<Message> receive() const;
  // One text of each rank, by rank, for all of them; all ranks must call it.
  [[nodiscard]] std::vector<std::string> gather(const std::string& text) const;
  // Ends all ranks, now.
  [[noreturn]] void abort(int code) const;

 private:
  struct World;
  std::unique_ptr<World> world_;  // none without MPI
};

}  // namespace weft::sweep
