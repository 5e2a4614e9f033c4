// What is written is what is read.
#include "weft/chakra/write.h"

#include <gtest/gtest.h>

#include "traces.h"

namespace weft::chakra {
namespace {

Operation operation_of(std::uint64_t id, Kind kind) {
  Operation operation;
  operation.id = id;
  operation.kind = kind;
  operation.name = "node " + std::to_string(id);
  return operation;
}

std::vector<Operation> one_of_each_kind() {
  std::vector<Operation> all;
  all.push_back(operation_of(0, Kind::kCompute));
  all.back().work = 12'345'678'901'234;
  all.back().bytes = 4096;
  all.back().recorded = 17e-6;
  all.push_back(operation_of(1, Kind::kHost));
  all.back().recorded = 3e-6;
  all.push_back(operation_of(2, Kind::kCollective));
  all.back().collective = Collective::kReduceScatter;
  all.back().bytes = 1 << 20;
  all.back().group = "7";
  for (const auto kind : {Kind::kSend, Kind::kReceive}) {
    all.push_back(operation_of(all.size(), kind));
    all.back().bytes = 8192;
    all.back().peer = 3;
    all.back().tag = 42;
  }
  all.push_back(operation_of(5, Kind::kMemory));
  all.back().bytes = 512;
  return all;
}

TEST(WriteTrace, IsReadAgain) {
  const auto operations = one_of_each_kind();
  std::string bytes;
  const TraceWriter::Put put = [&](std::string_view piece) { bytes += piece; };
  TraceWriter writer(put, 1, {{"plan", "TP8"}});
  for (const auto& each : operations) {
    const std::vector<std::uint64_t> all = {0, each.id - 1};
    const auto data = each.id > 0 ? std::span(all).first(1) : std::span<const std::uint64_t>();
    const auto control = each.id > 1 ? std::span(all).last(1) : std::span<const std::uint64_t>();
    writer.add(each, data, control);
  }
  writer.end();
  const test::TraceFolder folder;
  const auto trace = read_trace(folder.write("a.1.et", bytes));
  EXPECT_EQ(trace.version, "0.0.4");
  ASSERT_EQ(trace.operations.size(), operations.size());
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const auto& one = trace.operations[i];
    const auto& other = operations[i];
    EXPECT_EQ(one.id, other.id);
    EXPECT_EQ(one.name, other.name);
    EXPECT_EQ(one.kind, other.kind);
    EXPECT_EQ(one.recorded.has_value(), other.recorded.has_value());
    EXPECT_NEAR(one.recorded.value_or(0), other.recorded.value_or(0), 1e-12);
    EXPECT_EQ(one.work, other.work);
    EXPECT_EQ(one.bytes, other.bytes);
    EXPECT_EQ(one.group, other.group);
    EXPECT_EQ(one.peer, other.peer);
    EXPECT_EQ(one.tag, other.tag);
    EXPECT_EQ(one.collective, other.collective);
    EXPECT_EQ(trace.dependencies_of(one).size(), std::min<std::size_t>(i, 2));
  }
  // Who sends and who receives, as ASTRA-sim reads it.
  test::wire::GlobalMetadata metadata;
  ASSERT_TRUE(metadata.ParseFromString(bytes.substr(1, static_cast<unsigned char>(bytes[0]))));
  EXPECT_EQ(metadata.attr(0).name(), "plan");
}

TEST(WriteTrace, GroupsAreReadAgain) {
  const Groups groups = {{"1", {0, 1}}, {"12", {4, 5, 6}}};
  const test::TraceFolder folder;
  EXPECT_EQ(read_groups(folder.write("groups.json", groups_json(groups))), groups);
}

}  // namespace
}  // namespace weft::chakra
