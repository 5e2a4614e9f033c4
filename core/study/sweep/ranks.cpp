#include "weft/sweep/ranks.h"

#include <mpi.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace weft::sweep {

namespace {

// How many processes a launcher says that it has started. A single one needs no MPI, and a weft
// that a batch job starts by hand has none of these.
int launched() {
  constexpr std::array<const char*, 4> kSizes = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_SIZE",
                                                 "SLURM_NTASKS"};
  // Of srun: a script of sbatch has SLURM_NTASKS too, and PROCID 0, but no step.
  const bool is_step = std::getenv("SLURM_STEP_ID") != nullptr;
  for (const std::string_view name : kSizes) {
    const char* text = std::getenv(name.data());
    if (text == nullptr || (name == "SLURM_NTASKS" && !is_step)) continue;
    int size = 0;
    const std::string_view digits(text);
    std::from_chars(digits.data(), digits.data() + digits.size(), size);
    if (size > 1) return size;
  }
  return 1;
}

}  // namespace

struct Ranks::World {
  int rank = 0;
  int size = 1;
};

Ranks::Ranks() {
  if (launched() < 2) return;
  int provided = 0;
  // One thread of a rank talks, others compute.
  const int code = MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  if (code != MPI_SUCCESS || provided < MPI_THREAD_FUNNELED) {
    throw std::runtime_error("MPI does not start, or not for programs with threads");
  }
  world_ = std::make_unique<World>();
  MPI_Comm_rank(MPI_COMM_WORLD, &world_->rank);
  MPI_Comm_size(MPI_COMM_WORLD, &world_->size);
}

Ranks::~Ranks() {
  if (world_) MPI_Finalize();
}

int Ranks::rank() const { return world_ ? world_->rank : 0; }
int Ranks::size() const { return world_ ? world_->size : 1; }

void Ranks::send(int to, int tag, const std::string& bytes) const {
  if (!world_) throw std::logic_error("a message without MPI");
  // Errors end the job, which is what MPI does unless it is told otherwise.
  MPI_Send(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, to, tag, MPI_COMM_WORLD);
}

std::optional<Message> Ranks::receive() const {
  if (!world_) return std::nullopt;
  int any = 0;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &any, &status);
  if (any == 0) return std::nullopt;
  int size = 0;
  MPI_Get_count(&status, MPI_BYTE, &size);
  Message message{status.MPI_SOURCE, status.MPI_TAG,
                  std::string(static_cast<std::size_t>(size), '\0')};
  MPI_Recv(message.bytes.data(), size, MPI_BYTE, message.rank, message.tag, MPI_COMM_WORLD,
           MPI_STATUS_IGNORE);
  return message;
}

std::vector<std::string> Ranks::gather(const std::string& text) const {
  if (!world_) return {text};
  const auto count = static_cast<std::size_t>(world_->size);
  const int own = static_cast<int>(text.size());
  std::vector<int> sizes(count);
  MPI_Allgather(&own, 1, MPI_INT, sizes.data(), 1, MPI_INT, MPI_COMM_WORLD);
  std::vector<int> begins(count);
  int whole = 0;
  for (std::size_t r = 0; r < count; ++r) {
    begins[r] = whole;
    whole += sizes[r];
  }
  std::string all(static_cast<std::size_t>(whole), '\0');
  MPI_Allgatherv(text.data(), own, MPI_BYTE, all.data(), sizes.data(), begins.data(), MPI_BYTE,
                 MPI_COMM_WORLD);
  std::vector<std::string> texts;
  for (std::size_t r = 0; r < count; ++r) {
    texts.push_back(
        all.substr(static_cast<std::size_t>(begins[r]), static_cast<std::size_t>(sizes[r])));
  }
  return texts;
}

void Ranks::abort(int code) const {
  if (world_) MPI_Abort(MPI_COMM_WORLD, code);
  std::_Exit(code);
}

}  // namespace weft::sweep
