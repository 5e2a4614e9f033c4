// The table of published power: what its rows say about how they are predicted.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "shipped.h"
#include "weft/watts/published.h"

namespace weft::watts {
namespace {

constexpr const char* kHead =
    "id,what,unit,published_low,published_high,predicted,error,kind,bar,by,inputs,site,at,how,"
    "parts,source,note\n";

std::vector<PublishedPoint> points_of(const std::string& rows) {
  const auto file = std::filesystem::path(testing::TempDir()) / "published_power.csv";
  std::ofstream(file) << kHead << rows;
  return published_points(file, test::shipped(), 1);
}

std::string complaint(const std::string& rows) {
  try {
    points_of(rows);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(WattsTable, SaysHowARowIsPredicted) {
  const auto points = points_of(
      "A,,kW,1,2,9,9,test,0.1,host,\"use: dgx_h100, hosts: 1\",,limit,,,,\n"
      "B,,kW,,20,,,fit,,host,\"use: dgx_h100, hosts: 1\",,50 %,,,,\n"
      "C,,kW,,,,,test,,host,\"use: dgx_h100, hosts: 1\",,350 W,,,,\n"
      "D,,%,,,,,construction,,fall,A B,,,,,,\n");
  ASSERT_EQ(points.size(), 4U);
  EXPECT_NEAR(points[0].predicted, 8.402, 1e-3);
  EXPECT_GT(*points[0].error(), 0);
  EXPECT_FALSE(points[0].is_at_most());
  // An H100 of 700 W.
  EXPECT_EQ(points[1].predicted, points[2].predicted);
  EXPECT_TRUE(points[1].is_at_most());
  EXPECT_EQ(*points[1].error(), 0);
  EXPECT_FALSE(points[2].error());
  EXPECT_NEAR(points[3].predicted, 100 * (1 - points[1].predicted / points[0].predicted), 1e-12);
}

TEST(WattsTable, PointsAtMistakes) {
  const auto has = [](const std::string& row, const std::string& words) {
    const auto text = complaint(row);
    EXPECT_NE(text.find(words), std::string::npos) << row << text;
    EXPECT_NE(text.find("published_power.csv:2:"), std::string::npos) << text;
  };
  has("A,,kW,1,2,,,test,,hosts,,,,,,,\n", "one of: all-in, fall, gemm");
  has("A,,kW,1,2,,,guess,,host,,,,,,,\n", "test, fit or construction");
  has("A,,kW,-1,2,,,test,,host,,,,,,,\n", "not negative");
  has("A,,kW,1,,,,test,,host,,,,,,,\n", "upper end");
  for (const char* at : {"", "fast", "120 %", "12 m", "{"}) {
    has(std::string("A,,kW,1,2,,,test,,host,\"use: dgx_h100, hosts: 1\",,") + at + ",,,,\n",
        "limit, idle, waiting");
  }
  has("A,,kW,1,2,,,test,,step,gpt3_power,,mean,,,,\n", "host, all hosts, token");
  has("A,,%,1,2,,,test,,fall,B C,,,,,,\n", "two rows before");
  has("A,,W,1,2,,,test,,gemm,b200_sxm,,8192,,,,\n", "m, n and k");
  has("A,,%,1,2,,,test,,gemm errors,abacus,,,,,,\n", "no kernel");
  EXPECT_NE(complaint("A,,kW,1,2,,,test,,host,use: dgx_h10,,limit,,,,\n").find("dgx_h100"),
            std::string::npos);
}

}  // namespace
}  // namespace weft::watts
