#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "shipped.h"
#include "weft/report/file.h"
#include "weft/report/json.h"
#include "weft/report/terminal.h"

namespace weft::report {
namespace {

struct Answer {
  study::Study study;
  std::vector<study::CaseResult> results;
  std::vector<study::Sensitivity> sensitivities;
};

Answer answer_of(const std::string& clusters, const std::string& rest = "") {
  const auto document = base::Document::parse(
      "kind: study\n"
      "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 T}\n"
      "clusters: [" +
          clusters + "]\n" + rest,
      "study.yaml");
  base::Reading reading;
  Answer answer;
  answer.study = study::read_study(document, test::shipped(), reading);
  reading.throw_if_any();
  const base::ThreadTeam team(1);
  answer.results = study::run(answer.study, team);
  answer.sensitivities = study::sensitivities(document, test::shipped(), reading.uncertain_inputs(),
                                              answer.results, team);
  return answer;
}

std::string terminal_text(const Answer& a, Colour colour = Colour::kNone) {
  return to_terminal(a.study, a.results, a.sensitivities, colour);
}

std::size_t columns_of(const std::string& line) {
  std::size_t count = 0;
  for (const char c : line) count += (static_cast<unsigned char>(c) & 0xC0U) == 0x80U ? 0 : 1;
  return count;
}

TEST(Terminal, LinesFitIn100Columns) {
  const auto a = answer_of(
      "{use: dgx_h100, hosts: 1}, {use: cloudmatrix384, hosts: 1}, {use: gb200_nvl72, racks: 1}, "
      "{use: atlas_900_a2, hosts: 1}");
  std::istringstream lines(terminal_text(a));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), 100U) << line;
}

TEST(Terminal, ShowsOnlyTheSectionsAskedFor) {
  const auto a = answer_of("{use: dgx_h100, hosts: 1}", "report: [memory]\n");
  const auto text = terminal_text(a);
  EXPECT_NE(text.find("Memory of one device"), std::string::npos);
  EXPECT_EQ(text.find("Power at the meter"), std::string::npos);
}

TEST(Terminal, ColourOnlyWhenAsked) {
  const auto a = answer_of("{use: dgx_h100, hosts: 1}");
  EXPECT_EQ(terminal_text(a).find('\x1b'), std::string::npos);
  EXPECT_NE(terminal_text(a, Colour::kAnsi).find('\x1b'), std::string::npos);
}

TEST(Terminal, SaysWhyACaseHasNoAnswer) {
  const auto document = base::Document::parse(
      "kind: study\njob: {model: llama3_405b, sequence: 8192, global_batch: 64, tokens: 1 T}\n"
      "clusters: [{use: dgx_h100, hosts: 1}]\n",
      "study.yaml");
  base::Reading reading;
  const auto study = study::read_study(document, test::shipped(), reading);
  const base::ThreadTeam team(1);
  const auto results = study::run(study, team);
  const auto text = to_terminal(study, results, std::vector<study::Sensitivity>(1), Colour::kNone);
  EXPECT_NE(text.find(results[0].reason.substr(0, 20)), std::string::npos) << text;
}

TEST(Json, NamesItsSchemaAndIsTheSameTwice) {
  const auto a = answer_of("{use: dgx_h100, hosts: 1}");
  const auto text = to_json(a.study, a.results, a.sensitivities);
  EXPECT_NE(text.find("\"schema\": \"weft.run/1\""), std::string::npos);
  EXPECT_EQ(text, to_json(a.study, a.results, a.sensitivities));
}

TEST(WriteWhole, ReplacesTheFileAndLeavesNothingElse) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "weft_write_whole";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  write_whole(folder / "a.json", "one");
  write_whole(folder / "a.json", "two");
  std::ifstream file(folder / "a.json");
  std::string text;
  file >> text;
  EXPECT_EQ(text, "two");
  const std::filesystem::directory_iterator entries(folder);
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST(WriteWhole, FailsWithoutATrace) {
  const auto missing = std::filesystem::path(testing::TempDir()) / "weft_no_such_folder" / "a.json";
  EXPECT_THROW(write_whole(missing, "one"), std::system_error);
  EXPECT_FALSE(std::filesystem::exists(missing.parent_path()));
}

}  // namespace
}  // namespace weft::report
