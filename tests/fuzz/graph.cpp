// Graphs of other tools: GraphML and what hwloc writes (XML), edge lists and networks of ASTRA-sim
// (YAML). What is read can be written.
#include <stdexcept>

#include "target.h"
#include "weft/graph/files.h"
#include "weft/interconnect/import.h"

namespace {

using namespace weft;

void read_xml(const std::string& text) {
  const fuzz::File file(text);
  fuzz::reads([&] {
    const auto graph = graph::read_graphml(file.path().string());
    fuzz::require(!graph::to_dot(graph).empty());
    fuzz::require(!graph::to_graphml(graph).empty());
  });
  interconnect::HwlocOptions options;
  options.link.bandwidth = base::Bandwidth(50e9);
  options.between_packages = base::Bandwidth(20e9);
  try {
    fuzz::require(interconnect::read_hwloc(file.path(), options).devices() > 0);
  } catch (const std::invalid_argument&) {
    // What its declaration promises.
  }
}

void read_yaml(const std::string& text) {
  fuzz::reads([&] {
    const auto document = base::Document::parse(text, "fuzz.yaml");
    base::Reading reading;
    interconnect::read_astra(document, reading);
  });
  fuzz::reads([&] {
    const auto document = base::Document::parse(text, "fuzz.yaml");
    base::Reading reading;
    base::Fields fields(document.root(), reading, "fuzz");
    const auto graph = graph::read_edge_list(fields);
    reading.throw_if_any();
    fuzz::require(graph.devices() > 0);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, size);
  if (text.starts_with('<')) {
    read_xml(text);
  } else {
    read_yaml(text);
  }
  return 0;
}
