// Recomputation: parts of a layer whose results are dropped after the forward pass and made again
// before the backward pass.
#pragma once

#include <cstdint>
#include <string>

namespace weft::workload {

struct Model;
struct Pass;

// Parts that can be dropped by themselves, as Megatron-Core names them (--recompute-modules,
// NVIDIA/Megatron-LM megatron/core/transformer/transformer_config.py); kMlpActivation is
// MindSpeed-LLM's --recompute-activation-function, of dense MLPs and shared experts.
enum class Module : std::uint8_t {
  kCoreAttention,
  kLayerNorm,
  kMlpActivation,
  kMoeActivation,
  kLatentUpProjection,  // of multi-head latent attention, with the rotation
  kMlp,                 // of dense layers
  kMoe,                 // router, exchanges and routed experts
  kSharedExperts,
};
inline constexpr int kModuleCount = 8;
const char* name_of(Module module);  // "core_attn", "mla_up_proj", …

// A set of modules.
class Modules {
 public:
  constexpr Modules() = default;
  constexpr Modules(Module module)  // NOLINT(google-explicit-constructor): a set of one
      : bits_(static_cast<std::uint16_t>(1U << static_cast<unsigned>(module))) {}

  [[nodiscard]] constexpr bool meets(Modules other) const { return (bits_ & other.bits_) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr int bits() const { return bits_; }
  friend constexpr Modules operator|(Modules a, Modules b) {
    a.bits_ = static_cast<std::uint16_t>(a.bits_ | b.bits_);
    return a;
  }
  friend constexpr Modules operator&(Modules a, Modules b) {
    a.bits_ = static_cast<std::uint16_t>(a.bits_ & b.bits_);
    return a;
  }
  friend constexpr bool operator==(Modules, Modules) = default;

 private:
  std::uint16_t bits_ = 0;
};
constexpr Modules operator|(Module a, Module b) { return Modules(a) | Modules(b); }

// What the named kinds of recomputation stand for.
inline constexpr Modules kSelectiveModules =
    Module::kLayerNorm | Module::kMlpActivation | Module::kMoeActivation;
inline constexpr Modules kAttentionModules = Module::kCoreAttention;

// What the layers of a model have.
Modules modules_of(const Model& model);

// "layernorm, moe_act".
std::string to_text(Modules modules);

// The kernels and exchanges of a forward pass that are done again.
Pass done_again(const Pass& forward, Modules modules);
// A forward pass up to the last thing that the backward pass needs.
Pass up_to_last_needed(const Pass& forward);

}  // namespace weft::workload
