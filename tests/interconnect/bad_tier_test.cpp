// What a tier must not be, and where the error points.

#include <string>

#include <gtest/gtest.h>

#include "configs.h"

namespace weft::interconnect {
namespace {

using namespace testing;

struct Bad {
  const char* keys;     // behind `kind`, in one line
  const char* where;    // what stands there in the line
  const char* message;  // part of it
};

std::string complaint(const std::string& text, std::int64_t inside) {
  try {
    parsed_tiers(text, inside);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "nothing";
}

void expect_all(const std::vector<Bad>& cases, std::int64_t inside = 1) {
  for (const Bad& bad : cases) {
    const std::string text = std::string("{kind: ") + bad.keys + "}";
    const std::string what = complaint(text, inside);
    const std::string place = "tier.yaml:1:" + std::to_string(text.find(bad.where) + 1) + ":";
    EXPECT_NE(what.find(place), std::string::npos) << text << "\n" << place << "\n" << what;
    EXPECT_NE(what.find(bad.message), std::string::npos) << text << "\n" << what;
  }
}

TEST(BadTier, Sizes) {
  expect_all({
      {"full_mesh, link: ib_ndr, size: 0", "0", "at least 1"},
      {"full_mesh, link: ib_ndr, size: -8", "-8", "at least 1"},
      {"full_mesh, link: ib_ndr, size: 1000000000", "{kind", "cables"},
      {"switch, link: ib_ndr, size: 5000000000", "5000000000", ""},
      {"switch, link: ib_ndr, size: 8, links_per_device: 0", "0}", "more than 0"},
      {"full_mesh, link: ib_ndr, size: 8, links_per_device: -1", "-1", "more than 0"},
  });
}

TEST(BadTier, MoreThanIsEverBuilt) {
  expect_all({
      {"switch, link: ib_ndr, size: 8, switches: 1000000000000", "1000000000000", "at most"},
      {"switch, link: ib_ndr, size: 8, planes: 100000", "100000", "at most"},
      {"switch, link: ib_ndr, size: 8, links_per_device: 1e300", "1e300", "at most"},
      {"cloudmatrix, link: ib_ndr, switches_per_plane: 1000000000", "1000000000", "at most"},
      {"torus, link: ib_ndr, dimensions: [4, 4], optical_switches: 1000000000000", "1000000000000",
       "at most"},
      {"long_haul, link: ib_ndr, sites: 2, links: 1e300", "1e300", "at most"},
      {"fat_tree, link: ib_ndr, size: 8, rails: 1000000000", "1000000000", "at most"},
      {"dragonfly, link: ib_ndr, groups: 2, routers: 1024, devices_per_router: 1,"
       " global_links: 1024",
       "{kind", "too many"},
      {"graph, link: ib_ndr, devices: 16000000, cables: []", "16000000", "at most"},
  });
}

TEST(BadTier, MoreDevicesThanCanBeCounted) {
  expect_all({{"switch, link: ib_ndr, size: 1000000000", "{kind", "too many"}}, 8);
  expect_all({
      {"torus, link: ib_ndr, dimensions: [100000, 100000]", "{kind", "too many"},
      {"nd_full_mesh, link: ib_ndr, dimensions: [2048, 2048, 2048]", "{kind", ""},
      {"dragonfly, link: ib_ndr, groups: 100000, routers: 1000, devices_per_router: 1000,"
       " global_links: 100",
       "{kind", "more devices"},
      {"dragonfly, link: ib_ndr, groups: 2, routers: 5000, devices_per_router: 1,"
       " global_links: 1",
       "{kind", "too large"},
  });
}

TEST(BadTier, Torus) {
  expect_all({
      {"torus, link: ib_ndr", "{kind", "list of 1 to 8 sizes"},
      {"torus, link: ib_ndr, dimensions: []", "[]", "list of 1 to 8 sizes"},
      {"torus, link: ib_ndr, dimensions: [2, 2, 2, 2, 2, 2, 2, 2, 2]", "[2", "1 to 8"},
      {"torus, link: ib_ndr, dimensions: [4, 0]", "0]", "at least 1"},
      {"torus, link: ib_ndr, dimensions: [4, 5000000000]", "5000000000", "too large"},
      {"torus, link: ib_ndr, dimensions: [8, 6], cube: 4", "6]", "no multiple of the cube of 4"},
      {"torus, link: ib_ndr, dimensions: [8, 8], cube: 0", "0}", "at least 1"},
      {"torus, link: ib_ndr, dimensions: [8, 8], links_per_device: [1, 2, 3]", "[1,",
       "3 values for 2 dimensions"},
      {"torus, link: ib_ndr, dimensions: [8, 8], links_per_device: [1, 0]", "[1,", "more than 0"},
      {"torus, link: ib_ndr, dimensions: [8, 8], optical_switches: -1", "-1", "at least 0"},
      {"torus, link: ib_ndr, dimensions: [8, 8], wraps: true", "wraps", "did you mean 'wrap'"},
  });
}

TEST(BadTier, NdFullMesh) {
  expect_all({
      {"nd_full_mesh, dimensions: [8, 8]", "{kind", "link"},
      {"nd_full_mesh, dimensions: [8, 8], links: [ib_ndr]", "[ib_ndr", "1 values for 2"},
      {"nd_full_mesh, dimensions: [8, 8], links: [ib_ndr, ib_nd]", "ib_nd]", "ib_ndr"},
      {"nd_full_mesh, dimensions: [8, 8], link: ib_ndr, spares: [1, 0.5]", "[1, 0", "whole"},
      {"nd_full_mesh, dimensions: [8, 8], link: ib_ndr, names: [a]", "[a", "1 values for 2"},
      {"nd_full_mesh, dimensions: [8, 1000000000], link: ib_ndr", "{kind", ""},
  });
}

TEST(BadTier, FatTree) {
  expect_all({
      {"fat_tree, link: ib_ndr, oversubscription: [1, 0.5]", "0.5", "1 or more"},
      {"fat_tree, link: ib_ndr, oversubscription: [1, 2, 3]", "[1,", "1 to 2 values"},
      {"fat_tree, link: ib_ndr, tiers: 2, oversubscription: [1, 7]", "[1,", "2 layers"},
      {"fat_tree, link: ib_ndr, size: 100000", "{kind", "do not fit"},
      {"fat_tree, link: ib_ndr, size: 256, spines: 3", "{kind", "3 spines have too few ports, 4"},
      {"fat_tree, link: ib_ndr, rails: 3, rail_only: true, size: 4", "{kind", "each of 3 rails"},
      {"fat_tree, link: ib_ndr, radix: 1", "1}", "at least 2"},
      {"fat_tree, link: ib_ndr, planes: 0", "0}", "at least 1"},
  });
}

TEST(BadTier, Dragonfly) {
  expect_all({
      {"dragonfly, link: ib_ndr, groups: 10, routers: 4, devices_per_router: 2, global_links: 2",
       "{kind", "8 global links of a group do not reach 9 other groups"},
      {"dragonfly, link: ib_ndr, groups: 3, routers: 4, devices_per_router: 2", "{kind",
       "global_links"},
      {"dragonfly_plus, link: ib_ndr, groups: 3, leaves: 4, spines: 0, devices_per_leaf: 2,"
       " global_links: 1",
       "0, dev", "at least 1"},
  });
  expect_all({{"dragonfly, link: ib_ndr, groups: 3, routers: 3, devices_per_router: 3,"
               " global_links: 2",
               "{kind", "no whole number of units of 8"}},
             8);
}

TEST(BadTier, LongHaulAndGraph) {
  expect_all({
      {"long_haul, link: ib_ndr, sites: 1, links: 4", "1,", "at least 2"},
      {"long_haul, link: ib_ndr, sites: 2, links: 0", "0}", "more than 0"},
      {"graph, link: ib_ndr, file: nowhere.graphml", "nowhere", "No such file"},
      {"graph, link: ib_ndr, devices: 2, cables: [{from: 0, to: 7, bandwidth: 1 GB/s}]", "7,", ""},
      {"graph, link: ib_ndr, devices: [a, b], cables: [{from: a, to: b, bandwidth: 0 GB/s}]",
       "0 GB", ""},
      {"graph, link: ib_ndr, devices: [a, b, c], cables: [{from: a, to: b, bandwidth: 1 GB/s}]",
       "c]", ""},
      {"graph, link: ib_ndr, devices: [a, a], cables: [{from: a, to: a, bandwidth: 1 GB/s}]", "a],",
       ""},
  });
}

}  // namespace
}  // namespace weft::interconnect
