#include <CLI/CLI.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "output.h"
#include "weft/cli/commands.h"
#include "weft/cluster/cluster.h"
#include "weft/import/hugging_face.h"
#include "weft/import/launch.h"
#include "weft/import/write.h"
#include "weft/report/file.h"

namespace weft::cli {

namespace {

namespace fs = std::filesystem;

struct ImportOptions {
  std::vector<std::string> words;  // a file, or arguments
  std::string file;
  std::string output;
  std::string name;
  std::string cluster;
  std::vector<std::string> settings;
  std::vector<std::string> arguments;
  std::vector<fs::path> configs;
  std::int64_t devices = 0;
  std::int64_t vocabulary = 0;
  std::string tokens;
};

// One file of the answer.
struct Written {
  std::string stem;
  std::string text;
};

// The folder that a config.json is in says what it is; other files have names of their own.
std::string default_name(const ImportOptions& options) {
  if (!options.name.empty()) return options.name;
  if (options.file.empty()) return "imported";
  const auto file = fs::absolute(options.file).lexically_normal();
  return file.stem() == "config" ? file.parent_path().filename().string() : file.stem().string();
}

base::PlainText arguments_as_file(const std::vector<std::string>& arguments) {
  std::string text;
  for (const auto& word : arguments) {
    const bool plain =
        !word.empty() && word.find_first_of(" \t\n\"'\\$`#;&|()<>") == std::string::npos;
    std::string shown = word;
    for (std::size_t at = shown.find('\''); at != std::string::npos;
         at = shown.find('\'', at + 4)) {
      shown.replace(at, 1, "'\\''");
    }
    text += (text.empty() ? "" : " ") + (plain ? word : "'" + shown + "'");
  }
  return base::PlainText::checked(text, "arguments");
}

bool is_json(const base::PlainText& file) {
  const auto first = file.bytes().find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && file.bytes()[first] == '{';
}

[[noreturn]] void fail_option(const std::string& text, const std::string& message) {
  throw base::InputError({{base::PlainText::checked(text, "command line").position(0),
                           static_cast<int>(text.size()), message, ""}});
}

imports::LaunchSettings settings_of(const ImportOptions& options) {
  imports::LaunchSettings settings;
  for (const auto& text : options.settings) {
    const auto sign = text.find('=');
    if (sign == std::string::npos || sign == 0)
      fail_option("--set " + text, "NAME=VALUE is expected");
    settings.variables[text.substr(0, sign)] = text.substr(sign + 1);
  }
  if (options.devices > 0) settings.devices = options.devices;
  if (options.vocabulary > 0) settings.vocabulary = options.vocabulary;
  if (!options.tokens.empty()) {
    base::Reading reading;
    const auto document = base::Document::parse("tokens: " + options.tokens + "\n", "--tokens");
    base::Fields fields(document.root(), reading, "command line");
    settings.tokens = fields.count("tokens", "tokens");
    reading.throw_if_any();
  }
  return settings;
}

// As many hosts as the devices need. Throws InputError where they do not fill them.
imports::ClusterUse use_of(const std::string& name, std::int64_t devices,
                           const base::Catalog& catalog) {
  base::Reading reading;
  const auto document =
      base::Document::parse(fmt::format("use: {}\n", imports::quoted(name)), "--cluster");
  base::Fields use(document.root(), reading, "command line");
  const auto cluster = cluster::read_cluster(use, catalog);
  reading.throw_if_any();
  if (devices % cluster.host.devices != 0) {
    fail_option("--cluster " + name,
                fmt::format("{} devices do not fill hosts of {}", devices, cluster.host.devices));
  }
  return {name, devices / cluster.host.devices};
}

void warn(const imports::Notes& notes) {
  for (const auto& note : notes.unknown) {
    auto shown = note;
    shown.text = "not used" + (note.text.empty() ? "" : "; " + note.text);
    std::cerr << "warning: " << imports::to_text(shown) << "\n";
  }
}

std::vector<Written> import_model(const base::PlainText& file, const ImportOptions& options) {
  const auto name = default_name(options);
  const auto imported = imports::read_hugging_face(file, name);
  warn(imported.notes);
  const auto source = fs::path(file.source()->name).filename().string() + " of " + name;
  return {
      {imports::file_stem(name), imports::model_document(imported.model, source, imported.notes)}};
}

// The study first.
std::vector<Written> import_launch(const base::PlainText& file, const ImportOptions& options,
                                   const std::string& stem) {
  const auto name = default_name(options);
  const auto launch = imports::read_launch(file, name, settings_of(options));
  warn(launch.notes);
  std::optional<imports::ClusterUse> use;
  if (!options.cluster.empty()) {
    use = use_of(options.cluster, launch.devices, make_catalog(options.configs));
  }
  const auto model = stem + "_model";
  const auto source = "arguments in " + fs::path(file.source()->name).filename().string();
  return {{stem, imports::study_document(launch, model, use)},
          {model, imports::model_document(launch.job.model, source, {})}};
}

bool is_folder(const std::string& output) {
  return fs::is_directory(output) || output.ends_with('/') || fs::path(output).extension().empty();
}

void write_files(const std::vector<Written>& files, const ImportOptions& options) {
  const bool folder = is_folder(options.output);
  const fs::path output = options.output;
  const auto directory = folder ? output : output.parent_path();
  if (folder) fs::create_directories(directory);
  // What a study names is there before the study.
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    const bool first = !folder && file + 1 == files.rend();
    const auto path = first ? output : directory / (file->stem + ".yaml");
    report::write_whole(path, file->text);
    std::cout << fmt::format("wrote {}\n", path.string());
  }
}

void print_files(const std::vector<Written>& files) {
  std::string text;
  for (const auto& file : files) {
    if (files.size() > 1)
      text += fmt::format("{}# {}.yaml\n", text.empty() ? "" : "---\n", file.stem);
    text += file.text;
  }
  write_answer("-", text);
}

int import_command(ImportOptions options) {
  const bool is_file = options.words.size() == 1 && !options.words.front().starts_with("--");
  if (!is_file && (options.words.empty() || !options.words.front().starts_with("--"))) {
    std::cerr << "weft import: one FILE, or arguments behind --, are expected\n";
    return kBadInput;
  }
  if (is_file) {
    options.file = options.words.front();
  } else {
    options.arguments = options.words;
  }
  const auto file = options.file.empty() ? arguments_as_file(options.arguments)
                                         : base::PlainText::load(options.file);
  const bool own_name = !options.output.empty() && !is_folder(options.output);
  const auto stem = own_name ? fs::path(options.output).stem().string()
                             : imports::file_stem(default_name(options));
  const auto files =
      is_json(file) ? import_model(file, options) : import_launch(file, options, stem);
  if (options.output.empty()) {
    print_files(files);
  } else {
    write_files(files, options);
  }
  return kAnswer;
}

}  // namespace

Command add_import(CLI::App& app) {
  auto options = std::make_shared<ImportOptions>();
  auto* command =
      app.add_subcommand("import", "a config.json or launch arguments, as documents of weft");
  command->footer(
      "FILE is a config.json of the Hugging Face hub, which becomes a model; or a launch script "
      "of\n"
      "Megatron-LM, Megatron-Core or MindSpeed-LLM, or a text of its arguments, which become a "
      "model\n"
      "and a study. Nothing in a script is executed. What is not known is listed and not used.\n"
      "\n"
      "Examples:\n"
      "  weft import Llama-3-70B/config.json -o models/\n"
      "  weft import pretrain.sh --set NNODES=16 --cluster dgx_h100 -o run.yaml && weft run "
      "run.yaml\n"
      "  weft import --devices 64 --vocabulary 32000 -- --num-layers 32 --hidden-size 4096 …");
  command->add_option("FILE", options->words,
                      "config.json, script or text of arguments; or, behind --, the arguments");
  command
      ->add_option("-o,--output", options->output,
                   "a folder, or the file of the model or study; default: the terminal")
      ->type_name("DIR|FILE.yaml");
  command->add_option("--name", options->name, "the model's name; default: that of the file")
      ->type_name("NAME");
  command->add_option("--cluster", options->cluster, "what the study runs on")->type_name("NAME");
  command
      ->add_option("--set", options->settings,
                   "a variable, or 1=VALUE for an argument of the script")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command->add_option("--devices", options->devices, "devices, where the launcher does not say")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 24));
  command
      ->add_option("--vocabulary", options->vocabulary,
                   "entries of the tokenizer, where the flags name only its file")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30));
  command->add_option("--tokens", options->tokens, "of the whole run (\"1 T\")")
      ->type_name("COUNT");
  add_configs_option(*command, options->configs);
  return [options] { return import_command(*options); };
}

}  // namespace weft::cli
