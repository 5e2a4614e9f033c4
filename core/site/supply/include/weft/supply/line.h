// A maker's line of supply: wafers, dies, memory, packaging, and the chips that are made of them.
// A document of kind `supply_line`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/supply/source.h"

namespace weft::supply {

// Dies of one design. They come from wafers, `lead` quarters after these are started, and from a
// bank of dies made before or elsewhere.
struct Dies {
  std::string name;
  std::string chip;                 // whose `manufacturing` says how many of them are good
  std::optional<base::Node> named;  // where the chip is named
  int wafers = -1;                  // of Line::wafers; -1: from the bank alone
  Schedule wafer_share{{}, 1.0};
  Schedule yield;  // reported die yield; no points: the chip's own
  Quarter known;   // when the chip's own yield was so
  Source bank;
};

// A chip. Products take what they share in the order written: each at most its share of what is
// there in the quarter, and of what the ones before it left.
struct Product {
  std::string name;
  std::string chip;
  std::optional<base::Node> named;
  int dies = 0;             // of Line::dies
  bool takes_any = false;   // lesser dies too, and first
  std::vector<int> memory;  // of Line::memory, the first one first
  int packaging = -1;       // of Line::packaging; -1: as much as is wanted
  double stacks = 0;        // a package; 0: as the chip's document says
  Schedule share{{}, 1.0};
  Quarter from;
  std::optional<Quarter> to;  // the last one
};

// Packages or dies of these chips in a year, as published.
struct Published {
  std::string id;
  int year = 0;
  std::vector<std::string> products;  // of Line::products; empty: all
  bool counts_dies = false;
  double low = 0;
  double high = 0;
  bool by_construction = false;  // inputs were chosen so that this comes out, or are its author's
  std::string source;
};

// What is shipped of one chip, year by year, as published: of makers whose inputs are not known.
struct Shipped {
  std::string chip;
  std::optional<base::Node> named;
  // What the published counts count; not known: both readings are worked out.
  std::optional<bool> counts_dies;
  struct Year {
    int year = 0;
    double count = 0;
  };
  std::vector<Year> years;
};

struct Line {
  std::string id;
  std::string name;
  Quarter begin;
  std::vector<Source> wafers;
  std::vector<int> lead;  // [wafers] quarters from their start to dies in packages
  std::vector<Dies> dies;
  std::vector<Source> memory;
  std::vector<Source> packaging;
  std::vector<Source> optics;  // optical modules for clusters; none: as many as are wanted
  std::vector<Product> products;
  std::vector<Published> published;
  std::vector<Shipped> shipped;
};

// Errors go to the reading. Uncertain numbers of one schedule have the paths of its points,
// "….per_month[2]".
Line read_line(const base::Document& document, base::Reading& reading);

// A figure of the document for the table of inputs, with its date and where it comes from.
struct Input {
  std::string path;   // "wafers.smic.per_month"
  std::string date;   // "" where it has none
  std::string value;  // as written, with its ends
  std::string source;
  std::string confidence;
  bool disputed = false;
};
std::vector<Input> inputs_of(const base::Document& document);

}  // namespace weft::supply
