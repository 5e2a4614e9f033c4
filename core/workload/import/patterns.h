// Small languages inside of flags, internal to the library.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace weft::imports {

// Text that such a language does not have.
class PatternError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A list expression of Python: "([0]*3+[1]*58)" -> 0, 0, 0, 1, 1, … At most 65,536 members.
std::vector<int> list_pattern(std::string_view text);

// Transformer layers of each stage of a pipeline layout: "Et*3|(tt|)*2t,m|L" -> 3, 2, 2, 1, 0.
// E embedding, t layer, m layer of multi-token prediction, L loss; commas mean nothing.
std::vector<int> layout_pattern(std::string_view text);

// "14,17,18,15"
std::vector<int> number_list(std::string_view text);

}  // namespace weft::imports
