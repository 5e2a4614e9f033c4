// Chips as tables of measurements name them.
#include <array>
#include <string_view>

#include "weft/base/fields.h"
#include "weft/kernels/predict.h"
#include "weft/validation/free_text.h"

namespace weft::kernels {

namespace {

struct Alias {
  const char* pattern;   // of the name's key; the first that matches counts
  const char* document;  // empty: a part that is known, and of which no document ships
};

constexpr const char* kNone = "";

// The 910B of an Atlas 800T A2 reaches 313 TFLOP/s, above the Cube peak of a B3.
constexpr std::array kAliases = std::to_array<Alias>({
    {"*pcie*a100*", "a100_pcie_80g"},
    {"*a100*pcie*", "a100_pcie_80g"},
    {"*a100*40g*", "a100_40g"},
    {"*a100*", "a100_80g"},
    {"*a800*", "a800_80g"},
    {"*h100*pcie*", kNone},
    {"*h100*nvl*", kNone},
    {"*h800*pcie*", kNone},
    {"*h200*nvl*", kNone},
    {"*gh200*", kNone},
    {"*h100*96g*", "h100_96g"},
    {"*h100*", "h100_sxm5"},
    {"*h200*", "h200_sxm"},
    {"*h800*", "h800_sxm5"},
    {"*h20", "h20_96g"},
    {"*h20_*", "h20_96g"},
    {"*gb300*", "gb300"},
    {"*gb200*", "gb200"},
    {"*b300*", "b300_sxm"},
    {"*b200*", "b200_sxm"},
    {"*l40s*", "l40s"},
    {"*v100*pcie*", kNone},
    {"*v100s*", kNone},
    {"*v100*", "v100_sxm2_32g"},
    {"*mi300x*", "mi300x"},
    {"*910b1*", "ascend_910b1"},
    {"*910b2*", "ascend_910b2"},
    {"*910b3*", "ascend_910b3"},
    {"*910b4*", "ascend_910b4"},
    {"*910c*", "ascend_910c"},
    {"*910b*", "ascend_910b2"},
    {"*910a*", "ascend_910a"},
    {"*950dt*", "ascend_950dt"},
    {"*950pr*28*", "ascend_950pr_28c"},
    {"*atlas_350*", "ascend_950pr_28c"},
    {"*950pr*", "ascend_950pr_32c"},
    {"*ascend_950*", "ascend_950pr_32c"},
    {"*k100_ai*", "k100_ai"},
    {"*bi_v150*", "bi_v150"},
    {"*c500*", "metax_c500"},
    {"*c550*", "metax_c550"},
    {"*mtt_s4000*", "mtt_s4000"},
    {"*mtt_s5000*", "mtt_s5000"},
});

std::string name_in(const base::Catalog& catalog, const std::string& id) {
  const auto document = catalog.load("chip", id, std::nullopt);
  const auto name = document.root().find("name");
  return name && name->is_scalar() ? std::string(name->text()) : "";
}

}  // namespace

std::optional<std::string> chip_named(const base::Catalog& catalog, const std::string& name) {
  const auto key = validation::name_key(name);
  if (key.empty()) return std::nullopt;
  const auto ids = catalog.names("chip");
  for (const auto& id : ids) {
    if (id == name || validation::name_key(id) == key) return id;
  }
  for (const auto& alias : kAliases) {
    if (!validation::matches(alias.pattern, key)) continue;
    if (alias.document == std::string_view(kNone)) return std::nullopt;
    return alias.document;
  }
  for (const auto& id : ids) {
    if (validation::name_key(name_in(catalog, id)) == key) return id;
  }
  return std::nullopt;
}

}  // namespace weft::kernels
