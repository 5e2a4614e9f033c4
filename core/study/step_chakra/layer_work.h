// What a pass of a layer does and sends, in numbers of a trace. Internal to the room.
#pragma once

#include <array>
#include <map>
#include <tuple>
#include <vector>

#include "teams.h"
#include "weft/chakra/trace.h"
#include "weft/step_chakra/step_chakra.h"

namespace weft::step_chakra {

// Calls of one kind in a pass.
struct Call {
  Team team = Team::kNone;
  chakra::Collective collective = chakra::Collective::kAllReduce;
  double bytes = 0;  // that a rank puts in, as chakra::Operation has it; of all calls
  double count = 1;
};

enum class PassKind { kForward, kBackward, kRecompute, kInputGradient, kWeightGradient };

struct PassWork {
  double work = 0, traffic = 0;  // FLOP of matrix units and bytes of memory traffic
  std::map<step::Part, std::vector<Call>> calls;
};

// What passes of a plan's layers do, computed once each.
class LayerWork {
 public:
  LayerWork(const TracedStep& step, const Teams& teams);

  const PassWork& of(workload::LayerKind kind, PassKind pass);
  // What a virtual stage holds, and which layer of the model is its first.
  [[nodiscard]] const plan::Chunk& chunk(int virtual_stage) const {
    return chunks_[static_cast<std::size_t>(virtual_stage)];
  }
  [[nodiscard]] int first_layer(int virtual_stage) const {
    return first_layers_[static_cast<std::size_t>(virtual_stage)];
  }

  // Once a step, of all that a stage holds.
  struct Shared {
    std::vector<Call> parameters, gradients;
    double updated = 0;  // bytes that the optimizer reads and writes
  };
  [[nodiscard]] Shared of_stage(int stage) const;

 private:
  [[nodiscard]] PassWork make(workload::LayerKind kind, PassKind pass) const;
  void add_kernels(const workload::Pass& pass, PassKind which, PassWork& result) const;
  void add_exchanges(const workload::Pass& pass, PassWork& result) const;
  void add_parameters(workload::LayerKind kind, PassKind pass, PassWork& result) const;
  [[nodiscard]] double gradient_bytes() const;
  // Nothing that is not sent.
  void add(std::vector<Call>& calls, Team team, chakra::Collective collective, double vector_bytes,
           double count = 1) const;

  const TracedStep& step_;
  const Teams& teams_;
  std::vector<plan::Chunk> chunks_;  // by virtual stage
  std::vector<int> first_layers_;
  std::map<std::pair<workload::LayerKind, PassKind>, PassWork> known_;
};

}  // namespace weft::step_chakra
