#include <gtest/gtest.h>

#include <limits>

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

// Near 1 it is the rest that counts.
TEST(PublishedPoint, ErrorOfAShareIsOfWhatIsLost) {
  PublishedPoint point;
  point.is_share_kept = true;
  point.low = point.high = 0.98;
  point.predicted = 0.99;
  EXPECT_TRUE(point.is_error_of_loss());
  EXPECT_NEAR(point.error(), -0.5, 1e-12);
  point.predicted = 0.97;
  EXPECT_NEAR(point.error(), 0.5, 1e-12);
  // Where more is lost than kept, of the share itself.
  point.low = point.high = 0.4;
  point.predicted = 0.5;
  EXPECT_FALSE(point.is_error_of_loss());
  EXPECT_NEAR(point.error(), 0.25, 1e-12);
  // A bound: nothing is off within it.
  point.low = 0.9;
  point.high = std::numeric_limits<double>::infinity();
  point.predicted = 0.95;
  EXPECT_EQ(point.error(), 0);
  point.predicted = 0.8;
  EXPECT_NEAR(point.error(), 1, 1e-12);
}

}  // namespace
}  // namespace weft::weeks
