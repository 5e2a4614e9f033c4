#include "output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <system_error>

#include "weft/report/file.h"

namespace weft::cli {

report::Colour colour() {
  const bool wanted = ::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  return wanted ? report::Colour::kAnsi : report::Colour::kNone;
}

void write_answer(const std::string& file, const std::string& text) {
  if (file != "-") {
    report::write_whole(file, text);
    return;
  }
  std::cout << text << std::flush;
  if (!std::cout) {
    throw std::system_error(errno, std::generic_category(), "cannot write the answer");
  }
}

}  // namespace weft::cli
