// SPDX-License-Identifier: Apache-2.0
#include "cse/tree.hpp"

#include <gtest/gtest.h>

namespace edgecse::cse {
namespace {

ResourcePtr resource(std::string id, std::string parent, std::string name, std::uint64_t created) {
  Resource made;
  made.id = std::move(id);
  made.parent = std::move(parent);
  made.name = std::move(name);
  made.created = created;
  return std::make_shared<const Resource>(std::move(made));
}

struct TreeTest : ::testing::Test {
  TreeTest() {
    tree.put(resource("mn1", "", "cse-mn", 1));
    tree.put(resource("Ca", "mn1", "a", 2));
    tree.put(resource("Cb", "mn1", "b", 3));
    tree.put(resource("r1", "Ca", "data", 4));
    tree.put(resource("r2", "r1", "deep", 5));
  }
  Tree tree;
};

std::vector<std::string> below(const Tree& tree, std::string_view id) {
  std::vector<std::string> ids;
  tree.for_each_below(id, [&](const ResourcePtr& found, std::size_t depth) {
    ids.push_back(std::string(depth, ' ') + found->id);
    return true;
  });
  return ids;
}

TEST_F(TreeTest, FindsByIdAndByName) {
  EXPECT_EQ(tree.find("r1")->name, "data");
  EXPECT_EQ(tree.child("Ca", "data")->id, "r1");
  EXPECT_FALSE(tree.child("Cb", "data"));
  EXPECT_FALSE(tree.find("nobody"));
  EXPECT_EQ(tree.structured_address("r2"), "cse-mn/a/data/deep");
  EXPECT_EQ(tree.structured_address("nobody"), "");
}

TEST_F(TreeTest, WalksParentsFirstInOrderOfCreation) {
  EXPECT_EQ(below(tree, "mn1"), (std::vector<std::string>{"mn1", " Ca", "  r1", "   r2", " Cb"}));
  EXPECT_EQ(below(tree, "r1"), (std::vector<std::string>{"r1", " r2"}));
  EXPECT_TRUE(below(tree, "nobody").empty());
}

TEST_F(TreeTest, ErasedResourceIsGoneFromEveryIndex) {
  tree.erase("r2");
  EXPECT_FALSE(tree.find("r2"));
  EXPECT_FALSE(tree.child("r1", "deep"));
  EXPECT_EQ(tree.child_count("r1"), 0U);
  EXPECT_EQ(tree.child_count("mn1"), 2U);
  tree.put(resource("r9", "r1", "deep", 9));
  EXPECT_EQ(tree.child("r1", "deep")->id, "r9");
}

TEST_F(TreeTest, CopiesDoNotSeeLaterChanges) {
  const Tree before = tree;
  tree.erase("Cb");
  Resource changed = *tree.find("Ca");
  changed.type = 2;
  tree.put(std::make_shared<const Resource>(changed));
  EXPECT_EQ(below(before, "mn1").size(), 5U);
  EXPECT_EQ(before.find("Ca")->type, 0);
  EXPECT_EQ(tree.find("Ca")->type, 2);
  EXPECT_EQ(tree.child_count("mn1"), 1U);
}

}  // namespace
}  // namespace edgecse::cse
