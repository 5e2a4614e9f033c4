// Files of this folder, and shipped models.
#pragma once

#include <optional>
#include <string>

#include "weft/base/catalog.h"
#include "weft/base/plain_text.h"
#include "weft/import/hugging_face.h"
#include "weft/import/launch.h"
#include "weft/import/write.h"
#include "weft/workload/model.h"

namespace weft::imports::testing {

inline base::PlainText file(const std::string& name) {
  return base::PlainText::load(WEFT_SOURCE_DIR "/tests/core/import/" + name);
}

inline base::PlainText text(const std::string& bytes) {
  return base::PlainText::checked(bytes, "test");
}

inline workload::Model shipped(const std::string& name) {
  base::Reading reading;
  const base::Catalog catalog({WEFT_CONFIGS});
  auto model = workload::read_model(catalog.load("model", name, std::nullopt), reading);
  reading.throw_if_any();
  return model;
}

// What a document says, read back.
inline workload::Model reread(const std::string& document) {
  base::Reading reading;
  auto model = workload::read_model(base::Document::parse(document, "written"), reading);
  reading.throw_if_any();
  return model;
}

// The whole text of the error that `action` throws, or "" without one.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

// Compares all that bears on time and memory; names differ.
void expect_same_shape(const workload::Model& is, const workload::Model& expected,
                       const std::string& what);

}  // namespace weft::imports::testing
