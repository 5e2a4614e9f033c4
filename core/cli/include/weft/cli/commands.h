// The commands, one file each. Each adds itself to the program and returns what to run.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "weft/base/catalog.h"

namespace CLI {
class App;
}

namespace weft::cli {

// Exit codes of every command.
inline constexpr int kAnswer = 0;
inline constexpr int kFailure = 1;   // input/output or internal
inline constexpr int kBadInput = 2;  // or an explicit plan that is not legal
inline constexpr int kNothing = 3;   // `auto` found no legal plan

using Command = std::function<int()>;

Command add_run(CLI::App& app);
Command add_plan(CLI::App& app);
Command add_sweep(CLI::App& app);
Command add_list(CLI::App& app);
Command add_show(CLI::App& app);
Command add_check(CLI::App& app);
Command add_validate(CLI::App& app);
Command add_campaign(CLI::App& app);
Command add_power(CLI::App& app);
Command add_cost(CLI::App& app);
Command add_size(CLI::App& app);
Command add_compare(CLI::App& app);
Command add_scaling(CLI::App& app);
Command add_claim(CLI::App& app);
Command add_uncertainty(CLI::App& app);
Command add_memory(CLI::App& app);
Command add_kernels(CLI::App& app);
Command add_yield(CLI::App& app);
Command add_supply(CLI::App& app);
Command add_fabric(CLI::App& app);
Command add_collective(CLI::App& app);
Command add_flows(CLI::App& app);
Command add_trace(CLI::App& app);
Command add_calibrate(CLI::App& app);
Command add_import(CLI::App& app);
Command add_schema(CLI::App& app);
Command add_new(CLI::App& app);
Command add_completion(CLI::App& app);
Command add_man(CLI::App& app);

// --configs for a command; the value is read when the command runs.
void add_configs_option(CLI::App& command, std::vector<std::filesystem::path>& directories);
// What --configs names, then $WEFT_CONFIGS, what is installed beside the program, its source tree.
std::vector<std::filesystem::path> config_folders(
    const std::vector<std::filesystem::path>& directories);
base::Catalog make_catalog(const std::vector<std::filesystem::path>& directories);

// The whole program: parses, runs, turns exceptions into messages and exit codes.
int main(int argc, const char* const* argv);

}  // namespace weft::cli
