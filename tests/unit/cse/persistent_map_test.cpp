// SPDX-License-Identifier: Apache-2.0
#include "cse/persistent_map.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"

namespace edgecse::cse {
namespace {

using Map = PersistentMap<int>;
using Model = std::map<std::string, int>;

Model contents(const Map& map) {
  Model all;
  map.for_each([&](const std::string& key, const Map::Pointer& value) { all[key] = *value; });
  return all;
}

// Both must agree on everything one can ask.
void expect_equal(const Map& map, const Model& model) {
  ASSERT_EQ(map.size(), model.size());
  ASSERT_EQ(contents(map), model);
  for (const auto& [key, value] : model) {
    const auto found = map.find(key);
    ASSERT_TRUE(found) << key;
    ASSERT_EQ(*found, value);
  }
}

TEST(PersistentMap, BehavesAsAMapAtRandom) {
  base::SeededRandom random(7);
  Map map;
  Model model;
  for (int step = 0; step < 20'000; ++step) {
    const std::string key = "k" + std::to_string(random.below(800));
    if (random.below(3) == 0) {
      map.erase(key);
      model.erase(key);
    } else {
      map.set(key, std::make_shared<const int>(step));
      model[key] = step;
    }
    if (step % 1'000 == 0) expect_equal(map, model);
  }
  expect_equal(map, model);
  EXPECT_FALSE(map.find("nobody"));
}

TEST(PersistentMap, CopiesAreSnapshots) {
  base::SeededRandom random(8);
  Map map;
  Model model;
  std::vector<std::pair<Map, Model>> snapshots;
  for (int step = 0; step < 3'000; ++step) {
    const std::string key = std::to_string(random.below(300));
    if (random.below(4) == 0) {
      map.erase(key);
      model.erase(key);
    } else {
      map.set(key, std::make_shared<const int>(step));
      model[key] = step;
    }
    if (step % 100 == 0) snapshots.emplace_back(map, model);
  }
  for (const auto& [then, expected] : snapshots) expect_equal(then, expected);
}

TEST(PersistentMap, ErasingWhatIsNotThereChangesNothing) {
  Map map;
  map.erase("a");
  map.set("a", std::make_shared<const int>(1));
  map.erase("b");
  expect_equal(map, {{"a", 1}});
  map.erase("a");
  EXPECT_TRUE(map.empty());
}

// Few different hashes: keys meet on every level and end in lists.
struct PoorHash {
  std::size_t operator()(std::string_view key) const { return key.empty() ? 0 : static_cast<std::size_t>(key.back()) % 3 * 0x1111111111111111ULL; }
};

TEST(PersistentMap, KeysWithEqualHashesLiveSideBySide) {
  using Crowded = PersistentMap<int, PoorHash>;
  base::SeededRandom random(9);
  Crowded map;
  Model model;
  std::vector<std::pair<Crowded, Model>> snapshots;
  for (int step = 0; step < 4'000; ++step) {
    const std::string key = std::to_string(random.below(60));
    if (random.below(2) == 0) {
      map.erase(key);
      model.erase(key);
      ASSERT_FALSE(map.find(key));
    } else {
      map.set(key, std::make_shared<const int>(step));
      model[key] = step;
      ASSERT_EQ(*map.find(key), step);
    }
    if (step % 97 == 0) snapshots.emplace_back(map, model);
  }
  snapshots.emplace_back(map, model);
  for (const auto& [then, expected] : snapshots) {
    Model seen;
    then.for_each([&](const std::string& key, const auto& value) { seen[key] = *value; });
    ASSERT_EQ(seen, expected);
    ASSERT_EQ(then.size(), expected.size());
  }
}

}  // namespace
}  // namespace edgecse::cse
