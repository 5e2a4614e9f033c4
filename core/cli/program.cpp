#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "weft/base/diagnostics.h"
#include "weft/cli/commands.h"

namespace weft::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kAbout =
    "weft: what a training cluster stitched together out of many chips can do.\n"
    "Reads a cluster, a model and a question in YAML; answers with step time, memory, power,\n"
    "failures and cost, and says how sure it is.";
constexpr const char* kExamples =
    "Examples:\n"
    "  weft run configs/studies/quickstart.yaml     one job on three clusters, side by side\n"
    "  weft run study.yaml --json - | jq .cases     the same for a program\n"
    "  weft plan study.yaml --top 3                 the best ways to split the job, and why\n"
    "  weft campaign study.yaml                     the same job for weeks: failures, goodput\n"
    "  weft supply study.yaml                       how many chips there can be, and what they "
    "equal\n"
    "  weft cost study.yaml                         rent or own: capital, hours, break-even\n"
    "  weft size question.yaml                      how many of which machines it takes\n"
    "  weft power study.yaml --window '1 d'         what it draws second by second\n"
    "  weft compare study.yaml                      builds at equal devices, watts, money or days\n"
    "  weft sweep sweep.yaml                        any value of any file over ranges, into "
    "SQLite\n"
    "  weft uncertainty study.yaml                  how sure that is, and what matters most\n"
    "  weft list chip                               what is shipped\n"
    "  weft show ascend_910c                        every figure of a chip, with its source\n"
    "  weft new study mine.yaml                     a commented file to start from\n"
    "  weft check mine.yaml                         is this file right?\n"
    "  weft import pretrain.sh -o run.yaml          a launch script or config.json as documents\n"
    "  weft validate                                how far off is it, on published runs?\n"
    "  weft collective dgx_h100 --op all_reduce --bytes '1 GiB' --group 64\n"
    "  weft trace all_reduce --cluster dgx_h100     Chakra traces all_reduce.0.et, …, replayed\n"
    "\n"
    "Exit codes: 0 an answer, 1 input/output or internal, 2 bad input or an illegal plan,\n"
    "3 no legal plan found, 130 and 143 stopped by a signal.";

// Descriptions of options that end at the right edge of a terminal.
class WrappedHelp : public CLI::Formatter {
 public:
  std::string make_option_desc(const CLI::Option* option) const override {
    constexpr std::size_t kColumns = 100;
    const auto width = kColumns - column_width_;
    std::istringstream words(CLI::Formatter::make_option_desc(option));
    std::string text;
    std::size_t used = 0;  // of the line
    for (std::string word; words >> word;) {
      const bool fits = used > 0 && used + 1 + word.size() <= width;
      if (used > 0) text += fits ? " " : "\n";
      used = (fits ? used + 1 : 0) + word.size();
      text += word;
    }
    return text;
  }
};

// What ships, seen from the program: PREFIX/share/weft/configs of PREFIX/bin/weft where it is
// installed, a link to the sources' where it was built. No path is compiled in: folders move. Where
// /proc is not there to say where the program is, it is where packages put it.
fs::path shipped_configs() {
  std::error_code error;
  const auto folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  const auto prefixes = error ? std::vector<fs::path>{"/usr/local", "/usr"}
                              : std::vector<fs::path>{folder.parent_path(), folder};
  for (const auto& prefix : prefixes) {
    const auto configs = fs::canonical(prefix / "share" / "weft" / "configs", error);
    if (!error && fs::is_directory(configs, error)) return configs;
  }
  return {};
}

int report(const std::exception& error, int code) {
  std::cerr << error.what() << (std::string(error.what()).ends_with('\n') ? "" : "\n");
  return code;
}

}  // namespace

void add_configs_option(CLI::App& command, std::vector<fs::path>& directories) {
  command
      .add_option("--configs", directories, "look names up in this folder first (may be repeated)")
      ->check(CLI::ExistingDirectory)
      ->type_name("DIR");
}

std::vector<fs::path> config_folders(const std::vector<fs::path>& directories) {
  auto all = directories;
  if (const char* environment = std::getenv("WEFT_CONFIGS")) all.emplace_back(environment);
  if (auto shipped = shipped_configs(); !shipped.empty()) all.push_back(std::move(shipped));
  return all;
}

base::Catalog make_catalog(const std::vector<fs::path>& directories) {
  return base::Catalog(config_folders(directories));
}

namespace {

// Whether all that was printed has arrived. Who failed has said why.
int flushed(int code) {
  std::cout.flush();
  if (std::cout || code != kAnswer) return code;
  std::cerr << "cannot write the answer\n";
  return kFailure;
}

int run(const std::vector<std::pair<const CLI::App*, Command>>& commands) {
  try {
    for (const auto& [subcommand, command] : commands) {
      if (subcommand->parsed()) return command();
    }
  } catch (const base::InputError& error) {
    return report(error, kBadInput);
  } catch (const std::exception& error) {
    return report(error, kFailure);
  }
  return kFailure;
}

}  // namespace

int main(int argc, const char* const* argv) {
  // A file at its limit is an error to be told, not an end with a half of it left.
  std::signal(SIGXFSZ, SIG_IGN);
  CLI::App app{kAbout, "weft"};
  app.footer(kExamples);
  app.formatter(std::make_shared<WrappedHelp>());
  app.set_version_flag("--version", "weft " WEFT_VERSION);
  app.require_subcommand(1);
  app.add_flag_callback(
      "-q,--quiet", [] { ::setenv("WEFT_QUIET", "1", 1); },
      "no progress on the terminal (as $WEFT_QUIET does); the answer alone");
  std::vector<std::pair<const CLI::App*, Command>> commands;
  for (const auto add :
       {add_run,    add_plan,    add_sweep,      add_campaign,    add_power,   add_cost,
        add_size,   add_compare, add_scaling,    add_uncertainty, add_claim,   add_list,
        add_show,   add_check,   add_validate,   add_memory,      add_kernels, add_yield,
        add_supply, add_fabric,  add_collective, add_flows,       add_trace,   add_calibrate,
        add_import, add_schema,  add_new,        add_completion,  add_man}) {
    auto command = add(app);
    app.get_subcommands({}).back()->fallthrough();
    commands.emplace_back(app.get_subcommands({}).back(), std::move(command));
  }
  if (argc <= 1) {
    std::cerr << app.help();
    return kBadInput;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return flushed(app.exit(error) == 0 ? kAnswer : kBadInput);
  }
  return flushed(run(commands));
}

}  // namespace weft::cli
