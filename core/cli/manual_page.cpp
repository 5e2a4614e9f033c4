#include <CLI/CLI.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

#include "help_words.h"

namespace weft::cli {

namespace {

constexpr const char* kDate = "2026-11-24";  // of the version

// Lines of a paragraph, of at most 78 columns.
std::string filled(const std::string& text) {
  constexpr std::size_t kColumns = 78;
  std::istringstream words(text);
  std::string result;
  std::size_t used = 0;
  for (std::string word; words >> word;) {
    const bool fits = used > 0 && used + 1 + word.size() <= kColumns;
    if (used > 0) result += fits ? " " : "\n";
    used = (fits ? used + 1 : 0) + word.size();
    result += word;
  }
  return result;
}

// A text as roff has it: a dash is a minus sign, and no line begins with a request.
std::string roff(const std::string& text) {
  std::string result;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
    begins = c == '\n';
  }
  return result;
}

// As written, line by line; without empty lines at the ends.
std::string verbatim(const std::string& text) {
  const auto first = text.find_first_not_of('\n');
  if (first == std::string::npos) return "";
  const auto last = text.find_last_not_of(" \n");
  return ".PP\n.nf\n" + roff(text.substr(first, last - first + 1)) + "\n.fi\n";
}

std::string option_text(const OptionWords& option) {
  std::string names = roff(option.name);
  for (const auto& name : option.further) names += ", " + roff(name);
  auto text = fmt::format(".TP\n\\fB{}\\fR", names);
  if (!option.is_positional && !option.value.empty()) {
    text += fmt::format(" \\fI{}\\fR", roff(option.value));
  }
  auto help = option.help;
  if (!option.choices.empty() && option.choices.size() < 8) {
    help += fmt::format(" ({})", fmt::join(option.choices, ", "));
  }
  if (!option.fallback.empty()) help += fmt::format(" [{}]", option.fallback);
  return text + "\n" + roff(filled(help)) + "\n";
}

std::string synopsis(const CommandWords& command) {
  auto text = fmt::format("\\fBweft {}\\fR [\\fIOPTIONS\\fR]", roff(command.name));
  for (const auto& option : command.options) {
    if (!option.is_positional) continue;
    const auto* dots = option.is_repeated ? "..." : "";
    text += option.is_required ? fmt::format(" \\fI{}\\fR{}", roff(option.name), dots)
                               : fmt::format(" [\\fI{}\\fR{}]", roff(option.name), dots);
  }
  return text;
}

}  // namespace

std::string manual_page(const CLI::App& app, const std::string& version) {
  const auto about = app.get_description();
  const auto line = about.find('\n');
  std::string text =
      fmt::format(".TH WEFT 1 {} \"weft {}\" \"User Commands\"\n", kDate, roff(version));
  text += ".SH NAME\nweft \\- " +
          roff(about.substr(about.find(": ") + 2, line - about.find(": ") - 2)) + "\n";
  text += ".SH SYNOPSIS\n\\fBweft\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIFILE\\fR...]\n";
  text += ".SH DESCRIPTION\n" + roff(filled(about.substr(line + 1))) + "\n";
  text += ".SH COMMANDS\n";
  for (const auto& command : command_words(app)) {
    text += fmt::format(".SS {}\n{}\n.PP\n{}\n", roff(command.name), synopsis(command),
                        roff(command.help) + ".");
    for (const auto& option : command.options) {
      if (option.name != "--help") text += option_text(option);
    }
    text += verbatim(command.footer);
  }
  text +=
      ".SH ENVIRONMENT\n.TP\n\\fBWEFT_CONFIGS\\fR\nA folder where names are looked up, after "
      "those of \\-\\-configs.\n.TP\n\\fBNO_COLOR\\fR\nNo colours, whatever its value.\n";
  return text + ".SH EXAMPLES\n" + verbatim(app.get_footer()).substr(4);
}

}  // namespace weft::cli
