// What a chip's document says by number format. Internal to the room.
#pragma once

#include <initializer_list>

#include "weft/base/fields.h"
#include "weft/chips/chip.h"

namespace weft::chips {

// The key under which a format is written; Ascend's name of TF32 is known too.
const char* key_of(base::Fields& fields, std::size_t precision);

// Complains of "fp4", which could be either format.
void finish_formats(base::Fields& fields);

// A map precision -> value; formats that are not named are zero.
template <class Read>
auto per_precision(base::Fields fields, Read read) {
  PerPrecision<decltype(read(fields, ""))> values{};
  for (std::size_t p = 0; p < kPrecisionCount; ++p) {
    const char* key = key_of(fields, p);
    if (fields.has(key)) values[p] = read(fields, key);
  }
  finish_formats(fields);
  return values;
}

// Formats that compute alike: what is not written of one is that of the first that is.
template <class T>
void fill_family(PerPrecision<T>& values, std::initializer_list<Precision> family) {
  T known{};
  for (const auto p : family) {
    if (known == T{}) known = values[index_of(p)];
  }
  for (const auto p : family) {
    if (values[index_of(p)] == T{}) values[index_of(p)] = known;
  }
}

template <class T>
void fill_families(PerPrecision<T>& values) {
  fill_family(values, {Precision::kFp8, Precision::kFp8Block, Precision::kMxfp8});
  fill_family(values, {Precision::kMxfp4, Precision::kNvfp4});
}

double at_least(double minimum, base::Fields& fields, const char* key, double fallback);

// read_kernels.cpp: block `kernels`.
void read_kernels(base::Fields fields, KernelParameters& kernels);

}  // namespace weft::chips
