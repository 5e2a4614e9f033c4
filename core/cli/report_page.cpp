#include "report_page.h"

#include <CLI/CLI.hpp>

#include <utility>

#include "weft/base/csv.h"
#include "weft/report/file.h"

namespace weft::cli {

void add_report_option(CLI::App& command, std::string& file) {
  const auto can_be_written = [](const std::string& given) -> std::string {
    if (given == "-") return "a page goes to a file, not to standard output";
    if (!html::is_available()) return "this build has no pages: it was made without npm";
    return "";
  };
  command
      .add_option("--report", file,
                  "also write a page here, with drawings: one file that opens in any browser")
      ->check(CLI::Validator(can_be_written, "", "page"))
      ->type_name("FILE.html");
}

void write_page(const std::string& file, html::Page page, const std::filesystem::path& question,
                std::string answer) {
  if (!question.empty()) page.question = base::whole_text(question);
  page.answer = std::move(answer);
  report::write_whole(file, html::to_html(page));
}

}  // namespace weft::cli
