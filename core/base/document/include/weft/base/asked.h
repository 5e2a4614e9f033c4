// What the readers of documents ask for, told while they read: so the keys of a kind, their types
// and units are written down once, where they are read (schemas are made of them).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weft/base/document.h"
#include "weft/base/quantity.h"

namespace weft::base {

// What is expected in one place.
struct Asked {
  enum class Type {
    kKnown,  // looked for
    kAny,    // read in a way of its own
    kText,
    kFlag,
    kWhole,  // >= `least`
    kNumber,
    kCount,  // of `noun`, >= 0
    kMoney,
    kChoice,
    kCountedName,  // "8 x NAME"
    kMap,
    kList
  };
  enum class Range { kAll, kPositive, kShare };  // of numbers: any, > 0, in (0, 1]

  Type type = Type::kKnown;
  bool is_required = false;
  Dimension dimension;  // of numbers and of money (money per byte: {.data = -1})
  Range range = Range::kAll;
  double least = 0.0;
  std::string noun;
  std::vector<std::string> choices;
  std::string fallback;  // as one would write it; "" for none, or for one that is not told
};

// Is told what is read in its thread for as long as it lives; the last one made counts. For tools
// that look at readers: reading without one costs nothing.
class AskedObserver {
 public:
  AskedObserver();
  virtual ~AskedObserver();
  AskedObserver(const AskedObserver&) = delete;
  AskedObserver& operator=(const AskedObserver&) = delete;
  // The one of this thread, or null.
  static AskedObserver* current();

  // A key of `map` is asked for, whether it is there or not.
  virtual void asked(const Node& map, std::string_view key, const Asked& what) = 0;
  // A value is read that is not named by a key, such as a member of a list; and every map that is
  // read by its keys.
  virtual void read(const Node& value, const Asked& what) = 0;
  // All keys of `map` that are known have been asked for: any other is an error.
  virtual void finished(const Node& map) = 0;
  // `value` names a document of `kind`.
  virtual void named(const Node& value, std::string_view kind) = 0;

 private:
  AskedObserver* before_;
};

}  // namespace weft::base
