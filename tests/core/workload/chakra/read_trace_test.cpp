// Traces of all versions are read; files that are none say where they go wrong.
#include <gtest/gtest.h>

#include <string>
#include <system_error>

#include "traces.h"
#include "weft/base/diagnostics.h"
#include "weft/chakra/trace.h"

namespace weft::chakra {
namespace {

using test::collective;
using test::kernel;
using test::node_of;
using test::recorded;
using test::set;
using test::trace_bytes;
using test::TraceFolder;
namespace wire = test::wire;

Trace read(const std::string& bytes) {
  const TraceFolder folder;
  return read_trace(folder.write("rank.0.et", bytes));
}

std::string error_of(const std::string& bytes) {
  try {
    (void)read(bytes);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "no error";
}

void expect_error(const std::string& bytes, const std::string& part) {
  EXPECT_NE(error_of(bytes).find(part), std::string::npos) << error_of(bytes);
}

TEST(ReadTrace, OneCollectiveOfTheMicrobenchmarks) {
  const auto trace = read(trace_bytes({collective(5, 0, 1048576)}));
  EXPECT_EQ(trace.version, "0.0.4");
  ASSERT_EQ(trace.operations.size(), 1U);
  const auto& operation = trace.operations.front();
  EXPECT_EQ(operation.id, 5U);
  EXPECT_EQ(operation.kind, Kind::kCollective);
  EXPECT_EQ(operation.collective, Collective::kAllReduce);
  EXPECT_EQ(operation.bytes, 1048576);
  EXPECT_EQ(operation.group, "");
  EXPECT_FALSE(operation.recorded);
}

TEST(ReadTrace, WorkTimesAndDependencies) {
  auto last = recorded(30, 7, {20});
  last.add_ctrl_deps(10);
  last.add_ctrl_deps(20);
  // The file is in another order than its dependencies.
  const auto trace = read(trace_bytes({last, kernel(10, 1000, 50), kernel(20, 0, 80, {10})}));
  ASSERT_EQ(trace.operations.size(), 3U);
  EXPECT_DOUBLE_EQ(*trace.operations[0].recorded, 7e-6);
  EXPECT_EQ(trace.operations[1].work, 1000);
  EXPECT_EQ(trace.operations[1].bytes, 50);
  const auto inputs = trace.dependencies_of(trace.operations[0]);
  EXPECT_EQ(std::vector<std::uint32_t>(inputs.begin(), inputs.end()),
            (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(trace.dependencies_of(trace.operations[2]).front(), 1U);
  EXPECT_EQ(trace.dangling, 0);
}

TEST(ReadTrace, TypesOfNodes) {
  auto on_host = recorded(1, 3);
  on_host.mutable_attr(0)->set_bool_val(true);
  const auto trace = read(trace_bytes(
      {node_of(0, wire::METADATA_NODE), on_host, node_of(2, wire::MEM_LOAD_NODE),
       node_of(3, wire::STORAGE_NODE), test::send(4, 1, 8, 2), test::receive(5, 1, 8, 3)}));
  const Kind kinds[] = {Kind::kNothing, Kind::kHost, Kind::kMemory,
                        Kind::kHost,    Kind::kSend, Kind::kReceive};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(trace.operations[i].kind, kinds[i]) << i;
  EXPECT_EQ(trace.operations[4].peer, 1);
  EXPECT_EQ(trace.operations[5].tag, 3);
}

// Numbers of any type: generators of different ages differ.
TEST(ReadTrace, NumbersOfAnyType) {
  for (int type = 0; type < 5; ++type) {
    auto node = node_of(0, wire::COMM_COLL_NODE);
    set(node, "comm_type", 7);
    auto* size = node.add_attr();
    size->set_name("comm_size");
    if (type == 0) size->set_uint64_val(4096);
    if (type == 1) size->set_int32_val(4096);
    if (type == 2) size->set_double_val(4096);
    if (type == 3) size->set_sint64_val(4096);
    if (type == 4) size->set_fixed32_val(4096);
    const auto trace = read(trace_bytes({node}));
    EXPECT_EQ(trace.operations[0].bytes, 4096) << type;
    EXPECT_EQ(trace.operations[0].collective, Collective::kReduceScatter);
  }
}

// Schemas without a version have attributes in its place, which need not be text.
TEST(ReadTrace, AttributesInPlaceOfTheVersion) {
  wire::AttributeProto schema;
  schema.set_name("schema");
  schema.set_string_val("1.0.2-chakra.1.0.0");
  EXPECT_EQ(read(trace_bytes({kernel(0, 1, 1)}, schema.SerializeAsString())).version,
            "1.0.2-chakra.1.0.0");
  wire::AttributeProto time;
  time.set_name("pid");
  time.set_uint64_val(~0ULL);
  EXPECT_EQ(read(trace_bytes({kernel(0, 1, 1)}, time.SerializeAsString())).version, "");
}

TEST(ReadTrace, RuntimeAndGroupOfOtherVersions) {
  auto node = node_of(0, wire::COMP_NODE);
  set(node, "runtime", 12);
  auto exchange = node_of(1, wire::COMM_COLL_NODE);
  set(exchange, "comm_type", 0);
  set(exchange, "comm_size", 8);
  set(exchange, "comm_group", 3);
  const auto trace = read(trace_bytes({node, exchange}));
  EXPECT_DOUBLE_EQ(*trace.operations[0].recorded, 12e-6);
  EXPECT_EQ(trace.operations[1].group, "3");
}

TEST(ReadTrace, GroupsOfPyTorch) {
  auto node = node_of(0, wire::METADATA_NODE);
  node.mutable_inputs()->set_values(
      "['[{\"pg_name\": \"0\", \"ranks\": []}, {\"pg_name\": \"7\", \"ranks\": [2, 0]}]']");
  const auto trace = read(trace_bytes({node}));
  EXPECT_EQ(trace.groups, (Groups{{"0", {}}, {"7", {0, 2}}}));
}

TEST(ReadTrace, DanglingControl) {
  auto node = kernel(0, 1, 1);
  node.add_ctrl_deps(99);
  EXPECT_EQ(read(trace_bytes({node})).dangling, 1);
  expect_error(trace_bytes({kernel(4, 1, 1, {99})}),
               "rank.0.et: node 4: it depends on node 99, which the file does not have");
}

TEST(ReadTrace, WhatIsNoTrace) {
  expect_error("", "this file is empty");
  expect_error("{\"schema\": \"1.0.2-chakra.0.0.4\", \"nodes\": []}", "it looks like JSON");
  expect_error(std::string("\x1f\x8b\x08\x00\x00", 5), "gunzip");
  expect_error(trace_bytes({}), "there is no node");
  // Found by fuzzing: a length that says nothing and never ends.
  expect_error(std::string(20, '\x80'), "no length of a message is as large");
  EXPECT_THROW((void)read_trace("no_such_file.et"), std::system_error);
}

TEST(ReadTrace, BadNodes) {
  const auto second = std::to_string(trace_bytes({kernel(1, 1, 1)}).size());
  expect_error(trace_bytes({kernel(1, 1, 1), kernel(1, 1, 1)}),
               "node 1 (byte " + second + "): another node has this id");
  expect_error(trace_bytes({kernel(1, 1, 1, {2}), kernel(2, 1, 1, {3}), kernel(3, 1, 1, {1})}),
               "waits for itself: 1 → 2 → 3 → 1");
  expect_error(trace_bytes({kernel(8, 1, 1, {8})}), "waits for itself: 8 → 8");
  auto unknown = kernel(1, 1, 1);
  unknown.set_type(static_cast<wire::NodeType>(42));
  expect_error(trace_bytes({unknown}), "type 42 is not known");
  expect_error(trace_bytes({collective(6, 10, 8)}), "comm_type 10 is not known");
  expect_error(trace_bytes({collective(6, 0, -8)}), "comm_size is -8; 0 or more is expected");
  expect_error(trace_bytes({node_of(6, wire::COMM_COLL_NODE)}), "comm_type is missing");
  expect_error(trace_bytes({node_of(6, wire::COMM_SEND_NODE)}), "comm_dst is missing");
  auto partial = collective(1, 0, 8);
  auto* dims = partial.add_attr();
  dims->set_name("involved_dim");
  dims->mutable_bool_list()->add_values(true);
  EXPECT_EQ(read(trace_bytes({partial})).operations.size(), 1U);
  dims->mutable_bool_list()->add_values(false);
  expect_error(trace_bytes({partial}), "involved_dim leaves out a dimension");
}

// Whatever bytes follow a good beginning, they are a trace or an error that says where.
TEST(ReadTrace, CutOrChangedAnywhere) {
  const auto whole = trace_bytes({kernel(1, 100, 10), collective(2, 0, 64, {1})});
  std::size_t errors = 0;
  for (std::size_t length = 1; length < whole.size(); ++length) {
    errors += error_of(whole.substr(0, length)) != "no error" ? 1 : 0;
  }
  // All but the cut between the two nodes.
  EXPECT_EQ(errors, whole.size() - 2);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int bits : {0x01, 0x80, 0xff}) {
      auto changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ bits);
      const auto error = error_of(changed);
      if (error != "no error") {
        EXPECT_NE(error.find("rank.0.et: "), std::string::npos) << error;
      }
    }
  }
}

TEST(ReadGroups, OfAstraSim) {
  const TraceFolder folder;
  const auto groups =
      read_groups(folder.write("groups.json", R"({"1": [0, 1, 2, 3], "2": [7, 5]})"));
  EXPECT_EQ(groups, (Groups{{"1", {0, 1, 2, 3}}, {"2", {5, 7}}}));
  EXPECT_THROW((void)read_groups(folder.write("a.json", "[1]")), base::InputError);
  EXPECT_THROW((void)read_groups(folder.write("b.json", R"({"1": [0, 0]})")), base::InputError);
  EXPECT_THROW((void)read_groups(folder.write("c.json", R"({"1": [-1]})")), base::InputError);
  EXPECT_THROW((void)read_groups(folder.write("d.json", R"({"1": [0)")), base::InputError);
  // Found by fuzzing.
  EXPECT_THROW((void)read_groups(folder.write("e.json", R"({"1": [6e999]})")), base::InputError);
}

TEST(Alike, WhateverNodesAndGroupsAreCalled) {
  const auto one = read(trace_bytes({kernel(1, 9, 9), collective(2, 0, 8, {1}, "4")}));
  const auto other = read(trace_bytes({kernel(7, 9, 9), collective(3, 0, 8, {7}, "5")}));
  const auto longer = read(trace_bytes({kernel(7, 10, 9), collective(3, 0, 8, {7}, "5")}));
  const auto free = read(trace_bytes({kernel(7, 9, 9), collective(3, 0, 8, {}, "5")}));
  EXPECT_TRUE(is_alike(one, other));
  EXPECT_EQ(likeness(one), likeness(other));
  EXPECT_FALSE(is_alike(one, longer));
  EXPECT_FALSE(is_alike(one, free));
}

// Two groups are not one, even if both traces have two collectives.
TEST(Alike, GroupsApart) {
  const auto same = read(trace_bytes({collective(1, 0, 8, {}, "1"), collective(2, 0, 8, {}, "1")}));
  const auto apart =
      read(trace_bytes({collective(1, 0, 8, {}, "1"), collective(2, 0, 8, {}, "2")}));
  EXPECT_FALSE(is_alike(same, apart));
}

}  // namespace
}  // namespace weft::chakra
