#include "weft/validation/runs_table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fixtures.h"
#include "weft/base/diagnostics.h"

namespace weft::validation {
namespace {

constexpr const char* kHeader = "id,metric,value,unit,layers,notes\n";

// What is wrong with a table, as "line:column message".
std::string complaint(const std::string& text) {
  try {
    parse_runs(text, "t.csv");
  } catch (const base::InputError& error) {
    const auto& first = error.diagnostics().front();
    return std::to_string(first.position.line) + ":" + std::to_string(first.position.column) + " " +
           first.message;
  }
  return "";
}

TEST(RunsTable, ReadsQuotedFieldsAndBlanks) {
  const auto table = parse_runs(std::string(kHeader) +
                                    "a,throughput,1.5e3,tokens/s,,\"one, \"\"two\"\"\nthree\"\r\n"
                                    "\n"
                                    "b,MFU,40,%,32.0,\n",
                                "t.csv");
  ASSERT_EQ(table.runs.size(), 2U);
  EXPECT_EQ(table.runs[0].notes, "one, \"two\"\nthree");
  EXPECT_FALSE(table.runs[0].layers.has_value());
  EXPECT_DOUBLE_EQ(*table.runs[0].value, 1500.0);
  EXPECT_EQ(table.runs[1].layers, 32);
  EXPECT_EQ(table.runs[1].line, 5);
  EXPECT_TRUE(table.warnings.empty());
}

TEST(RunsTable, ByteOrderMarkAndMissingLastNewline) {
  const auto table = parse_runs("\xEF\xBB\xBFid,metric,value,unit\na,t,1,s", "t.csv");
  ASSERT_EQ(table.runs.size(), 1U);
  EXPECT_EQ(table.runs[0].unit, "s");
}

TEST(RunsTable, NumbersThatAreNoneAreLocated) {
  EXPECT_EQ(complaint(std::string(kHeader) + "a,t,1,s,3x2,\n"),
            "2:9 '3x2' in column 'layers'; a whole number is expected");
  EXPECT_EQ(complaint(std::string(kHeader) + "a,\"é\",1..2,s,,\n"),
            "2:7 '1..2' in column 'value'; a number is expected");
  EXPECT_EQ(complaint(std::string(kHeader) + "a,t,1,s,-3,\n"),
            "2:9 '-3' in column 'layers'; a number that is not negative is expected");
  EXPECT_EQ(complaint(std::string(kHeader) + "a,t,1,s,2.5,\n"),
            "2:9 '2.5' in column 'layers'; a whole number is expected");
}

TEST(RunsTable, WordsInColumnsOfNumbersAreBlanks) {
  const auto table = parse_runs(std::string(kHeader) + "a,memory,OOM,GiB,unknown,\n", "t.csv");
  ASSERT_EQ(table.runs.size(), 1U);
  EXPECT_FALSE(table.runs[0].value.has_value());
  ASSERT_EQ(table.runs[0].unplaced.size(), 2U);
  EXPECT_EQ(table.runs[0].unplaced[0].text, "OOM");
  EXPECT_EQ(table.runs[0].unplaced[1].column, "layers");
}

TEST(RunsTable, ColumnsAreCheckedByName) {
  EXPECT_EQ(complaint("id,metric,valeu,unit\n"), "1:1 the column 'value' is missing");
  EXPECT_EQ(complaint("id,metric,value,unit,id\n"), "1:22 'id' twice");
  EXPECT_EQ(complaint(std::string(kHeader) + "a,t,1,s\n"), "2:1 4 columns here, 6 in the header");
  EXPECT_EQ(complaint(""), "1:1 the file is empty; a header is expected");
  EXPECT_EQ(complaint(std::string(kHeader) + "a,t,1,s,,\"never\n"),
            "2:10 this quote is never closed");
  EXPECT_EQ(complaint(std::string(kHeader) + "a,t,1,s,,6\" rack\n"),
            "2:10 a stray quote in this field");
  const auto table = parse_runs("id,metric,value,unit,mood\na,t,1,s,good\na,t,2,s,bad\n", "t.csv");
  ASSERT_EQ(table.warnings.size(), 2U);
  EXPECT_EQ(table.warnings[0], "t.csv: nobody reads the column 'mood'");
  EXPECT_EQ(table.warnings[1], "t.csv:3: the id 'a' stands twice");
}

TEST(RunsTable, TheShippedOneIsWhole) {
  const auto table = read_runs(test::shipped_table());
  EXPECT_EQ(table.runs.size(), 892U);
  EXPECT_TRUE(table.warnings.empty());
  const auto fit = std::count_if(table.runs.begin(), table.runs.end(),
                                 [](const auto& run) { return run.split == "fit"; });
  EXPECT_EQ(fit, 321);
}

TEST(RunsTable, AFileThatCannotBeRead) {
  EXPECT_THROW(read_runs("no/such/file.csv"), std::system_error);
  EXPECT_THROW(read_runs("/"), std::system_error);
}

}  // namespace
}  // namespace weft::validation
