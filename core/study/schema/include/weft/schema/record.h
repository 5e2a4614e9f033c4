// What the readers of documents ask for, kind by kind: recorded while they read real files, so that
// a description of a kind has every key, type and unit from the place where it is read.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/base/asked.h"

namespace weft::schema {

// A step that stands for any name: a map whose keys the user chooses.
inline constexpr const char* kAnyKey = "*";
inline constexpr const char* kItem = "[]";

// All that was asked of the values in one place of a kind's documents.
struct Place {
  std::vector<base::Asked> keyed;   // asked for by key: with ranges and fallbacks
  std::vector<base::Asked> read;    // read without
  bool is_asked = false;            // by its key
  bool is_question = false;         // a document of any kind of question, or its name
  bool is_anything = false;         // a value for some other place
  bool is_closed = false;           // a map: any key that was not asked for is an error
  std::set<std::string> names;      // kinds of the documents that the value may name
  std::set<std::string> laid_over;  // kinds whose whole documents the map may stand for
  std::map<std::string, Place> members;
  // What was asked of one of the maps here.
  struct Ask {
    bool is_required = false;
    bool is_there = false;
  };
  // By key, by the map's file, line and column.
  std::map<std::string, std::map<std::string, Ask>> maps;

  [[nodiscard]] bool is_required(const std::string& key) const;
};

// By kind.
using Places = std::map<std::string, Place>;

// Runs `read` and records what it asks for, of documents of any kind. What questions hand on to
// studies of their own making, or to other questions, is that of these.
Places recorded(const std::function<void()>& read);

}  // namespace weft::schema
