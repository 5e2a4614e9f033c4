#include "batch.h"

#include <cstring>
#include <stdexcept>
#include <type_traits>

namespace weft::sweep {

namespace {

template <class T>
void put(std::string& bytes, const std::vector<T>& values) {
  static_assert(std::is_trivially_copyable_v<T>);
  const auto size = static_cast<std::uint64_t>(values.size());
  bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
  if (size > 0) {
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
}

class Unpacker {
 public:
  explicit Unpacker(const std::string& bytes) : bytes_(bytes) {}

  template <class T>
  void take(std::vector<T>& values) {
    std::uint64_t size = 0;
    copy(&size, sizeof size);
    if (size > bytes_.size() / sizeof(T)) throw std::runtime_error("a batch is cut off");
    values.resize(size);
    copy(values.data(), size * sizeof(T));
  }

 private:
  void copy(void* to, std::size_t size) {
    if (size > bytes_.size() - at_) throw std::runtime_error("a batch is cut off");
    if (size > 0) std::memcpy(to, bytes_.data() + at_, size);
    at_ += size;
  }

  const std::string& bytes_;
  std::size_t at_ = 0;
};

}  // namespace

std::uint32_t Batch::keep(const std::string& text) {
  const auto known = known_.find(text);
  if (known != known_.end()) return known->second;
  const auto place = static_cast<std::uint32_t>(strings_.size());
  strings_.push_back(text);
  known_.emplace(text, place);
  return place;
}

void Batch::add(const std::vector<ask::Row>& rows) {
  ++turns_.count;
  rows_.push_back(static_cast<std::uint32_t>(rows.size()));
  for (const auto& row : rows) {
    texts_.push_back({keep(row.label), keep(row.plan), keep(row.why_not)});
    values_.insert(values_.end(), row.values.begin(), row.values.end());
  }
}

std::string Batch::packed() const {
  std::string bytes;
  put(bytes, std::vector<Turns>{turns_});
  put(bytes, rows_);
  put(bytes, texts_);
  put(bytes, values_);
  std::vector<std::uint64_t> sizes;
  std::vector<char> letters;
  for (const auto& text : strings_) {
    sizes.push_back(text.size());
    letters.insert(letters.end(), text.begin(), text.end());
  }
  put(bytes, sizes);
  put(bytes, letters);
  return bytes;
}

Batch Batch::unpacked(const std::string& bytes) {
  Unpacker from(bytes);
  std::vector<Turns> turns;
  from.take(turns);
  if (turns.size() != 1) throw std::runtime_error("a batch is no batch");
  Batch batch(turns.front().first);
  batch.turns_ = turns.front();
  from.take(batch.rows_);
  from.take(batch.texts_);
  from.take(batch.values_);
  std::vector<std::uint64_t> sizes;
  std::vector<char> letters;
  from.take(sizes);
  from.take(letters);
  std::size_t at = 0;
  for (const auto size : sizes) {
    if (size > letters.size() - at) throw std::runtime_error("a batch is cut off");
    batch.strings_.emplace_back(letters.data() + at, size);
    at += size;
  }
  return batch;
}

}  // namespace weft::sweep
