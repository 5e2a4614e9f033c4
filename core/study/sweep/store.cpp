#include "store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <set>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace weft::sweep {

namespace {

namespace fs = std::filesystem;

// "weft" in ASCII, for the program `file`.
constexpr const char* kApplication = "PRAGMA application_id = 2003133044; PRAGMA user_version = 1;";

constexpr int kMostWait = 2000;  // milliseconds

fs::path with(const fs::path& file, const char* suffix) { return fs::path(file.string() + suffix); }

// SQLite's own files beside a database go with it.
void remove_database(const fs::path& file) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    fs::remove(with(file, suffix), ignored);
}

bool has_table(const Database& database, const std::string& name) {
  Statement find(database, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
  find.bind(1, std::string_view(name));
  return find.step();
}

std::string question_in(const Database& database) {
  if (!has_table(database, "sweep")) return "";
  Statement find(database, "SELECT value FROM sweep WHERE key = 'question'");
  return find.step() ? find.text(0) : "";
}

// To the disk: a rename must not come before what it renames.
void sync(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), file.string());
  const int code = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  // Some file systems have nothing to say about folders.
  if (code != 0 && code != EINVAL) {
    throw std::system_error(code, std::generic_category(), file.string());
  }
}

fs::path folder_of(const fs::path& file) {
  return file.parent_path().empty() ? fs::path(".") : file.parent_path();
}

struct About {
  const char* table;
  const char* column;
  const char* meaning;
};
constexpr About kAbout[] = {
    {"cases", "", "one line a case and row, in order"},
    {"cases", "case", "number of the case, from 0; of a grid the last axis counts fastest"},
    {"cases", "row", "number of the cluster or build that the line is of, from 0"},
    {"cases", "label", "its name"},
    {"cases", "plan", "parallel plan that the figures are of"},
    {"cases", "why_not", "why there are no figures, else NULL"},
    {"axes", "", "what varies: each is a column of cases, with its value as written"},
    {"axes", "si",
     "column of cases with the same number in seconds, bytes, operations, joules, "
     "metres and products of them (W = J/s)"},
    {"columns", "", "figures: each is a column of cases; NULL where it is not known"},
    {"sweep", "", "what was asked; `question` is a hash of it and of all documents read"},
};

// A line; empty texts are NULL.
void insert_texts(const Database& database, const std::string& table,
                  const std::vector<std::string>& texts) {
  std::string sql = "INSERT INTO " + table + " VALUES (?";
  for (std::size_t t = 1; t < texts.size(); ++t) sql += ", ?";
  Statement insert(database, sql + ")");
  int place = 0;
  for (const auto& text : texts) {
    ++place;
    if (!text.empty()) insert.bind(place, std::string_view(text));
  }
  insert.run();
}

}  // namespace

fs::path part_of(const fs::path& file) { return with(file, ".part"); }

void remove_part(const fs::path& file) { remove_database(part_of(file)); }

Found found_at(const fs::path& file, const std::string& question) {
  if (!fs::exists(file)) return Found::kNothing;
  try {
    const Database database(file, Database::Mode::kRead);
    return question_in(database) == question ? Found::kSame : Found::kOther;
  } catch (const DatabaseError&) {
    return Found::kOther;
  }
}

Store::Store(const fs::path& file, const Design& design, const Header& header, bool fresh)
    : file_(file), part_(part_of(file)), design_(design), columns_(header.columns.size()) {
  for (const auto& axis : design.axes()) has_si_.push_back(has_numbers(axis));
  try {
    begin(header);
    if (fresh) {
      // The lock is ours, so that nobody else writes what is removed.
      database_.reset();
      remove_database(part_);
      begin(header);
    }
    require_same(header);
  } catch (const DatabaseError& error) {
    if (error.code() == SQLITE_BUSY || error.code() == SQLITE_LOCKED) {
      throw std::runtime_error(part_.string() + " is in use by another process");
    }
    if (error.code() == SQLITE_NOTADB && !fresh) {
      throw std::runtime_error(part_.string() +
                               " is there and is no sweep; --fresh removes it and starts anew");
    }
    if (error.code() != SQLITE_NOTADB) throw;
    database_.reset();
    remove_database(part_);
    begin(header);
    require_same(header);
  }
  std::string sql = "INSERT INTO cases VALUES (?, ?, ?";
  for (const bool numbers : has_si_) sql += numbers ? ", ?, ?" : ", ?";
  for (std::size_t c = 0; c < columns_; ++c) sql += ", ?";
  insert_.emplace(*database_, sql + ", ?, ?)");
}

// Opens, locks, and makes the tables where there are none.
void Store::begin(const Header& header) {
  database_.emplace(part_, Database::Mode::kCreate);
  // Alone on it, it needs no memory shared between machines, which network file systems lack.
  // One that was killed a moment ago may not be quite gone.
  sqlite3_busy_timeout(database_->get(), kMostWait);
  database_->run("PRAGMA locking_mode = EXCLUSIVE");
  database_->run(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536");
  database_->run("BEGIN IMMEDIATE");
  Statement any(*database_, "SELECT count(*) FROM sqlite_master");
  any.step();
  if (any.integer(0) == 0) create(header);
  any.run();
  database_->run("COMMIT");
}

void Store::require_same(const Header& header) const {
  if (question_in(*database_) == header.question) return;
  throw std::runtime_error(part_.string() +
                           " holds another question: the sweep, a document that it names, or weft "
                           "has changed since; --fresh removes it and starts anew");
}

void Store::create(const Header& header) const {
  database_->run(kApplication);
  const auto names = axis_names(design_, header.columns);
  std::string sql =
      "CREATE TABLE cases (\"case\" INTEGER NOT NULL, row INTEGER NOT NULL, label TEXT";
  for (std::size_t a = 0; a < names.size(); ++a) {
    sql += ", " + quoted(names[a]) + " TEXT";
    if (has_si_[a]) sql += ", " + quoted(names[a] + ".si") + " REAL";
  }
  for (const auto& column : header.columns) sql += ", " + quoted(column.name) + " REAL";
  database_->run(sql + ", plan TEXT, why_not TEXT, PRIMARY KEY (\"case\", row)) WITHOUT ROWID");
  database_->run(
      "CREATE TABLE axes (name TEXT PRIMARY KEY, path TEXT, si TEXT);"
      "CREATE TABLE columns (name TEXT PRIMARY KEY, unit TEXT, meaning TEXT, better TEXT);"
      "CREATE TABLE sweep (key TEXT PRIMARY KEY, value TEXT);"
      "CREATE TABLE about (\"table\" TEXT, \"column\" TEXT, meaning TEXT)");
  for (std::size_t a = 0; a < names.size(); ++a) {
    const auto si = has_si_[a] ? names[a] + ".si" : "";
    insert_texts(*database_, "axes", {names[a], design_.axes()[a].path, si});
  }
  for (const auto& one : header.columns) {
    const auto* const better = one.is_better_high ? "high" : "low";
    insert_texts(*database_, "columns", {one.name, one.unit, one.meaning, better});
  }
  for (const auto& [key, value] : header.facts) insert_texts(*database_, "sweep", {key, value});
  for (const auto& one : kAbout) {
    insert_texts(*database_, "about", {one.table, one.column, one.meaning});
  }
}

std::vector<bool> Store::done() const {
  std::vector<bool> done(static_cast<std::size_t>(design_.cases()), false);
  Statement all(*database_, "SELECT \"case\" FROM cases WHERE row = 0");
  while (all.step()) done.at(static_cast<std::size_t>(all.integer(0))) = true;
  return done;
}

void Store::add(const Batch& batch) {
  if (!is_open_) database_->run("BEGIN IMMEDIATE");
  is_open_ = true;
  std::int64_t turn = -1;
  std::int64_t number = 0;
  batch.for_each(columns_, [&](const Batch::Line& line) {
    if (line.turn != turn) {
      turn = line.turn;
      number = design_.case_at(turn);
      design_.settings(number, settings_);
    }
    int place = 0;
    auto& insert = *insert_;
    insert.bind(++place, number);
    insert.bind(++place, line.row);
    insert.bind(++place, std::string_view(line.label));
    for (std::size_t a = 0; a < settings_.size(); ++a) {
      insert.bind(++place, std::string_view(settings_[a].text));
      if (has_si_[a]) insert.bind(++place, settings_[a].si);
    }
    for (std::size_t c = 0; c < columns_; ++c) insert.bind(++place, line.values[c]);
    for (const auto* text : {&line.plan, &line.why_not}) {
      if (text->empty()) {
        insert.bind_null(++place);
      } else {
        insert.bind(++place, std::string_view(*text));
      }
    }
    insert.run();
  });
}

void Store::commit() {
  if (is_open_) database_->run("COMMIT");
  is_open_ = false;
}

void Store::finish() {
  commit();
  const auto temporary = with(file_, ".tmp");
  remove_database(temporary);
  try {
    Statement copy(*database_, "VACUUM INTO ?");
    const auto name = temporary.string();
    copy.bind(1, std::string_view(name));
    copy.run();
    sync(temporary);
    fs::rename(temporary, file_);
  } catch (...) {
    remove_database(temporary);
    throw;
  }
  sync(folder_of(file_));
  insert_.reset();
  database_.reset();
  remove_database(part_);
}

}  // namespace weft::sweep
