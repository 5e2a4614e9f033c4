#include <CLI/CLI.hpp>

#include <memory>
#include <string>

#include "help_words.h"
#include "output.h"
#include "weft/cli/commands.h"

namespace weft::cli {

Command add_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  auto* command = app.add_subcommand("completion", "what a shell needs to complete weft's words");
  command->add_option("SHELL", *shell, "for which shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(
      "For this shell alone, and for all to come:\n"
      "  source <(weft completion bash)\n"
      "  weft completion bash > ~/.local/share/bash-completion/completions/weft\n"
      "  weft completion zsh > ~/.zfunc/_weft          # with fpath=(~/.zfunc $fpath)\n"
      "  weft completion fish > ~/.config/fish/completions/weft.fish\n");
  return [shell, &app] {
    const auto words = command_words(app);
    if (*shell == "bash") write_answer("-", bash_completion(words));
    if (*shell == "zsh") write_answer("-", zsh_completion(words));
    if (*shell == "fish") write_answer("-", fish_completion(words));
    return kAnswer;
  };
}

Command add_man(CLI::App& app) {
  auto* command = app.add_subcommand("man", "the manual page, for man: weft man | man -l -");
  static_cast<void>(command);
  return [&app] {
    write_answer("-", manual_page(app, WEFT_VERSION));
    return kAnswer;
  };
}

}  // namespace weft::cli
