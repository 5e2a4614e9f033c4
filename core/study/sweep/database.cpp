#include "database.h"

#include <cmath>
#include <limits>

namespace weft::sweep {

namespace fs = std::filesystem;

Statement::Statement(const Database& database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database.get(), sql.c_str(), -1, &statement, nullptr);
  statement_.reset(statement);
  if (code != SQLITE_OK) database.fail(code);
}

void Statement::check(int code) const {
  if (code == SQLITE_OK) return;
  auto* handle = sqlite3_db_handle(get());
  const char* name = sqlite3_db_filename(handle, "main");
  throw DatabaseError(code,
                      std::string(name == nullptr ? "" : name) + ": " + sqlite3_errmsg(handle));
}

void Statement::bind(int place, double value) {
  check(std::isnan(value) ? sqlite3_bind_null(get(), place)
                          : sqlite3_bind_double(get(), place, value));
}

void Statement::bind(int place, std::string_view text) {
  // The cast is that of SQLITE_STATIC: the text is not copied.
  check(sqlite3_bind_text(get(), place, text.data(), static_cast<int>(text.size()), nullptr));
}

bool Statement::step() {
  const int code = sqlite3_step(get());
  if (code == SQLITE_ROW) return true;
  // Tells the same error again.
  const int reset = sqlite3_reset(get());
  if (code != SQLITE_DONE) check(reset == SQLITE_OK ? code : reset);
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(get(), column); }

double Statement::real(int column) const {
  return is_null(column) ? std::numeric_limits<double>::quiet_NaN()
                         : sqlite3_column_double(get(), column);
}

std::string Statement::text(int column) const {
  const auto* text = sqlite3_column_text(get(), column);
  if (text == nullptr) return "";
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(get(), column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(get(), column) == SQLITE_NULL;
}

Database::Database(const fs::path& file, Mode mode) : file_(file) {
  int flags = mode == Mode::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (mode == Mode::kCreate) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  // One thread at a time, which the caller sees to.
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(code);
}

void Database::fail(int code) const {
  const char* text = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  throw DatabaseError(code & 0xFF, file_.string() + ": " + text);
}

void Database::run(const std::string& sql) const {
  const int code = sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

}  // namespace weft::sweep
