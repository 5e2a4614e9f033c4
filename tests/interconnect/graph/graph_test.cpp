#include "weft/graph/graph.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "graphs.h"

namespace weft::graph {
namespace {

using test::cable;

TEST(Graph, KnowsItsNodesAndLinks) {
  GraphBuilder builder(2);
  EXPECT_EQ(builder.add_switch(1, 2, "spine"), 2);
  EXPECT_EQ(builder.add_port(1), 3);
  builder.name_device(1, "gpu");
  EXPECT_EQ(builder.add_cable(cable(0, 3, 5)), 0);
  EXPECT_EQ(builder.add_cable(cable(2, 3, 7)), 1);
  EXPECT_EQ(builder.add_cable(cable(3, 0, 9)), 2);
  const Graph graph = builder.finish();
  EXPECT_EQ(builder.nodes(), 0);
  EXPECT_EQ(graph.nodes(), 4);
  EXPECT_EQ(graph.devices(), 2);
  EXPECT_EQ(graph.links(), 6);
  EXPECT_EQ(graph.tier(0), -1);
  EXPECT_EQ(graph.layer(2), 2);
  EXPECT_EQ(graph.kind(3), NodeKind::kPort);
  EXPECT_EQ(graph.name(0), "device 0");
  EXPECT_EQ(graph.name(1), "gpu");
  EXPECT_EQ(graph.name(2), "spine");
  EXPECT_EQ(graph.name(3), "port 1");
  EXPECT_EQ(graph.capacities(), (std::vector<double>{5, 5, 7, 7, 9, 9}));
  const auto out = graph.out(3);
  EXPECT_EQ(std::vector<LinkId>(out.begin(), out.end()), (std::vector<LinkId>{1, 3, 4}));
  EXPECT_TRUE(graph.out(1).empty());
  for (LinkId link = 0; link < graph.links(); ++link)
    EXPECT_EQ(graph.from(link), graph.to(link ^ 1));
}

TEST(Graph, OfNothingIsEmpty) {
  EXPECT_EQ(Graph().nodes(), 0);
  EXPECT_EQ(Graph().links(), 0);
  EXPECT_EQ(GraphBuilder(0).finish().nodes(), 0);
}

TEST(GraphBuilder, RefusesWhatIsNoCable) {
  GraphBuilder builder(2);
  EXPECT_THROW(builder.add_cable(cable(0, 2)), std::invalid_argument);
  EXPECT_THROW(builder.add_cable(cable(-1, 0)), std::invalid_argument);
  EXPECT_THROW(builder.add_cable(cable(1, 1)), std::invalid_argument);
  EXPECT_THROW(builder.add_cable(cable(0, 1, 0)), std::invalid_argument);
  EXPECT_THROW(builder.add_cable(cable(0, 1, std::nan(""))), std::invalid_argument);
  EXPECT_THROW(builder.add_cable(cable(0, 1, 1, 0, -1)), std::invalid_argument);
  EXPECT_THROW(builder.add_cable(cable(0, 1, 1, -1)), std::invalid_argument);
  EXPECT_THROW(builder.add_switch(200), std::invalid_argument);
  EXPECT_THROW(builder.name_device(2, "x"), std::invalid_argument);
  EXPECT_THROW(GraphBuilder(-1), std::invalid_argument);
  EXPECT_THROW(GraphBuilder(1'000'000'000), std::invalid_argument);
  EXPECT_TRUE(builder.finish().cables().empty());
}

TEST(GraphBuilder, KeepsToItsLimit) {
  GraphBuilder builder(GraphBuilder::kMaxNodes);
  EXPECT_THROW(builder.add_switch(0), std::invalid_argument);
}

}  // namespace
}  // namespace weft::graph
