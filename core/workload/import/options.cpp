#include "options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace weft::imports {

namespace {

bool is_flag(std::string_view word) {
  return word.size() > 2 && word.starts_with("--") && is_name_start(word[2]);
}

// "--tensor-model-parallel-size=8" is two words in one.
std::vector<Word> cut_at_equals(std::vector<Word> words) {
  std::vector<Word> result;
  for (auto& word : words) {
    const std::size_t sign = is_flag(word.text) ? word.text.find('=') : std::string::npos;
    if (sign == std::string::npos) {
      result.push_back(std::move(word));
      continue;
    }
    result.push_back(part_of(word, 0, sign));
    result.push_back(part_of(word, sign + 1, std::string::npos));
  }
  return result;
}

std::string dashed(std::string_view name) {
  std::string result(name);
  std::replace(result.begin(), result.end(), '_', '-');
  return result;
}

int letters_of(const Word& word) { return std::max(1, static_cast<int>(word.text.size())); }

}  // namespace

void fail_missing(const base::PlainText& file, const Word& word, const std::string& needed_for) {
  throw base::InputError(
      {{file.position(word.cause_at), 1, fmt::format("{}, but {} needs it", word.cause, needed_for),
        "variables and arguments of the script can be given by --set"}});
}

Options::Options(const base::PlainText& file, std::vector<Word> words, Notes& notes)
    : file_(&file), words_(cut_at_equals(std::move(words))), notes_(&notes) {
  const auto program = std::find_if(words_.begin(), words_.end(),
                                    [](const Word& word) { return word.text.ends_with(".py"); });
  const auto first = static_cast<std::size_t>(program - words_.begin());
  const bool named = program != words_.end();
  bool any = false;
  for (std::size_t next = 0; next < words_.size();) {
    const Word& word = words_[next];
    const bool launcher = named && next <= first;
    if (is_flag(word.text)) {
      any = true;
      take(next, launcher);
      continue;
    }
    ++next;
    if (launcher || (!named && !any)) continue;
    if (!word.is_known()) fail_missing(file, word, "the list of arguments");
    throw base::InputError({{file.position(word.position()), letters_of(word),
                             fmt::format("'{}' belongs to no flag", word.text), ""}});
  }
}

void Options::take(std::size_t& next, bool launcher) {
  const Word name = words_[next++];
  if (!name.is_known()) fail_missing(*file_, name, "the name of a flag");
  const Flag* flag = find_flag(std::string_view(name.text).substr(2));
  auto values = values_of(name, flag == nullptr ? kMany : flag->values, next);
  // A launcher's flag that is not known may have a word behind it, or the program.
  if (flag == nullptr && launcher) return;
  note(flag, name, values, launcher);
  // Paths that stand for one's own ("your data path") are often many words.
  const bool path = flag != nullptr && flag->role == Role::kNeutral && flag->values == 1;
  while (path && next < words_.size() && !launcher && !is_flag(words_[next].text) &&
         words_[next].is_known()) {
    ++next;
  }
  if (flag != nullptr && flag->role == Role::kRead) {
    given_[std::string(flag->name)] = {name, std::move(values)};
  }
}

std::vector<Word> Options::values_of(const Word& name, int count, std::size_t& next) const {
  std::vector<Word> values;
  const auto most = count == kMany ? words_.size() : static_cast<std::size_t>(count);
  while (values.size() < most && next < words_.size() && !is_flag(words_[next].text)) {
    values.push_back(words_[next++]);
  }
  if (count == kMany || values.size() == most) return values;
  throw base::InputError({{file_->position(name.position()), letters_of(name),
                           fmt::format("the value of {} is missing", name.text), ""}});
}

void Options::note(const Flag* flag, const Word& name, const std::vector<Word>& values,
                   bool launcher) {
  mindspeed_ = mindspeed_ || (flag != nullptr && flag->mindspeed && !launcher);
  if (flag != nullptr && flag->role != Role::kNoField) return;
  std::string written = name.text;
  for (const auto& value : values) written += " " + (value.is_known() ? value.text : "…");
  const auto position = file_->position(name.position());
  if (flag != nullptr) {
    notes_->understood.push_back({position, written, std::string(flag->meaning)});
    return;
  }
  const auto near = base::nearest(dashed(std::string_view(name.text).substr(2)), flag_names());
  notes_->unknown.push_back(
      {position, written, near.empty() ? "" : fmt::format("did you mean --{}?", near)});
}

const Word& Options::known_value(std::string_view flag, const Word& value) const {
  if (!value.is_known()) fail_missing(*file_, value, fmt::format("--{}", flag));
  return value;
}

std::optional<std::int64_t> Options::number(std::string_view flag, std::int64_t minimum,
                                            std::int64_t most) const {
  const auto found = given_.find(flag);
  if (found == given_.end()) return std::nullopt;
  const std::string& text = known_value(flag, found->second.values.front()).text;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && value >= minimum && value <= most) return value;
  fail(flag,
       fmt::format("--{}: '{}'; a whole number of at least {} is expected", flag, text, minimum));
}

int Options::small(std::string_view flag, int minimum, int fallback) const {
  return static_cast<int>(number(flag, minimum).value_or(fallback));
}

std::int64_t Options::required(std::string_view flag, std::int64_t minimum) const {
  const auto value = number(flag, minimum);
  if (value) return *value;
  fail(flag, fmt::format("--{} is missing", flag));
}

std::optional<std::string> Options::text(std::string_view flag) const {
  const auto found = given_.find(flag);
  if (found == given_.end() || found->second.values.empty()) return std::nullopt;
  return known_value(flag, found->second.values.front()).text;
}

std::vector<std::string> Options::texts(std::string_view flag) const {
  std::vector<std::string> result;
  const auto found = given_.find(flag);
  if (found == given_.end()) return result;
  for (const auto& value : found->second.values) result.push_back(known_value(flag, value).text);
  return result;
}

void Options::fail(std::string_view flag, const std::string& message,
                   const std::string& hint) const {
  const auto found = given_.find(flag);
  const Word* word = words_.empty() ? nullptr : &words_.front();
  if (found != given_.end()) {
    word = found->second.values.empty() ? &found->second.name : &found->second.values.front();
  }
  const std::size_t offset = word == nullptr ? 0 : word->position();
  throw base::InputError(
      {{file_->position(offset), word == nullptr ? 1 : letters_of(*word), message, hint}});
}

void Options::understood(std::string_view flag, const std::string& why) const {
  const auto found = given_.find(flag);
  if (found == given_.end()) return;
  std::string written = found->second.name.text;
  for (const auto& value : found->second.values) written += " " + value.shown();
  notes_->understood.push_back({file_->position(found->second.name.position()), written, why});
}

}  // namespace weft::imports
