// The answer of `weft memory STUDY`, and its timeline.
#pragma once

#include <string>
#include <vector>

#include "weft/report/terminal.h"
#include "weft/study/memory_study.h"

namespace weft::report {

// Stages by part, then what layers keep tensor by tensor, then what would make it fit.
std::string to_terminal(const study::Study& study, const std::vector<study::MemoryCase>& cases,
                        Colour colour);
// Schema weft.memory/1.
std::string to_json(const study::Study& study, const std::vector<study::MemoryCase>& cases);

// One line for each operation of each stage: case, stage, step, operation, micro_batch, chunk,
// bytes kept, put off, in buffers and in total. Of a pair, those of the forward pass.
std::string timeline_csv(const study::Study& study, const std::vector<study::MemoryCase>& cases);
// Counters of the Chrome trace format, which Perfetto opens: a track for each stage. The clock
// counts operations, one a microsecond.
std::string timeline_trace(const study::Study& study, const std::vector<study::MemoryCase>& cases);

}  // namespace weft::report
