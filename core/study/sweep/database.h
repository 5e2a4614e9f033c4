// SQLite in the few ways that a sweep uses it. Internal to the room.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weft::sweep {

// What SQLite said, with its number.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
  [[nodiscard]] int code() const { return code_; }

 private:
  int code_;
};

class Database;

class Statement {
 public:
  Statement(const Database& database, const std::string& sql);

  void bind(int place, std::int64_t value) { check(sqlite3_bind_int64(get(), place, value)); }
  // Not a number: NULL.
  void bind(int place, double value);
  // The text must live until step(). An empty one is NULL where `empty_is_null`.
  void bind(int place, std::string_view text);
  void bind_null(int place) { check(sqlite3_bind_null(get(), place)); }
  // Whether there is a row; after the last one the statement may be run again.
  bool step();
  // step() for what has no rows.
  void run();

  [[nodiscard]] std::int64_t integer(int column) const;
  // NULL: not a number.
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  struct Finish {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  [[nodiscard]] sqlite3_stmt* get() const { return statement_.get(); }
  void check(int code) const;
  std::unique_ptr<sqlite3_stmt, Finish> statement_;
};

// A file; throws DatabaseError, which names it.
class Database {
 public:
  enum class Mode { kRead, kWrite, kCreate };
  Database(const std::filesystem::path& file, Mode mode);

  void run(const std::string& sql) const;
  [[nodiscard]] sqlite3* get() const { return handle_.get(); }
  [[noreturn]] void fail(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> handle_;
};

// "job.global_batch" for a statement.
std::string quoted(const std::string& name);

}  // namespace weft::sweep
