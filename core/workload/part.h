// Marks what a module of a layer adds to its forward pass.
#pragma once

#include <cstddef>

#include "weft/workload/layer.h"

namespace weft::workload {

// All kernels and exchanges that `pass` gets while this is alive are of `modules`, beside what they
// are of already.
class Part {
 public:
  Part(Pass& pass, Modules modules)
      : pass_(pass),
        modules_(modules),
        kernel_(pass.kernels.size()),
        exchange_(pass.exchanges.size()) {}
  ~Part() {
    for (auto k = kernel_; k < pass_.kernels.size(); ++k) {
      pass_.kernels[k].modules = pass_.kernels[k].modules | modules_;
    }
    for (auto e = exchange_; e < pass_.exchanges.size(); ++e) {
      pass_.exchanges[e].modules = pass_.exchanges[e].modules | modules_;
    }
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

 private:
  Pass& pass_;
  Modules modules_;
  std::size_t kernel_;
  std::size_t exchange_;
};

}  // namespace weft::workload
