#include <gtest/gtest.h>

#include "weft/weeks/look_ahead.h"
#include "weft/weeks/published.h"

namespace weft::weeks {
namespace {

TEST(PublishedPoint, IsRightWithinWhatIsPublished) {
  PublishedPoint point;
  point.low = 0.85;
  point.high = 0.9;
  point.predicted = 0.87;
  EXPECT_EQ(point.error(), 0);
  point.predicted = 0.9 * 1.1;
  EXPECT_NEAR(point.error(), 0.1, 1e-12);
  point.predicted = 0.85 * 0.8;
  EXPECT_NEAR(point.error(), -0.2, 1e-12);
}

}  // namespace
}  // namespace weft::weeks
