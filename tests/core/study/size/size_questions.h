// Questions of size, asked of the shipped files.
#pragma once

#include <string>

#include "shipped.h"
#include "weft/size/answer.h"

namespace weft::test {

inline size::Answer sized(const std::string& text, base::Reading& reading) {
  return size::answer(base::Document::parse(text, "test.yaml"), shipped(), reading,
                      base::ThreadTeam(1));
}
inline size::Answer sized(const std::string& text) {
  base::Reading reading;
  return sized(text, reading);
}
inline size::Answer sized_file(const std::string& name) {
  base::Reading reading;
  return size::answer(base::Document::load(std::string(WEFT_CONFIGS) + "/studies/" + name),
                      shipped(), reading, base::ThreadTeam(2));
}

// A small job on hosts of eight, of which the plan leaves one number open.
inline std::string small_question(const std::string& rest) {
  return "kind: size\n"
         "job: {model: llama3_8b, sequence: 8192, global_batch: 480 sequences, tokens: 700 G}\n"
         "plan: {tensor: 2, context: 1, pipeline: 1, expert: 1, micro_batch: 1, zero: 1,\n"
         "       recompute: selective, data: auto}\n" +
         rest;
}

}  // namespace weft::test
