#include "weft/graph/files.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "graphs.h"
#include "weft/base/diagnostics.h"
#include "weft/base/document.h"
#include "weft/graph/metrics.h"

namespace weft::graph {
namespace {

using base::InputError;

Graph from_yaml(const std::string& text) {
  base::Reading reading;
  const auto document = base::Document::parse(text, "net.yaml");
  base::Fields fields(document.root(), reading, "net");
  Graph graph = read_edge_list(fields);
  fields.finish();
  reading.throw_if_any();
  return graph;
}

// A file of the test's own that goes with it.
class File {
 public:
  explicit File(const std::string& text) {
    static int number = 0;
    path_ = std::filesystem::temp_directory_path() / ("weft_graph_" + std::to_string(::getpid()) +
                                                      "_" + std::to_string(number++) + ".graphml");
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] std::string name() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

Graph from_graphml(const std::string& text) { return read_graphml(File(text).name()); }

// The one error of a reading: where, and that its message and hint hold `words`.
template <class Read>
void expect_error(Read read, int line, int column, const std::vector<std::string>& words) {
  try {
    read();
    ADD_FAILURE() << "no error; expected " << words.front();
  } catch (const InputError& error) {
    ASSERT_EQ(error.diagnostics().size(), 1U) << error.what();
    const base::Diagnostic& only = error.diagnostics().front();
    EXPECT_EQ(only.position.line, line) << error.what();
    EXPECT_EQ(only.position.column, column) << error.what();
    for (const std::string& word : words)
      EXPECT_NE((only.message + " " + only.hint).find(word), std::string::npos) << error.what();
  }
}

void yaml_error(const std::string& text, int line, int column,
                const std::vector<std::string>& words) {
  SCOPED_TRACE(text);
  expect_error([&] { from_yaml(text); }, line, column, words);
}

void graphml_error(const std::string& text, int line, int column,
                   const std::vector<std::string>& words) {
  SCOPED_TRACE(text);
  expect_error([&] { from_graphml(text); }, line, column, words);
}

void expect_equal(const Graph& a, const Graph& b) {
  ASSERT_EQ(a.nodes(), b.nodes());
  ASSERT_EQ(a.devices(), b.devices());
  for (NodeId node = 0; node < a.nodes(); ++node) {
    EXPECT_EQ(a.kind(node), b.kind(node));
    EXPECT_EQ(a.tier(node), b.tier(node));
    EXPECT_EQ(a.layer(node), b.layer(node));
    EXPECT_EQ(a.name(node), b.name(node));
  }
  ASSERT_EQ(a.cables().size(), b.cables().size());
  for (std::size_t i = 0; i < a.cables().size(); ++i) {
    const Cable& x = a.cables()[i];
    const Cable& y = b.cables()[i];
    EXPECT_EQ(x.a, y.a);
    EXPECT_EQ(x.b, y.b);
    EXPECT_EQ(x.capacity, y.capacity);
    EXPECT_EQ(x.latency, y.latency);
    EXPECT_EQ(x.tier, y.tier);
    EXPECT_EQ(x.lanes, y.lanes);
    EXPECT_EQ(x.modules, y.modules);
    EXPECT_EQ(x.global, y.global);
  }
}

TEST(EdgeList, IsRead) {
  const Graph graph = from_yaml(
      "devices: [gpu0, gpu1, gpu2]\n"
      "switches: [leaf, spine]\n"
      "cables:\n"
      "  - {from: gpu0, to: leaf, bandwidth: 50 GB/s, latency: 1 us, count: 2}\n"
      "  - {from: gpu1, to: leaf, bandwidth: 400 Gb/s}\n"
      "  - {from: spine, to: leaf, bandwidth: 1 GB/s}\n"
      "  - {from: spine, to: gpu2, bandwidth: 1 GB/s}\n");
  EXPECT_EQ(graph.devices(), 3);
  EXPECT_EQ(graph.name(3), "leaf");
  EXPECT_EQ(graph.layer(3), 0);
  ASSERT_EQ(graph.cables().size(), 5U);
  EXPECT_EQ(graph.cables()[1].capacity, 50e9);
  EXPECT_EQ(graph.cables()[1].latency, 1e-6);
  EXPECT_EQ(graph.cables()[2].capacity, 50e9);
}

TEST(EdgeList, TakesNumbersOfDevices) {
  const Graph graph = from_yaml(
      "devices: 2\n"
      "switches: 1\n"
      "cables:\n"
      "  - {from: 0, to: switch 0, bandwidth: 1 GB/s}\n"
      "  - {from: device 1, to: switch 0, bandwidth: 1 GB/s}\n");
  EXPECT_FALSE(graph.has_names());
  EXPECT_EQ(graph.to(0), 2);
  EXPECT_EQ(graph.from(2), 1);
}

TEST(EdgeList, PairsDirections) {
  const std::string head = "devices: [a, b]\ndirected: true\ncables:\n";
  const Graph graph = from_yaml(head +
                                "  - {from: a, to: b, bandwidth: 1 GB/s, count: 2}\n"
                                "  - {from: b, to: a, bandwidth: 1 GB/s}\n"
                                "  - {from: b, to: a, bandwidth: 1 GB/s}\n");
  EXPECT_EQ(graph.cables().size(), 2U);
  yaml_error(head + "  - {from: a, to: b, bandwidth: 1 GB/s}\n", 4, 5,
             {"asymmetric", "'b' to 'a'"});
  EXPECT_THROW(from_yaml(head + "  - {from: a, to: b, bandwidth: 1 GB/s}\n"
                                "  - {from: b, to: a, bandwidth: 2 GB/s}\n"),
               InputError);
}

TEST(EdgeList, SaysWhatIsWrong) {
  const std::string head = "devices: [gpu0, gpu1]\nswitches: [leaf]\ncables:\n";
  const std::string good =
      "  - {from: gpu0, to: leaf, bandwidth: 1 GB/s}\n"
      "  - {from: gpu1, to: leaf, bandwidth: 1 GB/s}\n";
  EXPECT_EQ(from_yaml(head + good).nodes(), 3);
  yaml_error(head + good + "  - {from: gpu1, to: laef, bandwidth: 1 GB/s}\n", 6, 22,
             {"'laef'", "did you mean 'leaf'"});
  yaml_error(head + good + "  - {from: gpu1, to: leaf, bandwidth: 0 GB/s}\n", 6, 39,
             {"more than 0"});
  yaml_error(head + good + "  - {from: gpu1, to: leaf, bandwidth: -1 GB/s}\n", 6, 39,
             {"more than 0"});
  yaml_error(head + good + "  - {from: gpu1, to: gpu1, bandwidth: 1 GB/s}\n", 6, 22, {"itself"});
  yaml_error(head + good + "  - {from: gpu1, to: leaf, bandwith: 1 GB/s, bandwidth: 1 GB/s}\n", 6,
             28, {"bandwith"});
  yaml_error(head + good + "  - {from: gpu1, to: leaf, bandwidth: 1 GB/s, count: 99999999}\n", 6, 5,
             {"more than 16777216 cables"});
  yaml_error(head + good + "  - {from: gpu1, to: leaf}\n", 6, 5, {"bandwidth", "missing"});
  yaml_error(head + good + "  - {from: gpu1, to: leaf, bandwidth: 1 GB/s, latency: 3 W}\n", 6, 56,
             {"time"});
  yaml_error(head + "  - {from: gpu0, to: leaf, bandwidth: 1 GB/s}\n", 1, 17,
             {"'gpu0' and 'gpu1' do not reach each other"});
  yaml_error("devices: [gpu0, gpu1, gpu0]\ncables:\n  - {from: gpu0, to: gpu1, bandwidth: 1 B/s}\n",
             1, 23, {"'gpu0' is there twice", "line 1"});
  yaml_error("devices: 1000000000\ncables: []\n", 1, 10, {"at most 1048576"});
  yaml_error("devices: [a]\n", 1, 1, {"needs `cables`"});
  yaml_error("cables: []\n", 1, 1, {"needs `devices`"});
  yaml_error(head + good + "wires: 3\n", 6, 1, {"wires"});
}

TEST(GraphMl, RoundTrips) {
  for (const Graph& graph :
       {test::fat_tree(4), test::rails(3, 2, 2), test::torus({3, 4}), test::dragonfly(1, 2, 1)})
    expect_equal(from_graphml(to_graphml(graph)), graph);
  GraphBuilder builder(2);
  builder.name_device(0, "a<b> & \"c\"");
  const NodeId port = builder.add_port(3, "Üö→");
  const NodeId hub = builder.add_switch(2, 5);
  builder.add_cable({0, port, 53.125e9, 1.3e-7, 1, 2.5, 5});
  builder.add_cable({hub, port, 1.0 / 3, 0, 4, 0, 0});
  builder.add_cable({hub, 1, 1e300, 1e-300, 4, 1, 0});
  const Graph graph = builder.finish();
  expect_equal(from_graphml(to_graphml(graph)), graph);
  EXPECT_EQ(to_graphml(from_graphml(to_graphml(graph))), to_graphml(graph));
}

const std::string kHead =
    "<graphml>\n"
    "<key id='b' for='edge' attr.name='bandwidth' attr.type='string'/>\n"
    "<key id='l' for='edge' attr.name='latency' attr.type='double'/>\n"
    "<key id='k' for='node' attr.name='kind'/>\n"
    "<graph edgedefault='undirected'>\n";
const std::string kEnd = "</graph></graphml>\n";

std::string edge(const std::string& from, const std::string& to, const std::string& more = "") {
  return "<edge source='" + from + "' target='" + to + "'" + more +
         "><data key='b'>2 GB/s</data></edge>\n";
}

TEST(GraphMl, IsReadFromOtherPrograms) {
  const Graph star = from_graphml(kHead + "<node id='h'/><node id='x'/><node id='y'/>\n" +
                                  edge("x", "h") + edge("y", "h") + kEnd);
  EXPECT_EQ(star.devices(), 2);  // by their one edge
  EXPECT_EQ(star.name(0), "x");
  EXPECT_EQ(star.name(2), "h");
  EXPECT_EQ(star.cables()[0].capacity, 2e9);
  const Graph ring = from_graphml(kHead + "<node id='a'/><node id='b'/><node id='c'/>\n" +
                                  edge("a", "b") + edge("b", "c") + edge("c", "a") + kEnd);
  EXPECT_EQ(ring.devices(), 3);
  const Graph both =
      from_graphml(kHead + "<node id='a'/><node id='b'/>\n" + edge("a", "b", " directed='true'") +
                   edge("b", "a", " directed='true'") + kEnd);
  EXPECT_EQ(both.cables().size(), 1U);
  const Graph fallback = from_graphml(
      "<graphml><key id='b' for='edge' attr.name='bandwidth'><default>3 GB/s</default></key>"
      "<graph><node id='a'/><node id='b'/><edge source='a' target='b'/></graph></graphml>");
  EXPECT_EQ(fallback.cables()[0].capacity, 3e9);
}

TEST(GraphMl, SaysWhatIsWrong) {
  const std::string good =
      "<node id='leaf'><data key='k'>switch</data></node>\n<node id='x'/>\n<node id='y'/>\n" +
      edge("x", "leaf") + edge("y", "leaf");
  EXPECT_EQ(from_graphml(kHead + good + kEnd).nodes(), 3);
  const int line = 11;
  graphml_error(kHead + good + edge("x", "laef") + kEnd, line, 2,
                {"'laef'", "did you mean 'leaf'"});
  graphml_error(kHead + good + edge("x", "x") + kEnd, line, 2, {"itself"});
  graphml_error(kHead + good + edge("x", "y", " directed='true'") + kEnd, line, 2, {"asymmetric"});
  graphml_error(kHead + good + "<edge source='x' target='y'/>" + kEnd, line, 2, {"bandwidth"});
  graphml_error(
      kHead + good + "<edge source='x' target='y'><data key='b'>0 GB/s</data></edge>" + kEnd, line,
      30, {"more than 0"});
  graphml_error(kHead + good + "<edge source='x' target='y'><data key='b'>3 W</data></edge>" + kEnd,
                line, 30, {"bandwidth"});
  graphml_error(
      kHead + good + "<edge source='x' target='y'><data key='b'>fast</data></edge>" + kEnd, line,
      30, {"fast"});
  graphml_error(kHead + good + "<edge source='x'><data key='b'>1 B/s</data></edge>" + kEnd, line, 2,
                {"target"});
  graphml_error(kHead + good + "<node id='x'/>" + kEnd, line, 2, {"twice"});
  graphml_error(kHead + good + "<node id='z'><data key='k'>device</data></node>" + kEnd, line, 2,
                {"'x' and 'z' do not reach"});
  graphml_error(kHead + good + "<node id='z'><data key='k'>swich</data></node>" + kEnd, line, 15,
                {"swich", "did you mean 'switch'"});
  graphml_error(kHead + good + "<node id='z'><data key='q'>1</data></node>" + kEnd, line, 15,
                {"'q'"});
  graphml_error(kHead + good + "<hyperedge/>" + kEnd, line, 2, {"hyperedge"});
  graphml_error(kHead + kEnd, 5, 2, {"needs nodes"});
  graphml_error("<graphml/>", 1, 1, {"no graph"});
  graphml_error("<graphml>\n <graph>\n", 2, 9, {"not XML"});
  graphml_error("", 1, 1, {"not XML"});
  EXPECT_THROW(read_graphml("/no/such/file"), std::system_error);
}

TEST(Files, JunkIsAnInputError) {
  base::RandomStream random(5, 1);
  const std::string xml = to_graphml(test::fat_tree(4));
  const std::string yaml =
      "devices: [gpu0, gpu1]\nswitches: [leaf]\ndirected: false\ncables:\n"
      "  - {from: gpu0, to: leaf, bandwidth: 1 GB/s, latency: 1 us, count: 2}\n"
      "  - {from: gpu1, to: leaf, bandwidth: {mode: 1 GB/s, low: 1 MB/s}}\n";
  const std::string_view letters = "<>/=\"'&;:{}[],-\n \t0189aezGB~#\x01\xC3\xBC\xFF";
  int read = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text = round % 2 == 0 ? xml : yaml;
    const std::uint64_t edits = 1 + random.below(12);
    for (std::uint64_t i = 0; i < edits && !text.empty(); ++i) {
      const std::size_t at = random.below(text.size());
      const std::size_t length = random.below(std::min<std::size_t>(text.size() - at, 40) + 1);
      switch (random.below(4)) {
        case 0:
          text.erase(at, length);
          break;
        case 1:
          text.insert(at, 1, letters[random.below(letters.size())]);
          break;
        case 2:
          text[at] = letters[random.below(letters.size())];
          break;
        default:
          text.insert(random.below(text.size()), text.substr(at, length));
      }
    }
    try {
      const Graph graph = round % 2 == 0 ? from_graphml(text) : from_yaml(text);
      EXPECT_EQ(parts_of(graph).count, 1);
      ++read;
    } catch (const InputError& error) {
      EXPECT_FALSE(error.diagnostics().empty());
    }
  }
  EXPECT_GT(read, 0);
}

TEST(Dot, ShowsKindsAndTiers) {
  const std::string dot = to_dot(test::rails(2, 2, 1));
  EXPECT_NE(dot.find("n0 [label=\"device 0\" shape=box]"), std::string::npos);
  EXPECT_NE(dot.find("n4 [label=\"switch 0\" shape=ellipse]"), std::string::npos);
  EXPECT_NE(dot.find("{ rank=same; n0; n1; n2; n3; }"), std::string::npos);
  EXPECT_NE(dot.find("n0 -- n4 [label=\"8.00 B/s\""), std::string::npos);
  EXPECT_EQ(std::count(dot.begin(), dot.end(), '{'), std::count(dot.begin(), dot.end(), '}'));
  GraphBuilder builder(1);
  builder.name_device(0, "a \"b\" \\");
  EXPECT_NE(to_dot(builder.finish()).find(R"("a \"b\" \\")"), std::string::npos);
}

}  // namespace
}  // namespace weft::graph
