// `weft run STUDY --trace FILE --chakra PREFIX`: the steps of its cases, written out.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "weft/study/run.h"

namespace CLI {
class App;
}

namespace weft::cli {

struct StepTraceOptions {
  std::string trace;   // a file; empty: none
  std::string chakra;  // what names of files begin with; empty: none
  [[nodiscard]] bool any() const { return !trace.empty() || !chakra.empty(); }
};

void add_step_trace_options(CLI::App& command, StepTraceOptions& options);

// Writes what is asked for of the cases that have a plan, and tells of it on standard error. Throws
// base::InputError for what is too large or cannot be written out, std::system_error.
void write_step_traces(const StepTraceOptions& options, const study::Study& study,
                       const std::vector<study::CaseResult>& results);

// Throws base::InputError when a trace is asked for of a question that is no study.
void refuse_step_traces(const StepTraceOptions& options, const std::filesystem::path& file,
                        const std::string& kind);

}  // namespace weft::cli
